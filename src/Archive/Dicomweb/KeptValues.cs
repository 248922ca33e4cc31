using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Keys that no engine matches as DICOM wants: names, in either case, in any order and alphabet, and ids within a sequence. They are matched here
/// against the values that are kept, each of which is looked at once, and the rows are those that hold the values found: the price is a walk
/// over the distinct values of one column of the cases that the other keys leave.
/// </summary>
internal static class KeptValues
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 16 };

    /// <summary>To be done before the query is put to the database.</summary>
    /// <param name="scope">What the caller may see.</param>
    public static async Task LookUp(QidoQuery query, IQueryable<Case> scope, CancellationToken cancellation)
    {
        if (query.Physicians.Length > 0)
        {
            var kept = await query.Cases(scope).Select(c => c.ReferringPhysician).Distinct().ToArrayAsync(cancellation);
            query.PhysiciansFound = [.. kept.Where(name => Array.Exists(query.Physicians, asked => IsName(name, asked, query.IsFuzzy)))];
        }

        if (query.Requests.Exists(k => k.Value != "*"))
        {
            var candidates = Holding(query, query.Series(query.Cases(scope).SelectMany(c => c.Series)));
            var kept = await candidates.Select(s => s.RequestAttributes).Distinct().ToArrayAsync(cancellation);
            query.RequestsFound = [.. kept.Where(text => Holds(text, query.Requests))];
        }
    }

    private static bool IsName(string name, string asked, bool isFuzzy) => asked == MatchKeys.EmptyValue ? name.Length == 0
        : asked == "*" || (name.Length > 0 && Wildcards.IsName(name, asked, isFuzzy));

    /// <summary>Whatever holds a value holds its letters: the database leaves out what does not, so that an id of a million is found by few looks.</summary>
    private static IQueryable<Series> Holding(QidoQuery query, IQueryable<Series> series)
    {
        foreach (var key in query.Requests.Where(k => k.Value is not ("*" or MatchKeys.EmptyValue)))
        {
            // A question mark may stand for a letter that the text writes by several.
            var pattern = string.Join('*', key.Value.Replace('?', '*').Split('*').Select(piece => JsonEncodedText.Encode(piece).ToString()));
            series = MatchKeys.Text(series, [$"*\"{pattern}\"*"], s => s.RequestAttributes, query.IsSqlite);
        }

        return series;
    }

    private static bool Holds(string requests, List<HeaderKey> keys)
    {
        var sequence = $"{{\"vr\":\"SQ\"{(requests.Length > 0 ? $",\"Value\":{requests}" : "")}}}";
        using var header = JsonDocument.Parse($"{{\"{DicomTags.RequestAttributesSequence.Hex}\":{sequence}}}", Deep);
        return keys.TrueForAll(k => k.Matches(header.RootElement));
    }
}
