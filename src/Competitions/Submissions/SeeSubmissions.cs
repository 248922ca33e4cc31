using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Boards;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Strings;

namespace Pirogov.Competitions.Submissions;

/// <param name="Public">Figures of the public test part; empty before scoring.</param>
/// <param name="Hidden">Null until the competition has ended.</param>
public sealed record SubmissionView(
    SubmissionId Id, string FileName, long Size, string? Sha256, string SubmittedBy, DateTimeOffset SubmittedAt, SubmissionState State, JobId? JobId,
    JobState? JobState, int Percent, string JobMessage, int FaultCount, IReadOnlyList<DoorMessage> Faults, IReadOnlyList<BoardFigure> Public,
    IReadOnlyList<BoardFigure>? Hidden);

/// <param name="Values">For each metric the value of each class, in the dataset's order of classes.</param>
public sealed record CaseView(string Name, Split Part, IReadOnlyDictionary<Metric, double[]> Values);

/// <summary>A team's own submissions.</summary>
[Needs(CompetitionsRights.JoinTeam)]
internal sealed class SeeSubmissions(PirogovDb db, DoorWords words, Localizer strings, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/competitions/{id}/submissions", (SeeSubmissions use, CompetitionId id, int? page, int? size, CancellationToken cancellation) =>
            use.List(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeSubmissions)).WithName("listMySubmissions").WithSummary("My team's submissions, the newest first");
        api.MapGet("/submissions/{id}", (SeeSubmissions use, SubmissionId id, CancellationToken cancellation) =>
            use.One(id, cancellation).ToHttp()).Needs(typeof(SeeSubmissions)).WithName("getSubmission").WithSummary("One submission of my team");
        api.MapGet("/submissions/{id}/cases", (SeeSubmissions use, SubmissionId id, CancellationToken cancellation) =>
            use.Cases(id, cancellation).ToHttp())
            .Needs(typeof(SeeSubmissions)).WithName("listSubmissionCases").WithSummary("Scores of masks case by case; hidden cases after the end");
    }

    public async Task<Outcome<Page<SubmissionView>>> List(CompetitionId id, int page, int size, CancellationToken cancellation)
    {
        if (await db.OwnTeam(id, actor.Actor.AccountId).AsNoTracking().SingleOrDefaultAsync(cancellation) is not { } team)
            return new NotFound("team");
        var found = await db.Set<Submission>().AsNoTracking().Where(s => s.TeamId == team.Id).OrderByDescending(s => s.Id).ToPage(page, size, cancellation);
        var competition = await db.Set<Competition>().AsNoTracking().SingleAsync(c => c.Id == id, cancellation);
        return new Page<SubmissionView>(await View(competition, found.Items, cancellation), found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<SubmissionView>> One(SubmissionId id, CancellationToken cancellation) =>
        await Find(id, cancellation) is var (competition, submission)
            ? Outcome<SubmissionView>.Of((await View(competition, [submission], cancellation))[0])
            : new NotFound("submission");

    /// <summary>Nothing for probabilities: the loss of one case would tell its true answer.</summary>
    public async Task<Outcome<IReadOnlyList<CaseView>>> Cases(SubmissionId id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not var (competition, _))
            return new NotFound("submission");
        if (competition.Kind != CompetitionKind.Masks)
            return Outcome<IReadOnlyList<CaseView>>.Of([]);
        var ended = competition.State == CompetitionState.Ended;
        var rows = await db.Set<CaseScore>().AsNoTracking()
            .Where(c => c.SubmissionId == id && (ended || c.Split == Split.PublicTest)).OrderBy(c => c.Name).ToArrayAsync(cancellation);
        return Outcome<IReadOnlyList<CaseView>>.Of([.. rows.Select(r => new CaseView(r.Name, r.Split, CaseResult.Parse(r.Result).Classes))]);
    }

    private async Task<(Competition, Submission)?> Find(SubmissionId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var submission = await db.Set<Submission>().AsNoTracking().SingleOrDefaultAsync(
            s => s.Id == id && db.Set<TeamMember>().Any(m => m.TeamId == s.TeamId && m.AccountId == me), cancellation);
        return submission is null ? null : (await db.Set<Competition>().AsNoTracking().SingleAsync(c => c.Id == submission.CompetitionId, cancellation), submission);
    }

    private async Task<IReadOnlyList<SubmissionView>> View(Competition competition, IReadOnlyList<Submission> submissions, CancellationToken cancellation)
    {
        var ids = submissions.Select(s => s.Id).ToArray();
        var jobIds = submissions.Where(s => s.JobId is not null).Select(s => s.JobId!.Value).ToArray();
        var names = await db.NamesOf([.. submissions.Select(s => s.SubmittedBy)], cancellation);
        var jobs = await db.Set<JobRecord>().AsNoTracking().Where(j => jobIds.Contains(j.Id)).ToDictionaryAsync(j => j.Id, cancellation);
        var figures = (await db.Set<MetricScore>().AsNoTracking().Where(m => ids.Contains(m.SubmissionId)).ToArrayAsync(cancellation)).ToLookup(m => (m.SubmissionId, m.Split));
        IReadOnlyList<BoardFigure> Of(SubmissionId id, Split part) =>
            [.. figures[(id, part)].OrderBy(m => m.Metric == competition.Primary ? -1 : (int)m.Metric).Select(m => new BoardFigure(m.Metric, m.Value, m.Low, m.High))];
        return
        [
            .. submissions.Select(s => (s, job: s.JobId is { } j ? jobs.GetValueOrDefault(j) : null)).Select(x => new SubmissionView(
                x.s.Id, x.s.FileName, x.s.Size, x.s.Sha256, names.GetValueOrDefault(x.s.SubmittedBy, ""), x.s.SubmittedAt, x.s.State, x.s.JobId,
                x.job?.State, x.job?.Percent ?? 0, strings[x.job?.Message ?? ""], x.s.FaultCount, [.. x.s.Faults.Select(words.Say)], Of(x.s.Id, Split.PublicTest),
                competition.State == CompetitionState.Ended ? Of(x.s.Id, Split.HiddenTest) : null)),
        ];
    }
}
