using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class RoundTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_third_blind_reader_settles_what_two_disagree_about()
    {
        var (room, project, people) = await Start(readers: 3, most: 3, levels: 1);
        var first = await Offered(people.Take(3));
        Assert.Equal(2, first.Length);
        await ReadAndSubmit(first[0], room.Document());
        await ReadAndSubmit(first[1], room.Document(left: 14, stone: "yes"));
        await app.Settle();
        Assert.Equal("reading", await StateOf(room, project));
        var third = Assert.Single(await Offered(people.Take(3)));
        Assert.DoesNotContain(third, first);
        var view = await Sent(third.GetAsync($"/api/v1/readings/{await Reading(third)}"));
        Assert.Empty(view["sources"]!.AsArray());
        await ReadAndSubmit(third, room.Document());
        await app.Settle();
        Assert.Equal("validation", await StateOf(room, project));
        var validator = people[4];
        var consensus = await Sent(validator.GetAsync($"/api/v1/readings/{await Reading(validator, "validate")}"));
        Assert.Equal(["A", "B", "C"], consensus["sources"]!.AsArray().Select(s => (string)s!["name"]!));
        Assert.Equal("no", (string)consensus["document"]!["answers"]!["stone"]!["value"]!);
        var page = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{project}"));
        Assert.Equal("krippendorff-alpha", (string)page["agreement"]!["questions"]![0]!["coefficient"]!);
    }

    [SkippableFact]
    public async Task When_as_many_have_read_as_may_the_adjudicator_decides()
    {
        var (room, project, people) = await Start(readers: 3, most: 3, levels: 1);
        foreach (var (reader, answer) in (await Offered(people.Take(3))).Zip(["yes", "no"]))
            await ReadAndSubmit(reader, room.Document(left: answer == "yes" ? 4 : 14, stone: answer));
        await app.Settle();
        await ReadAndSubmit(Assert.Single(await Offered(people.Take(3))), room.Document(left: 9, stone: "yes"));
        await app.Settle();
        Assert.Equal("adjudication", await StateOf(room, project));
        var view = await Sent(people[3].GetAsync($"/api/v1/readings/{await Reading(people[3], "adjudicate")}"));
        Assert.Equal(3, view["sources"]!.AsArray().Count);
    }

    [SkippableFact]
    public async Task A_returned_case_comes_back_to_the_level_that_returned_it()
    {
        var (room, project, people) = await Start(readers: 2, most: 2, levels: 2);
        foreach (var reader in people.Take(2))
            await ReadAndSubmit(reader, room.Document());
        await app.Settle();
        var (adjudicator, first, second) = (people[2], people[3], people[4]);
        Assert.Empty(await Offered([second]));
        await Judge(first, "accept");
        await Judge(second, "return");
        Assert.Equal("adjudication", await StateOf(room, project));
        await ReadAndSubmit(adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        Assert.Empty(await Offered([first]));
        await Judge(second, "accept");
        Assert.Equal("validated", await StateOf(room, project));
        await Released(room.Manager, project);
    }

    [SkippableFact]
    public async Task Where_a_project_has_no_level_what_its_readers_agree_on_or_its_adjudicator_decides_is_validated()
    {
        var room = await Open(app, cases: 2, plan: p => p["levels"] = new JsonArray());
        await room.ReadBlind(agreeing: true);
        Assert.Equal("validated", await room.CaseState());
        await room.ReadBlind(agreeing: false, caseUid: "2.25.2.1");
        Assert.Equal("adjudication", await room.CaseState(1));
        await ReadAndSubmit(room.Adjudicator, room.Document("2.25.2.1"), "adjudicate");
        await app.Settle();
        Assert.Equal(2, (int)(await room.Release())["cases"]!);
    }

    [SkippableFact]
    public async Task Rounds_thresholds_and_levels_that_make_no_sense_are_refused()
    {
        var room = await Open(app, start: false);
        foreach (var (name, change, refusal) in new (string, Action<JsonObject>, string)[]
                 {
                     ("one reader", p => p["readersPerCase"] = 1, "rounds-unfit"),
                     ("most below", p => (p["readersPerCase"], p["mostReaders"]) = (3, 2), "rounds-unfit"),
                     ("too few", p => p["mostReaders"] = 3, "readers-too-few"),
                     ("six levels", p => p["levels"] = new JsonArray([.. Enumerable.Range(0, 6).Select(_ => p["levels"]![0]!.DeepClone())]), "levels-unfit"),
                     ("no share", p => p["levels"]![0]!["share"] = 0, "levels-unfit"),
                     ("threshold", p => p["thresholds"] = new JsonObject { ["kidney"] = 1.5 }, "threshold-unfit"),
                     ("nobody decides", p => p["adjudicators"] = new JsonArray(), "adjudicator-missing"),
                 })
        {
            var plan = await room.PlanOf(1);
            plan["name"] = $"{room.Name} {name}";
            change(plan);
            var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
            Assert.EndsWith($"labelling.{refusal}", (string)problem["type"]!, StringComparison.Ordinal);
        }
    }

    /// <returns>People: the readers, an adjudicator, then a validator for each level.</returns>
    private async Task<(ReadingRoom Room, string Project, HttpClient[] People)> Start(int readers, int most, int levels)
    {
        var room = await Open(app, start: false);
        string[] parts = [.. Enumerable.Range(1, readers).Select(n => $"reader{n}"), "adjudicator", .. Enumerable.Range(1, levels).Select(n => $"level{n}")];
        var people = new List<HttpClient>();
        foreach (var part in parts)
            people.Add(await app.As(Role.Expert, $"{part}-{room.Name}"));
        var plan = await room.PlanOf(1);
        (plan["name"], plan["mostReaders"]) = ($"{room.Name} rounds", most);
        (plan["readers"], plan["levels"]) = (new JsonArray(), new JsonArray());
        for (var n = 1; n <= readers; n++)
            plan["readers"]!.AsArray().Add(await room.Id($"reader{n}"));
        for (var n = 1; n <= levels; n++)
            plan["levels"]!.AsArray().Add(new JsonObject { ["validators"] = new JsonArray(await room.Id($"level{n}")) });
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{made["id"]}/start", null));
        return (room, (string)made["id"]!, [.. people]);
    }

    private static async Task<HttpClient[]> Offered(IEnumerable<HttpClient> people)
    {
        var offered = new List<HttpClient>();
        foreach (var person in people)
        {
            if ((await person.GetFromJsonAsync<JsonObject>("/api/v1/readings"))!["open"]!.AsArray().Count > 0)
                offered.Add(person);
        }

        return [.. offered];
    }

    private static async Task Judge(HttpClient validator, string verdict) =>
        await Sent(validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(validator, "validate")}/{verdict}", new JsonObject { ["comment"] = "граница" }));

    private static async Task<string> StateOf(ReadingRoom room, string project) =>
        (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{project}/cases")))["items"]![0]!["state"]!;
}

public sealed class RoundsOnSqlite(LabellingOnSqlite app) : RoundTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class RoundsOnPostgreSql(LabellingOnPostgreSql app) : RoundTests(app), IClassFixture<LabellingOnPostgreSql>;
