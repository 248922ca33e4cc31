using System.Globalization;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Archive.Intake;

/// <summary>How many elements of a tag an action was done to in a whole batch. Holds no value.</summary>
internal sealed class BatchAction
{
    public BatchId BatchId { get; init; }

    /// <summary>Eight hexadecimal digits.</summary>
    public string Tag { get; init; } = "";
    public AttributeAction Action { get; init; }
    public long Count { get; init; }
}

/// <summary>Counts per tag and action, written compactly on a file's row and summed when the batch is complete.</summary>
internal static class ActionTally
{
    /// <summary>"00100010:Replaced:1;…" for everything but what was kept.</summary>
    public static string Write(IEnumerable<AttributeCount> counts) => string.Join(';', counts.Where(c => c.Action != AttributeAction.Kept)
        .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Tag.Hex}:{c.Action}:{c.Count}")));

    public static IEnumerable<BatchAction> Sum(BatchId batch, IEnumerable<string> tallies)
    {
        var sums = new SortedDictionary<(string Tag, AttributeAction Action), long>();
        foreach (var part in tallies.SelectMany(t => t.Split(';', StringSplitOptions.RemoveEmptyEntries)))
        {
            var fields = part.Split(':');
            var key = (fields[0], Enum.Parse<AttributeAction>(fields[1]));
            sums[key] = sums.GetValueOrDefault(key) + long.Parse(fields[2], CultureInfo.InvariantCulture);
        }

        return sums.Select(s => new BatchAction { BatchId = batch, Tag = s.Key.Tag, Action = s.Key.Action, Count = s.Value });
    }

    public static string KeywordOf(string tag) => DicomTag.TryParse(tag, out var parsed) ? parsed.IsPrivate ? "PrivateAttribute" : parsed.Keyword : tag;
}
