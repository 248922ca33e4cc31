using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// At the start, every job that has not ended is announced again, whatever the scheduler remembers of the process before.
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
