using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Agreement;

internal enum DecisionChoice
{
    /// <summary>As one of the readings has it.</summary>
    Source,

    /// <summary>Nothing is there; of an answer or an attribute: none.</summary>
    None,

    /// <summary>As the adjudicator has it: what was sent with the decision, or what stands in their document.</summary>
    Own,

    /// <summary>An earlier decision is taken back.</summary>
    Reopened,
}

internal sealed record DisagreementsUndecided(int Decided, int Total) : Refusal("labelling/disagreements-undecided", 409);

/// <summary>What an adjudicator decided about one disagreement, and in which revision it was written down. The newest counts; none is changed.</summary>
internal sealed class Decision
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ReadingId ReadingId { get; private set; }
    public Guid ComparisonId { get; private set; }
    public Guid Disagreement { get; private set; }
    public DecisionChoice Choice { get; private set; }

    /// <summary>The letter of the reading that was taken.</summary>
    public string? Source { get; private set; }
    public Guid AccountId { get; private set; }
    public int Revision { get; private set; }
    public DateTimeOffset At { get; private set; }

    private Decision()
    {
    }

    public Decision(Reading reading, Comparison comparison, Guid disagreement, DecisionChoice choice, string? source, int revision, DateTimeOffset now) =>
        (ReadingId, ComparisonId, Disagreement, Choice, Source, AccountId, Revision, At) =
        (reading.Id, comparison.Id, disagreement, choice, source, reading.AccountId, revision, now);

    /// <summary>The same readings were compared again under the next version of the schema, and the same disagreement was found.</summary>
    public void StandUnder(Comparison renewed) => ComparisonId = renewed.Id;
}

internal sealed record DecisionView(DecisionChoice Choice, string? Source, int Revision, DateTimeOffset At);

/// <param name="Decision">None while it is open.</param>
internal sealed record ListedDisagreement(Disagreement Disagreement, DecisionView? Decision);

/// <param name="Disagreements">The first ones, in the order of the case; the rest by the list's own address.</param>
internal sealed record AdjudicationView(int Decided, int Total, IReadOnlyList<ListedDisagreement> Disagreements);

/// <summary>The disagreements of a case and what has been decided about them.</summary>
internal sealed class Adjudication(PirogovDb db, ReadingSources sources, ComparisonStore comparisons)
{
    /// <summary>So many come with the reading itself.</summary>
    public const int ShownAtOnce = 500;

    /// <returns>Null for who reads, whatever the state of the case.</returns>
    public async Task<AdjudicationView?> View(Reading reading, CancellationToken cancellation)
    {
        if (await List(reading, cancellation) is not { } all)
            return null;
        return new(all.Count(d => d.Decision is not null), all.Count, [.. all.Take(ShownAtOnce)]);
    }

    public async Task<IReadOnlyList<ListedDisagreement>?> List(Reading reading, CancellationToken cancellation)
    {
        if (await sources.Compared(reading, cancellation) is not { } comparison)
            return null;
        var (detail, decided) = (await comparisons.Detail(comparison, cancellation), await Newest(reading, comparison, cancellation));
        return [.. detail.Disagreements.Select(d => new ListedDisagreement(d,
            decided.GetValueOrDefault(d.Id) is { Choice: not DecisionChoice.Reopened } one ? new(one.Choice, one.Source, one.Revision, one.At) : null))];
    }

    /// <returns>Null when everything is decided, or when there is nothing to decide.</returns>
    public async Task<Refusal?> Undecided(Reading reading, CancellationToken cancellation) =>
        reading.Mode == ReadingMode.Adjudicate && await View(reading, cancellation) is { } view && view.Decided < view.Total
            ? new DisagreementsUndecided(view.Decided, view.Total)
            : null;

    /// <summary>Part by part where an adjudicated consensus comes from: agreed before, taken from a reading, drawn by the adjudicator.</summary>
    public async Task<ConsensusProvenance> Provenance(Reading reading, Comparison comparison, LabelDocument document, CancellationToken cancellation)
    {
        var detail = await comparisons.Detail(comparison, cancellation);
        var rules = (await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation)).Consensus;
        var decisions = (await Newest(reading, comparison, cancellation)).Values.Where(d => d.Choice != DecisionChoice.Reopened).OrderBy(d => d.Id).ToArray();
        return new(ConsensusProvenance.CurrentVersion, rules, [.. Enumerable.Range(0, detail.Sources).Select(ComparisonDetail.Letter)],
            [.. new PartsOfDecision(detail, decisions).Of(document)], detail.Undisputed?.Reliability ?? [],
            [.. decisions.Select(d => new DecisionProvenance(d.Disagreement, System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(d.Choice.ToString()), d.Source, d.AccountId, d.At))]);
    }

    /// <summary>
    /// One's own decisions, and those of whoever decided before as far as a consensus holds them: what another began and did not hand in stands in
    /// no document but theirs.
    /// </summary>
    private async Task<Dictionary<Guid, Decision>> Newest(Reading reading, Comparison comparison, CancellationToken cancellation)
    {
        var until = await db.Set<Consensus>().Where(c => c.ComparisonId == comparison.Id && c.ProjectCaseId == comparison.ProjectCaseId && c.Origin != ConsensusOrigin.Automatic)
            .MaxAsync(c => (DateTimeOffset?)c.At, cancellation);
        return (await db.Set<Decision>().AsNoTracking().Where(d => d.ComparisonId == comparison.Id && (d.ReadingId == reading.Id || d.At <= until)).ToArrayAsync(cancellation))
            .GroupBy(d => d.Disagreement).ToDictionary(g => g.Key, g => g.MaxBy(d => d.Id)!);
    }
}

/// <summary>Names the origin of each part of an adjudicated document.</summary>
internal sealed class PartsOfDecision(ComparisonDetail detail, IReadOnlyList<Decision> decisions)
{
    private readonly Dictionary<Guid, Decision> decided = decisions.ToDictionary(d => d.Disagreement);
    private readonly ILookup<Guid?, Disagreement> disputes = detail.Disagreements.Where(d => !d.IsOfObject).ToLookup(d => d.Object);

    public IEnumerable<ElementProvenance> Of(LabelDocument document)
    {
        foreach (var @class in document.Masks.Select(m => m.Class).Distinct())
            yield return Drawn(@class);
        foreach (var one in document.Objects)
            yield return Part("object", one.Id);
        foreach (var one in document.Relations ?? [])
            yield return Part("relation", one.Id);
        foreach (var question in document.Answers.Keys)
        {
            yield return detail.Disagreements.FirstOrDefault(d => d.Kind == DisagreementKind.Answer && d.Question == question) is { } dispute
                ? Decided("answer", question, dispute)
                : Undisputed("answer", question);
        }
    }

    private ElementProvenance Drawn(string @class)
    {
        Decision[] own = [.. detail.Disagreements.Where(d => d.Class == @class && d.Geometry == Geometry.Mask).Select(d => decided.GetValueOrDefault(d.Id)).OfType<Decision>()];
        return own.Length == 0 ? Undisputed("mask", @class) : new("mask", @class, "decision", [.. own.Select(d => d.Source).OfType<string>().Distinct().Order()], null);
    }

    private ElementProvenance Part(string kind, string id) =>
        Guid.TryParse(id, out var group) && disputes[group].FirstOrDefault() is { } dispute ? Decided(kind, id, dispute) : Undisputed(kind, id);

    private ElementProvenance Decided(string kind, string id, Disagreement dispute) => decided.GetValueOrDefault(dispute.Id) switch
    {
        { Choice: DecisionChoice.Source, Source: { } letter } => new(kind, id, "decision", [letter], null),
        _ => new(kind, id, "own", [], null),
    };

    private ElementProvenance Undisputed(string kind, string id) =>
        detail.Undisputed?.Elements.FirstOrDefault(e => e.Kind == kind && e.Id == id) ?? new(kind, id, "own", [], null);
}
