using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class SchemaVersionTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };

    private static JsonObject Class(string id, string geometry) =>
        new() { ["id"] = id, ["name"] = Both(id), ["color"] = "#e69f00", ["geometries"] = new JsonArray(geometry) };

    /// <summary>kidney stays, left and right are to be merged, lesion is to be split, scar to end.</summary>
    internal static JsonObject First(string name)
    {
        var schema = SchemaOf(name);
        var lesion = Class("lesion", "point");
        lesion["attributes"] = new JsonArray(new JsonObject
        {
            ["id"] = "look",
            ["text"] = Both("look"),
            ["type"] = "choice",
            ["options"] = new JsonArray(new JsonObject { ["id"] = "solid", ["text"] = Both("solid") }, new JsonObject { ["id"] = "cystic", ["text"] = Both("cystic") }),
        });
        foreach (var added in new[] { Class("left", "mask"), Class("right", "mask"), lesion, Class("scar", "point") })
            schema["classes"]!.AsArray().Add(added);
        return schema;
    }

    internal static JsonObject Second(string name)
    {
        var schema = SchemaOf(name);
        foreach (var added in new[] { Class("stone_mask", "mask"), Class("tumour", "point"), Class("cyst", "point") })
            schema["classes"]!.AsArray().Add(added);
        schema["questions"]!.AsArray().RemoveAt(1);
        schema["migration"] = JsonNode.Parse("""
            { "classes": [
                { "from": "left", "to": "stone_mask" }, { "from": "right", "to": "stone_mask" }, { "from": "scar", "drop": "Рубцы больше не размечают" },
                { "from": "lesion", "split": { "ask": { "ru": "Что это?", "en": "What is it?" }, "attribute": "look", "otherwise": "tumour",
                    "options": [{ "id": "solid", "text": { "ru": "опухоль", "en": "tumour" }, "to": "tumour" }, { "id": "cystic", "text": { "ru": "киста", "en": "cyst" }, "to": "cyst" }] } }],
              "questions": [{ "from": "size", "drop": "Размер меряют сами" }] }
            """);
        return schema;
    }

    internal static JsonObject Point(string @class, string? look = null)
    {
        var point = new JsonObject
        {
            ["id"] = Guid.CreateVersion7().ToString(),
            ["class"] = @class,
            ["type"] = "point",
            ["sopInstanceUid"] = "2.25.1.1.1",
            ["frame"] = 1,
            ["points"] = new JsonArray(new JsonArray(3, 4)),
        };
        if (look is not null)
            point["attributes"] = new JsonObject { ["look"] = new JsonObject { ["value"] = look, ["uncertain"] = false, ["cannotAssess"] = false } };
        return point;
    }

    internal static JsonObject Mask(string @class, int left, string series = "2.25.1.1")
    {
        var mask = Square(series, left);
        mask["class"] = @class;
        return mask;
    }

    private static JsonObject Document(ReadingRoom room)
    {
        var document = room.Document();
        document["masks"]!.AsArray().Add(Mask("left", 2));
        document["masks"]!.AsArray().Add(Mask("right", 14));
        document["objects"] = new JsonArray(Point("lesion", "cystic"), Point("lesion"), Point("scar"));
        document["answers"]!["size"] = new JsonObject { ["value"] = 7, ["uncertain"] = false, ["cannotAssess"] = false };
        return document;
    }

    internal static async Task<string> Publish(ReadingRoom room, JsonObject schema)
    {
        var list = await Sent(room.Manager.GetAsync("/api/v1/labelling-schemas?size=200"));
        var id = list["items"]!.AsArray().Single(s => (string)s!["name"]! == $"Schema {room.Name}")!["id"];
        await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", schema));
        return (string)(await Sent(room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null)))["versionId"]!;
    }

    [SkippableFact]
    public async Task A_version_that_does_not_say_what_becomes_of_a_class_is_not_published()
    {
        var room = await Open(app, schema: First, start: false);
        var schema = Second(room.Name);
        schema["migration"]!["classes"]!.AsArray().RemoveAt(2);
        var list = await Sent(room.Manager.GetAsync("/api/v1/labelling-schemas?size=200"));
        var id = list["items"]!.AsArray().Single(s => (string)s!["name"]! == $"Schema {room.Name}")!["id"];
        await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", schema));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null));
        Assert.Equal(("change-undeclared", "scar"), ((string)problem["reason"]!, (string)problem["where"]!));
        schema["migration"]!["classes"]!.AsArray().Add(new JsonObject { ["from"] = "scar", ["to"] = "nothing" });
        await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", schema));
        problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null));
        Assert.Equal(("change-target-unknown", "scar"), ((string)problem["reason"]!, (string)problem["where"]!));
    }

    [SkippableFact]
    public async Task A_project_goes_over_to_the_next_version_and_what_only_a_person_can_say_waits_for_its_reader()
    {
        var room = await Open(app, schema: First);
        await Refused(HttpStatusCode.Conflict, room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/migration"));
        var (reader, draft) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, draft, 0, Document(room)));
        var lockedReading = await Reading(room.Readers[1]);
        await Sent(Save(room.Readers[1], lockedReading, 0, Document(room)));
        await Sent(Submit(room.Readers[1], lockedReading, 1));
        await app.Settle();
        var version = await Publish(room, Second(room.Name));

        var preview = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/migration"));
        Assert.Equal((1, 1, 1), ((int)preview["drafts"]!, (int)preview["locked"]!, (int)preview["pending"]!));
        Assert.Equal(["kidney same 1/0/0", "left rename 1/0/0", "right rename 1/0/0", "lesion split 1/1/0", "scar drop 0/0/1", "stone same 1/0/0", "size drop 0/0/1"],
            preview["rows"]!.AsArray().Select(r => $"{r!["from"]} {r["change"]} {r["moved"]}/{r["pending"]}/{r["dropped"]}"));
        Assert.Equal(1, (int)(await Sent(reader.GetAsync($"/api/v1/readings/{draft}")))["revision"]!);

        var applied = await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        Assert.Equal((version, 1, 1), ((string)applied["to"]!, (int)applied["drafts"]!, (int)applied["pending"]!));
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{draft}"));
        Assert.Equal((version, 2), ((string)view["schema"]!["id"]!, (int)view["revision"]!));
        Assert.Equal(["kidney", "stone_mask"], view["document"]!["masks"]!.AsArray().Select(m => (string)m!["class"]!).Order());
        // Columns 2 to 17 and 14 to 29, of twenty rows: the union of the two.
        Assert.Equal(20 * 28, (int)view["document"]!["masks"]!.AsArray().Single(m => (string)m!["class"]! == "stone_mask")!["pixelCount"]!);
        Assert.Equal(["cyst"], view["document"]!["objects"]!.AsArray().Select(o => (string)o!["class"]!));
        Assert.Equal(["stone"], view["document"]!["answers"]!.AsObject().Select(a => a.Key));

        await Refused(HttpStatusCode.Conflict, Submit(reader, draft, 2));
        var waiting = (await Sent(reader.GetAsync($"/api/v1/readings/{draft}/pending")))["items"]!.AsArray().Single()!;
        Assert.Equal(("lesion", "Что это?", "point"), ((string)waiting["class"]!, (string)waiting["ask"]!["ru"]!, (string)waiting["object"]!["type"]!));
        var request = new JsonObject { ["baseRevision"] = 2, ["answers"] = new JsonArray(new JsonObject { ["id"] = (string)waiting["id"]!, ["option"] = "banana" }) };
        await RefusalTests.Is("labelling.split-option-unknown", 422, reader.PostAsJsonAsync($"/api/v1/readings/{draft}/pending", request));
        request["answers"]![0]!["option"] = "solid";
        await Refused(HttpStatusCode.NotFound, room.Readers[1].PostAsJsonAsync($"/api/v1/readings/{draft}/pending", request));
        var answered = await Sent(reader.PostAsJsonAsync($"/api/v1/readings/{draft}/pending", request));
        Assert.Equal((3, 0), ((int)answered["revision"]!, (int)answered["left"]!));
        view = await Sent(reader.GetAsync($"/api/v1/readings/{draft}"));
        Assert.Equal(["cyst", "tumour"], view["document"]!["objects"]!.AsArray().Select(o => (string)o!["class"]!).Order());

        // The reading that was handed in has not moved; it is compared as the new version sees it, and the two agree.
        var locked = await Sent(room.Readers[1].GetAsync($"/api/v1/readings/{lockedReading}"));
        Assert.Equal(("locked", 1), ((string)locked["state"]!, (int)locked["revision"]!));
        await Sent(Submit(reader, draft, 3));
        await app.Settle();
        var cases = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases"));
        Assert.Equal(1.0, (double)cases["items"]![0]!["dice"]!["stone_mask"]!);
        await Refused(HttpStatusCode.Conflict, room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
    }

    [SkippableFact]
    public async Task What_was_read_under_an_earlier_version_is_shown_and_taken_as_it_was_compared()
    {
        var room = await Open(app, schema: First);
        var (early, late) = (room.Document(), room.Document());
        early["masks"]!.AsArray().Add(Mask("left", 2));
        late["masks"]!.AsArray().Add(Mask("left", 14));
        await ReadAndSubmit(room.Readers[0], early);
        await app.Settle();
        var draft = await Reading(room.Readers[1]);
        await Sent(Save(room.Readers[1], draft, 0, late));
        await Publish(room, Second(room.Name));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        await Sent(Submit(room.Readers[1], draft, 2));
        await app.Settle();

        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        var shape = Assert.Single(view["adjudication"]!["disagreements"]!.AsArray())!["disagreement"]!;
        Assert.Equal("stone_mask", (string)shape["class"]!);
        foreach (var letter in new[] { "A", "B" })
        {
            var before = (int)(await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}")))["revision"]!;
            var decided = await Sent(AdjudicationTests.Decide(room.Adjudicator, decision, before, shape, "source", letter));
            Assert.Equal(320, (int)decided["document"]!["masks"]!.AsArray().Single(m => (string)m!["class"]! == "stone_mask")!["pixelCount"]!);
        }

        var heat = await room.Adjudicator.GetByteArrayAsync($"/api/v1/readings/{decision}/heat-map/stone_mask/2.25.1.1.1/1?scale=votes");
        Assert.NotEmpty(heat);
        await Sent(Submit(room.Adjudicator, decision, 2));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        // Both readers see their own label under its present name.
        foreach (var reader in room.Readers)
        {
            var mine = (string)(await Sent(reader.GetAsync("/api/v1/reading-results")))["items"]![0]!["readingId"]!;
            var stones = (await Sent(reader.GetAsync($"/api/v1/readings/{mine}/result")))["difference"]!["classes"]!.AsArray().Single(c => (string)c!["class"]! == "stone_mask")!;
            Assert.Equal((320, 320), ((int)stones["mine"]!, (int)stones["result"]!));
        }

        var scores = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases/{(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"]}/comparison")))["scores"]!.AsArray();
        Assert.Equal(1, scores.Max(s => (double)s!["figures"]!["agreement"]!["stone_mask"]!));
    }

    [SkippableFact]
    public async Task A_split_without_an_answer_for_locked_readings_is_not_applied_to_them()
    {
        var room = await Open(app, schema: First);
        var reading = await Reading(room.Readers[0]);
        await Sent(Save(room.Readers[0], reading, 0, Document(room)));
        await Sent(Submit(room.Readers[0], reading, 1));
        await app.Settle();
        var schema = Second(room.Name);
        schema["migration"]!["classes"]![3]!["split"]!.AsObject().Remove("otherwise");
        await Publish(room, schema);
        var problem = await RefusalTests.Is("labelling.split-of-locked", 409, room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        Assert.Equal((1, "lesion"), ((int)problem["readings"]!, (string)problem["classes"]!));
    }

    [SkippableFact]
    public async Task A_schema_travels_as_a_file_and_faults_of_a_file_name_their_place()
    {
        var room = await Open(app, start: false, schema: SchemaTests.Whole);
        var file = await room.Manager.GetStringAsync($"/api/v1/labelling-schema-versions/{room.SchemaVersion}/file");
        var imported = await Sent(Import(room, file, $"?name=Copy%20{room.Name}"));
        Assert.Empty(imported["faults"]!.AsArray());
        var again = await room.Manager.GetStringAsync($"/api/v1/labelling-schema-versions/{imported["versionId"]}/file");
        var (one, two) = (JsonNode.Parse(file)!.AsObject(), JsonNode.Parse(again)!.AsObject());
        (one["name"], two["name"]) = ("", "");
        Assert.Equal(one.ToJsonString(), two.ToJsonString());

        Assert.Equal("schema-name-is-taken", Kind(await Refused(HttpStatusCode.Conflict, Import(room, file, ""))));
        var faulty = JsonNode.Parse(file)!;
        faulty["classes"]![1]!["parent"] = "nobody";
        faulty["questions"]![0]!["options"] = new JsonArray();
        var made = await Sent(Import(room, faulty.ToJsonString(), $"?name=Faulty%20{room.Name}"));
        Assert.Equal(["parent-unknown lesion", "options-too-few stone"], made["faults"]!.AsArray().Select(f => $"{f!["reason"]} {f["where"]}").Take(2));
        var broken = await Refused(HttpStatusCode.UnprocessableEntity, Import(room, file.Replace("\"geometries\": [", "\"geometries\": 7, \"x\": [", StringComparison.Ordinal), ""));
        Assert.Equal("malformed", (string)broken["reason"]!);
        Assert.StartsWith("$.classes[0].geometries", (string)broken["where"]!, StringComparison.Ordinal);
        Assert.Equal("other-format", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Import(room, "{\"name\": \"x\"}", "")))["reason"]!);
        Assert.Equal("malformed", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Import(room, new string('[', 100_000), "")))["reason"]!);
    }

    private static string Kind(JsonObject problem) => ((string)problem["type"]!).Split('/', '.')[^1];

    private static Task<HttpResponseMessage> Import(ReadingRoom room, string file, string query) =>
        room.Manager.PostAsync($"/api/v1/labelling-schemas/import{query}", new StringContent(file, Encoding.UTF8, "application/json"));

    [SkippableTheory]
    [InlineData("query=C64", "I10 C64 Злокачественное новообразование почки, кроме почечной лоханки")]
    [InlineData("query=болезнь почки хрон&scheme=I10", "I10 N18 Хроническая болезнь почки")]
    [InlineData("query=liver&scheme=SCT", "SCT 10200004 Liver")]
    [InlineData("query=10200004", "SCT 10200004 Liver")]
    [InlineData("query=8140/3", "ICDO3 8140/3 Аденокарцинома")]
    public async Task Codes_are_found_by_code_and_by_words(string query, string first)
    {
        var room = await Open(app, start: false);
        var found = await Sent(room.Manager.GetAsync($"/api/v1/labelling-codes?{query}"));
        Assert.Contains(found["items"]!.AsArray().Take(5).Select(c => $"{c!["scheme"]} {c["value"]} {c["meaning"]}"), c => c.StartsWith(first, StringComparison.Ordinal));
        Assert.Empty((await Sent(room.Manager.GetAsync("/api/v1/labelling-codes?query=%20")))["items"]!.AsArray());
    }
}

public sealed class SchemaVersionsOnSqlite(LabellingOnSqlite app) : SchemaVersionTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class SchemaVersionsOnPostgreSql(LabellingOnPostgreSql app) : SchemaVersionTests(app), IClassFixture<LabellingOnPostgreSql>;
