using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;
using static Pirogov.Integration.Labelling.SchemaVersionTests;

namespace Pirogov.Integration.Labelling;

/// <summary>A new version says what becomes of attributes, ways of drawing and options that it leaves out.</summary>
public abstract class PartFateTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };

    private static JsonObject Asked(string id, string type, params string[] options) => new()
    {
        ["id"] = id,
        ["text"] = Both(id),
        ["type"] = type,
        ["options"] = new JsonArray([.. options.Select(o => (JsonNode)new JsonObject { ["id"] = o, ["text"] = Both(o) })]),
    };

    private static JsonObject Class(string id, string[] geometries, params JsonObject[] attributes) => new()
    {
        ["id"] = id,
        ["name"] = Both(id),
        ["color"] = "#e69f00",
        ["geometries"] = new JsonArray([.. geometries.Select(g => (JsonNode)g)]),
        ["attributes"] = new JsonArray([.. attributes]),
    };

    private static JsonObject Before(string name)
    {
        var schema = SchemaOf(name);
        schema["classes"]!.AsArray().Add(Class("nodule", ["point", "length"], Asked("diameter", "number"), Asked("note", "text"),
            Asked("grade", "choice", "low", "middle", "high"), Asked("signs", "multichoice", "halo", "shadow")));
        schema["questions"]!.AsArray().Add(Asked("side", "choice", "left", "right", "both"));
        return schema;
    }

    /// <summary>The class has a new name, is only pointed at, and asks less; the question of the side knows no “both”.</summary>
    private static JsonObject After(string name, string migration = "{}")
    {
        var schema = SchemaOf(name);
        schema["classes"]!.AsArray().Add(Class("tumour", ["point"], Asked("size", "number"), Asked("grade", "choice", "low", "high"), Asked("signs", "multichoice", "halo", "rim")));
        schema["questions"]!.AsArray().Add(Asked("side", "choice", "left", "right"));
        var said = JsonNode.Parse(migration)!.AsObject();
        said["classes"] = new JsonArray(new JsonObject { ["from"] = "nodule", ["to"] = "tumour" });
        said["questions"] = new JsonArray();
        schema["migration"] = said;
        return schema;
    }

    private const string Whole = """
        { "attributes": [{ "class": "nodule", "from": "diameter", "to": "size" }, { "class": "nodule", "from": "note", "drop": "Заметки никто не читает" }],
          "geometries": [{ "class": "nodule", "from": "length", "drop": "Размер теперь признак" }],
          "options": [{ "class": "nodule", "question": "grade", "from": "middle", "to": "high" }, { "class": "nodule", "question": "signs", "from": "shadow", "drop": "Не различают" },
                      { "question": "side", "from": "both", "drop": "Сторона одна" }] }
        """;

    [SkippableFact]
    public async Task A_version_is_published_only_when_it_says_what_becomes_of_everything_that_it_leaves_out()
    {
        var room = await Open(app, schema: Before, start: false);
        var id = (await Sent(room.Manager.GetAsync("/api/v1/labelling-schemas?size=200")))["items"]!.AsArray().Single(s => (string)s!["name"]! == $"Schema {room.Name}")!["id"];
        foreach (var (list, place, reason, where) in new[]
                 {
                     ("attributes", 0, "attribute-change-undeclared", "nodule/diameter"), ("attributes", 1, "attribute-change-undeclared", "nodule/note"),
                     ("geometries", 0, "geometry-change-undeclared", "nodule/length"), ("options", 0, "option-change-undeclared", "nodule/grade/middle"),
                     ("options", 1, "option-change-undeclared", "nodule/signs/shadow"), ("options", 2, "option-change-undeclared", "side/both"),
                 })
        {
            var schema = After(room.Name, Whole);
            schema["migration"]![list]!.AsArray().RemoveAt(place);
            Assert.Equal((reason, where), await Fault(schema));
        }

        foreach (var (list, place, change, reason, where) in new[]
                 {
                     ("attributes", 0, """{ "class": "nodule", "from": "diameter", "to": "width" }""", "change-target-unknown", "nodule/diameter"),
                     ("attributes", 0, """{ "class": "nodule", "from": "diameter", "to": "grade" }""", "change-of-other-type", "nodule/diameter"),
                     ("attributes", 0, """{ "class": "nodule", "from": "weight", "to": "size" }""", "change-of-unknown", "nodule/weight"),
                     ("attributes", 0, """{ "class": "nodule", "from": "note", "drop": "Ещё раз" }""", "change-twice", "nodule/note"),
                     ("attributes", 1, """{ "class": "nodule", "from": "note" }""", "change-unfit", "nodule/note"),
                     ("attributes", 1, """{ "class": "nodule", "from": "note", "drop": " " }""", "change-reason-unfit", "nodule/note"),
                     ("attributes", 0, """{ "class": "nodule", "from": "diameter", "to": "size", "in": "kidney" }""", "change-target-unknown", "nodule/diameter → kidney"),
                     ("geometries", 0, """{ "class": "nodule", "from": "length" }""", "change-reason-unfit", "nodule/length"),
                     ("geometries", 0, """{ "class": "nodule", "from": "ellipse", "drop": "Нет" }""", "change-of-unknown", "nodule/ellipse"),
                     ("options", 0, """{ "class": "nodule", "question": "grade", "from": "middle", "to": "middle" }""", "change-target-unknown", "nodule/grade/middle"),
                     ("options", 2, """{ "question": "size", "from": "both", "drop": "Нет" }""", "change-of-unknown", "size/both"),
                 })
        {
            var schema = After(room.Name, Whole);
            schema["migration"]![list]![place] = JsonNode.Parse(change);
            Assert.Equal((reason, where), await Fault(schema));
        }

        var retyped = After(room.Name, Whole);
        retyped["questions"]![1] = Asked("size", "text");
        Assert.Equal(("change-undeclared", "size"), await Fault(retyped));
        // The page asks in a line of its own about each thing that the draft leaves out.
        await Fault(After(room.Name));
        var page = await room.Manager.GetStringAsync($"/labelling/schemas/{id}");
        foreach (var part in new[] { "nodule/diameter", "nodule/note", "nodule/length", "nodule/signs/shadow", "side/both" })
            Assert.Contains($"data-change=\"{part}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-change=\"nodule/point\"", page, StringComparison.Ordinal);
        await Publish(room, After(room.Name, Whole));

        async Task<(string, string)> Fault(JsonObject schema)
        {
            await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", schema));
            var problem = await RefusalTests.Is("labelling/schema-is-unfit", 422, room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null));
            return ((string)problem["reason"]!, (string)problem["where"]!);
        }
    }

    [SkippableFact]
    public async Task Attributes_and_options_go_over_under_their_new_names_and_the_preview_says_what_ends()
    {
        var room = await Open(app, schema: Before);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var document = room.Document();
        document["answers"]!["side"] = Answer("both");
        document["objects"] = new JsonArray(
            Nodule(3, ("diameter", 7.5), ("note", "у края"), ("grade", "middle"), ("signs", new JsonArray("halo", "shadow"))),
            Nodule(9, ("diameter", 3), ("grade", "low"), ("signs", new JsonArray("shadow"))), Length());
        await Sent(Save(reader, reading, 0, document));
        await Publish(room, After(room.Name, Whole));
        var address = $"/api/v1/labelling-projects/{room.Project}/migration";
        var preview = await Sent(room.Manager.GetAsync(address));
        Assert.Equal(
            ["geometry nodule//length drop  0 1", "attribute nodule//diameter rename size 2 0", "attribute nodule//note drop  0 1", "attribute nodule//signs same signs 1 1",
             "option nodule/grade/middle rename high 1 0", "option nodule/signs/shadow drop  0 2", "option /side/both drop  0 1"],
            preview["parts"]!.AsArray().Select(p => $"{p!["kind"]} {p["class"]}/{p["question"]}/{p["from"]} {p["change"]} {p["to"]} {p["moved"]} {p["dropped"]}"));
        Assert.Equal(2, (int)preview["unheld"]!);
        Assert.Equal((2, 1), preview["rows"]!.AsArray().Where(r => (string)r!["from"]! == "nodule").Select(r => ((int)r!["moved"]!, (int)r["dropped"]!)).Single());
        var page = await room.Manager.GetStringAsync($"/labelling/projects/{room.Project}");
        Assert.Contains("<code>nodule/signs/shadow</code>", page, StringComparison.Ordinal);

        await Sent(room.Manager.PostAsync(address, null));
        var made = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!;
        Assert.Equal(["stone"], made["answers"]!.AsObject().Select(a => a.Key));
        Assert.Equal(["tumour grade=high signs=[\"halo\"] size=7.5", "tumour grade=low size=3"], made["objects"]!.AsArray().Select(o =>
            $"{o!["class"]} {string.Join(' ', o["attributes"]!.AsObject().OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value!["value"]!.ToJsonString().Trim('"')}"))}").Order());
        await Sent(Submit(reader, reading, 2));
    }

    /// <summary>The classes of a split ask differently: each says for itself, and what its person says later goes over in the same way.</summary>
    [SkippableFact]
    public async Task A_label_that_waited_for_its_person_comes_into_its_class_with_the_attributes_that_this_class_has()
    {
        var room = await Open(app, schema: Before);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var document = room.Document();
        document["objects"] = new JsonArray(Nodule(3, ("diameter", 7.5), ("note", "у края"), ("grade", "low")), Nodule(9, ("diameter", 3), ("note", "в центре"), ("grade", "high")));
        await Sent(Save(reader, reading, 0, document));
        var schema = SchemaOf(room.Name);
        schema["classes"]!.AsArray().Add(Class("solid", ["point", "length"], Asked("size", "number"), Asked("note", "text"), Asked("grade", "choice", "low", "middle", "high"),
            Asked("signs", "multichoice", "halo", "shadow")));
        schema["classes"]!.AsArray().Add(Class("cyst", ["point", "length"], Asked("volume", "number"), Asked("grade", "choice", "low", "middle", "high"), Asked("signs", "multichoice", "halo", "shadow")));
        schema["questions"]!.AsArray().Add(Asked("side", "choice", "left", "right", "both"));
        schema["migration"] = JsonNode.Parse("""
            { "classes": [{ "from": "nodule", "split": { "ask": { "ru": "Что это?", "en": "What is it?" }, "otherwise": "solid",
                  "options": [{ "id": "solid", "text": { "ru": "узел", "en": "nodule" }, "to": "solid" }, { "id": "cyst", "text": { "ru": "киста", "en": "cyst" }, "to": "cyst" }] } }],
              "questions": [],
              "attributes": [{ "class": "nodule", "from": "diameter", "to": "size", "in": "solid" }, { "class": "nodule", "from": "note", "drop": "О кистах не пишут", "in": "cyst" }] }
            """);
        var id = (await Sent(room.Manager.GetAsync("/api/v1/labelling-schemas?size=200")))["items"]!.AsArray().Single(s => (string)s!["name"]! == $"Schema {room.Name}")!["id"];
        await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-schemas/{id}/draft", schema));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{id}/publish", null));
        Assert.Equal(("attribute-change-undeclared", "nodule/diameter → cyst"), ((string)problem["reason"]!, (string)problem["where"]!));
        schema["migration"]!["attributes"]!.AsArray().Add(JsonNode.Parse("""{ "class": "nodule", "from": "diameter", "drop": "Мерят объём" }"""));
        await Publish(room, schema);
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/migration", null));
        var waiting = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}/pending")))["items"]!.AsArray();
        Assert.Equal(2, waiting.Count);
        await Sent(reader.PostAsJsonAsync($"/api/v1/readings/{reading}/pending", new JsonObject
        {
            ["baseRevision"] = 2,
            ["answers"] = new JsonArray([.. waiting.Select(w => (JsonNode)new JsonObject
            {
                ["id"] = (string)w!["id"]!,
                ["option"] = (double)w["object"]!["attributes"]!["diameter"]!["value"]! > 5 ? "solid" : "cyst",
            })]),
        }));
        var made = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!;
        Assert.Equal(["cyst grade", "solid grade,note,size"], made["objects"]!.AsArray()
            .Select(o => $"{o!["class"]} {string.Join(',', o["attributes"]!.AsObject().Select(a => a.Key).Order())}").Order());
    }

    private static JsonObject Answer(JsonNode value) => new() { ["value"] = value, ["uncertain"] = false, ["cannotAssess"] = false };

    private static JsonObject Nodule(int column, params (string Id, JsonNode Value)[] attributes)
    {
        var point = Point("nodule");
        point["points"] = new JsonArray(new JsonArray(column, 4));
        point["attributes"] = new JsonObject([.. attributes.Select(a => KeyValuePair.Create(a.Id, (JsonNode?)Answer(a.Value)))]);
        return point;
    }

    private static JsonObject Length()
    {
        var line = Point("nodule");
        line["type"] = "length";
        line["points"] = new JsonArray(new JsonArray(2, 2), new JsonArray(7, 2));
        return line;
    }
}

public sealed class PartFatesOnSqlite(LabellingOnSqlite app) : PartFateTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class PartFatesOnPostgreSql(LabellingOnPostgreSql app) : PartFateTests(app), IClassFixture<LabellingOnPostgreSql>;
