using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Quartz;

namespace Pirogov.Platform.Jobs;

/// <param name="FirstRetryAfter">Doubles at every attempt.</param>
/// <param name="WatchEvery">Between two looks at jobs that have lost their trigger.</param>
internal sealed record JobOptions(TimeSpan FirstRetryAfter, TimeSpan WatchEvery)
{
    /// <summary>An outage does not count against a job this often; what still meets one then is itself at fault, as a statement that never ends in time.</summary>
    public const int MostOutages = 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    public TimeSpan Pause(int before) => TimeSpan.FromTicks((long)Math.Min(LongestPause.Ticks, FirstRetryAfter.Ticks * Math.Pow(2, before)));
}

/// <summary>
/// The one Quartz job: it finds the record and runs its kind. What it writes into the record waits for the database; whatever else goes wrong
/// between two steps leaves an open record, which <see cref="WatchJobs"/> finds.
/// </summary>
[DisallowConcurrentExecution]
internal sealed class RunDurableJob(
    IServiceScopeFactory scopes, IEnumerable<JobKind> kinds, RunningJobs running, JobSchedule schedule, JobOptions options, Patience patience,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RunDurableJob> log)
    : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var id = JobSchedule.IdOf(context);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        // Before the record is read: a cancellation is either read there or finds the job here.
        if (!running.TryAdd(id, cancellation))
            return;
        try
        {
            if (await Change(id, Begin) is { State: JobState.Running } record)
                await Attempt(record, JobSchedule.OutagesOf(context), cancellation.Token);
        }
        finally
        {
            running.Remove(id);
        }
    }

    private void Begin(JobRecord record, IServiceProvider services)
    {
        if (Find(record) is { } kind)
            record.Begin(kind.MaxAttempts(services), time.Now());
        else
            record.Fail(JobFailure.UnknownKind, time.Now());
    }

    private async Task Attempt(JobRecord record, int outages, CancellationToken cancellation)
    {
        try
        {
            await RunOnce(record, cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Whatever it throws now, it was interrupted. Stopping the process is no cancellation: the job goes on at the next start.
            await Change(record.Id, (r, _) => r.Interrupt(running.WasCancelled(r.Id), time.Now()));
            return;
        }
        catch (JobRefusedException refused)
        {
            await Change(record.Id, (r, _) => r.Fail(JobFailure.Of(refused), time.Now()));
            return;
        }
        catch (Exception failure)
        {
            var trace = Activity.Current?.TraceId.ToString() ?? record.Id.Value.ToString("N");
            log.LogError(failure, "Job {JobId} of kind {JobKind} failed at attempt {Attempt}, trace {Trace}", record.Id, record.Kind, record.Attempts, trace);
            await RetryOrFail(record, JobFailure.Of(failure, trace), outages, isOutage: outages < JobOptions.MostOutages && DatabaseOutage.IsBehind(failure));
            return;
        }

        await Change(record.Id, (r, _) => r.Succeed(time.Now()));
    }

    private async Task RunOnce(JobRecord record, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
        await Find(record)!.Run(scope.ServiceProvider, record.Payload, new JobProgress(record.Id, scopes, time, running), cancellation);
    }

    private async Task RetryOrFail(JobRecord record, string failure, int outages, bool isOutage)
    {
        var changed = await Change(record.Id, (r, services) =>
        {
            if (!isOutage && record.Attempts >= Find(record)!.MaxAttempts(services))
                r.Fail(failure, time.Now());
            else
                r.Retry(failure, counts: !isOutage);
        });
        if (changed is not { State: JobState.Retrying })
            return;
        var pause = options.Pause(isOutage ? outages : record.Attempts - 1);
        await patience.Outlast(() => schedule.Plan(record.Id, pause, isOutage ? outages + 1 : outages, CancellationToken.None));
    }

    private JobKind? Find(JobRecord record) => kinds.SingleOrDefault(k => k.Name == record.Kind);

    /// <summary>May happen twice where the answer to a commit was lost; what has ended stays as it ended.</summary>
    private Task<JobRecord?> Change(JobId id, Action<JobRecord, IServiceProvider> change) => patience.Outlast(async () =>
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (await db.Set<JobRecord>().SingleOrDefaultAsync(j => j.Id == id) is not { HasEnded: false } record)
            return null;
        change(record, scope.ServiceProvider);
        await db.SaveChangesAsync();
        return record;
    });
}
