using System.Text.Json;
using Pirogov.Imaging;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>A document with its masks unpacked.</summary>
internal sealed record OpenDocument(LabelDocument Document, IReadOnlyDictionary<string, RunLengthMask> Masks)
{
    public Dictionary<(string Sop, int Frame), (DocumentMask Mask, RunLengthMask Pixels)> Of(string @class) =>
        Document.Masks.Where(m => m.Class == @class).ToDictionary(m => (m.SopInstanceUid, m.Frame), m => (m, Masks[m.Blob!]));
}

/// <summary>Holds the readings of one case against one another.</summary>
internal static class CompareDocuments
{
    public static Figures Compare(SchemaContent schema, IReadOnlyList<OpenDocument> readings) => new(readings.Count,
        [.. from a in Enumerable.Range(0, readings.Count)
            from b in Enumerable.Range(a + 1, readings.Count - a - 1)
            select Pair(schema, (a, readings[a]), (b, readings[b]))]);

    private static PairFigures Pair(SchemaContent schema, (int Place, OpenDocument Document) one, (int Place, OpenDocument Document) other)
    {
        var (first, second) = (one.Document, other.Document);
        return new(one.Place, other.Place,
            schema.Classes.Where(c => c.Geometries.Contains("mask")).ToDictionary(c => c.Id, c => Dice(first, second, c.Id)),
            schema.Classes.Where(c => c.Geometries.Any(g => g != "mask")).ToDictionary(c => c.Id, c => Counts(first, c.Id).SequenceEqual(Counts(second, c.Id))),
            schema.Questions.Where(q => q.Type != Question.FreeText).ToDictionary(q => q.Id,
                q => new ComparedAnswer(AnswerText.Of(first.Document, q), AnswerText.Of(second.Document, q))));
    }

    /// <summary>Voxels are counted over every frame of the case, then compared once: a frame where both are empty adds nothing.</summary>
    private static double Dice(OpenDocument first, OpenDocument second, string @class)
    {
        var (a, b) = (first.Of(@class), second.Of(@class));
        long both = 0;
        foreach (var (place, mask) in a)
        {
            if (b.TryGetValue(place, out var other))
                both += mask.Pixels.IntersectionCount(other.Pixels);
        }

        return Overlap.Dice(both, a.Values.Sum(m => (long)m.Pixels.PixelCount), b.Values.Sum(m => (long)m.Pixels.PixelCount));
    }

    private static IEnumerable<(string Type, int Count)> Counts(OpenDocument one, string @class) =>
        one.Document.Objects.Where(o => o.Class == @class).GroupBy(o => o.Type).Select(g => (g.Key, g.Count())).OrderBy(g => g.Key, StringComparer.Ordinal);
}

/// <summary>An answer in one spelling: a choice by its id, several sorted and joined by ";", numbers round-trip.</summary>
internal sealed record GivenAnswer(string? Value, bool Uncertain, bool CannotAssess);

internal static class AnswerText
{
    private static readonly GivenAnswer None = new(null, false, false);

    public static GivenAnswer Of(LabelDocument document, Question question) => document.Answers.TryGetValue(question.Id, out var answer)
        ? new(Text(answer.Value), answer.Uncertain, answer.CannotAssess)
        : None;

    public static string? Text(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.True } => "true",
        { ValueKind: JsonValueKind.False } => "false",
        { ValueKind: JsonValueKind.Number } number => number.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        { ValueKind: JsonValueKind.Array } many => string.Join(';', many.EnumerateArray().Select(v => v.GetString()).Order(StringComparer.Ordinal)),
        _ => null,
    };
}
