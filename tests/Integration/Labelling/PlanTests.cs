using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Experts, strata, qualification and interest; and what a manager changes while a project runs.</summary>
public abstract class PlanTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_project_hands_out_to_those_alone_who_are_qualified()
    {
        var queue = await Begin(app, terms: new() { ["required"] = new JsonObject { ["specialties"] = new JsonArray("radiology"), ["years"] = 5, ["level"] = "senior" } });
        Assert.Equal("specialty", (string)(await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0])))["reason"]!);
        await Qualify(queue, 0, new { specialty = "radiology", practisingSince = app.Clock.GetUtcNow().Year - 2, level = "leading" });
        Assert.Equal("years", (string)(await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0])))["reason"]!);
        await Qualify(queue, 0, new { specialty = "radiology", practisingSince = app.Clock.GetUtcNow().Year - 8, level = "specialist" });
        Assert.Equal("level", (string)(await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0])))["reason"]!);
        Assert.Equal("level", (string)(await queue.Member(0))["lacks"]!);
        await Qualify(queue, 0, new { specialty = "radiology", practisingSince = app.Clock.GetUtcNow().Year - 8, level = "leading", subspecialty = "Маммография" });
        await queue.Take(queue.Readers[0]);
        var page = await Sent(queue.Manager.GetAsync($"/api/v1/experts/{await queue.Id(0)}"));
        Assert.Equal(("radiology", 8, "Маммография"), ((string)page["specialty"]!, (int)page["years"]!, (string)page["subspecialty"]!));
        Assert.Contains((await Sent(queue.Manager.GetAsync("/api/v1/experts?specialty=radiology&size=200")))["items"]!.AsArray(), e => (string)e!["accountId"]! == (string)page["accountId"]!);
        await Refused(HttpStatusCode.UnprocessableEntity, queue.Manager.PutAsJsonAsync($"/api/v1/experts/{await queue.Id(0)}", new { practisingSince = 2100 }));
        Assert.Equal(HttpStatusCode.Forbidden, (await queue.Readers[0].GetAsync($"/api/v1/experts/{await queue.Id(1)}")).StatusCode);
    }

    [SkippableFact]
    public async Task Nobody_reads_the_cases_of_their_own_centre_where_the_plan_says_so()
    {
        var code = "C" + $"{Guid.CreateVersion7():N}"[^7..].ToUpperInvariant();
        var organisation = await Sent((await app.As(Role.Administrator)).PostAsJsonAsync("/api/v1/organisations", new { name = $"Клиника {code}" }));
        var centre = await Sent((await app.As(Role.AiOffice)).PostAsJsonAsync("/api/v1/centres", new { code, name = code, organisationId = organisation["id"] }));
        app.Cases.SecondCentre = ReferenceCentreId.From(Guid.Parse((string)centre["id"]!));
        var own = OrganisationId.From(Guid.Parse((string)organisation["id"]!));
        var queue = await Begin(app, cases: 0, terms: new() { ["ownCentre"] = false }, change: p => p["query"] = new JsonObject { ["centreId"] = (string)centre["id"]! }, organisation: own);
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0]))));
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/people", new { accountId = (await app.Person("stranger-to-centre", [Role.Expert])).Id }));
        await queue.Take(await app.As(Role.Expert, "stranger-to-centre"));
        var page = await Sent(queue.Readers[0].GetAsync("/api/v1/expert"));
        Assert.Equal((string)centre["id"]!, (string)Assert.Single(page["ownCentres"]!.AsArray())!);

        var room = await Open(app, start: false);
        var plan = await room.PlanOf(0);
        (plan["name"], plan["query"], plan["terms"]) = ($"{room.Name} own", new JsonObject { ["centreId"] = (string)centre["id"]! }, new JsonObject { ["ownCentre"] = false });
        plan["readers"] = new JsonArray(await queue.Id(0), await queue.Id(1));
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        Assert.Equal("labelling.nobody-may-read", Refusal(await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-projects/{made["id"]}/start", null))));
    }

    [SkippableFact]
    public async Task Nobody_adjudicates_the_cases_of_their_own_centre_where_the_plan_says_so()
    {
        var (queue, _) = await OnlyAdjudicatorOfTheCentre();
        var stranger = await app.As(Role.Expert, "deciding-stranger");
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/people", new { accountId = (await app.Person("deciding-stranger", [Role.Expert])).Id, mode = "adjudicate" }));
        await app.Settle();
        Assert.Single((await Sent(stranger.GetAsync("/api/v1/readings")))["open"]!.AsArray());
    }

    [SkippableFact]
    public async Task A_case_that_nobody_could_decide_is_offered_again_when_the_project_goes_on()
    {
        var (queue, adjudicator) = await OnlyAdjudicatorOfTheCentre();
        await Sent(queue.Manager.PostAsync($"{queue.Address}/pause", null));
        await app.InDatabase(db => db.Set<Account>().Where(a => a.Id == adjudicator).ExecuteUpdateAsync(s => s.SetProperty(a => a.OrganisationId, (OrganisationId?)null)));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/resume", null));
        await app.Settle();
        Assert.Single((await Sent(queue.Room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
    }

    /// <summary>Either the centre is not theirs any more, or the project lets people decide about their own.</summary>
    [SkippableTheory]
    [InlineData("expert")]
    [InlineData("plan")]
    public async Task A_case_that_nobody_could_decide_for_its_centres_sake_goes_to_who_may_now(string what)
    {
        var code = "C" + $"{Guid.CreateVersion7():N}"[^7..].ToUpperInvariant();
        var centre = (string)(await Sent((await app.As(Role.AiOffice)).PostAsJsonAsync("/api/v1/centres", new { code, name = code })))["id"]!;
        app.Cases.SecondCentre = ReferenceCentreId.From(Guid.Parse(centre));
        var queue = await Begin(app, cases: 0, terms: new() { ["ownCentre"] = false }, change: p => p["query"] = new JsonObject { ["text"] = "TEST-000031" });
        var adjudicator = queue.Room.Adjudicator;
        var id = await queue.Room.Id("adjudicator");
        await Sent(queue.Manager.PutAsJsonAsync($"/api/v1/experts/{id}", new { centres = new[] { centre } }));
        foreach (var (reader, left) in new[] { (queue.Readers[0], 4), (queue.Readers[1], 14) })
            await queue.Read(reader, await queue.Take(reader), left);
        await app.Settle();
        Assert.Empty((await Sent(adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        if (what == "expert")
            await Sent(queue.Manager.PutAsJsonAsync($"/api/v1/experts/{id}", new { centres = Array.Empty<string>() }));
        else
        {
            var plan = await PlanOf(queue);
            plan["terms"]!["ownCentre"] = true;
            await Sent(Correct(queue, plan));
        }

        await app.Settle();
        Assert.Single((await Sent(adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whose_account_is_disabled_or_no_experts_any_more_is_given_nothing_and_the_manager_is_told(bool disabled)
    {
        var room = await Open(app);
        var address = $"/api/v1/labelling-projects/{room.Project}";
        var (gone, second) = (await room.Id("adjudicator"), await app.As(Role.Expert, $"adjudicator2-{room.Name}"));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/people", new { accountId = await room.Id("adjudicator2"), mode = "adjudicate" }));
        var account = new { fullName = "Ушедший", roles = new[] { disabled ? "expert" : "labellingManager" }, isDisabled = disabled };
        await Sent((await app.As(Role.Administrator)).PutAsJsonAsync($"/api/v1/accounts/{gone}", account));
        await room.ReadBlind(agreeing: false);
        await Reading(second, "adjudicate");
        var notice = (await Sent(room.Manager.GetAsync($"{address}/assignment")))["notices"]!.AsArray().Single(n => (string)n!["kind"]! == "cannotWork")!;
        Assert.Equal((gone.ToString(), 0), ((string)notice["accountId"]!, (int)notice["count"]!));
    }

    /// <summary>A disagreement about a case of the adjudicator's own centre, in a project that keeps such cases from them.</summary>
    private async Task<(QueueRoom Queue, Guid Adjudicator)> OnlyAdjudicatorOfTheCentre()
    {
        var code = "C" + $"{Guid.CreateVersion7():N}"[^7..].ToUpperInvariant();
        var organisation = await Sent((await app.As(Role.Administrator)).PostAsJsonAsync("/api/v1/organisations", new { name = $"Клиника {code}" }));
        var centre = await Sent((await app.As(Role.AiOffice)).PostAsJsonAsync("/api/v1/centres", new { code, name = code, organisationId = organisation["id"] }));
        app.Cases.SecondCentre = ReferenceCentreId.From(Guid.Parse((string)centre["id"]!));
        var queue = await Begin(app, cases: 0, terms: new() { ["ownCentre"] = false }, change: p => p["query"] = new JsonObject { ["text"] = "TEST-000031" });
        var (own, adjudicator) = (OrganisationId.From(Guid.Parse((string)organisation["id"]!)), await queue.Room.Id("adjudicator"));
        await app.InDatabase(db => db.Set<Account>().Where(a => a.Id == adjudicator).ExecuteUpdateAsync(s => s.SetProperty(a => a.OrganisationId, own)));
        foreach (var (reader, left) in new[] { (queue.Readers[0], 4), (queue.Readers[1], 14) })
            await queue.Read(reader, await queue.Take(reader), left);
        await app.Settle();
        Assert.Empty((await Sent(queue.Room.Adjudicator.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        return (queue, adjudicator);
    }

    [SkippableFact]
    public async Task Each_stratum_has_its_own_number_of_readers()
    {
        var terms = new JsonObject
        {
            ["strata"] = new JsonArray(new JsonObject { ["name"] = "МРТ", ["query"] = new JsonObject { ["modality"] = "MR" }, ["readersPerCase"] = 3, ["mostReaders"] = 4, ["priority"] = 1 }),
        };
        var queue = await Begin(app, readers: 4, cases: 0, terms: terms, change: p => p["query"] = new JsonObject { ["text"] = "TEST-00003" });
        // TEST-000030 to 39: the first is CT, nine are MR.
        Assert.Equal(2 + 9 * 3, (int)(await queue.Assignment())["freePlaces"]!);
        Assert.Equal("TEST-000031", (string)(await queue.Take(queue.Readers[0]))["caseLabel"]!);
    }

    [SkippableFact]
    public async Task What_is_labelled_elsewhere_can_be_left_out()
    {
        var held = await Begin(app, cases: 5);
        var room = await Open(app, start: false);
        var plan = await room.PlanOf(5);
        (plan["name"], plan["notYetLabelled"]) = ($"{room.Name} rest", true);
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        Assert.Equal("labelling.cases-missing", Refusal(problem));
        var added = await Sent(held.Manager.PostAsJsonAsync($"{held.Address}/cases", new { query = new { text = "TEST-00001" }, notYetLabelled = false }));
        Assert.Equal(10, (int)added["cases"]!);
    }

    [SkippableFact]
    public async Task Open_work_of_whoever_is_taken_out_goes_on_to_others_and_their_finished_work_stays()
    {
        var queue = await Begin(app, readers: 3, cases: 2);
        var first = queue.Readers[0];
        await queue.Read(first, await queue.Take(first));
        var open = await queue.Take(first);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(0)}/remove", null));
        await Refused(HttpStatusCode.NotFound, queue.Next(first));
        await Refused(HttpStatusCode.Conflict, Save(first, (string)open["id"]!, 0, queue.Room.Document()));
        Assert.Equal(1, (int)(await queue.Member(0))["finished"]!);
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]));
        await queue.Take(queue.Readers[1]);
        await queue.Take(queue.Readers[2]);
        await Refused(HttpStatusCode.NotFound, queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(0)}/remove", null));
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/people", new { accountId = await queue.Id(0) }));
    }

    [SkippableFact]
    public async Task Where_everything_is_assigned_a_left_place_goes_to_the_least_loaded_or_waits_for_a_newcomer()
    {
        var room = await Open(app, cases: 2);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(reader.PostAsJsonAsync($"/api/v1/readings/{reading}/skip", new { reason = "conflictOfInterest" }));
        var address = $"/api/v1/labelling-projects/{room.Project}";
        Assert.Contains((await Sent(room.Manager.GetAsync($"{address}/assignment")))["notices"]!.AsArray(), n => (string)n!["kind"]! == "placesNobodyMayTake");
        var newcomer = await app.As(Role.Expert, $"newcomer-{room.Name}");
        await Sent(room.Manager.PostAsJsonAsync($"{address}/people", new { accountId = await room.Id("newcomer") }));
        await app.Settle();
        var taken = await Reading(newcomer);
        Assert.NotEqual(reading, taken);
        var others = (await Sent(room.Manager.GetAsync($"{address}/open-readings")))["items"]!.AsArray();
        Assert.Equal(4, others.Count);
        var secondOfReader = await Reading(reader);
        Assert.Equal("labelling.person-cannot-read", Refusal(await Refused(HttpStatusCode.Conflict,
            room.Manager.PostAsJsonAsync($"{address}/readings/{secondOfReader}/reassign", new { accountId = await room.Id("reader2") }))));
        await Sent(room.Manager.PostAsJsonAsync($"{address}/readings/{secondOfReader}/reassign", new { accountId = await room.Id("newcomer") }));
        Assert.Empty((await Sent(reader.GetAsync("/api/v1/readings")))["open"]!.AsArray());
    }

    [SkippableFact]
    public async Task The_last_adjudicator_and_the_last_of_a_level_stay()
    {
        var room = await Open(app);
        foreach (var part in new[] { "adjudicator", "validator" })
            Assert.Equal("labelling.nobody-is-left", Refusal(await Refused(HttpStatusCode.Conflict,
                room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/people/{await room.Id(part)}/remove", null))));
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/people", new { accountId = (await app.Person($"adjudicator2-{room.Name}", [Role.Expert])).Id, mode = "adjudicate" }));
        await room.ReadBlind(agreeing: false);
        var before = await Reading(room.Adjudicator, "adjudicate");
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/people/{await room.Id("adjudicator")}/remove", null));
        Assert.NotEqual(before, await Reading(await app.As(Role.Expert, $"adjudicator2-{room.Name}"), "adjudicate"));
    }

    [SkippableFact]
    public async Task Late_readings_are_shown_until_the_manager_gives_more_time()
    {
        var queue = await Begin(app, change: p => p["dueAt"] = app.Clock.GetUtcNow().AddHours(1));
        await queue.Take(queue.Readers[0]);
        app.Clock.Ahead += TimeSpan.FromHours(2);
        Assert.True((bool)(await Sent(queue.Readers[0].GetAsync("/api/v1/readings")))["open"]![0]!["late"]!);
        Assert.Equal(1, (int)(await queue.Member(0))["late"]!);
        Assert.Single((await Sent(queue.Manager.GetAsync($"{queue.Address}/open-readings?late=true")))["items"]!.AsArray());
        await Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/due", new { dueAt = app.Clock.GetUtcNow().AddDays(3) }));
        Assert.Equal(0, (int)(await queue.Member(0))["late"]!);
    }

    [SkippableFact]
    public async Task Cases_are_added_while_the_project_runs_and_a_cancelled_one_takes_its_open_work_back()
    {
        var queue = await Begin(app, cases: 1);
        var added = await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/cases", new { query = new { text = "TEST-00000" } }));
        Assert.Equal(8, (int)added["cases"]!);
        Assert.Equal(18, (int)(await queue.Assignment())["freePlaces"]!);
        var open = await queue.Take(queue.Readers[0]);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/cancel", null));
        await Refused(HttpStatusCode.NotFound, queue.Readers[0].GetAsync($"/api/v1/readings/{open["id"]}"));
        await Refused(HttpStatusCode.Conflict, queue.Manager.PostAsync($"{queue.Address}/resume", null));
        await Refused(HttpStatusCode.Conflict, queue.Manager.PostAsJsonAsync($"{queue.Address}/cases", new { query = new { text = "TEST-00001" } }));
    }

    [SkippableFact]
    public async Task Terms_that_make_no_sense_are_refused()
    {
        var room = await Open(app, start: false);
        foreach (var (terms, reason) in new (JsonObject, string)[]
                 {
                     (new() { ["reservedMinutes"] = 0 }, "reservation"), (new() { ["mostOpen"] = 0 }, "reservation"),
                     (new() { ["gold"] = new JsonObject { ["share"] = 0.9 } }, "gold"), (new() { ["training"] = new JsonObject { ["cases"] = 1000 } }, "training"),
                     (new() { ["resting"] = new JsonObject { ["activeMinutes"] = 0 } }, "resting"),
                     (new() { ["prices"] = new JsonArray(new JsonObject { ["mode"] = "read", ["amount"] = -1 }) }, "prices"),
                     (new() { ["strata"] = new JsonArray(new JsonObject { ["name"] = "x", ["query"] = new JsonObject(), ["readersPerCase"] = 1 }) }, "strata"),
                 })
        {
            var plan = await room.PlanOf(1);
            (plan["name"], plan["distribution"], plan["terms"]) = ($"{room.Name} {reason}", "queue", terms);
            Assert.Equal(reason, (string)(await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan)))["reason"]!);
        }
    }

    [SkippableFact]
    public async Task Before_the_start_the_whole_plan_can_be_corrected()
    {
        var queue = await Begin(app, readers: 3, cases: 2, start: false);
        var plan = await PlanOf(queue);
        (plan["readersPerCase"], plan["mostReaders"], plan["threshold"], plan["distribution"], plan["instructions"]) = (3, 3, 0.9, "assigned", "Обводить по наружному краю.");
        plan["terms"]!["prices"] = Price(100);
        var corrected = await Sent(Correct(queue, plan));
        Assert.False((bool)corrected["isFixed"]!);
        plan["baseRevision"] = 1;
        Assert.True(JsonNode.DeepEquals(plan, corrected["plan"]));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/start", null));
        var page = await Sent(queue.Manager.GetAsync($"{queue.Address}/cases"));
        Assert.All(page["items"]!.AsArray(), c => Assert.Equal(3, c!["slots"]!.AsArray().Count));
    }

    [SkippableFact]
    public async Task While_a_project_runs_its_plan_changes_only_where_no_work_stands_on_it()
    {
        var queue = await Begin(app, readers: 3, cases: 1);
        foreach (var (part, value) in new (string, JsonNode)[] { ("readersPerCase", 3), ("distribution", "assigned"), ("passes", new JsonObject { ["show"] = "atStart" }) })
        {
            var other = await PlanOf(queue);
            (other[part], other["mostReaders"]) = (value, 3);
            Assert.Equal(part, (string)(await Refused(HttpStatusCode.Conflict, Correct(queue, other)))["part"]!);
        }

        var plan = await PlanOf(queue);
        (plan["threshold"], plan["mostReaders"], plan["terms"]!["mostOpen"]) = (0.1, 3, 2);
        Assert.True((bool)(await Sent(Correct(queue, plan)))["isFixed"]!);
        plan = await PlanOf(queue);
        plan["mostReaders"] = 4;
        await Refused(HttpStatusCode.UnprocessableEntity, Correct(queue, plan));
        (plan["mostReaders"], plan["thresholds"]) = (3, new JsonObject { ["nothing"] = 0.5 });
        await Refused(HttpStatusCode.NotFound, Correct(queue, plan));
        // Two outlines that share little agree by the new threshold, and nobody need adjudicate.
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]), left: 4);
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]), left: 10);
        await app.Settle();
        Assert.Equal("validation", (string)(await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]![0]!["state"]!);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/cancel", null));
        await Refused(HttpStatusCode.Conflict, Correct(queue, await PlanOf(queue)));
    }

    [SkippableFact]
    public async Task Of_two_managers_who_correct_a_plan_the_second_is_told_and_undoes_nothing()
    {
        var queue = await Begin(app, cases: 1, terms: new() { ["prices"] = Price(100) });
        var (one, other) = (await PlanOf(queue), await PlanOf(queue));
        (one["terms"]!["prices"], other["threshold"]) = (Price(250), 0.9);
        await Sent(Correct(queue, one));
        Assert.Equal(1, (int)(await Refused(HttpStatusCode.Conflict, Correct(queue, other)))["revision"]!);
        Assert.Equal(250, (decimal)(await PlanOf(queue))["terms"]!["prices"]![0]!["amount"]!);
        var again = await PlanOf(queue);
        again["terms"]!["prices"]![0]!["amount"] = 100.005;
        await Refused(HttpStatusCode.UnprocessableEntity, Correct(queue, again));
    }

    [SkippableFact]
    public async Task Cases_added_while_the_project_starts_are_read_like_the_others()
    {
        for (var turn = 0; turn < 3; turn++)
        {
            var queue = await Begin(app, cases: 1, start: false);
            await Task.WhenAll(queue.Manager.PostAsync($"{queue.Address}/start", null),
                queue.Manager.PostAsJsonAsync($"{queue.Address}/cases", new { cases = Enumerable.Range(2, 20).Select(n => $"00000000-0000-7000-8000-{n:D12}") }));
            var page = await Sent(queue.Manager.GetAsync($"{queue.Address}/cases?size=200"));
            Assert.Equal((21, 0), ((int)page["total"]!, page["items"]!.AsArray().Count(c => (string)c!["state"]! == "planned")));
        }
    }

    [SkippableFact]
    public async Task Finished_work_keeps_the_price_that_stood_when_it_was_finished()
    {
        var queue = await Begin(app, cases: 2, terms: new() { ["prices"] = Price(100) });
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await app.Settle();
        var plan = await PlanOf(queue);
        plan["terms"]!["prices"] = Price(250);
        // A request cannot rewrite what was.
        plan["terms"]!["former"] = new JsonArray(new JsonObject { ["until"] = "2100-01-01T00:00:00Z", ["prices"] = Price(9_000) });
        Assert.Null((await Sent(Correct(queue, plan)))["plan"]!["terms"]!["former"]);
        app.Clock.Ahead += TimeSpan.FromSeconds(1);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await app.Settle();
        var month = app.Clock.GetUtcNow().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var lines = (await Sent(queue.Readers[0].GetAsync($"/api/v1/expert/statements/{month}")))["lines"]!["items"]!.AsArray();
        Assert.Equal(350, (decimal)lines.Single(l => (string)l!["projectId"]! == queue.Project)!["amount"]!);
    }

    private static async Task<JsonObject> PlanOf(QueueRoom queue) => (await Sent(queue.Manager.GetAsync($"{queue.Address}/plan")))["plan"]!.DeepClone().AsObject();

    private static Task<HttpResponseMessage> Correct(QueueRoom queue, JsonObject plan) => queue.Manager.PutAsJsonAsync($"{queue.Address}/plan", plan);

    private static JsonArray Price(decimal amount) => [new JsonObject { ["mode"] = "read", ["level"] = null, ["amount"] = amount }];

    private static async Task Qualify(QueueRoom queue, int reader, object profile) => await Sent(queue.Manager.PutAsJsonAsync($"/api/v1/experts/{await queue.Id(reader)}", profile));
}

public sealed class PlanOnSqlite(LabellingOnSqlite app) : PlanTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class PlanOnPostgreSql(LabellingOnPostgreSql app) : PlanTests(app), IClassFixture<LabellingOnPostgreSql>;
