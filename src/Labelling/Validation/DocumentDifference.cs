using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Validation;

internal enum DifferenceKind
{
    /// <summary>A mask's border or place.</summary>
    Mask,

    /// <summary>Only the result has it.</summary>
    Missed,

    /// <summary>Only the reading has it.</summary>
    Extra,

    /// <summary>The same thing, called otherwise.</summary>
    Class,

    /// <summary>The same thing with other attributes.</summary>
    Attributes,

    /// <summary>The same thing, outlined or placed otherwise than its class allows.</summary>
    Shape,
}

/// <summary>One place where a reading departs from the result.</summary>
/// <param name="Class">In the reading; of what was missed in the result.</param>
/// <param name="ResultClass">Where it differs.</param>
/// <param name="ObjectId">Of the reading.</param>
/// <param name="ResultObjectId">Of the result.</param>
/// <param name="OnlyMine">Pixels of a mask on this frame.</param>
/// <param name="OnlyResult">Pixels.</param>
internal sealed record DifferencePlace(
    DifferenceKind Kind, string Class, string? ResultClass, string? ObjectId, string? ResultObjectId, string? SopInstanceUid, int? Frame, long OnlyMine, long OnlyResult);

/// <param name="Dice">Of the masks, over the whole case; null for a class without them.</param>
/// <param name="Mine">Pixels over all frames.</param>
/// <param name="Result">Pixels over all frames.</param>
/// <param name="F1">Of the objects, 2·matched / (mine + result); null when neither has any.</param>
/// <param name="Similarity">Mean over the matched: Dice, or of points and lines whether they lie within the tolerance; null without any.</param>
internal sealed record ClassDifference(string Class, double? Dice, long Mine, long Result, double? F1, int Matched, int Missed, int Extra, double? Similarity)
{
    /// <summary>What the reader is measured by: Dice where masks are drawn, else as readings are compared with one another, F1 times similarity.</summary>
    internal double? Quality => Dice ?? F1 * (Similarity ?? 1);

    internal bool IsPresent => Result > 0 || Matched + Missed > 0;
}

/// <param name="Same">Doubt is a remark on an answer and makes it no other.</param>
internal sealed record AnswerDifference(string Question, string? Mine, string? Result, bool Same, bool MineUncertain = false, bool ResultUncertain = false);

/// <summary>Where a reading departs from the result of its case.</summary>
internal sealed record DocumentDifference(
    IReadOnlyList<ClassDifference> Classes, IReadOnlyList<AnswerDifference> Answers, IReadOnlyList<DifferencePlace> Places, IReadOnlyList<RelationDifference> Relations)
{
    /// <summary>The largest come first; what is beyond is counted in the classes.</summary>
    private const int MostPlaces = 500;

    /// <param name="project">Whose rules say what is the same thing, as when its readings are compared.</param>
    public static DocumentDifference Of(LabellingProject project, SchemaContent schema, OpenedLabels mine, OpenedLabels result)
    {
        var rules = project.Consensus;
        var matches = ObjectMatching.Of(mine.Document.Objects, result.Document.Objects, rules);
        var (own, standing, same) = (mine.Document.Objects.ToLookup(o => o.Class), result.Document.Objects.ToLookup(o => o.Class), matches.ToLookup(m => m.First.Object.Class));
        var (classes, places) = (new List<ClassDifference>(), new List<DifferencePlace>());
        foreach (var one in schema.Classes)
        {
            var (pairs, count, standingCount) = (same[one.Id].ToArray(), own[one.Id].Count(), standing[one.Id].Count());
            places.AddRange(Differing(pairs, one, project.ThresholdOf(one.Id), rules));
            var (common, a, b) = Masks(one.Id, mine, result, places);
            classes.Add(new(one.Id, one.Geometries.Contains(Geometry.Mask) ? Overlap.Dice(common, a, b) : null, a, b,
                count + standingCount == 0 ? null : 2.0 * pairs.Length / (count + standingCount), pairs.Length, standingCount - pairs.Length, count - pairs.Length,
                pairs.Length == 0 ? null : pairs.Average(p => p.Nearness.Score)));
        }

        var alone = new Alone(mine.Document.Objects, result.Document.Objects, matches, rules);
        places.AddRange(alone.Renamed.Select(m => At(DifferenceKind.Class, m.First.Object, m.Second.Object)));
        places.AddRange(alone.OnlySecond.Select(o => At(DifferenceKind.Missed, null, o)));
        places.AddRange(alone.OnlyFirst.Select(o => At(DifferenceKind.Extra, o, null)));
        return new(classes, Answered(schema, rules, mine.Document, result.Document), [.. places.OrderByDescending(p => p.OnlyMine + p.OnlyResult).Take(MostPlaces)],
            RelationDifference.Of(schema, mine.Document, result.Document, matches));
    }

    private static IEnumerable<DifferencePlace> Differing(IEnumerable<Match> pairs, LabelClass @class, double threshold, ConsensusRules rules)
    {
        var compared = CompareAnswers.Compared(@class.Attributes ?? []).Select(a => a.Id).ToArray();
        foreach (var (first, second, nearness) in pairs)
        {
            if (compared.Any(a => !AnswerText.Of(first.Object.Attributes, a).Says(AnswerText.Of(second.Object.Attributes, a), rules.NumberTolerance)))
                yield return At(DifferenceKind.Attributes, first.Object, second.Object);
            if (nearness.Score < threshold)
                yield return At(DifferenceKind.Shape, first.Object, second.Object);
        }
    }

    private static (long Common, long Mine, long Result) Masks(string @class, OpenedLabels mine, OpenedLabels result, List<DifferencePlace> places)
    {
        var (own, standing) = (mine.Of(@class), result.Of(@class));
        long all = 0;
        foreach (var (place, other) in standing)
        {
            var common = own.TryGetValue(place, out var drawn) ? drawn.IntersectionCount(other) : 0;
            var onlyMine = (drawn?.PixelCount ?? 0) - common;
            all += common;
            if (onlyMine + other.PixelCount - common > 0)
                places.Add(new(DifferenceKind.Mask, @class, null, null, null, place.Sop, place.Frame, onlyMine, other.PixelCount - common));
        }

        places.AddRange(own.Where(o => !standing.ContainsKey(o.Key))
            .Select(o => new DifferencePlace(DifferenceKind.Mask, @class, null, null, null, o.Key.Sop, o.Key.Frame, o.Value.PixelCount, 0)));
        return (all, own.Values.Sum(m => (long)m.PixelCount), standing.Values.Sum(m => (long)m.PixelCount));
    }

    private static AnswerDifference[] Answered(SchemaContent schema, ConsensusRules rules, LabelDocument mine, LabelDocument result) =>
        [.. schema.Questions.Select(q => (q.Id, Mine: AnswerText.Of(mine, q), Result: AnswerText.Of(result, q), q.Type))
            .Select(a => new AnswerDifference(a.Id, Shown(a.Mine), Shown(a.Result), a.Type == Question.FreeText || a.Mine.Says(a.Result, rules.NumberTolerance),
                a.Mine.Uncertain, a.Result.Uncertain))];

    /// <summary>"Uncertain" is a remark on an answer; "cannot be assessed" is an answer.</summary>
    private static string? Shown(GivenAnswer answer) => answer.CannotAssess ? "—" : answer.Value;

    private static DifferencePlace At(DifferenceKind kind, DocumentObject? mine, DocumentObject? result)
    {
        var any = mine ?? result!;
        return new(kind, any.Class, mine is not null && result is not null && mine.Class != result.Class ? result.Class : null, mine?.Id, result?.Id,
            any.SopInstanceUid.Length > 0 ? any.SopInstanceUid : null, any.SopInstanceUid.Length > 0 ? any.Frame : null, 0, 0);
    }
}
