using System.Text.Json.Serialization;

namespace Pirogov.Labelling.Agreement;

/// <summary>Where one part of a consensus comes from.</summary>
/// <param name="Kind">"mask", "object", "relation" or "answer".</param>
/// <param name="Id">The class of masks, the object's or the relation's id, the question.</param>
/// <param name="Algorithm">By which the platform made it; "decision" where an adjudicator chose it, "own" where they drew it.</param>
/// <param name="Sources">The letters of the readings it is made of.</param>
/// <param name="Confidence">In [0, 1]: of masks the mean share of votes over its pixels, of objects the mean nearness, of answers the share or the posterior.</param>
internal sealed record ElementProvenance(string Kind, string Id, string Algorithm, IReadOnlyList<string> Sources, double? Confidence);

/// <summary>How good a source is estimated to be, seen from the consensus. Kept, and shown to nobody who still reads.</summary>
/// <param name="Part">The class, or the question.</param>
/// <param name="Sensitivity">The share of the consensus that the source has; of an answer, whether it is the consensus'.</param>
/// <param name="Precision">The share of what the source has that the consensus has.</param>
/// <param name="Specificity">Of masks by STAPLE: the share of the region's background that the source leaves.</param>
internal sealed record SourceReliability(string Source, string Part, double? Sensitivity, double? Precision, double? Specificity = null);

/// <summary>One decision of an adjudicator, as the consensus keeps it.</summary>
internal sealed record DecisionProvenance(Guid Disagreement, string Choice, string? Source, Guid By, DateTimeOffset At);

/// <summary>How a consensus came to be, part by part.</summary>
/// <param name="Version">Of the algorithms: it changes when their results may.</param>
/// <param name="Skills">By what sources were weighed, where the rules weigh them.</param>
internal sealed record ConsensusProvenance(
    string Version, ConsensusRules Rules, IReadOnlyList<string> Sources, IReadOnlyList<ElementProvenance> Elements,
    IReadOnlyList<SourceReliability> Reliability, IReadOnlyList<DecisionProvenance> Decisions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SourceSkill>? Skills = null)
{
    public const string CurrentVersion = "1";
}
