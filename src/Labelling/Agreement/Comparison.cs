using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Agreement;

/// <summary>Objects of one class, read by two.</summary>
/// <param name="Matched">Pairs that are the same thing.</param>
/// <param name="OnlyFirst">Objects that the first alone has.</param>
/// <param name="Similarity">Mean over the pairs: Dice, or of points and lines whether they lie within the tolerance; null without a pair.</param>
/// <param name="Attributes">The share of equal attributes over the pairs; null where nothing is compared.</param>
internal sealed record ObjectFigures(int Matched, int OnlyFirst, int OnlySecond, double? Similarity, double? Attributes)
{
    /// <summary>2 TP / (2 TP + FP + FN); 1 when neither has any.</summary>
    public double F1 => Matched + OnlyFirst + OnlySecond == 0 ? 1 : 2.0 * Matched / (2 * Matched + OnlyFirst + OnlySecond);

    /// <summary>Recognition times similarity, as panoptic quality has it (Kirillov et al. 2019, eq. 2), with Dice in the place of IoU: an object that one of two lacks counts 0.</summary>
    public double Score => F1 * (Similarity ?? 1);
}

/// <summary>Two readings of a case, held against each other.</summary>
/// <param name="First">Among the comparison's sources, from 0.</param>
/// <param name="Dice">Class with masks → Dice over the whole case.</param>
/// <param name="Objects">Class with objects → how they match.</param>
/// <param name="Answers">Question → what each answered; free text is not compared.</param>
/// <param name="Relations">Type → F1 over the relations whose both ends both have.</param>
/// <param name="Surfaces">Class with masks → how far the borders lie apart, where the patient's millimetres are known.</param>
internal sealed record PairFigures(
    int First, int Second, IReadOnlyDictionary<string, double> Dice, IReadOnlyDictionary<string, ObjectFigures> Objects,
    IReadOnlyDictionary<string, ComparedAnswer> Answers, IReadOnlyDictionary<string, double> Relations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, SurfaceFigures>? Surfaces = null)
{
    /// <param name="threshold">Of a class, or of a type of relation.</param>
    /// <param name="settled">Questions that a model of all readers has answered: they are nobody's disagreement.</param>
    public bool Agree(Func<string, double> threshold, double numberTolerance = 0, IReadOnlySet<string>? settled = null) =>
        Classes.All(c => Of(c) >= threshold(c)) && Objects.All(o => !(o.Value.Attributes < threshold(o.Key)))
        && Relations.All(r => r.Value >= threshold(r.Key)) && Answers.All(a => settled?.Contains(a.Key) is true || a.Value.First.Equals(a.Value.Second, numberTolerance));

    private IEnumerable<string> Classes => Dice.Keys.Union(Objects.Keys);

    /// <summary>A class that may be drawn and marked is as agreed as the worse of the two.</summary>
    public double Of(string @class) => Math.Min(Dice.GetValueOrDefault(@class, 1), Objects.GetValueOrDefault(@class)?.Score ?? 1);

    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Agreement => Classes.ToDictionary(c => c, Of);
}

internal sealed record ComparedAnswer(GivenAnswer First, GivenAnswer Second);

/// <summary>Every pair of a case's readings.</summary>
internal sealed record Figures(int Sources, IReadOnlyList<PairFigures> Pairs)
{
    /// <summary>Class with masks → mean Dice over the pairs.</summary>
    public IReadOnlyDictionary<string, double> Dice => Mean(p => p.Dice);

    /// <summary>Class → mean agreement over the pairs, by whatever its geometries give.</summary>
    public IReadOnlyDictionary<string, double> Agreement => Mean(p => p.Agreement);

    private Dictionary<string, double> Mean(Func<PairFigures, IReadOnlyDictionary<string, double>> of) =>
        Pairs.SelectMany(of).GroupBy(d => d.Key).ToDictionary(g => g.Key, g => g.Average(d => d.Value));

    /// <summary>
    /// The largest group of readings of which each agrees with each other one, if it is a strict majority (or, where everybody has to agree, all);
    /// else none. Of two such groups of one size there is never a choice to make: two strict majorities share a reading, and the one with the
    /// lower places is taken.
    /// </summary>
    public IReadOnlyList<int> Agreeing(Func<string, double> threshold, ConsensusRules rules, IReadOnlySet<string>? settled = null)
    {
        var group = AgreeingMajority(threshold, rules.NumberTolerance, settled);
        return rules.Agreement == AgreementNeeds.Majority || group.Count == Sources ? group : [];
    }

    public IReadOnlyList<int> AgreeingMajority(Func<string, double> threshold, double numberTolerance = 0, IReadOnlySet<string>? settled = null)
    {
        var agree = Pairs.Where(p => p.Agree(threshold, numberTolerance, settled)).Select(p => (p.First, p.Second)).ToHashSet();
        // At most ten readers: every subset is tried.
        return [.. Enumerable.Range(1, (1 << Sources) - 1)
            .Select(set => Enumerable.Range(0, Sources).Where(i => (set & 1 << i) != 0).ToArray())
            .Where(group => group.Length * 2 > Sources && group.All(a => group.All(b => a >= b || agree.Contains((a, b)))))
            .OrderByDescending(group => group.Length).ThenBy(group => string.Join(',', group), StringComparer.Ordinal).FirstOrDefault() ?? []];
    }
}

/// <summary>What a comparison keeps beside its row.</summary>
internal sealed record ComparisonFiles(EvidenceFile Detail, EvidenceFile Regions, EvidenceFile Draft);

/// <summary>The blind readings of a case, held against one another; once more after each further reader.</summary>
internal sealed class Comparison
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectId ProjectId { get; private set; }
    public ProjectCaseId ProjectCaseId { get; private set; }

    /// <summary>From 1.</summary>
    public int Round { get; private set; }

    /// <summary>No later round has replaced it.</summary>
    public bool IsCurrent { get; private set; } = true;

    /// <summary>The revisions compared, comma-separated, in the order of their letters.</summary>
    public string Sources { get; private set; } = "";
    public string FiguresJson { get; private set; } = "";
    public bool Agreed { get; private set; }

    /// <summary>Of the <see cref="ComparisonDetail"/>: disagreements, objects that match, frames by disagreement.</summary>
    public string DetailMd5 { get; private set; } = "";
    public string DetailSha256 { get; private set; } = "";

    /// <summary>Of the pixels about which masks disagree, by disagreement.</summary>
    public string RegionsMd5 { get; private set; } = "";

    /// <summary>Of the document that holds what all agree about: where an adjudicator begins.</summary>
    public string DraftMd5 { get; private set; } = "";
    public DateTimeOffset At { get; private set; }

    private Comparison()
    {
    }

    public Comparison(ProjectCase one, int round, IEnumerable<Guid> sources, Figures figures, bool agreed, ComparisonFiles files, DateTimeOffset now)
    {
        (ProjectId, ProjectCaseId, Round, Sources, FiguresJson, Agreed, At) =
            (one.ProjectId, one.Id, round, string.Join(',', sources), JsonSerializer.Serialize(figures, PlatformJson.Options), agreed, now);
        (DetailMd5, DetailSha256, RegionsMd5, DraftMd5) = (files.Detail.Md5, files.Detail.Sha256, files.Regions.Md5, files.Draft.Md5);
    }

    public Figures Figures => JsonSerializer.Deserialize<Figures>(FiguresJson, PlatformJson.Options)!;

    public IReadOnlyList<Guid> SourceIds => [.. Sources.Split(',').Select(Guid.Parse)];

    public void Supersede() => IsCurrent = false;

    public JsonObject Facts() => new()
    {
        ["case"] = ProjectCaseId.Value,
        ["round"] = Round,
        ["sources"] = new JsonArray([.. SourceIds.Select(s => (JsonNode)s)]),
        ["figures"] = JsonNode.Parse(FiguresJson),
        ["agreed"] = Agreed,
        ["detail"] = DetailSha256,
        ["at"] = JsonSerializer.SerializeToNode(At, PlatformJson.Options),
    };
}

internal sealed class ComparisonEvidence(PirogovDb db, Sealing sealing) : IEvidenceSource
{
    public string Kind => LabellingEvidence.Comparison;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation) =>
        await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == subject, cancellation) is { } comparison
            ? await sealing.State(Kind, subject, comparison.Facts(), cancellation)
            : null;
}
