using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Quartz;

namespace Pirogov.Platform.Store;

/// <param name="Grace">How long an object stays after it was first found that nobody names it; bytes without a row, after they were written.</param>
/// <param name="Schedule">A cron expression of Quartz (seconds first), or null: only when an administrator asks.</param>
internal sealed record SweepOptions(TimeSpan Grace, string? Schedule)
{
    public static SweepOptions From(IConfiguration configuration)
    {
        var (days, schedule) = (configuration.GetValue("Store:Sweep:GraceDays", 7.0), configuration["Store:Sweep:Schedule"] ?? "0 30 3 * * ?");
        // A freeze or an import may hold what it wrote for hours before it names it.
        if (days < 1)
            throw new StoreUnavailableException("Store:Sweep:GraceDays is at least 1.");
        if (schedule == "off")
            return new(TimeSpan.FromDays(days), null);
        return CronExpression.TryParse(schedule, out _)
            ? new(TimeSpan.FromDays(days), schedule) : throw new StoreUnavailableException($"Store:Sweep:Schedule is no cron expression of Quartz: {schedule}");
    }
}

/// <summary>Asks for a sweep of the store without waiting for the night; one that is under way already is answered with.</summary>
[Needs(PlatformRights.SweepStore)]
public sealed class SweepNow(PirogovDb db, JobQueue jobs)
{
    public sealed record Response(JobId JobId);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/store/sweeps",
            (SweepNow use, CancellationToken cancellation) => use.Handle(cancellation).ToCreated(r => $"/api/v1/jobs/{r.JobId}"))
        .Needs(typeof(SweepNow)).WithSummary("Sweep the store: objects that nobody names");

    public async Task<Outcome<Response>> Handle(CancellationToken cancellation)
    {
        var open = await db.Set<JobRecord>().AsNoTracking()
            .Where(j => j.Kind == nameof(SweepStore) && (j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying))
            .Select(j => (JobId?)j.Id).FirstOrDefaultAsync(cancellation);
        if (open is { } running)
            return new Response(running);
        var id = jobs.Enqueue<SweepStore, SweepStore.Payload>(new(), "store", "sweep");
        await db.SaveChangesAsync(cancellation);
        return new Response(id);
    }
}

/// <summary>The clock's hand that asks for the sweep; the work itself is a durable job like every other.</summary>
internal sealed class SweepOnSchedule(IServiceScopeFactory scopes, Patience patience) : IJob
{
    /// <summary>A night on which the database is away is not skipped.</summary>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await patience.Outlast(async () =>
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SweepNow>().Handle(cancellationToken);
    });
}
