using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// Plans again whatever has not ended, does not run and has no trigger that will fire: between any two steps of a job the database, or the
/// scheduler's tables, may have gone away. One database has one process, so what does not run here runs nowhere.
/// </summary>
internal sealed class WatchJobs(IServiceScopeFactory scopes, JobSchedule schedule, RunningJobs running, JobOptions options, ILogger<WatchJobs> log) : BackgroundService
{
    private IReadOnlySet<JobId> missing = new HashSet<JobId>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.WatchEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await Look(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(failure, "Jobs could not be looked over; the next look tries again");
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Look(CancellationToken cancellation)
    {
        var planned = await schedule.Planned(cancellation);
        var lost = (await Open(cancellation)).Where(id => !planned.Contains(id) && !running.Has(id)).ToHashSet();
        // An event that is still on its way, or a job that begins or ends at this moment, looks the same, but not twice.
        foreach (var id in lost.Where(missing.Contains))
        {
            log.LogWarning("Job {JobId} had no trigger any more and is planned again", id);
            await schedule.Plan(id, TimeSpan.Zero, 0, cancellation);
        }

        missing = lost;
    }

    private async Task<JobId[]> Open(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PirogovDb>().Set<JobRecord>().AsNoTracking()
            .Where(j => j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying)
            .Select(j => j.Id).ToArrayAsync(cancellation);
    }
}
