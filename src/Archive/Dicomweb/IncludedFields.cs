using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

/// <summary>One answer of a search, and where the headers of its instances lie.</summary>
/// <param name="Metadata">The series' DICOM JSON in the store.</param>
/// <param name="Sop">Null takes the series' first instance, which speaks for its study and series.</param>
internal sealed record SearchRow(JsonObject Answer, string Metadata, string? Sop = null);

/// <summary>Attributes that a search asks for by includefield (PS3.18 8.3.4.3) beyond those that the archive indexes.</summary>
internal sealed class IncludedFields(ObjectStore store)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    public async Task Add(QidoQuery query, IReadOnlyCollection<SearchRow> rows, CancellationToken cancellation)
    {
        var wanted = query.Included.Select(t => t.Hex).ToHashSet();
        foreach (var series in rows.Where(r => wanted.Count > 0 || (query.IncludesAll && r.Sop is not null)).GroupBy(r => r.Metadata))
        {
            var headers = JsonNode.Parse(await store.Read(series.Key, cancellation), documentOptions: Deep)!.AsArray();
            var bySop = headers.ToDictionary(h => (string)h!["00080018"]!["Value"]![0]!, h => h!.AsObject());
            foreach (var row in series)
            {
                if ((row.Sop is null ? headers[0]!.AsObject() : bySop.GetValueOrDefault(row.Sop)) is { } header)
                    Copy(header, row.Answer, name => (query.IncludesAll && row.Sop is not null) || wanted.Contains(name));
            }
        }
    }

    /// <summary>Attributes stand in the order of their tags (F.2.2).</summary>
    private static void Copy(JsonObject header, JsonObject answer, Predicate<string> isWanted)
    {
        var all = answer.Concat(header.Where(a => isWanted(a.Key) && !answer.ContainsKey(a.Key)))
            .Select(a => (a.Key, Value: a.Value?.DeepClone())).OrderBy(a => a.Key, StringComparer.Ordinal).ToArray();
        answer.Clear();
        foreach (var (name, value) in all)
            answer[name] = value;
    }
}
