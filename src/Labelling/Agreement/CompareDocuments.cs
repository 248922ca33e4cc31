using System.Text.Json;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>What a comparison gives: figures for the rules, the detail for people, the disputed pixels.</summary>
internal sealed record ComparisonResult(Figures Figures, ComparisonDetail Detail, IReadOnlyDictionary<Guid, IReadOnlyList<RegionFrame>> Regions);

/// <summary>Holds the readings of one case against one another.</summary>
/// <param name="rules">The project's.</param>
/// <param name="threshold">Of a class: what a pair must reach.</param>
/// <param name="measureSurfaces">Borders of masks too: for what people look at, and no rule asks.</param>
internal sealed class CompareDocuments(SchemaContent schema, ConsensusRules rules, Func<string, double> threshold, FrameOrder order, bool measureSurfaces = false)
{
    /// <param name="seed">Of the ids that the comparison gives: the same readings of the same case get the same ones.</param>
    /// <param name="settled">Questions that a model of all readers has answered: they are nobody's disagreement.</param>
    public async Task<ComparisonResult> Compare(
        Guid seed, IReadOnlyList<ComparedDocument> readings, CancellationToken cancellation, IReadOnlySet<string>? settled = null)
    {
        var ids = new ComparisonIds(seed);
        var documents = readings.Select(r => r.Document).ToArray();
        var objects = CompareObjects.Of(schema, rules, ids, documents);
        var relations = CompareRelations.Of(schema, ids, documents, objects.Groups);
        var disagreements = new List<Disagreement>();
        var (frames, regions, dice) = (new List<FrameDisagreement>(), new Dictionary<Guid, IReadOnlyList<RegionFrame>>(), new Dictionary<string, MaskComparison>());
        var surfaces = new Dictionary<string, Dictionary<(int, int), SurfaceFigures>>();
        foreach (var @class in schema.Classes.Where(c => c.Geometries.Contains(Geometry.Mask)))
        {
            var borders = measureSurfaces ? new MaskSurfaces(readings.Count, order, rules.ToleranceMm) : null;
            var masks = await MaskComparison.Of(@class.Id, order.FramesOf(@class.Id, readings), readings, borders, cancellation);
            dice[@class.Id] = masks;
            if (borders?.All() is { Count: > 0 } measured)
                surfaces[@class.Id] = measured;
            frames.AddRange(masks.Frames);
            foreach (var piece in masks.Disputed(threshold(@class.Id)))
            {
                var one = OfPiece(ids, @class.Id, piece, readings.Count);
                disagreements.Add(one);
                regions[one.Id] = [.. piece.Regions.Select(r => new RegionFrame(
                    r.Frame.SopInstanceUid, r.Frame.Frame, r.Frame.Rows, r.Frame.Columns, Convert.ToBase64String(r.Region.Encode())))];
            }
        }

        disagreements.AddRange(objects.Disagreements(threshold));
        disagreements.AddRange(relations.Disagreements());
        disagreements.AddRange(CompareAnswers.Disagreements(schema, rules, ids, documents).Where(d => settled?.Contains(d.Question!) is not true));
        var figures = new Figures(readings.Count,
            [.. from a in Enumerable.Range(0, readings.Count)
                from b in Enumerable.Range(a + 1, readings.Count - a - 1)
                select new PairFigures(a, b, dice.ToDictionary(d => d.Key, d => d.Value.Dice(a, b)), objects.Pair(a, b),
                    CompareAnswers.Pair(schema, documents[a], documents[b]), relations.Pair(a, b),
                    surfaces.Count == 0 ? null : surfaces.Where(s => s.Value.ContainsKey((a, b))).ToDictionary(s => s.Key, s => s.Value[(a, b)]))]);
        return new(figures, new(readings.Count, disagreements, objects.Groups, relations.Groups, frames), regions);
    }

    private static Disagreement OfPiece(ComparisonIds ids, string @class, MaskPiece piece, int sources)
    {
        var (frame, box) = piece.Widest();
        var (isMissing, place) = (piece.Readers < sources, $"{frame.SopInstanceUid} {frame.Frame} {string.Join(' ', box)}");
        return new(ids.Of("mask", @class, place), isMissing ? DisagreementKind.Missing : DisagreementKind.Shape, @class, null, null, Geometry.Mask,
            [.. Enumerable.Range(0, sources).Select(s => new DisagreementSource(ComparisonDetail.Letter(s), piece.PixelsOf(s) > 0, [], null, piece.PixelsOf(s)))],
            new(frame.SopInstanceUid, frame.Frame, Box: box), isMissing ? (double)piece.Readers / sources : piece.Figure, isMissing ? "votes" : "dice",
            piece.Regions.Count);
    }
}

/// <summary>An answer in one spelling: a choice by its id, several sorted and joined by ";", numbers round-trip.</summary>
internal sealed record GivenAnswer(string? Value, bool Uncertain, bool CannotAssess)
{
    /// <summary>Among readings: doubt makes a disagreement worth a look, except between numbers that a project takes for equal.</summary>
    /// <param name="tolerance">Share of the larger number by which two may differ.</param>
    public bool Equals(GivenAnswer other, double tolerance) => Equals(other) || tolerance > 0 && Number(Value) is not null && Says(other, tolerance);

    /// <summary>Whether two are the same answer, as one is held against what is right: a right answer is right whether or not its reader was sure.</summary>
    /// <param name="tolerance">Share of the larger number by which two may differ.</param>
    public bool Says(GivenAnswer other, double tolerance) => CannotAssess == other.CannotAssess
        && (CannotAssess || Value == other.Value || Number(Value) is { } a && Number(other.Value) is { } b && Math.Abs(a - b) <= tolerance * Math.Max(Math.Abs(a), Math.Abs(b)));

    public bool IsGiven => CannotAssess || Value is not null;

    /// <summary>As the list of disagreements tells it; null when there is none.</summary>
    public string? Told => CannotAssess ? "cannot-assess" : Value is null ? null : Uncertain ? Value + "?" : Value;

    internal static double? Number(string? value) =>
        double.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}

internal static class AnswerText
{
    private static readonly GivenAnswer None = new(null, false, false);

    public static GivenAnswer Of(LabelDocument document, Question question) => Of(document.Answers, question.Id);

    public static GivenAnswer Of(IReadOnlyDictionary<string, DocumentAnswer>? answers, string id) => answers is not null && answers.TryGetValue(id, out var answer)
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

internal static class CompareAnswers
{
    public static Dictionary<string, ComparedAnswer> Pair(SchemaContent schema, LabelDocument a, LabelDocument b) =>
        Compared(schema.Questions).ToDictionary(q => q.Id, q => new ComparedAnswer(AnswerText.Of(a, q), AnswerText.Of(b, q)));

    public static IEnumerable<Disagreement> Disagreements(SchemaContent schema, ConsensusRules rules, ComparisonIds ids, IReadOnlyList<LabelDocument> documents)
    {
        foreach (var question in Compared(schema.Questions))
        {
            GivenAnswer[] given = [.. documents.Select(d => AnswerText.Of(d, question))];
            if (given.All(g => g.Equals(given[0], rules.NumberTolerance)))
                continue;
            yield return new(ids.Of("answer", question.Id), DisagreementKind.Answer, null, question.Id, null, null,
                [.. given.Index().Select(g => new DisagreementSource(ComparisonDetail.Letter(g.Index), g.Item.IsGiven, [], g.Item.Told))], null, MostFrequent(given), "votes");
        }
    }

    /// <summary>Free text is not compared: two people never write one sentence.</summary>
    public static IEnumerable<Question> Compared(IEnumerable<Question> questions) => questions.Where(q => q.Type != Question.FreeText);

    public static double MostFrequent(IReadOnlyCollection<GivenAnswer> given) => (double)given.GroupBy(g => g).Max(g => g.Count()) / given.Count;
}
