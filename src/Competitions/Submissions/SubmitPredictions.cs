using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Evidence;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Competitions.Submissions;

public sealed record SubmissionTooLarge(int LimitMegabytes) : Refusal("competitions.submission-too-large", 413);

public sealed record NoFileSent() : Refusal("competitions.no-file-sent", 400);

/// <param name="Errors">In the sender's language, at most a hundred of <paramref name="Count"/>.</param>
public sealed record SubmissionRejected(int Count, IReadOnlyList<DoorMessage> Errors) : Refusal("competitions.submission-rejected", 422);

/// <summary>Takes a file of predictions, turns it away with every reason at once, or stores it and asks for its score.</summary>
[Needs(CompetitionsRights.Submit)]
internal sealed class SubmitPredictions(
    PirogovDb db, ObjectStore store, StoreFolders folders, IDatasets datasets, EvidenceChain evidence, JobQueue jobs, DoorWords words,
    CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public const int MasksLimitMegabytes = 512;
    public const int TableLimitMegabytes = 16;
    private const long RequestLimit = (MasksLimitMegabytes + 1L) << 20;

    public sealed record Response(SubmissionId Id, JobId JobId, string Sha256, long Size, int LeftToday);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/competitions/{id}/submissions",
        async (SubmitPredictions use, CompetitionId id, string? name, HttpRequest http, CancellationToken cancellation) =>
            await UploadedFile.Open(http, name, cancellation) is { } file
                ? await use.Handle(id, file.Name, file.Bytes, cancellation).ToCreated(r => $"/api/v1/submissions/{r.Id}")
                : new NoFileSent().ToHttp())
        .Needs(typeof(SubmitPredictions)).WithMetadata(new RequestSizeLimitAttribute(RequestLimit))
        .WithSummary("Submits predictions: multipart/form-data, or the bare bytes with ?name=")
        .WithMetadata(new TakesBytes("multipart/form-data", "application/octet-stream")).Produces<Response>(StatusCodes.Status201Created);

    public async Task<Outcome<Response>> Handle(CompetitionId id, string fileName, Stream bytes, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id && c.State != CompetitionState.Draft, cancellation) is not { } competition)
            return new NotFound("competition");
        var team = await db.OwnTeam(id, me).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (competition.MayReceive(team, me, time.Now(), await AcceptedToday(competition, team, time.Now(), cancellation)) is { } refusal)
            return refusal;
        var limit = competition.Kind == CompetitionKind.Masks ? MasksLimitMegabytes : TableLimitMegabytes;
        await using var file = await SpooledFile.Receive(bytes, folders.Incoming, (long)limit << 20, cancellation);
        if (file is null)
            return new SubmissionTooLarge(limit);
        // What counts is when the last byte has arrived, not how long the door looks at it.
        var received = time.Now();
        var report = await Inspect(competition, file.Bytes, cancellation);
        if (!report.IsClean)
            return await Reject(competition, team!, received, fileName, file.Bytes.Length, report, cancellation);
        file.Bytes.Position = 0;
        var stored = await store.Put(file.Bytes, cancellation);
        return await Accept(competition, team!, received, new(fileName, stored.Md5, stored.Sha256, stored.Size), cancellation);
    }

    private async Task<DoorReport> Inspect(Competition competition, Stream bytes, CancellationToken cancellation)
    {
        var cases = await db.Set<CompetitionCase>().AsNoTracking().Where(c => c.CompetitionId == competition.Id).OrderBy(c => c.Name).ToListAsync(cancellation);
        if (competition.Kind == CompetitionKind.Probabilities)
            return (await ProbabilityTable.Read(bytes, [.. cases.Select(c => c.Name)], cancellation)).Report;
        var version = await datasets.Find(competition.DatasetVersionId, cancellation);
        return await Task.Run(() => MaskArchive.Check(bytes, cases, version!.Classes.Count, cancellation), cancellation);
    }

    private async Task<Refusal> Reject(
        Competition competition, Team team, DateTimeOffset received, string fileName, long size, DoorReport report, CancellationToken cancellation)
    {
        var rejected = Submission.Reject(competition, team.Id, actor.Actor.AccountId, received, fileName, size, report);
        db.Add(rejected);
        audit.Note("competitions.submission-rejected", CompetitionEvidence.Submission, rejected.Id, new { report.Count });
        await db.SaveChangesAsync(cancellation);
        return new SubmissionRejected(report.Count, [.. report.Faults.Select(words.Say)]);
    }

    private async Task<Outcome<Response>> Accept(Competition competition, Team team, DateTimeOffset received, SubmittedFile file, CancellationToken cancellation)
    {
        var version = await evidence.Find(DatasetEvidence.Version, competition.DatasetVersionId.Value, cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var open = await db.Set<Competition>().Where(c => c.Id == competition.Id && c.State == CompetitionState.Open)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Received, c => c.Received + 1), cancellation);
        if (open == 0)
            return new CompetitionNotOpen();
        var today = await AcceptedToday(competition, team, received, cancellation);
        var submitted = competition.Submit(team, actor.Actor.AccountId, received, today, file, version?.Sha256);
        if (submitted.IsRefused(out var refusal))
            return refusal;
        var submission = submitted.Value;
        db.Add(submission);
        submission.ScoredBy(jobs.Enqueue<ScoreSubmission, ScoreSubmission.Payload>(new(submission.Id), CompetitionEvidence.Submission, submission.Id));
        evidence.Record(SubmissionLink.State(submission));
        audit.Note("competitions.submitted", CompetitionEvidence.Submission, submission.Id, new { submission.Sha256 });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new Response(submission.Id, submission.JobId!.Value, file.Sha256, file.Size, competition.DailyLimit - today - 1);
    }

    private async Task<int> AcceptedToday(Competition competition, Team? team, DateTimeOffset now, CancellationToken cancellation)
    {
        if (team is null)
            return 0;
        var day = competition.DayOf(now);
        return await db.Set<Submission>().CountAsync(s => s.TeamId == team.Id && s.Day == day && s.Ordinal != null, cancellation);
    }
}
