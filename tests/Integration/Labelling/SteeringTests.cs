using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class SteeringTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task What_is_still_compared_when_a_project_is_cancelled_is_offered_to_nobody()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/cancel", null));
        await BackToComparing(room);
        await app.InScope(async s =>
        {
            var project = ProjectId.From(Guid.Parse(room.Project));
            var one = await s.GetRequiredService<PirogovDb>().Set<ProjectCase>().SingleAsync(c => c.ProjectId == project);
            s.GetRequiredService<JobQueue>().Enqueue<CompareReadings, CompareReadings.Payload>(new(one.Id), "labelling-case", one.Id);
            return await s.GetRequiredService<PirogovDb>().SaveChangesAsync();
        });
        await app.Settle();
        Assert.Empty((await Sent(room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        Assert.Equal("comparing", await room.CaseState());
    }

    [SkippableFact]
    public async Task What_was_handed_in_when_a_project_was_cancelled_is_locked_and_goes_no_further()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/cancel", null));
        await app.InScope(async s =>
        {
            var (db, project) = (s.GetRequiredService<PirogovDb>(), ProjectId.From(Guid.Parse(room.Project)));
            await db.Set<ProjectCase>().Where(c => c.ProjectId == project).ExecuteUpdateAsync(u => u.SetProperty(c => c.State, ProjectCaseState.Reading));
            var last = await db.Set<Reading>().Where(r => r.ProjectId == project && r.Mode == ReadingMode.Read).OrderBy(r => r.Slot).LastAsync();
            await db.Set<Reading>().Where(r => r.Id == last.Id).ExecuteUpdateAsync(u => u.SetProperty(r => r.State, ReadingState.Submitted));
            s.GetRequiredService<Pirogov.Platform.Outbox.EventOutbox>().Add(new ReadingSubmitted(last.Id));
            return await db.SaveChangesAsync();
        });
        await app.Settle();
        Assert.Equal("reading", await room.CaseState());
        Assert.Equal(2, (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["slots"]!.AsArray()
            .Count(s => (string)s!["mode"]! == "read" && (string)s["state"]! == "locked"));
    }

    [SkippableFact]
    public async Task What_was_offered_before_a_pause_is_not_begun_until_the_project_goes_on_and_what_is_begun_may_be_finished()
    {
        var room = await Open(app, cases: 2);
        var (reader, begun, offered) = (room.Readers[0], await Reading(room.Readers[0]), await Reading(room.Readers[0], place: 1));
        await Sent(reader.PostAsync($"/api/v1/readings/{begun}/take", null));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/pause", null));
        await Sent(reader.PostAsync($"/api/v1/readings/{begun}/take", null));
        var problem = await Refused(HttpStatusCode.Conflict, reader.PostAsync($"/api/v1/readings/{offered}/take", null));
        Assert.EndsWith("labelling.project-is-not-running", (string)problem["type"]!, StringComparison.Ordinal);
        await Refused(HttpStatusCode.Conflict, reader.GetAsync($"/workbench/radiology/{offered}"));
        await Sent(Save(reader, begun, 0, room.Document()));
        await Sent(Submit(reader, begun, 1));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/resume", null));
        await Sent(reader.PostAsync($"/api/v1/readings/{offered}/take", null));
    }

    [SkippableFact]
    public async Task Who_came_during_a_pause_gets_the_places_that_nobody_could_take_when_the_project_goes_on()
    {
        var room = await Open(app);
        await Sent(room.Readers[1].PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Readers[1])}/skip", new { reason = "conflictOfInterest" }));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/pause", null));
        var third = await app.As(Role.Expert, $"reader3-{room.Name}");
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/people", new { accountId = await room.Id("reader3"), mode = "read" }));
        Assert.Empty((await Sent(third.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/resume", null));
        await app.Settle();
        Assert.Single((await Sent(third.GetAsync("/api/v1/readings")))["open"]!.AsArray());
    }

    [SkippableFact]
    public async Task A_case_of_a_cancelled_project_is_not_reopened()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"];
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/cancel", null));
        var problem = await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one}/reopen", new { comment = "x" }));
        Assert.EndsWith("labelling.project-is-not-running", (string)problem["type"]!, StringComparison.Ordinal);
        await room.Release();
    }

    [SkippableFact]
    public async Task The_name_of_a_cancelled_project_is_free_again()
    {
        var room = await Open(app);
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", await room.PlanOf(1)));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/cancel", null));
        await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", await room.PlanOf(1)));
        Assert.Equal($"Project {room.Name}", (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}")))["name"]!);
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", await room.PlanOf(1)));
    }

    [SkippableFact]
    public async Task A_comparison_that_was_stopped_is_shown_to_the_manager_who_starts_it_again()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        Assert.DoesNotContain((await Assignment(room))["notices"]!.AsArray(), n => (string)n!["kind"]! == "comparisonsStopped");
        await BackToComparing(room);
        var notice = (await Assignment(room))["notices"]!.AsArray().Single(n => (string)n!["kind"]! == "comparisonsStopped")!;
        Assert.Equal(1, (int)notice["count"]!);
        Assert.Contains("data-card=\"labelling-comparisons\"", await room.Manager.GetStringAsync("/"), StringComparison.Ordinal);
        await Refused(HttpStatusCode.Forbidden, room.Readers[0].PostAsync($"/api/v1/labelling-projects/{room.Project}/compare-again", null));
        var again = await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/compare-again", null));
        Assert.Equal(1, (int)again["cases"]!);
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());
        Assert.Equal(0, (int)(await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/compare-again", null)))["cases"]!);
        Assert.DoesNotContain("data-card=\"labelling-comparisons\"", await room.Manager.GetStringAsync("/"), StringComparison.Ordinal);
    }

    private static Task<JsonObject> Assignment(ReadingRoom room) => Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/assignment"));

    /// <summary>As if the comparison had been begun and nothing had come of it.</summary>
    private Task<int> BackToComparing(ReadingRoom room) => app.InDatabase(async db =>
    {
        var project = ProjectId.From(Guid.Parse(room.Project));
        var ids = await db.Set<ProjectCase>().Where(c => c.ProjectId == project).Select(c => c.Id).ToArrayAsync();
        await db.Set<Consensus>().Where(c => ids.Contains(c.ProjectCaseId)).ExecuteDeleteAsync();
        await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == project && r.Mode != ReadingMode.Read).ExecuteDeleteAsync();
        return await db.Set<ProjectCase>().Where(c => c.ProjectId == project).ExecuteUpdateAsync(u => u.SetProperty(c => c.State, ProjectCaseState.Comparing).SetProperty(c => c.Level, 0));
    });
}

public sealed class SteeringOnSqlite(LabellingOnSqlite app) : SteeringTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class SteeringOnPostgreSql(LabellingOnPostgreSql app) : SteeringTests(app), IClassFixture<LabellingOnPostgreSql>;
