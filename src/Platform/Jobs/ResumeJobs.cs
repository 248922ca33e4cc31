using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// At the start, every job that has not ended is announced again. Quartz recovers what it knew to be firing; this also
/// covers a crash in the moments between a trigger's end and the record's.
/// </summary>
internal sealed class ResumeJobs(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<EventOutbox>();
        var open = await db.Set<JobRecord>().AsNoTracking()
            .Where(j => j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying)
            .Select(j => j.Id).ToArrayAsync(cancellationToken);
        foreach (var id in open)
            outbox.Add(new JobEnqueued(id));
        await db.SaveChangesAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
