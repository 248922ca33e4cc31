using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Agreement;

/// <summary>Who has to agree before no adjudicator is asked.</summary>
internal enum AgreementNeeds
{
    Majority,
    Everybody,
}

internal enum MaskAlgorithm
{
    Majority,
    Intersection,
    Staple,
    Simple,
    ShapeAverage,
}

/// <summary>Of rectangles, ellipses and tracks.</summary>
internal enum BoxAlgorithm
{
    WeightedFusion,
    MostCentral,

    /// <summary>The same fusion, where a reader weighs as much as they came near to results of the project before.</summary>
    SkillWeightedFusion,
}

internal enum SpanAlgorithm
{
    Voting,
    MostCentral,

    /// <summary>The same vote, where a reader has as much of it as they came near to results of the project before.</summary>
    SkillWeightedVoting,
}

/// <summary>Of points, lengths and events.</summary>
internal enum PointAlgorithm
{
    Median,
    MostCentral,
}

internal enum AnswerAlgorithm
{
    Majority,
    DawidSkene,
    Mace,
}

internal sealed record ConsensusRulesUnfit() : Refusal("labelling.consensus-rules-unfit", 422);

/// <summary>How a project's readings are held against one another and by which algorithms they become one; docs/decisions argues the defaults.</summary>
/// <param name="MatchAbove">Dice above which two areas, spans, events or tracks of one class can be the same thing.</param>
/// <param name="ToleranceMm">Between points, ends and lines that are meant to be the same, where the patient's millimetres are known.</param>
/// <param name="TolerancePixels">The same where they are not.</param>
/// <param name="AnswerConfidence">Of a model over all readers: the probability from which an answer is settled although readers differ.</param>
/// <param name="NumberTolerance">Share of the larger number by which two answers may differ and still be equal.</param>
internal sealed record ConsensusRules(
    AgreementNeeds Agreement = AgreementNeeds.Majority,
    MaskAlgorithm Masks = MaskAlgorithm.Majority, BoxAlgorithm Boxes = BoxAlgorithm.WeightedFusion, SpanAlgorithm Spans = SpanAlgorithm.Voting,
    PointAlgorithm Points = PointAlgorithm.Median, AnswerAlgorithm Answers = AnswerAlgorithm.Majority,
    double MatchAbove = 0.1, double ToleranceMm = 5, double TolerancePixels = 10, double NumberTolerance = 0, double AnswerConfidence = 0.95)
{
    public static readonly ConsensusRules Default = new();

    /// <summary>Whether objects of the geometry are made by what readers are estimated to be worth.</summary>
    public bool WeighsBySkill(string geometry) => geometry switch
    {
        Geometry.Span => Spans == SpanAlgorithm.SkillWeightedVoting,
        Geometry.Track or "rectangle" or "ellipse" => Boxes == BoxAlgorithm.SkillWeightedFusion,
        _ => false,
    };

    public Refusal? Fault() =>
        MatchAbove is >= 0 and < 1 && ToleranceMm is > 0 and <= 1_000 && TolerancePixels is > 0 and <= 10_000 && NumberTolerance is >= 0 and < 1 && AnswerConfidence is > 0.5 and <= 1
            ? null
            : new ConsensusRulesUnfit();
}
