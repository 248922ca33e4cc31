using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;
using Quartz;

namespace Pirogov.Integration.Platform;

public class AppWithEtudes : AppWithOutages
{
    protected AppWithEtudes(Engine engine, PirogovApp? before = null) : base(engine, before)
    {
    }

    internal Lessons Lessons { get; } = new();

    protected override void ConfigureServices(IServiceCollection services)
    {
        base.ConfigureServices(services);
        services.AddSingleton(Lessons).AddJob<Etude, Etude.Payload>();
    }
}

public sealed class EtudesOnSqlite() : AppWithEtudes(Engine.Sqlite);

public sealed class EtudesOnPostgreSql() : AppWithEtudes(Engine.PostgreSql);

internal sealed class Lesson
{
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public int Begun;
    public int Done;
}

/// <summary>How often each job ran.</summary>
internal sealed class Lessons
{
    private readonly ConcurrentDictionary<string, Lesson> all = new();

    public Lesson this[string piece] => all.GetOrAdd(piece, _ => new());
}

/// <summary>A job that asks the database something of its own, between telling how far it is and its end.</summary>
internal sealed class Etude(PirogovDb db, Lessons lessons) : DurableJob<Etude.Payload>
{
    public const string Mark = "what an etude asks";

    internal sealed record Payload(string Piece);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var lesson = lessons[payload.Piece];
        Interlocked.Increment(ref lesson.Begun);
        lesson.Started.TrySetResult();
        await progress.Tell(40, payload.Piece, cancellation);
        await lesson.MayEnd.Task.WaitAsync(cancellation);
        await db.Set<JobRecord>().TagWith(Mark).CountAsync(cancellation);
        Interlocked.Increment(ref lesson.Done);
    }
}

public abstract class OutageTests(AppWithEtudes app) : OnBothEngines(app)
{
    /// <summary>Statements by which the platform itself leads a job, and not those by which the test looks at it.</summary>
    private static bool LeadsAJob(string statement) => statement.StartsWith("UPDATE job ", StringComparison.Ordinal)
        || (statement.Contains("FROM job ", StringComparison.Ordinal) && statement.Contains("LIMIT 2", StringComparison.Ordinal));

    [SkippableFact]
    public async Task While_the_database_is_away_the_host_says_so_and_afterwards_every_job_ends_once()
    {
        var (nobody, owner) = (app.Nobody(), await app.As("patient", [Role.DataEngineer]));
        var pieces = new[] { "first", "second", "third" };
        var ids = new List<JobId>();
        foreach (var piece in pieces)
            ids.Add(await Enqueue(piece, "patient"));
        // Two run at once.
        await Until(() => Task.FromResult(pieces.Count(p => app.Lessons[p].Started.Task.IsCompleted) == 2));
        await app.TakeDatabaseAway();
        await Until(async () => (await nobody.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/live")).StatusCode);
        foreach (var piece in pieces)
            app.Lessons[piece].MayEnd.SetResult();
        await Until(() => Task.FromResult(app.Log.All.Contains("The database is away", StringComparison.Ordinal)));
        await app.GiveDatabaseBack();
        await Until(async () => (await nobody.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        await app.Settle(failedJobsAreFine: true);
        foreach (var (piece, id) in pieces.Zip(ids))
        {
            Assert.Equal("succeeded", (string)(await See(owner, id))["state"]!);
            Assert.Equal(1, app.Lessons[piece].Done);
        }
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task At_whatever_step_the_database_fails_the_job_is_done_once_and_ends(int step)
    {
        var (piece, seen) = ($"step-{step}", 0);
        app.Lessons[piece].MayEnd.SetResult();
        app.Outage.Strike(s => LeadsAJob(s) && Interlocked.Increment(ref seen) is var at && at >= step && at < step + 3);
        var id = await Enqueue(piece, "stepper");
        await app.Settle(failedJobsAreFine: true);
        Assert.NotEqual(0, app.Outage.Met);
        app.Outage.Strike(null);
        var ended = await See(await app.As("stepper", [Role.DataEngineer]), id);
        Assert.Equal(("succeeded", 1), ((string)ended["state"]!, (int)ended["attempts"]!));
        Assert.Equal((1, 1), (app.Lessons[piece].Begun, app.Lessons[piece].Done));
    }

    [SkippableFact]
    public async Task A_database_that_is_away_is_not_told_as_a_name_that_is_taken()
    {
        var office = await app.As("outage-office", [Role.Administrator]);
        var centre = new { code = "outage1", name = "НМИЦ", readiness = Array.Empty<object>() };
        app.Outage.Strike("agenda_reference_centre (", times: 1);
        var away = await office.PostAsJsonAsync("/api/v1/centres", centre);
        Assert.NotEqual(0, app.Outage.Met);
        app.Outage.Strike(null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.EndsWith("platform.database-away", (string)JsonNode.Parse(await away.Content.ReadAsStringAsync())!["type"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await office.PostAsJsonAsync("/api/v1/centres", centre)).StatusCode);
    }

    [SkippableFact]
    public async Task Attempts_that_meet_an_outage_do_not_count_against_a_job()
    {
        app.Lessons["unlucky"].MayEnd.SetResult();
        app.Outage.Strike(Etude.Mark, times: 7);
        var id = await Enqueue("unlucky", "unlucky-one");
        await app.Settle(failedJobsAreFine: true);
        app.Outage.Strike(null);
        var ended = await See(await app.As("unlucky-one", [Role.DataEngineer]), id);
        Assert.Equal(("succeeded", 1), ((string)ended["state"]!, (int)ended["attempts"]!));
        Assert.Equal((8, 1), (app.Lessons["unlucky"].Begun, app.Lessons["unlucky"].Done));
    }

    [SkippableFact]
    public async Task A_job_that_always_meets_an_outage_fails_in_words_in_the_end()
    {
        app.Lessons["hopeless"].MayEnd.SetResult();
        app.Outage.Strike(Etude.Mark, times: int.MaxValue);
        var id = await Enqueue("hopeless", "hopeless-one");
        await app.Settle(failedJobsAreFine: true);
        app.Outage.Strike(null);
        var ended = await See(await app.As("hopeless-one", [Role.DataEngineer]), id);
        Assert.Equal(("failed", 5, "platform.job-failure.database"), ((string)ended["state"]!, (int)ended["attempts"]!, (string)ended["failureCode"]!));
        Assert.Matches("[а-я]", (string)ended["failure"]!);
        Assert.Equal(0, app.Lessons["hopeless"].Done);
    }

    [SkippableTheory]
    [InlineData("DELETE FROM outbox_message")]
    [InlineData("INSERT INTO audit_entry")]
    [InlineData(Outage.Commit)]
    [InlineData(Outage.Committed)]
    public async Task At_whatever_step_the_database_fails_an_event_takes_effect_once(string step)
    {
        await app.Settle(failedJobsAreFine: true);
        app.Outage.Strike(step, times: 2);
        var action = "concert." + Guid.CreateVersion7().ToString("N");
        await app.InScope(async services =>
        {
            services.GetRequiredService<AuditTrail>().Note(action, "bell", step);
            return await services.GetRequiredService<PirogovDb>().SaveChangesAsync();
        });
        await app.Settle(failedJobsAreFine: true);
        Assert.NotEqual(0, app.Outage.Met);
        app.Outage.Strike(null);
        Assert.Equal(1, await app.InDatabase(db => db.Set<AuditEntry>().CountAsync(e => e.Action == action)));
    }

    [SkippableFact]
    public async Task A_job_whose_trigger_is_lost_is_planned_again_and_done_once()
    {
        foreach (var piece in new[] { "stage-1", "stage-2" })
            await Enqueue(piece, "loser");
        await Task.WhenAll(app.Lessons["stage-1"].Started.Task, app.Lessons["stage-2"].Started.Task);
        var id = await Enqueue("lost", "loser");
        var scheduler = await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        await Until(async () => await scheduler.DeleteJob(new JobKey(id.ToString())));
        foreach (var piece in new[] { "stage-1", "stage-2", "lost" })
            app.Lessons[piece].MayEnd.SetResult();
        await app.Settle(failedJobsAreFine: true);
        Assert.Equal("succeeded", (string)(await See(await app.As("loser", [Role.DataEngineer]), id))["state"]!);
        Assert.Equal((1, 1), (app.Lessons["lost"].Begun, app.Lessons["lost"].Done));
    }

    [SkippableTheory]
    [InlineData(1, "succeeded", 2, null)]
    [InlineData(5, "failed", 5, "platform.job-failure.interrupted")]
    public async Task A_job_that_a_dead_process_left_running_is_taken_up_again_as_often_as_it_may(int attempts, string state, int attemptsAfterwards, string? failure)
    {
        var piece = $"orphan-{attempts}";
        app.Lessons[piece].MayEnd.SetResult();
        var owner = await app.As("heir", [Role.DataEngineer]);
        var (account, _) = await app.Person("heir", []);
        var left = new JobRecord(nameof(Etude), $$"""{"piece":"{{piece}}"}""", "concert", piece, account, DateTimeOffset.UnixEpoch);
        for (var i = 0; i < attempts; i++)
            left.Begin(int.MaxValue, DateTimeOffset.UnixEpoch);
        await app.InDatabase(db =>
        {
            db.Add(left);
            return db.SaveChangesAsync();
        });
        await app.Settle(failedJobsAreFine: true);
        var ended = await See(owner, left.Id);
        Assert.Equal((state, attemptsAfterwards, failure), ((string)ended["state"]!, (int)ended["attempts"]!, (string?)ended["failureCode"]));
        Assert.Equal(failure is null ? 1 : 0, app.Lessons[piece].Done);
    }

    [SkippableFact]
    public async Task A_job_that_this_version_does_not_know_fails_in_words()
    {
        var owner = await app.As("archaeologist", [Role.DataEngineer]);
        var (account, _) = await app.Person("archaeologist", []);
        var old = new JobRecord("BurnToCompactDisc", "{}", "concert", "old", account, DateTimeOffset.UnixEpoch);
        await app.InDatabase(db =>
        {
            db.Add(old);
            return db.SaveChangesAsync();
        });
        await app.Settle(failedJobsAreFine: true);
        Assert.Equal("platform.job-failure.unknown-kind", (string)(await See(owner, old.Id))["failureCode"]!);
    }

    [SkippableFact]
    public async Task A_recurring_duty_outlasts_an_outage_and_is_given_back_when_the_scheduler_gave_it_up()
    {
        var scheduler = await app.Services.GetRequiredService<ISchedulerFactory>().GetScheduler();
        app.Outage.Strike("SweepStore", times: 3);
        await scheduler.TriggerJob(new JobKey("sweep-store"));
        // Bound to the statement and not written into it, which would meet the outage.
        var kind = nameof(SweepStore);
        await Until(() => app.InDatabase(db => db.Set<JobRecord>().AnyAsync(j => j.Kind == kind && j.State == JobState.Succeeded)));
        Assert.Equal(3, app.Outage.Met);
        app.Outage.Strike(null);
        await GiveUp("sweep-store");
        await Until(async () => await scheduler.GetTriggerState(new TriggerKey("sweep-store")) == TriggerState.Normal);
    }

    /// <summary>As the scheduler does with a trigger whose firing has failed time and again.</summary>
    protected abstract Task GiveUp(string trigger);

    private async Task<JobId> Enqueue(string piece, string owner)
    {
        var (account, _) = await app.Person(owner, [Role.DataEngineer]);
        return await app.InScope(async services =>
        {
            services.GetRequiredService<CurrentActor>().Become(Actor.System with { AccountId = account });
            var job = services.GetRequiredService<JobQueue>().Enqueue<Etude, Etude.Payload>(new(piece), "concert", piece);
            await services.GetRequiredService<PirogovDb>().SaveChangesAsync();
            return job;
        });
    }

    internal static async Task Until(Func<Task<bool>> holds)
    {
        for (var looks = 0; !await holds(); looks++)
        {
            Assert.True(looks < 3600, "It did not come about.");
            await Task.Delay(50);
        }
    }

    private static async Task<JsonObject> See(HttpClient client, JobId id) => (await client.GetFromJsonAsync<JsonObject>($"/api/v1/jobs/{id}"))!;
}

public sealed class OutageOnSqlite(EtudesOnSqlite app) : OutageTests(app), IClassFixture<EtudesOnSqlite>
{
    protected override async Task GiveUp(string trigger)
    {
        await using var tables = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(App.DataFolder, "schedule.db")}");
        await tables.OpenAsync();
        await using var command = tables.CreateCommand();
        command.CommandText = "UPDATE QRTZ_TRIGGERS SET TRIGGER_STATE = 'ERROR' WHERE TRIGGER_NAME = @name";
        command.Parameters.AddWithValue("@name", trigger);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}

public sealed class OutageOnPostgreSql(EtudesOnPostgreSql app) : OutageTests(app), IClassFixture<EtudesOnPostgreSql>
{
    protected override async Task GiveUp(string trigger) => Assert.Equal(1, await App.InDatabase(db =>
        db.Database.ExecuteSqlAsync($"UPDATE qrtz_triggers SET trigger_state = 'ERROR' WHERE trigger_name = {trigger}")));
}
