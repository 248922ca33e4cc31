using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Jobs;

/// <param name="Message">What it is doing, in the caller's language.</param>
/// <param name="Failure">Why it failed or is tried again, in the caller's language.</param>
/// <param name="FailureCode">The same for programs; stable.</param>
public sealed record JobView(
    JobId Id, string Kind, string SubjectKind, string SubjectId, JobState State, int Percent, string Message, int Attempts, string? Failure, string? FailureCode,
    JobResult? Result, bool CancellationRequested, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>Administrators see every job, others those that they asked for.</summary>
[Needs(PlatformRights.SeeJobs)]
public sealed class SeeJobs(PirogovDb db, CurrentActor actor, Localizer words, JobsHere here)
{
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/jobs", (SeeJobs use, EnumWord<JobState>? state, int? page, int? size, CancellationToken cancellation) =>
            use.List(state?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeJobs)).WithName("listJobs").WithSummary("Background jobs, newest first.");
        routes.MapGet("/jobs/{id}", (SeeJobs use, JobId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeJobs)).WithName("getJob").WithSummary("One job: how far it is, or why it failed.");
    }

    public async Task<Page<JobView>> List(JobState? state, int page, int size, CancellationToken cancellation)
    {
        var found = await Visible().Where(j => state == null || j.State == state).OrderByDescending(j => j.Id).ToPage(page, size, cancellation);
        return new([.. found.Items.Select(View)], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<JobView>> One(JobId id, CancellationToken cancellation) =>
        await Visible().SingleOrDefaultAsync(j => j.Id == id, cancellation) is { } job ? View(job) : new NotFound("job");

    private IQueryable<JobRecord> Visible()
    {
        var (me, all) = (actor.Actor.AccountId, actor.Actor.Is(Role.Administrator));
        return db.Set<JobRecord>().AsNoTracking().Where(j => all || j.RequestedBy == me);
    }

    private JobView View(JobRecord j)
    {
        var (percent, message) = (j.State is JobState.Running ? here.Shown(j.Id) : null) ?? (j.Percent, j.Message);
        return new(j.Id, j.Kind, j.SubjectKind, j.SubjectId, j.State, percent, words[message], j.Attempts,
            j.Failure is null ? null : JobFailure.Say(j.Failure, words), j.Failure is null ? null : JobFailure.Key(j.Failure),
            j.Result is null ? null : JsonSerializer.Deserialize<JobResult>(j.Result, PlatformJson.Options), j.CancellationRequested, j.CreatedAt, j.StartedAt, j.EndedAt);
    }
}

public sealed record JobHasEnded() : Refusal("platform.job-has-ended", 409);

/// <summary>Cancels or, once it has failed, starts again.</summary>
[Needs(PlatformRights.SeeJobs)]
public sealed class SteerJob(PirogovDb db, CurrentActor actor, AuditTrail audit, EventOutbox outbox, TimeProvider time, JobsHere here)
{
    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/jobs/{id}/cancel", (SteerJob use, JobId id, CancellationToken cancellation) => use.Cancel(id, cancellation).ToHttp())
            .Needs(typeof(SteerJob)).WithName("cancelJob").WithSummary("Asks a job to stop.");
        routes.MapPost("/jobs/{id}/retry", (SteerJob use, JobId id, CancellationToken cancellation) => use.Retry(id, cancellation).ToHttp())
            .Needs(typeof(SteerJob)).WithName("retryJob").WithSummary("Starts a failed job again.");
    }

    public async Task<Outcome<Done>> Cancel(JobId id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } job)
            return new NotFound("job");
        if (!job.RequestCancellation(time.Now()))
            return new JobHasEnded();
        // Before it is written: the job may hold SQLite's one writer. And behind it: it may just have read its row.
        here.Cancel(id);
        audit.Note("platform.job-cancelled", "job", id);
        await db.SaveChangesAsync(cancellation);
        here.Cancel(id);
        return Done.Value;
    }

    public async Task<Outcome<Done>> Retry(JobId id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } job)
            return new NotFound("job");
        if (job.State is not (JobState.Failed or JobState.Cancelled))
            return new Conflict();
        job.TryAgain();
        outbox.Add(new JobEnqueued(id));
        audit.Note("platform.job-retried", "job", id);
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    private Task<JobRecord?> Find(JobId id, CancellationToken cancellation)
    {
        var (me, all) = (actor.Actor.AccountId, actor.Actor.Is(Role.Administrator));
        return db.Set<JobRecord>().SingleOrDefaultAsync(j => j.Id == id && (all || j.RequestedBy == me), cancellation);
    }
}

/// <summary>Reaches the job that runs in this process.</summary>
public sealed class JobsHere
{
    private readonly RunningJobs running;

    internal JobsHere(RunningJobs running) => this.running = running;

    internal void Cancel(JobId id) => running.Cancel(id);

    internal (int Percent, string Message)? Shown(JobId id) => running.Shown(id);
}
