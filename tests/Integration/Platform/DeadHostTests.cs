using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Quartz;

namespace Pirogov.Integration.Platform;

public abstract class DeadHostTests(AppWithEtudes dead) : OnBothEngines(dead)
{
    [SkippableFact]
    public async Task A_job_in_whose_middle_the_process_died_is_taken_up_by_the_next_one()
    {
        var id = await dead.InScope(async services =>
        {
            var job = services.GetRequiredService<JobQueue>().Enqueue<Etude, Etude.Payload>(new("requiem"), "concert", "requiem");
            await services.GetRequiredService<PirogovDb>().SaveChangesAsync();
            return job;
        });
        await dead.Lessons["requiem"].Started.Task;
        // From here on it does nothing, and its tables and its record say that the job runs.
        await (await dead.Services.GetRequiredService<ISchedulerFactory>().GetScheduler()).Standby();
        await using var next = Next();
        next.Lessons["requiem"].MayEnd.SetResult();
        await next.Settle();
        Assert.Equal((1, 0), (next.Lessons["requiem"].Done, dead.Lessons["requiem"].Done));
        await dead.DisposeAsync();
        var ended = await next.InDatabase(db => db.Set<JobRecord>().AsNoTracking().SingleAsync(j => j.Id == id));
        Assert.Equal((JobState.Succeeded, 2), (ended.State, ended.Attempts));
    }

    protected abstract AppWithEtudes Next();
}

public sealed class NextHost(Engine engine, PirogovApp before) : AppWithEtudes(engine, before);

public sealed class DeadHostOnSqlite(EtudesOnSqlite app) : DeadHostTests(app), IClassFixture<EtudesOnSqlite>
{
    protected override AppWithEtudes Next() => new NextHost(Engine.Sqlite, App);
}

public sealed class DeadHostOnPostgreSql(EtudesOnPostgreSql app) : DeadHostTests(app), IClassFixture<EtudesOnPostgreSql>
{
    protected override AppWithEtudes Next() => new NextHost(Engine.PostgreSql, App);
}
