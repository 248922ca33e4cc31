using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.CaseActsTests;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>One case of a project as its manager sees it.</summary>
public abstract class CasePageTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_manager_sees_a_cases_people_rounds_decisions_verdicts_and_evidence()
    {
        var room = await Open(app);
        var address = await FirstCase(room.Manager, Project(room));
        var fresh = await Sent(room.Manager.GetAsync(address));
        Assert.Equal(["read", "read"], fresh["parts"]!.AsArray().Select(p => (string)p!["mode"]!));
        Assert.All(fresh["parts"]!.AsArray(), p => Assert.Null(p!["letter"]));
        Assert.Empty(fresh["evidence"]!.AsArray());

        await room.ReadBlind(agreeing: false);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var told = await Sent(room.Manager.GetAsync(address));
        Assert.Equal(["A", "B"], told["parts"]!.AsArray().Where(p => (string)p!["mode"]! == "read").Select(p => (string)p!["letter"]!).Order());
        Assert.False((bool)Assert.Single(told["rounds"]!.AsArray())!["agreed"]!);
        Assert.Equal("adjudicated", (string)Assert.Single(told["consensuses"]!.AsArray())!["origin"]!);
        Assert.Equal("accepted", (string)Assert.Single(told["verdicts"]!.AsArray())!["kind"]!);
        Assert.Equal(["agreement", "consensus", "reading", "reading", "reading", "validation"], told["evidence"]!.AsArray().Select(e => (string)e!["kind"]!).Order());
        foreach (var person in new[] { room.Readers[0], room.Adjudicator, room.Validator })
            Assert.Equal(HttpStatusCode.Forbidden, (await person.GetAsync(address)).StatusCode);
        await Refused(HttpStatusCode.NotFound, room.Manager.GetAsync($"{Project(room)}/cases/{Guid.CreateVersion7()}"));
    }

    [SkippableFact]
    public async Task A_manager_sees_disagreements_with_pictures_and_heat_maps_once_the_readings_are_compared()
    {
        var room = await Open(app);
        var address = await FirstCase(room.Manager, Project(room));
        foreach (var part in new[] { "disagreements", "heat-map", $"disagreements/{Guid.CreateVersion7()}/picture", "heat-map/kidney/2.25.1.1.1/1" })
            Assert.Equal(HttpStatusCode.NotFound, (await room.Manager.GetAsync($"{address}/{part}")).StatusCode);
        await room.ReadBlind(agreeing: false);
        var found = (await Sent(room.Manager.GetAsync($"{address}/disagreements")))["items"]!.AsArray();
        Assert.Equal(2, found.Count);
        Assert.All(found, d => Assert.Null(d!["decision"]));
        var shape = found.Single(d => (string)d!["disagreement"]!["kind"]! == "shape")!["disagreement"]!;
        Assert.Equal("image/png", (await room.Manager.GetAsync($"{address}/disagreements/{shape["id"]}/picture")).Content.Headers.ContentType?.MediaType);
        var frame = (await Sent(room.Manager.GetAsync($"{address}/heat-map")))["items"]![0]!;
        Assert.Equal("image/png", (await room.Manager.GetAsync($"{address}/heat-map/kidney/{frame["sopInstanceUid"]}/{frame["frame"]}")).Content.Headers.ContentType?.MediaType);
        foreach (var part in new[] { "disagreements", "heat-map" })
            Assert.Equal(HttpStatusCode.Forbidden, (await room.Adjudicator.GetAsync($"{address}/{part}")).StatusCode);
    }

    [SkippableFact]
    public async Task A_manager_who_reads_in_the_project_sees_no_labels_while_a_reader_is_wanted()
    {
        var name = $"reading-manager-{GetType().Name}";
        var both = await app.As(name, [Role.LabellingManager, Role.Expert]);
        var id = (await app.Person(name, [Role.LabellingManager, Role.Expert])).Id;
        var room = await Open(app, plan: p =>
        {
            p["readers"]!.AsArray().Add(id);
            (p["mostReaders"], p["distribution"]) = (3, "queue");
        });
        foreach (var (reader, left, stone) in new[] { (room.Readers[0], 4, "no"), (room.Readers[1], 14, "yes") })
        {
            await Sent(reader.PostAsJsonAsync("/api/v1/readings/next", new { projectId = room.Project }));
            await ReadAndSubmit(reader, room.Document(left: left, stone: stone));
        }

        await app.Settle();
        var address = await FirstCase(room.Manager, Project(room));
        Assert.Equal("reading", await room.CaseState());
        var found = (await Sent(room.Manager.GetAsync($"{address}/disagreements")))["items"]!.AsArray();
        var frame = (await Sent(room.Manager.GetAsync($"{address}/heat-map")))["items"]![0]!;
        string[] parts =
        [
            "comparison", "disagreements", "heat-map", $"heat-map/kidney/{frame["sopInstanceUid"]}/{frame["frame"]}",
            $"disagreements/{found.Single(d => (string)d!["disagreement"]!["kind"]! == "shape")!["disagreement"]!["id"]}/picture",
        ];
        foreach (var part in parts)
            Assert.Equal((part, HttpStatusCode.OK, HttpStatusCode.NotFound), (part, (await room.Manager.GetAsync($"{address}/{part}")).StatusCode, (await both.GetAsync($"{address}/{part}")).StatusCode));
        var page = $"/labelling/projects/{room.Project}/cases/{address.Split('/')[^1]}";
        Assert.Contains("data-list=\"pairs-answers\"", await room.Manager.GetStringAsync(page), StringComparison.Ordinal);
        Assert.DoesNotContain("data-list=\"pairs-", await both.GetStringAsync(page), StringComparison.Ordinal);

        // Nor by figures of one case, or of the project, while they are of this case alone.
        Assert.NotNull((await Row(room.Manager))["dice"]);
        Assert.Equal((null, null), ((await Row(both))["dice"], (await Row(both))["agreed"]));
        Assert.Single((await Sent(room.Manager.GetAsync($"{Project(room)}/doubtful-cases")))["items"]!.AsArray());
        Assert.Empty((await Sent(both.GetAsync($"{Project(room)}/doubtful-cases")))["items"]!.AsArray());
        Assert.Null((await Sent(both.GetAsync($"{Project(room)}/doubtful-cases?order=slow")))["items"]![0]!["lowestAgreement"]);
        Assert.NotEmpty((await Sent(room.Manager.GetAsync($"{Project(room)}/quality")))["confusion"]!.AsArray());
        var quality = await Sent(both.GetAsync($"{Project(room)}/quality"));
        Assert.All(["confusion", "weeks", "numbers"], part => Assert.Empty(quality[part]!.AsArray()));
        Assert.All((await Sent(both.GetAsync(Project(room))))["agreement"]!["questions"]!.AsArray(), q => Assert.Equal(0, (int)q!["cases"]!));

        await Sent(room.Manager.PostAsJsonAsync($"{address}/adjudicate", new { comment = "x" }));
        foreach (var part in parts)
            Assert.Equal((part, HttpStatusCode.OK), (part, (await both.GetAsync($"{address}/{part}")).StatusCode));
        Assert.NotNull((await Row(both))["dice"]);
        Assert.NotEmpty((await Sent(both.GetAsync($"{Project(room)}/quality")))["confusion"]!.AsArray());

        async Task<JsonNode> Row(HttpClient manager) => (await Sent(manager.GetAsync($"{Project(room)}/cases")))["items"]![0]!;
    }

    [SkippableTheory]
    [InlineData("adjudicators")]
    [InlineData("levels")]
    public async Task A_manager_who_decides_in_the_project_is_not_told_whose_letter_is_whose(string part)
    {
        var name = $"deciding-manager-{part}-{GetType().Name}";
        var both = await app.As(name, [Role.LabellingManager, Role.Expert]);
        var id = (await app.Person(name, [Role.LabellingManager, Role.Expert])).Id;
        var room = await Open(app, plan: p => (part == "adjudicators" ? p[part]! : p[part]![0]!["validators"]!).AsArray().Add(id));
        await room.ReadBlind(agreeing: false);
        var address = await FirstCase(room.Manager, Project(room));
        Assert.Equal(["A", "B"], await Letters(room.Manager));
        Assert.Empty(await Letters(both));
        var page = $"/labelling/projects/{room.Project}/cases/{address.Split('/')[^1]}";
        Assert.Contains("<td>A</td>", await room.Manager.GetStringAsync(page), StringComparison.Ordinal);
        Assert.DoesNotContain("<td>A</td>", await both.GetStringAsync(page), StringComparison.Ordinal);

        async Task<IEnumerable<string>> Letters(HttpClient manager) =>
            (await Sent(manager.GetAsync(address)))["parts"]!.AsArray().Select(p => (string?)p!["letter"]).OfType<string>().Order();
    }

    [SkippableFact]
    public async Task The_tab_of_the_models_effect_stands_where_the_rules_have_a_second_pass()
    {
        var without = await Open(app);
        var with = await Open(app, plan: p => p["passes"] = new JsonObject { ["show"] = "secondPass" });
        Assert.DoesNotContain("/second-pass\"", await without.Manager.GetStringAsync($"/labelling/projects/{without.Project}/rules"), StringComparison.Ordinal);
        Assert.Contains("/second-pass\"", await with.Manager.GetStringAsync($"/labelling/projects/{with.Project}/rules"), StringComparison.Ordinal);
        Assert.Contains("data-empty=\"second-pass\"", await with.Manager.GetStringAsync($"/labelling/projects/{with.Project}/second-pass"), StringComparison.Ordinal);
    }
}

public sealed class CasePageOnSqlite(LabellingOnSqlite app) : CasePageTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class CasePageOnPostgreSql(LabellingOnPostgreSql app) : CasePageTests(app), IClassFixture<LabellingOnPostgreSql>;
