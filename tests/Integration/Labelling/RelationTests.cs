using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>Relations between the spans of a text: through a new version of the schema, a correction, and the lists of what changed.</summary>
public abstract class RelationTests(LabellingApp app) : OnBothEngines(app)
{
    private const string Finding = "00000000-0000-7000-8000-00000000aaaa";
    private const string Side = "00000000-0000-7000-8000-00000000bbbb";
    private const string Cyst = "00000000-0000-7000-8000-00000000cccc";

    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_version_says_what_becomes_of_relations_and_those_that_stay_are_kept_however_their_ends_are_spelled()
    {
        var room = await Text();
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, reading, 0, Document(room, "yes", false, Relation("of", Finding.ToUpperInvariant(), Side), Relation("near", Finding, Cyst.ToUpperInvariant()))));
        var next = Schema(room.Name);
        next["relations"] = new JsonArray(Type("belongs", "side"));
        var id = (await Sent(room.Manager.GetAsync("/api/v1/labelling-schemas?size=200")))["items"]!.AsArray().Single(s => (string)s!["name"]! == $"Schema {room.Name}")!["id"];
        foreach (var (relations, reason, where) in new[]
                 {
                     ("[]", "change-undeclared", "of"), ("""[{ "from": "of", "to": "belongs" }]""", "change-undeclared", "near"),
                     ("""[{ "from": "of", "to": "lost" }, { "from": "near", "drop": "Не нужны" }]""", "change-target-unknown", "of"),
                     ("""[{ "from": "of", "to": "belongs" }, { "from": "near", "drop": " " }]""", "change-reason-unfit", "near"),
                 })
        {
            next["migration"] = new JsonObject { ["classes"] = new JsonArray(), ["questions"] = new JsonArray(), ["relations"] = JsonNode.Parse(relations) };
            await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", next));
            var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null));
            Assert.Equal((reason, where), ((string)problem["reason"]!, (string)problem["where"]!));
        }

        next["migration"]!["relations"] = JsonNode.Parse("""[{ "from": "of", "to": "belongs" }, { "from": "near", "drop": "Не нужны" }]""");
        await Publish(room, next);
        var address = $"/api/v1/labelling-projects/{room.Project}/migration";
        var preview = await Sent(room.Manager.GetAsync(address));
        Assert.Equal(["of rename belongs 1 0", "near drop  0 1"], preview["relations"]!.AsArray().Select(r => $"{r!["from"]} {r["change"]} {r["to"]} {r["moved"]} {r["dropped"]}"));
        await Sent(room.Manager.PostAsync(address, null));
        var document = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!;
        Assert.Equal([$"belongs {Finding.ToUpperInvariant()} {Side}"], document["relations"]!.AsArray().Select(r => $"{r!["type"]} {r["from"]} {r["to"]}"));
        await Sent(Submit(reader, reading, 2));
    }

    [SkippableFact]
    public async Task A_correction_of_a_relation_or_of_a_doubt_alone_is_in_the_change_list_and_in_the_readers_differences()
    {
        var room = await Text();
        foreach (var reader in room.Readers)
            await ReadAndSubmit(reader, Document(room, "yes", true, Relation("of", Finding, Side)));
        await Accept(room);
        var first = await room.Release();
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"];
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one}/reopen", new { comment = "Связь неверна" }));
        await app.Settle();
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var document = (await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}")))["document"]!.DeepClone().AsObject();
        string At(int start) => (string)document["objects"]!.AsArray().Single(o => (int)o!["spans"]![0]!["start"]! == start)!["id"]!;
        document["relations"] = new JsonArray(Relation("near", At(36), At(62)));
        document["answers"]!["sure"]!["uncertain"] = false;
        await Sent(Save(room.Adjudicator, decision, 0, document));
        await Sent(Submit(room.Adjudicator, decision, 1, leaveUndecided: true));
        await Accept(room);

        var second = await room.Release();
        Assert.NotEqual((string)first["sha256"]!, (string)second["sha256"]!);
        var changes = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{second["id"]}/changes")))["items"]!.AsArray();
        var change = Assert.Single(changes)!;
        Assert.Empty(change["classes"]!.AsArray());
        Assert.Equal(["near +1 -0", "of +0 -1"], change["relations"]!.AsArray().Select(r => $"{r!["type"]} +{r["added"]} -{r["removed"]}").Order());
        Assert.Equal(["sure yes yes true false"], change["answers"]!.AsArray().Select(a => $"{a!["question"]} {a["before"]} {a["after"]} {a["uncertainBefore"]} {a["uncertainAfter"]}"));
        var items = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-releases/{second["id"]}")))["changes"]!["items"]!.AsArray();
        Assert.Equal(["near", "of", "sure"], items.Select(i => (string)i!["item"]!).Order());
        var page = WebUtility.HtmlDecode(await room.Manager.GetStringAsync($"/labelling/releases/{second["id"]}"));
        Assert.Contains("<strong>связь near</strong>", page, StringComparison.Ordinal);
        Assert.Contains("<strong>связь of</strong>", page, StringComparison.Ordinal);

        var result = (string)(await Sent(room.Readers[0].GetAsync("/api/v1/reading-results")))["items"]!.AsArray().Single()!["readingId"]!;
        var difference = (await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{result}/result")))["difference"]!;
        Assert.Equal(["near 0 0 1", "of 0 1 0"], difference["relations"]!.AsArray()
            .Select(r => $"{r!["type"]} {r["same"]} {r["onlyMine"]!.AsArray().Count} {r["onlyResult"]!.AsArray().Count}").Order());
        Assert.Equal((true, true, false), ((bool)difference["answers"]![0]!["same"]!, (bool)difference["answers"]![0]!["mineUncertain"]!, (bool)difference["answers"]![0]!["resultUncertain"]!));
        Assert.Contains("data-relation=\"of\"", await room.Readers[0].GetStringAsync($"/labelling/results/{result}"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_doubt_about_an_objects_attribute_makes_a_case_doubtful_like_one_about_an_answer()
    {
        var room = await Text();
        foreach (var reader in room.Readers)
        {
            var document = Document(room, "yes", false, Relation("of", Finding, Side));
            document["objects"]![0]!["attributes"] = new JsonObject { ["certain"] = new JsonObject { ["value"] = "yes", ["uncertain"] = true, ["cannotAssess"] = false } };
            await ReadAndSubmit(reader, document);
        }

        await app.Settle();
        var doubtful = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/doubtful-cases")))["items"]!.AsArray();
        Assert.Equal((2, 0.5), ((int)doubtful[0]!["uncertain"]!, (double)doubtful[0]!["doubt"]!));
    }

    private async Task Accept(ReadingRoom room)
    {
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
    }

    private Task<ReadingRoom> Text() => Open(app, schema: Schema, plan: p => p["cases"] = new JsonArray($"00000000-0000-7000-8000-{InventedCases.Text:D12}"));

    private static JsonObject Schema(string name) => new()
    {
        ["name"] = $"Schema {name}",
        ["dataKind"] = "clinicalText",
        ["classes"] = new JsonArray(Class("finding", attributes: new JsonArray(Choice("certain"))), Class("side")),
        ["questions"] = new JsonArray(Choice("sure")),
        ["relations"] = new JsonArray(Type("of", "side"), Type("near", "finding")),
    };

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };

    private static JsonObject Class(string id, JsonArray? attributes = null) => new()
    {
        ["id"] = id,
        ["name"] = Both(id),
        ["color"] = "#e69f00",
        ["geometries"] = new JsonArray("span"),
        ["attributes"] = attributes,
    };

    private static JsonObject Choice(string id) => new()
    {
        ["id"] = id,
        ["text"] = Both(id),
        ["type"] = "choice",
        ["allowUncertain"] = true,
        ["options"] = new JsonArray(new JsonObject { ["id"] = "yes", ["text"] = Both("да") }, new JsonObject { ["id"] = "no", ["text"] = Both("нет") }),
    };

    private static JsonObject Type(string id, string to) => new() { ["id"] = id, ["name"] = Both($"связь {id}"), ["from"] = new JsonArray("finding"), ["to"] = new JsonArray(to) };

    private static JsonObject Relation(string type, string from, string to) => new() { ["id"] = Guid.CreateVersion7().ToString(), ["type"] = type, ["from"] = from, ["to"] = to };

    private static JsonObject Span(string id, string @class, int start, int end) => new()
    {
        ["id"] = id,
        ["class"] = @class,
        ["type"] = "span",
        ["sopInstanceUid"] = "",
        ["frame"] = 0,
        ["points"] = new JsonArray(),
        ["text"] = InventedCases.TextName,
        ["spans"] = new JsonArray(new JsonObject { ["start"] = start, ["end"] = end }),
    };

    private static JsonObject Document(ReadingRoom room, string sure, bool uncertain, params JsonObject[] relations) => new()
    {
        ["schemaVersion"] = room.SchemaVersion,
        ["masks"] = new JsonArray(),
        ["objects"] = new JsonArray(Span(Finding, "finding", 36, 46), Span(Side, "side", 24, 29), Span(Cyst, "finding", 62, 67)),
        ["answers"] = new JsonObject { ["sure"] = new JsonObject { ["value"] = sure, ["uncertain"] = uncertain, ["cannotAssess"] = false } },
        ["relations"] = new JsonArray([.. relations]),
    };
}

public sealed class RelationsOnSqlite(LabellingOnSqlite app) : RelationTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class RelationsOnPostgreSql(LabellingOnPostgreSql app) : RelationTests(app), IClassFixture<LabellingOnPostgreSql>;
