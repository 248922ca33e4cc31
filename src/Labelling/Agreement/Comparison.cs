using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Agreement;

/// <summary>Two readings of a case, held against each other.</summary>
/// <param name="First">Among the comparison's sources, from 0.</param>
/// <param name="Dice">Class → Dice over the whole case.</param>
/// <param name="Objects">Class → whether both readings hold the same number of objects of each type.</param>
/// <param name="Answers">Question → what each answered; free text is not compared.</param>
internal sealed record PairFigures(
    int First, int Second, IReadOnlyDictionary<string, double> Dice, IReadOnlyDictionary<string, bool> Objects,
    IReadOnlyDictionary<string, ComparedAnswer> Answers)
{
    public bool Agree(Func<string, double> threshold) =>
        Dice.All(d => d.Value >= threshold(d.Key)) && Objects.Values.All(same => same) && Answers.Values.All(a => a.First == a.Second);
}

internal sealed record ComparedAnswer(GivenAnswer First, GivenAnswer Second);

/// <summary>Every pair of a case's readings.</summary>
internal sealed record Figures(int Sources, IReadOnlyList<PairFigures> Pairs)
{
    /// <summary>Class → mean Dice over the pairs.</summary>
    public IReadOnlyDictionary<string, double> Dice => Pairs.SelectMany(p => p.Dice).GroupBy(d => d.Key).ToDictionary(g => g.Key, g => g.Average(d => d.Value));

    /// <summary>
    /// The largest group of readings of which each agrees with each other one, if it is a strict majority; else none. Of two such groups of one
    /// size there is never a choice to make: two strict majorities share a reading, and the one with the lower places is taken.
    /// </summary>
    public IReadOnlyList<int> AgreeingMajority(Func<string, double> threshold)
    {
        var agree = Pairs.Where(p => p.Agree(threshold)).Select(p => (p.First, p.Second)).ToHashSet();
        // At most ten readers: every subset is tried.
        return [.. Enumerable.Range(1, (1 << Sources) - 1)
            .Select(set => Enumerable.Range(0, Sources).Where(i => (set & 1 << i) != 0).ToArray())
            .Where(group => group.Length * 2 > Sources && group.All(a => group.All(b => a >= b || agree.Contains((a, b)))))
            .OrderByDescending(group => group.Length).ThenBy(group => string.Join(',', group), StringComparer.Ordinal).FirstOrDefault() ?? []];
    }
}

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
    public DateTimeOffset At { get; private set; }

    private Comparison()
    {
    }

    public Comparison(ProjectCase one, int round, IEnumerable<Guid> sources, Figures figures, bool agreed, DateTimeOffset now) =>
        (ProjectId, ProjectCaseId, Round, Sources, FiguresJson, Agreed, At) =
        (one.ProjectId, one.Id, round, string.Join(',', sources), JsonSerializer.Serialize(figures, PlatformJson.Options), agreed, now);

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
