using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What a manager does with one case by hand.</summary>
public abstract class CaseActsTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_case_set_aside_is_handed_to_nobody_until_it_is_taken_up_again()
    {
        var queue = await Begin(app, cases: 1);
        var reader = queue.Readers[0];
        var begun = await queue.Take(reader);
        await Sent(Save(reader, (string)begun["id"]!, 0, queue.Room.Document()));
        var address = await FirstCase(queue.Manager, queue.Address);
        await Sent(queue.Manager.PostAsJsonAsync($"{address}/aside", new { reason = "Двойник другого случая" }));

        foreach (var one in queue.Readers)
            Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(one))));
        var mine = await Sent(reader.GetAsync("/api/v1/readings"));
        Assert.Empty(mine["open"]!.AsArray());
        Assert.False((bool)mine["queues"]!.AsArray().Single(q => (string)q!["projectId"]! == queue.Project)!["hasNext"]!);
        var assignment = await queue.Assignment();
        Assert.Equal((0, 0), ((int)assignment["freePlaces"]!, (int)assignment["reserved"]!));
        Assert.Empty((await Sent(queue.Manager.GetAsync($"{queue.Address}/open-readings")))["items"]!.AsArray());
        var told = await Sent(queue.Manager.GetAsync(address));
        Assert.Equal(("reading", "Двойник другого случая"), ((string)told["state"]!, (string)told["asideReason"]!));
        Assert.Equal(1, (int)(await Sent(queue.Manager.GetAsync($"{queue.Address}/cases?aside=true")))["total"]!);
        Assert.Equal(0, (int)(await Sent(queue.Manager.GetAsync($"{queue.Address}/cases?aside=false")))["total"]!);
        Assert.Equal(0, (int)(await Sent(queue.Manager.GetAsync($"{queue.Address}/effort")))["backlog"]!["readings"]!);

        await Sent(queue.Manager.DeleteAsync($"{address}/aside"));
        Assert.Equal((string)begun["id"]!, (string)(await queue.Take(reader))["id"]!);
        Assert.Equal(1, (int)(await Sent(reader.GetAsync($"/api/v1/readings/{begun["id"]}")))["revision"]!);
        await queue.Take(queue.Readers[1]);
        var after = await Sent(queue.Manager.GetAsync(address));
        Assert.Null(after["aside"]);
        Assert.Equal("Двойник другого случая", (string)Assert.Single(after["comments"]!.AsArray())!["text"]!);
    }

    [SkippableFact]
    public async Task A_case_set_aside_is_in_no_release()
    {
        var room = await Open(app, cases: 2);
        foreach (var uid in new[] { "2.25.1.1", "2.25.2.1" })
            await room.ReadBlind(agreeing: true, caseUid: uid);
        for (var n = 0; n < 2; n++)
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var (project, address) = (Project(room), await FirstCase(room.Manager, Project(room)));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/aside", new { reason = "Согласие отозвано" }));
        var named = await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync($"{project}/release", new { cases = new[] { address.Split('/')[^1] } }));
        Assert.Equal("labelling.case-is-set-aside", Refusal(named));
        Assert.Equal(1, (int)(await room.Release())["cases"]!);
        await Sent(room.Manager.DeleteAsync($"{address}/aside"));
        Assert.Equal(2, (int)(await room.Release())["cases"]!);
    }

    [SkippableFact]
    public async Task A_lot_does_not_wait_for_a_case_that_is_set_aside()
    {
        // Half of a lot of six is looked at.
        var room = await Open(app, cases: 6, plan: p =>
            (p["levels"]![0]!["share"], p["levels"]![0]!["lot"]) = (0.5, new JsonObject { ["size"] = 6, ["acceptanceNumber"] = 0 }));
        for (var n = 1; n < 6; n++)
            await room.ReadBlind(agreeing: true, caseUid: $"2.25.{n}.1");
        await AcceptAll(room);
        Assert.Equal("open", await Lot(room));
        var cases = (await Sent(room.Manager.GetAsync($"{Project(room)}/cases")))["items"]!.AsArray();
        await Sent(room.Manager.PostAsJsonAsync($"{Project(room)}/cases/{cases[5]!["id"]}/aside", new { reason = "Нет снимков" }));
        await app.Settle();
        await AcceptAll(room);
        Assert.Equal("accepted", await Lot(room));
    }

    [SkippableFact]
    public async Task Setting_aside_needs_a_reason_and_is_done_and_undone_once()
    {
        var room = await Open(app);
        var address = await FirstCase(room.Manager, Project(room));
        await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync($"{address}/aside", new { reason = " " }));
        Assert.Equal("labelling.case-is-not-set-aside", Refusal(await Refused(HttpStatusCode.Conflict, room.Manager.DeleteAsync($"{address}/aside"))));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/aside", new { reason = "x" }));
        Assert.Equal("labelling.case-is-set-aside", Refusal(await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync($"{address}/aside", new { reason = "x" }))));
        await Refused(HttpStatusCode.Forbidden, room.Readers[0].PostAsJsonAsync($"{address}/aside", new { reason = "x" }));
        await Refused(HttpStatusCode.Forbidden, room.Readers[0].DeleteAsync($"{address}/aside"));
        await Refused(HttpStatusCode.Forbidden, room.Adjudicator.PostAsJsonAsync($"{address}/adjudicate", new { comment = "x" }));
        await Refused(HttpStatusCode.NotFound, room.Manager.PostAsJsonAsync($"{Project(room)}/cases/{Guid.CreateVersion7()}/aside", new { reason = "x" }));
    }

    [SkippableFact]
    public async Task A_case_that_waits_for_one_more_reader_is_sent_to_the_adjudicator_by_hand()
    {
        var queue = await Begin(app, readers: 3, cases: 1, change: p => p["mostReaders"] = 3);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]), left: 14, stone: "yes");
        await app.Settle();
        var third = await queue.Take(queue.Readers[2]);
        var address = await FirstCase(queue.Manager, queue.Address);
        await Refused(HttpStatusCode.UnprocessableEntity, queue.Manager.PostAsJsonAsync($"{address}/adjudicate", new { }));
        await Sent(queue.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "Срок" }));
        Assert.Equal("adjudication", (string)(await Sent(queue.Manager.GetAsync(address)))["state"]!);
        await Refused(HttpStatusCode.NotFound, queue.Readers[2].GetAsync($"/api/v1/readings/{third["id"]}"));
        var view = await Sent(queue.Room.Adjudicator.GetAsync($"/api/v1/readings/{await Reading(queue.Room.Adjudicator, "adjudicate")}"));
        Assert.Equal("Срок", (string)Assert.Single(view["comments"]!.AsArray())!["text"]!);
        Assert.Equal("labelling.case-is-elsewhere", Refusal(await Refused(HttpStatusCode.Conflict, queue.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "x" }))));
    }

    [SkippableFact]
    public async Task Two_of_three_readings_that_agree_go_to_the_adjudicator_when_the_manager_wants_it()
    {
        var queue = await Begin(app, readers: 3, cases: 1, perCase: 3);
        var address = await FirstCase(queue.Manager, queue.Address);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await app.Settle();
        Assert.Equal("labelling.readings-too-few", Refusal(await Refused(HttpStatusCode.Conflict, queue.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "x" }))));
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]));
        await app.Settle();
        await Sent(queue.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "Третьего не будет" }));
        await app.Settle();
        var told = await Sent(queue.Manager.GetAsync(address));
        Assert.Equal(("adjudication", 2, true), ((string)told["state"]!, (int)told["readersWanted"]!, (bool)told["rounds"]![0]!["agreed"]!));
        await Reading(queue.Room.Adjudicator, "adjudicate");
        // The comparison that would have brought it there stopped half-way.
        await app.InDatabase(async db =>
        {
            var project = ProjectId.From(Guid.Parse(queue.Project));
            await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == project && r.Mode == ReadingMode.Adjudicate).ExecuteDeleteAsync();
            return await db.Set<ProjectCase>().Where(c => c.ProjectId == project).ExecuteUpdateAsync(u => u.SetProperty(c => c.State, ProjectCaseState.Comparing));
        });
        Assert.Equal(1, (int)(await Sent(queue.Manager.PostAsync($"{queue.Address}/compare-again", null)))["cases"]!);
        await app.Settle();
        Assert.Equal("adjudication", (string)(await Sent(queue.Manager.GetAsync(address)))["state"]!);
    }

    [SkippableFact]
    public async Task A_consensus_in_validation_goes_to_the_adjudicator_by_hand_and_comes_back_to_its_level()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        var address = await FirstCase(room.Manager, Project(room));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "Посмотрите край" }));
        Assert.Equal("adjudication", await room.CaseState());
        Assert.Empty((await Sent(room.Validator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        await Refused(HttpStatusCode.Conflict, room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        Assert.Equal(validation, await Reading(room.Validator, "validate"));
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { consensus = 2 }));
        Assert.Equal("validated", await room.CaseState());
        Assert.Equal("labelling.case-is-elsewhere", Refusal(await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "x" }))));
    }

    [SkippableFact]
    public async Task Of_a_cancelled_project_nothing_is_sent_to_an_adjudicator()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var address = await FirstCase(room.Manager, Project(room));
        await Sent(room.Manager.PostAsync($"{Project(room)}/cancel", null));
        Assert.Equal("labelling.project-is-not-running", Refusal(await Refused(HttpStatusCode.Conflict, room.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "x" }))));
    }

    [SkippableFact]
    public async Task Open_work_is_given_to_the_person_whom_the_manager_names()
    {
        var room = await Open(app);
        foreach (var one in new[] { "adjudicator2", "adjudicator3" })
        {
            await app.As(Role.Expert, $"{one}-{room.Name}");
            await Sent(room.Manager.PostAsJsonAsync($"{Project(room)}/people", new { accountId = await room.Id(one), mode = "adjudicate" }));
        }

        await room.ReadBlind(agreeing: false);
        var open = (await Sent(room.Manager.GetAsync($"{Project(room)}/open-readings")))["items"]![0]!;
        var candidates = await List(room.Manager, $"{Project(room)}/readings/{open["id"]}/candidates");
        Assert.Equal(2, candidates.Count);
        Assert.DoesNotContain(candidates, c => (string)c!["accountId"]! == (string)open["accountId"]!);
        var chosen = (string)candidates[^1]!["accountId"]!;
        await Sent(room.Manager.PostAsJsonAsync($"{Project(room)}/readings/{open["id"]}/reassign", new { accountId = chosen }));
        Assert.Equal(chosen, (string)(await Sent(room.Manager.GetAsync($"{Project(room)}/open-readings")))["items"]![0]!["accountId"]!);
        Assert.Equal(HttpStatusCode.Forbidden, (await room.Readers[0].GetAsync($"{Project(room)}/readings/{open["id"]}/candidates")).StatusCode);
    }

    internal static string Project(ReadingRoom room) => $"/api/v1/labelling-projects/{room.Project}";

    internal static async Task<string> FirstCase(HttpClient manager, string project) =>
        $"{project}/cases/{(await Sent(manager.GetAsync($"{project}/cases")))["items"]![0]!["id"]}";

    internal static async Task<JsonArray> List(HttpClient person, string address) => (await person.GetFromJsonAsync<JsonArray>(address))!;

    private async Task AcceptAll(ReadingRoom room)
    {
        while ((await Sent(room.Validator.GetAsync("/api/v1/readings")))["open"]!.AsArray().Count > 0)
        {
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
            await app.Settle();
        }
    }

    private static async Task<string> Lot(ReadingRoom room) => (string)(await Sent(room.Manager.GetAsync($"{Project(room)}/lots")))["lots"]!["items"]![0]!["state"]!;
}

public sealed class CaseActsOnSqlite(LabellingOnSqlite app) : CaseActsTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class CaseActsOnPostgreSql(LabellingOnPostgreSql app) : CaseActsTests(app), IClassFixture<LabellingOnPostgreSql>;
