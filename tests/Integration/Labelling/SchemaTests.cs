using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class SchemaTests(LabellingApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task A_schema_comes_back_whole()
    {
        var room = await Open(app, start: false);
        var schema = Whole(room.Name + " whole");
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", schema));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null));
        var view = await Sent(room.Manager.GetAsync($"/api/v1/labelling-schema-versions/{made["versionId"]}"));
        var lesion = view["classes"]![1]!;
        Assert.Equal(("kidney", "SCT", "RADLEX"), ((string)lesion["parent"]!, (string)lesion["codes"]![0]!["scheme"]!, (string)lesion["codes"]![1]!["scheme"]!));
        Assert.Equal("cyst", (string)lesion["attributes"]![1]!["onlyIf"]!["is"]![0]!);
        Assert.Equal("kidney", (string)view["questions"]![1]!["onlyIf"]!["any"]![0]!["not"]!["class"]!);
    }

    [SkippableFact]
    public async Task A_fault_of_an_attribute_and_of_a_code_names_its_place()
    {
        var room = await Open(app, start: false);
        var schema = Whole(room.Name + " faulty");
        schema["classes"]![1]!["codes"]![0]!["value"] = "64033006";
        schema["classes"]![1]!["attributes"]![1]!["onlyIf"] = new JsonObject { ["question"] = "later" };
        schema["classes"]!.AsArray().Add(null);
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", schema));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null));
        Assert.Equal(("code-unfit", "lesion"), ((string)problem["reason"]!, (string)problem["where"]!));
        var faults = await room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas/check", schema);
        var second = JsonNode.Parse(await faults.Content.ReadAsStringAsync())![1]!;
        Assert.Equal(("condition-looks-ahead", "lesion/wall"), ((string)second["reason"]!, (string)second["where"]!));
    }

    [SkippableFact]
    public async Task A_reading_with_attributes_and_conditions_is_saved_and_a_refusal_says_which_object()
    {
        var room = await Open(app, schema: Whole);
        var reading = await Reading(room.Readers[0]);
        var (document, lesion) = (room.Document(), Lesion("cyst", 2));
        document["objects"] = new JsonArray(lesion);
        document["answers"] = new JsonObject { ["stone"] = Answer("no") };
        await Sent(Save(room.Readers[0], reading, 0, document));
        document["answers"]!["why"] = Answer("без камня");
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 1, document));
        Assert.Equal(("question-not-asked", "why"), ((string)problem["reason"]!, (string)problem["where"]!));
        document["answers"]!.AsObject().Remove("why");
        document["objects"] = new JsonArray(Lesion("solid", 2));
        problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 1, document));
        Assert.Equal(("question-not-asked", "objects[0]"), ((string)problem["reason"]!, (string)problem["at"]!));
        Assert.Contains("objects[0]", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_hundred_thousand_objects_are_refused()
    {
        var room = await Open(app, schema: Whole);
        var document = room.Document();
        document["objects"] = new JsonArray([.. Enumerable.Range(0, 100_000).Select(_ => (JsonNode)Lesion("solid", null))]);
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], await Reading(room.Readers[0]), 0, document));
        Assert.Equal(("too-many-objects", "100000"), ((string)problem["reason"]!, (string)problem["where"]!));
    }

    private static JsonObject Answer(JsonNode value) => new() { ["value"] = value, ["uncertain"] = false, ["cannotAssess"] = false };

    private static JsonObject Lesion(string kind, double? wall)
    {
        var attributes = new JsonObject { ["kind"] = Answer(kind) };
        if (wall is { } mm)
            attributes["wall"] = Answer(mm);
        return new()
        {
            ["id"] = Guid.CreateVersion7().ToString(),
            ["class"] = "lesion",
            ["type"] = "polygon",
            ["sopInstanceUid"] = "2.25.1.1.1",
            ["frame"] = 1,
            ["points"] = new JsonArray(new JsonArray(1, 1), new JsonArray(9, 1), new JsonArray(9, 9)),
            ["attributes"] = attributes,
        };
    }

    /// <summary>A lesion below the kidney with codes and attributes, and a question asked only if no kidney is marked or a stone is seen.</summary>
    internal static JsonObject Whole(string name)
    {
        var schema = SchemaOf(name);
        schema["classes"]!.AsArray().Add(JsonNode.Parse("""
            {
              "id": "lesion", "name": { "ru": "Образование", "en": "Lesion" }, "color": "#d55e00", "geometries": ["polygon"], "parent": "kidney",
              "codes": [{ "scheme": "SCT", "value": "64033007", "meaning": "Kidney" }, { "scheme": "RADLEX", "value": "RID205", "meaning": "kidney" }],
              "attributes": [
                { "id": "kind", "text": { "ru": "Вид", "en": "Kind" }, "type": "choice", "required": true,
                  "options": [{ "id": "solid", "text": { "ru": "солидное", "en": "solid" } }, { "id": "cyst", "text": { "ru": "киста", "en": "cyst" } }] },
                { "id": "wall", "text": { "ru": "Стенка", "en": "Wall" }, "type": "number", "unit": "mm", "min": 0, "onlyIf": { "question": "kind", "is": ["cyst"] } }
              ]
            }
            """));
        schema["questions"]!.AsArray().Insert(1, JsonNode.Parse("""
            { "id": "why", "text": { "ru": "Почему", "en": "Why" }, "type": "text",
              "onlyIf": { "any": [{ "not": { "class": "kidney" } }, { "question": "stone", "is": ["yes"] }] } }
            """));
        return schema;
    }
}

public sealed class SchemasOnSqlite(LabellingOnSqlite app) : SchemaTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class SchemasOnPostgreSql(LabellingOnPostgreSql app) : SchemaTests(app), IClassFixture<LabellingOnPostgreSql>;
