using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Problems;

namespace Pirogov.Lifecycle;

/// <param name="Reached">Gates passed, of nine.</param>
public sealed record SolutionView(
    SolutionId Id, Bilingual Title, string Team, CompetitionId CompetitionId, SubmissionId SubmissionId, string Metric, double Score, double ScoreLow,
    double ScoreHigh, DateTimeOffset MadeAt, int Reached);

public enum StageState
{
    /// <summary>Its gate is passed.</summary>
    Passed,

    /// <summary>Its evidence is there; the AI office has not passed its gate.</summary>
    Shown,

    NotReached,
}

public sealed record StageView(
    Stage Stage, StageState State, IReadOnlyList<LinkGroup> Evidence, LinkView? Gate, string? PassedBy, DateTimeOffset? PassedAt, string Note, bool MayPass);

public sealed record SolutionDetails(SolutionView Solution, ClinicalTaskSummary? Task, DatasetVersionSummary? Dataset, IReadOnlyList<StageView> Stages);

/// <summary>The AI office and administrators see every solution, a team its own.</summary>
[Needs(LifecycleRights.See)]
internal sealed class SeeSolutions(PirogovDb db, ChainOfEvidence chain, EvidenceChain evidence, IAgenda agenda, IDatasets datasets, OwnSolution own, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/solutions", (SeeSolutions use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeSolutions)).WithName("listSolutions").WithSummary("Solutions, the newest first");
        api.MapGet("/solutions/{id}", (SeeSolutions use, SolutionId id, CancellationToken cancellation) =>
            use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeSolutions)).WithName("getSolution").WithSummary("One solution with its nine stages and their evidence");
    }

    public async Task<Page<SolutionView>> List(int page, int size, CancellationToken cancellation)
    {
        if (actor.Actor.IsAny(Role.AiOffice, Role.Administrator))
        {
            var found = await db.Set<Solution>().AsNoTracking().Include(s => s.Gates).OrderByDescending(s => s.Id).ToPage(page, size, cancellation);
            return new([.. found.Items.Select(View)], found.Number, found.Size, found.Total);
        }

        // A team has few: whether a solution is one's own is asked of the competitions one by one.
        var mine = new List<Solution>();
        foreach (var solution in await db.Set<Solution>().AsNoTracking().Include(s => s.Gates).OrderByDescending(s => s.Id).ToArrayAsync(cancellation))
        {
            if (await own.MaySee(solution, actor, cancellation))
                mine.Add(solution);
        }

        return Page.Of(mine, page, size).Of(View);
    }

    public async Task<Outcome<SolutionDetails>> One(SolutionId id, CancellationToken cancellation)
    {
        var solution = await db.Set<Solution>().AsNoTracking().Include(s => s.Gates).SingleOrDefaultAsync(s => s.Id == id, cancellation);
        if (solution is null || !await own.MaySee(solution, actor, cancellation))
            return new NotFound("solution");
        var score = await evidence.Find(CompetitionEvidence.Score, solution.SubmissionId.Value, cancellation);
        var below = await chain.Below(score, cancellation);
        var task = solution.ClinicalTaskId is { } t ? await agenda.FindTask(t, cancellation) : null;
        var stages = new List<StageView>();
        foreach (var stage in Enum.GetValues<Stage>())
            stages.Add(await View(solution, stage, below.GetValueOrDefault(stage) ?? [], task is not null, cancellation));
        return new SolutionDetails(View(solution), task, await datasets.Find(solution.DatasetVersionId, cancellation), stages);
    }

    private async Task<StageView> View(Solution solution, Stage stage, IReadOnlyList<LinkGroup> links, bool hasTask, CancellationToken cancellation)
    {
        var gate = solution.Gates.SingleOrDefault(g => g.Stage == stage);
        var shown = links.Count > 0 || (stage == Stage.Task && hasTask);
        var recorded = gate is null ? null : await evidence.Find(LifecycleEvidence.StageGate, gate.Id, cancellation);
        var by = gate is null ? null : await db.Users.AsNoTracking().Where(a => a.Id == gate.PassedBy).Select(a => a.FullName).SingleOrDefaultAsync(cancellation);
        return new(stage, gate is not null ? StageState.Passed : shown ? StageState.Shown : StageState.NotReached, links,
            recorded is null ? null : new(recorded.Kind, recorded.Subject, recorded.Sha256, gate!.PassedAt, 0), by, gate?.PassedAt, gate?.Note ?? "",
            solution.Next == stage && stage <= Solution.LastWithEvidence && (shown || stage == Stage.Task) && actor.Actor.Is(Role.AiOffice));
    }

    private static SolutionView View(Solution s) => new(
        s.Id, new(s.TitleRu, s.TitleEn), s.TeamName, s.CompetitionId, s.SubmissionId, s.Metric, s.Score, s.ScoreLow, s.ScoreHigh, s.MadeAt, s.Gates.Count);
}

/// <summary>Whose a solution is: the AI office's and administrators' to see, and the team's that won.</summary>
internal sealed class OwnSolution(ICompetitions competitions)
{
    public async Task<bool> MaySee(Solution solution, Actor actor, CancellationToken cancellation) =>
        actor.IsAny(Role.AiOffice, Role.Administrator) || await competitions.IsOwn(solution.SubmissionId, actor.AccountId, cancellation);
}
