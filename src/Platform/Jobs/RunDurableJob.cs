using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Quartz;

namespace Pirogov.Platform.Jobs;

/// <summary>Cancels a job that runs in this process.</summary>
internal sealed class RunningJobs
{
    private readonly Dictionary<JobId, CancellationTokenSource> running = [];

    public void Add(JobId id, CancellationTokenSource source)
    {
        lock (running)
            running[id] = source;
    }

    public void Remove(JobId id)
    {
        lock (running)
            running.Remove(id);
    }

    public void Cancel(JobId id)
    {
        lock (running)
        {
            if (running.TryGetValue(id, out var source))
                source.Cancel();
        }
    }
}

/// <summary>The one Quartz job: it finds the record and runs its kind. Quartz gives it back after a crash.</summary>
[DisallowConcurrentExecution]
internal sealed class RunDurableJob(
    IServiceScopeFactory scopes, IEnumerable<JobKind> kinds, RunningJobs running, JobOptions options, IHostApplicationLifetime lifetime,
    TimeProvider time, ILogger<RunDurableJob> log)
    : IJob
{
    internal const string IdKey = "id";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var id = JobId.From(Guid.Parse(context.MergedJobDataMap.GetString(IdKey)!));
        var record = await Change(id, r =>
        {
            if (!r.HasEnded)
                r.Start(time.Now());
        });
        if (record is null or { HasEnded: true })
            return;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        running.Add(id, cancellation);
        try
        {
            await RunOnce(record, cancellation.Token);
            await Change(id, r => r.Succeed(time.Now()));
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Whatever it throws now, it was interrupted. Stopping the process is no cancellation: the job goes on at the next start.
            await Change(id, r =>
            {
                if (r.CancellationRequested)
                    r.EndCancelled(time.Now());
            });
        }
        catch (JobRefusedException refused)
        {
            await Change(id, r => r.Fail(refused.ReasonKey, time.Now()));
        }
        catch (Exception failure)
        {
            var trace = Activity.Current?.TraceId.ToString() ?? id.Value.ToString("N");
            log.LogError(failure, "Job {JobId} of kind {JobKind} failed at attempt {Attempt}, trace {Trace}", id, record.Kind, record.Attempts, trace);
            await RetryOrFail(context, record, JobFailure.Of(failure, trace));
        }
        finally
        {
            running.Remove(id);
        }
    }

    private async Task RunOnce(JobRecord record, CancellationToken cancellation)
    {
        var kind = kinds.Single(k => k.Name == record.Kind);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
        await kind.Run(scope.ServiceProvider, record.Payload, new JobProgress(record.Id, scopes, time), cancellation);
    }

    private async Task RetryOrFail(IJobExecutionContext context, JobRecord record, string failure)
    {
        int mostAttempts;
        await using (var scope = scopes.CreateAsyncScope())
            mostAttempts = kinds.Single(k => k.Name == record.Kind).MaxAttempts(scope.ServiceProvider);
        if (record.Attempts >= mostAttempts)
        {
            await Change(record.Id, r => r.Fail(failure, time.Now()));
            return;
        }

        await Change(record.Id, r => r.Retry(failure));
        var due = time.GetUtcNow() + options.FirstRetryAfter * Math.Pow(2, record.Attempts - 1);
        await context.Scheduler.ScheduleJob(TriggerBuilder.Create().ForJob(context.JobDetail.Key).StartAt(due).Build());
    }

    private async Task<JobRecord?> Change(JobId id, Action<JobRecord> change)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (await db.Set<JobRecord>().SingleOrDefaultAsync(j => j.Id == id) is not { } record)
            return null;
        change(record);
        await db.SaveChangesAsync();
        return record;
    }
}

/// <param name="FirstRetryAfter">Doubles at every attempt.</param>
public sealed record JobOptions(TimeSpan FirstRetryAfter);

internal sealed class ScheduleEnqueuedJob(ISchedulerFactory schedulers, TimeProvider time) : IHandle<JobEnqueued>, IReachOutside
{
    public async Task Handle(JobEnqueued happened, CancellationToken cancellation)
    {
        var scheduler = await schedulers.GetScheduler(cancellation);
        var key = new JobKey(happened.Id.ToString());
        // Delivered twice after a crash between scheduling and the message's removal: the second one finds the first.
        if (await scheduler.Exists(key, cancellation))
            return;
        var job = JobBuilder.Create<RunDurableJob>().WithIdentity(key).RequestRecovery().UsingJobData(RunDurableJob.IdKey, happened.Id.ToString()).Build();
        // The scheduler keeps the platform's clock; a builder's "now" is the machine's.
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().StartAt(time.GetUtcNow()).Build(), default, cancellation);
    }
}
