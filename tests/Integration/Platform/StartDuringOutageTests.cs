using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Integration.Platform;

/// <summary>Its database goes away when the host has started and before the scheduler has.</summary>
public sealed class AppThatStartsInAnOutage() : AppWithEtudes(Engine.PostgreSql)
{
    protected override void ConfigureServices(IServiceCollection services)
    {
        base.ConfigureServices(services);
        services.AddSingleton<IHostedService>(new Thief(this));
    }

    private sealed class Thief(AppWithOutages app) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => app.TakeDatabaseAway();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>SQLite has no twin: the scheduler's file is its own, and a lock on it is waited for.</summary>
public sealed class StartDuringOutageOnPostgreSql(AppThatStartsInAnOutage app) : OnBothEngines(app), IClassFixture<AppThatStartsInAnOutage>
{
    [SkippableFact]
    public async Task A_scheduler_that_finds_no_database_at_its_start_starts_when_it_is_there()
    {
        _ = app.Services;
        await OutageTests.Until(() => Task.FromResult(app.Log.Errors.Contains("Failure occurred during job recovery", StringComparison.Ordinal)));
        await app.GiveDatabaseBack();
        app.Lessons["late"].MayEnd.SetResult();
        await OutageTests.Until(async () => await Enqueued());
        await app.Settle();
        Assert.Equal(1, app.Lessons["late"].Done);
    }

    /// <summary>Connections that were broken are still in the pool.</summary>
    private async Task<bool> Enqueued()
    {
        try
        {
            return await app.InScope(async services =>
            {
                services.GetRequiredService<JobQueue>().Enqueue<Etude, Etude.Payload>(new("late"), "concert", "late");
                return await services.GetRequiredService<PirogovDb>().SaveChangesAsync() > 0;
            });
        }
        catch (Exception broken) when (DatabaseOutage.IsBehind(broken))
        {
            return false;
        }
    }
}
