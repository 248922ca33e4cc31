using System.Globalization;
using Pirogov.Platform.Outbox;
using Quartz;

namespace Pirogov.Platform.Jobs;

/// <summary>When jobs run: one trigger a job, named after it, so that planning a job again only moves its trigger.</summary>
internal sealed class JobSchedule(ISchedulerFactory schedulers, TimeProvider time)
{
    private const string IdKey = "id";
    private const string OutagesKey = "outages";

    public static JobId IdOf(IJobExecutionContext context) => JobId.From(Guid.Parse(context.MergedJobDataMap.GetString(IdKey)!));

    /// <summary>Attempts that the database's outages have taken so far.</summary>
    public static int OutagesOf(IJobExecutionContext context) =>
        int.TryParse(context.MergedJobDataMap.GetString(OutagesKey), NumberStyles.None, CultureInfo.InvariantCulture, out var outages) ? outages : 0;

    public async Task Plan(JobId id, TimeSpan after, int outages, CancellationToken cancellation)
    {
        var scheduler = await schedulers.GetScheduler(cancellation);
        var job = JobBuilder.Create<RunDurableJob>().WithIdentity(id.ToString()).UsingJobData(IdKey, id.ToString()).Build();
        // The scheduler keeps the platform's clock; a builder's "now" is the machine's.
        var trigger = TriggerBuilder.Create().WithIdentity(id.ToString()).ForJob(job)
            .UsingJobData(OutagesKey, outages.ToString(CultureInfo.InvariantCulture)).StartAt(time.GetUtcNow() + after).Build();
        await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, cancellation);
    }

    /// <summary>
    /// Gives triggers of recurring duties back that the scheduler has given up (it does so when it cannot read a job), and tells which jobs
    /// have a trigger that will fire.
    /// </summary>
    public async Task<IReadOnlySet<JobId>> Planned(CancellationToken cancellation)
    {
        var scheduler = await schedulers.GetScheduler(cancellation);
        var planned = new HashSet<JobId>();
        foreach (var trigger in (await scheduler.QueryTriggers(new TriggerQuery(), cancellation)).Items)
        {
            if (!JobId.TryParse(trigger.JobKey.Name, out var id))
            {
                if (trigger.State == TriggerState.Error)
                    await scheduler.ResetTriggerFromErrorState(trigger.Key, cancellation);
            }
            else if (trigger.State is TriggerState.Normal or TriggerState.Blocked or TriggerState.Paused)
            {
                planned.Add(id);
            }
        }

        return planned;
    }
}

/// <summary>May be delivered twice after a crash between planning and the message's removal: the second time moves the same trigger.</summary>
internal sealed class ScheduleEnqueuedJob(JobSchedule schedule) : IHandle<JobEnqueued>, IReachOutside
{
    public Task Handle(JobEnqueued happened, CancellationToken cancellation) => schedule.Plan(happened.Id, TimeSpan.Zero, 0, cancellation);
}
