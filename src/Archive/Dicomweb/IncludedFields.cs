using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Dicomweb;

internal enum QidoLevel
{
    Study,
    Series,
    Instance,
}

/// <summary>
/// Attributes that a search asks for by includefield (PS3.18 8.3.4.3) beyond those that the archive indexes. The first instance of a
/// series speaks for its study and series.
/// </summary>
internal sealed class IncludedFields(ObjectStore store)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>Attributes of the modules Patient, Clinical Trial Subject, General Study, Patient Study and Clinical Trial Study (PS3.3 C.7.1 and C.7.2).</summary>
    private static readonly FrozenSet<string> OfStudies = Hex(
        "00080005 00080020 00080030 00080050 00080051 00080090 00080096 0008009C 0008009D 00080201 00081030 00081032 00081048 00081049 00081060 00081062 00081080 "
        + "00081084 00081110 00081120 00100010 00100020 00100021 00100022 00100024 00100026 00100027 00100030 00100032 00100033 00100034 00100035 00100040 00100200 "
        + "00100212 00100213 00100214 00100215 00100216 00100217 00100218 00100219 00100221 00100222 00100223 00100229 00101001 00101002 00101010 00101020 00101021 "
        + "00101022 00101023 00101024 00101030 00101100 00102000 00102110 00102160 00102180 001021A0 001021B0 001021C0 001021D0 00102201 00102202 00102203 00102292 "
        + "00102293 00102294 00102295 00102296 00102297 00102298 00102299 00104000 00120010 00120020 00120021 00120022 00120023 00120030 00120031 00120040 00120042 "
        + "00120050 00120051 00120052 00120053 00120062 00120063 00120064 00120081 00120082 00120083 00120084 0020000D 00200010 00321033 00321034 00380010 00380014 "
        + "00380060 00380064 00380500 00401012");

    /// <summary>Those of General Series, Clinical Trial Series, Frame of Reference, General Equipment and Enhanced General Equipment (C.7.3 to C.7.5).</summary>
    private static readonly FrozenSet<string> OfSeries = Hex(
        "00080021 00080031 00080060 00080070 00080080 00080081 00081010 00081040 00081041 0008103E 0008103F 00081050 00081052 00081070 00081072 00081090 00081111 "
        + "00081250 00120060 00120071 00120072 00120073 00180015 00181000 00181002 00181008 00181020 00181030 00181050 00181200 00181201 00185100 0020000E 00200011 "
        + "00200052 00200060 00201040 00280108 00280109 00280120 00400241 00400242 00400243 00400244 00400245 00400250 00400251 00400253 00400254 00400260 00400275 "
        + "00400280");

    /// <returns>The answers with what was asked for, in the order of tags (F.2.2).</returns>
    public async Task<IReadOnlyList<JsonObject>> Add(
        QidoQuery query, QidoLevel level, IReadOnlyList<FoundRow> rows, IReadOnlyList<JsonObject> answers, CancellationToken cancellation)
    {
        var wanted = query.Included.Select(t => t.Hex).ToHashSet();
        var whole = new JsonObject[rows.Count];
        foreach (var series in rows.Select((row, at) => (row, at)).GroupBy(r => r.row.Metadata!))
        {
            using var headers = JsonDocument.Parse(await store.Read(series.Key, cancellation), Deep);
            var bySop = headers.RootElement.EnumerateArray().ToDictionary(h => h.GetProperty("00080018").GetProperty("Value")[0].GetString()!);
            foreach (var (row, at) in series)
            {
                var header = row.Instance is null ? headers.RootElement[0] : bySop[row.Instance.SopInstanceUid];
                whole[at] = Merge(header, answers[at], name => wanted.Contains(name) || (query.IncludesAll && IsOf(level, name)));
            }
        }

        return whole;
    }

    /// <summary>Whether an attribute belongs to a level: everything that is of no level above it is the instance's.</summary>
    private static bool IsOf(QidoLevel level, string name) => level switch
    {
        QidoLevel.Study => OfStudies.Contains(name),
        QidoLevel.Series => OfStudies.Contains(name) || OfSeries.Contains(name),
        _ => true,
    };

    private static JsonObject Merge(JsonElement header, JsonObject answer, Predicate<string> isWanted) => new(
        answer.Select(a => KeyValuePair.Create(a.Key, a.Value?.DeepClone()))
            .Concat(header.EnumerateObject().Where(a => !answer.ContainsKey(a.Name) && !a.Value.TryGetProperty("BulkDataURI", out _) && isWanted(a.Name))
                .Select(a => KeyValuePair.Create(a.Name, (JsonNode?)JsonObject.Create(a.Value.Clone()))))
            .OrderBy(a => a.Key, StringComparer.Ordinal));

    private static FrozenSet<string> Hex(string tags) => tags.Split(' ').ToFrozenSet();
}
