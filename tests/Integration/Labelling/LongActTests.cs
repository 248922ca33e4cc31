using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Jobs;
using static Pirogov.Integration.Labelling.RefusalTests;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>What takes long is done by a job: one at a time of a project, all of it or nothing, and it can be stopped and begun again.</summary>
public abstract class LongActTests(LargeProjects app) : OnBothEngines(app)
{
    private const string BeforeAll = "Result IS NOT NULL";
    private const string FirstDocument = "SET Percent";
    private const string NewReadings = "INSERT INTO labelling_reading ";
    private const string NewCases = "INSERT INTO labelling_case ";
    private const string NewRevisions = "INSERT INTO labelling_revision ";

    private readonly LargeProjects app = app;

    [SkippableFact]
    public async Task A_large_project_is_started_by_a_job_that_tells_how_far_it_is()
    {
        var room = await Open(app, cases: 5, start: false);
        app.Halt.At(NewReadings);
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await app.Halt.Reached;
        var seen = await See(room, job);
        Assert.Equal(("running", "Раздача случаев экспертам"), ((string)seen["state"]!, (string)seen["message"]!));
        Assert.Equal(("StartLabelling", job), await Work(room));
        app.Halt.Go();
        await Settled();
        Assert.Equal("succeeded", (string)(await See(room, job))["state"]!);
        Assert.Equal(10, (int)(await See(room, job))["result"]!["figures"]!["readings"]!);
        await IsStarted(room, cases: 5);
        Assert.Null((await Project(room))["work"]);
        await Is("labelling.project-has-started", 409, room.Manager.PostAsync($"{Address(room)}/start", null));
    }

    [SkippableFact]
    public async Task A_small_project_is_started_in_the_request()
    {
        var room = await Open(app, cases: LargeProjects.CasesAtOnce, start: false);
        using var answer = await room.Manager.PostAsync($"{Address(room)}/start", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await IsStarted(room, LargeProjects.CasesAtOnce);
    }

    [SkippableFact]
    public async Task While_a_project_is_being_started_nothing_else_is_done_with_all_of_its_cases()
    {
        var room = await Open(app, cases: 5, start: false);
        app.Halt.At(BeforeAll);
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await app.Halt.Reached;
        var problem = await Is("labelling.start-is-under-way", 409, room.Manager.PostAsync($"{Address(room)}/start", null));
        Assert.Contains("запускается", (string)problem["title"]!, StringComparison.Ordinal);
        await Is("labelling.start-is-under-way", 409, room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(6, 1)));
        await Is("labelling.start-is-under-way", 409, room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(6, 5)));
        app.Halt.Go();
        await Settled();
        Assert.Equal("succeeded", (string)(await See(room, job))["state"]!);
        await IsStarted(room, cases: 5);
    }

    [SkippableFact]
    public async Task A_start_that_is_stopped_in_the_middle_leaves_the_project_planned_and_can_be_begun_again()
    {
        var room = await Open(app, cases: 5, start: false);
        await StoppedAt(NewReadings, room, room.Manager.PostAsync($"{Address(room)}/start", null));
        var project = await Project(room);
        Assert.Equal(("planned", 5), ((string)project["state"]!, (int)project["states"]!["planned"]!));
        Assert.Null(project["work"]);
        Assert.Equal(0, await Readings(room));
        await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await Settled();
        await IsStarted(room, cases: 5);
    }

    [SkippableFact]
    public async Task A_start_that_stumbles_or_dies_behind_its_end_starts_the_project_once()
    {
        var room = await Open(app, cases: 5, start: false);
        app.Halt.At(NewReadings, stumble: true);
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await Settled();
        Assert.Equal(("succeeded", 2), ((string)(await See(room, job))["state"]!, (int)(await See(room, job))["attempts"]!));
        await RunsAgain(room, job);
        await IsStarted(room, cases: 5);
    }

    [SkippableFact]
    public async Task A_plan_that_is_corrected_before_the_start_gets_its_turn_holds()
    {
        var room = await Open(app, cases: 5, start: false);
        app.Halt.At(BeforeAll);
        await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await app.Halt.Reached;
        var plan = (await Sent(room.Manager.GetAsync($"{Address(room)}/plan")))["plan"]!.DeepClone().AsObject();
        plan["distribution"] = "queue";
        await Sent(room.Manager.PutAsJsonAsync($"{Address(room)}/plan", plan));
        app.Halt.Go();
        await Settled();
        Assert.Equal(("running", 0), ((string)(await Project(room))["state"]!, await Readings(room)));
    }

    [SkippableFact]
    public async Task Whoever_gives_a_project_up_while_it_is_being_started_is_told_why_it_was_not()
    {
        var room = await Open(app, cases: 5, start: false);
        app.Halt.At(BeforeAll);
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await app.Halt.Reached;
        await Done(room.Manager.PostAsync($"{Address(room)}/cancel", null));
        app.Halt.Go();
        await Settled();
        var seen = await See(room, job);
        Assert.Equal(("failed", "problem.labelling.project-has-started.title"), ((string)seen["state"]!, (string)seen["failureCode"]!));
        Assert.Equal(0, await Readings(room));
    }

    [SkippableFact]
    public async Task A_case_that_nobody_may_read_is_named_in_both_languages()
    {
        // Nobody has passed an exam.
        var room = await Open(app, cases: 5, start: false, plan: p => p["terms"] = new JsonObject { ["required"] = new JsonObject { ["examScore"] = 0.9 } });
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await Settled();
        Assert.StartsWith("Случай некому читать. Случай TEST-000001 ", (string)(await See(room, job))["failure"]!, StringComparison.Ordinal);
        room.Manager.DefaultRequestHeaders.AcceptLanguage.Clear();
        room.Manager.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        Assert.Contains("TEST-000001", (string)(await See(room, job))["failure"]!, StringComparison.Ordinal);
        Assert.DoesNotMatch("[а-я]", (string)(await See(room, job))["failure"]!);
        var project = await Project(room);
        Assert.Equal(("planned", "failed"), ((string)project["state"]!, (string)project["work"]!["state"]!));
    }

    [SkippableFact]
    public async Task Many_cases_are_added_by_a_job_to_a_planned_project_and_to_a_running_one()
    {
        var room = await Open(app, cases: 2, start: false);
        var job = await Queued(room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(1, 6)));
        await Settled();
        Assert.Equal(4, (int)(await See(room, job))["result"]!["figures"]!["cases"]!);
        Assert.Equal((6, 0), ((int)(await Project(room))["states"]!["planned"]!, await Readings(room)));
        await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await Settled();
        app.Halt.At(BeforeAll);
        await Queued(room.Manager.PostAsJsonAsync($"{Address(room)}/cases", new { query = new { modality = "MR" } }));
        await app.Halt.Reached;
        await Is("labelling.adding-is-under-way", 409, room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(20, 1)));
        await Is("labelling.adding-is-under-way", 409, room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(20, 6)));
        app.Halt.Go();
        await Settled();
        await IsStarted(room, cases: 16);
        await Queued(room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(1, 6)));
        await Settled();
        Assert.Equal("failed", (string)(await Project(room))["work"]!["state"]!);
        await IsStarted(room, cases: 16);
    }

    [SkippableFact]
    public async Task Adding_that_is_stopped_in_the_middle_leaves_the_project_as_it_was_and_can_be_begun_again()
    {
        var room = await Open(app, cases: 2);
        await StoppedAt(NewCases, room, room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(3, 5)));
        await IsStarted(room, cases: 2);
        app.Halt.At(NewReadings, stumble: true);
        var job = await Queued(room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(3, 5)));
        await Settled();
        await IsStarted(room, cases: 7);
        await RunsAgain(room, job);
        await IsStarted(room, cases: 7);
    }

    [SkippableFact]
    public async Task A_large_project_goes_to_the_next_version_by_a_job_that_takes_along_what_is_saved_meanwhile()
    {
        var (room, version, readings) = await UnderWay();
        app.Halt.At(FirstDocument);
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/migration", null));
        await app.Halt.Reached;
        var problem = await Is("labelling.migration-is-under-way", 409, room.Manager.PostAsync($"{Address(room)}/migration", null));
        Assert.Contains("переходит", (string)problem["title"]!, StringComparison.Ordinal);
        await Is("labelling.migration-is-under-way", 409, room.Manager.PostAsJsonAsync($"{Address(room)}/cases", Cases(6, 1)));
        await Sent(Save(room.Readers[0], readings[0], 1, room.Document("2.25.1.1", left: 7, stone: "yes")));
        app.Halt.Go();
        await Settled();
        var result = (await See(room, job))["result"]!;
        Assert.Equal((3, "labelling.job.migrated"), ((int)result["figures"]!["drafts"]!, (string)result["words"]!));
        Assert.Equal(version, (string)(await Project(room))["schema"]!["id"]!);
        foreach (var (reading, place) in readings.Select((r, n) => (r, n)))
        {
            var view = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}"));
            Assert.Equal((place == 0 ? 3 : 2, version), ((int)view["revision"]!, (string)view["document"]!["schemaVersion"]!));
            Assert.Equal(place == 0 ? "yes" : "no", (string)view["document"]!["answers"]!["stone"]!["value"]!);
        }
    }

    [SkippableFact]
    public async Task A_migration_that_is_stopped_in_the_middle_leaves_every_draft_and_can_be_begun_again()
    {
        var (room, version, readings) = await UnderWay();
        await StoppedAt(NewRevisions, room, room.Manager.PostAsync($"{Address(room)}/migration", null));
        Assert.Equal(room.SchemaVersion, (string)(await Project(room))["schema"]!["id"]!);
        foreach (var reading in readings)
            Assert.Equal(1, (int)(await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}")))["revision"]!);
        await Sent(Save(room.Readers[0], readings[0], 1, room.Document("2.25.1.1", left: 7)));
        Assert.Equal(3, (int)(await Sent(room.Manager.GetAsync($"{Address(room)}/migration")))["drafts"]!);

        app.Halt.At(NewRevisions, stumble: true);
        var job = await Queued(room.Manager.PostAsync($"{Address(room)}/migration", null));
        await Settled();
        Assert.Equal(("succeeded", 2), ((string)(await See(room, job))["state"]!, (int)(await See(room, job))["attempts"]!));
        await RunsAgain(room, job);
        Assert.Equal(version, (string)(await Project(room))["schema"]!["id"]!);
        foreach (var (reading, place) in readings.Select((r, n) => (r, n)))
            Assert.Equal(place == 0 ? 3 : 2, (int)(await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}")))["revision"]!);
    }

    /// <summary>Five cases under the first version, three drafts of the first reader, and the second version published.</summary>
    private async Task<(ReadingRoom Room, string Version, IReadOnlyList<string> Drafts)> UnderWay()
    {
        var room = await Open(app, cases: 5, schema: First, start: false);
        await Queued(room.Manager.PostAsync($"{Address(room)}/start", null));
        await Settled();
        var drafts = new List<string>();
        for (var place = 0; place < 3; place++)
        {
            drafts.Add(await Reading(room.Readers[0], place: place));
            await Sent(Save(room.Readers[0], drafts[place], 0, room.Document($"2.25.{place + 1}.1")));
        }

        return (room, await Publish(room, Second(room.Name)), drafts);
    }

    private async Task StoppedAt(string statement, ReadingRoom room, Task<HttpResponseMessage> act)
    {
        app.Halt.At(statement);
        var job = await Queued(act);
        await app.Halt.Reached;
        await Done(room.Manager.PostAsync($"/api/v1/jobs/{job}/cancel", null));
        await Settled();
        Assert.Equal("cancelled", (string)(await See(room, job))["state"]!);
    }

    /// <summary>As after a process that died when the work was through and nobody had been told.</summary>
    private async Task RunsAgain(ReadingRoom room, string job)
    {
        var id = JobId.From(Guid.Parse(job));
        await app.InDatabase(db => db.Set<JobRecord>().Where(j => j.Id == id).ExecuteUpdateAsync(s => s.SetProperty(j => j.State, JobState.Running)));
        var attempts = (int)(await See(room, job))["attempts"]!;
        await app.InScope(async s =>
        {
            await s.GetRequiredService<JobSchedule>().Plan(id, TimeSpan.Zero, 0, default);
            return true;
        });
        await Settled();
        var seen = await See(room, job);
        Assert.Equal(("succeeded", attempts + 1), ((string)seen["state"]!, (int)seen["attempts"]!));
    }

    private static async Task<string> Queued(Task<HttpResponseMessage> act)
    {
        using var answer = await act;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, body);
        var job = (string)JsonNode.Parse(body)!["jobId"]!;
        Assert.Equal($"/api/v1/jobs/{job}", answer.Headers.Location!.ToString());
        return job;
    }

    private static async Task Done(Task<HttpResponseMessage> act)
    {
        using var answer = await act;
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>How each job ended, its test says; the host is shared.</summary>
    private Task Settled() => app.Settle(failedJobsAreFine: true);

    private static string Address(ReadingRoom room) => $"/api/v1/labelling-projects/{room.Project}";

    private static Task<JsonObject> Project(ReadingRoom room) => Sent(room.Manager.GetAsync(Address(room)));

    private static Task<JsonObject> See(ReadingRoom room, string job) => Sent(room.Manager.GetAsync($"/api/v1/jobs/{job}"));

    private static async Task<(string Kind, string Job)> Work(ReadingRoom room) =>
        (await Project(room))["work"] is { } work ? ((string)work["kind"]!, (string)work["jobId"]!) : ("", "");

    private Task<int> Readings(ReadingRoom room)
    {
        var id = ProjectId.From(Guid.Parse(room.Project));
        return app.InDatabase(db => db.Set<Reading>().CountAsync(r => r.ProjectId == id));
    }

    /// <summary>Every case is read, by two.</summary>
    private async Task IsStarted(ReadingRoom room, int cases)
    {
        var project = await Project(room);
        Assert.Equal(("running", cases), ((string)project["state"]!, project["states"]!.AsObject().Sum(s => (int)s.Value!)));
        Assert.Equal(cases, (int)project["states"]!["reading"]!);
        Assert.Equal(2 * cases, await Readings(room));
    }

    private static object Cases(int first, int count) => new { cases = Enumerable.Range(first, count).Select(n => $"00000000-0000-7000-8000-{n:D12}") };
}

public sealed class LongActOnSqlite(LargeProjectsOnSqlite app) : LongActTests(app), IClassFixture<LargeProjectsOnSqlite>;

public sealed class LongActOnPostgreSql(LargeProjectsOnPostgreSql app) : LongActTests(app), IClassFixture<LargeProjectsOnPostgreSql>;
