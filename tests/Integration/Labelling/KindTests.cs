using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Store;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>The whole walk of kinds of data that have no workbench yet: two blind readings, their comparison, decisions, validation, release; and their way out and in.</summary>
public abstract class KindTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_text_is_read_compared_decided_and_released_with_spans_and_relations()
    {
        JsonObject[] One() => [Span("finding", 36, 46), Span("side", 24, 29), Span("finding", 62, 67)];
        JsonObject[] Other() => [Span("finding", 36, 56), Span("side", 24, 29)];
        var released = await Walk(InventedCases.Text, "clinicalText", One(), Other(), relate: true, view =>
        {
            Assert.Equal(["missing", "relation", "shape"], Kinds(view));
            var shape = Found(view, "shape")["place"]!;
            Assert.Equal((InventedCases.TextName, 36, 56), ((string)shape["text"]!, (int)shape["span"]!["start"]!, (int)shape["span"]!["end"]!));
        });
        Assert.Equal(2, released.Objects.Count(o => o.Class == "finding"));
        Assert.Single(released.Relations!);
        Assert.Equal(new TextSpan(24, 29), released.Objects.Single(o => o.Class == "side").Spans!.Single());
    }

    [SkippableFact]
    public async Task A_release_of_one_class_of_two_holds_no_relation_to_the_other()
    {
        JsonObject[] objects = [Span("finding", 36, 46), Span("side", 24, 29), Span("finding", 62, 67)];
        var released = await Walk(InventedCases.Text, "clinicalText", objects, [Span("finding", 36, 56), Span("side", 24, 29)], relate: true, _ => { }, new { classes = new[] { "finding" } });
        Assert.Equal(["finding", "finding"], released.Objects.Select(o => o.Class));
        Assert.Empty(released.Relations ?? []);
    }

    [SkippableFact]
    public async Task A_video_is_read_compared_decided_and_released_with_events_and_tracks()
    {
        JsonObject[] One() => [Event(1, 20), Track(5, 2), Event(60, 70)];
        JsonObject[] Other() => [Event(1, 22), Track(5, 4)];
        var released = await Walk(InventedCases.Video, "endoscopy", One(), Other(), relate: false, view =>
        {
            Assert.Equal(["missing", "shape"], Kinds(view));
            Assert.Equal((60, 70), ((int)Found(view, "missing")["place"]!["frame"]!, (int)Found(view, "missing")["place"]!["lastFrame"]!));
        });
        Assert.Equal(2, released.Objects.Count(o => o.Type == "event"));
        // The two agree about the first event well enough: it lasts from the median to the median.
        Assert.Contains(released.Objects, o => o.Interval is { First: 1, Last: 21 });
        Assert.Equal(2, released.Objects.Single(o => o.Type == "track").Track!.Count);
    }

    [SkippableFact]
    public async Task A_slide_is_read_compared_decided_and_released_with_outlines_that_have_holes()
    {
        JsonObject[] One() => [Outline(100, 1_000), Outline(2_000, 800)];
        JsonObject[] Other() => [Outline(105, 1_000), Outline(2_600, 800)];
        var released = await Walk(InventedCases.Slide, "pathology", One(), Other(), relate: false, view =>
        {
            Assert.Equal(["shape"], Kinds(view));
            Assert.Equal([2_000.0, 100, 3_400, 900], Found(view, "shape")["place"]!["box"]!.AsArray().Select(n => (double)n!));
        });
        Assert.Equal(2, released.Objects.Count);
        Assert.All(released.Objects, o => Assert.Single(o.Holes!));
    }

    /// <summary>From one reader's draft into a file, and from the file into another's draft and into pre-labels.</summary>
    [SkippableTheory]
    [InlineData("pirogov", InventedCases.Text, "clinicalText", 4, "")]
    [InlineData("brat", InventedCases.Text, "clinicalText", 4, "")]
    [InlineData("conll", InventedCases.Text, "clinicalText", 3, "relation-unheld")]
    [InlineData("label-studio", InventedCases.Text, "clinicalText", 4, "")]
    [InlineData("w3c", InventedCases.Text, "clinicalText", 4, "")]
    [InlineData("geojson", InventedCases.Slide, "pathology", 2, "")]
    [InlineData("w3c", InventedCases.Slide, "pathology", 2, "")]
    public async Task What_one_drew_leaves_in_a_format_of_its_kind_and_comes_back_the_same(string format, int number, string kind, int things, string losses)
    {
        var room = await Open(app, start: false);
        var project = await Project(room, number, kind);
        var drawn = DocumentOf(project.Schema, kind == "pathology" ? [Outline(100, 1_000), Outline(2_000, 800)] : [Span("finding", 36, 46), Span("side", 24, 29), Span("finding", 62, 67)], kind != "pathology");
        var (mine, others) = (await Reading(room.Readers[0]), await Reading(room.Readers[1]));
        var saved = (await Sent(Save(room.Readers[0], mine, 0, drawn)))["document"]!;
        var files = await ExchangeTests.Unzip(room.Readers[0].GetAsync($"/api/v1/readings/{mine}/export?format={format}"));
        var lost = files.Remove("losses.tsv", out var listed) ? Encoding.UTF8.GetString(listed).Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(l => l.Split('\t')[2]) : [];
        Assert.Equal(losses, string.Join(' ', lost));

        var zip = ExchangeTests.Zip([.. files.Select(f => ($"TEST-{number:D6}/{f.Key}", f.Value))]);
        var back = await Sent(ExchangeTests.Upload(room.Readers[1], $"/api/v1/readings/{others}/import?format={format}&baseRevision=0&name=x.zip", zip));
        Assert.True(((int)back["taken"]!, (int)back["notTaken"]!) == (things, 0), back.ToJsonString());
        Assert.Equal(Told(saved, relations: losses.Length == 0), Told((await Sent(room.Readers[1].GetAsync($"/api/v1/readings/{others}")))["document"]!));

        var sent = await Sent(ExchangeTests.Upload(room.Manager, $"/api/v1/labelling-projects/{project.Id}/prelabels?format={format}&name=x.zip", zip));
        await app.Settle();
        var import = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}"));
        Assert.Equal(("succeeded", 1, things, 0), ((string)import["state"]!, (int)import["cases"]!, (int)import["taken"]!, (int)import["notTaken"]!));
    }

    /// <summary>What stands in a document, whatever its ids and its order are; a place in a text has no frame.</summary>
    private static string[] Told(JsonNode document, bool relations = true)
    {
        string Words(JsonNode one) => $"{one["class"]} {one["type"]} {one["sopInstanceUid"]} {((string)one["sopInstanceUid"]! is "" ? null : one["frame"])} "
            + string.Join(' ', new[] { "points", "holes", "text", "spans" }.Select(m => one[m]?.ToJsonString()));
        var objects = document["objects"]!.AsArray().ToDictionary(o => (string)o!["id"]!, o => Words(o!));
        var joined = relations ? document["relations"]?.AsArray().Select(r => $"{r!["type"]}: {objects[(string)r["from"]!]} → {objects[(string)r["to"]!]}") : null;
        return [.. objects.Values.Concat(joined ?? []).Order(StringComparer.Ordinal)];
    }

    private async Task<LabelDocument> Walk(
        int number, string kind, JsonObject[] one, JsonObject[] other, bool relate, Action<JsonObject> look, object? scope = null)
    {
        var room = await Open(app, start: false);
        var project = await Project(room, number, kind);
        await ReadAndSubmit(room.Readers[0], DocumentOf(project.Schema, one, relate));
        await ReadAndSubmit(room.Readers[1], DocumentOf(project.Schema, other, false));
        await app.Settle();
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        look(view);
        var (revision, letter) = (0, (string)view["sources"]!.AsArray().Single(s => s!["document"]!["objects"]!.AsArray().Any(o => (string)o!["id"]! == (string)one[^1]["id"]!))!["name"]!);
        foreach (var disagreement in view["adjudication"]!["disagreements"]!.AsArray().OrderBy(d => (string)d!["disagreement"]!["kind"]! == "relation"))
            revision = (int)(await Sent(AdjudicationTests.Decide(room.Adjudicator, decision, revision, disagreement!["disagreement"]!, "source", letter)))["revision"]!;
        await Sent(Submit(room.Adjudicator, decision, revision));
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var release = await ReadingRoom.Released(room.Manager, project.Id, scope);
        return await Released(release);
    }

    private static async Task<(string Id, string Schema)> Project(ReadingRoom room, int number, string kind)
    {
        string[] geometries = kind switch { "clinicalText" => ["span"], "endoscopy" => ["event", "track"], _ => ["polygon"] };
        JsonObject Class(string id, string color) => new() { ["id"] = id, ["name"] = new JsonObject { ["ru"] = id, ["en"] = id }, ["color"] = color, ["geometries"] = new JsonArray([.. geometries.Select(g => (JsonNode)g)]) };
        var schema = new JsonObject
        {
            ["name"] = $"{room.Name} {kind}",
            ["dataKind"] = kind,
            ["classes"] = new JsonArray(Class("finding", "#e69f00"), Class("side", "#56b4e9")),
            ["questions"] = new JsonArray(),
            ["relations"] = kind == "clinicalText"
                ? new JsonArray(new JsonObject { ["id"] = "of", ["name"] = new JsonObject { ["ru"] = "сторона", ["en"] = "side" }, ["from"] = new JsonArray("finding"), ["to"] = new JsonArray("side") })
                : null,
        };
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-schemas", schema));
        var published = await Sent(room.Manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null));
        var plan = await room.PlanOf(0);
        (plan["name"], plan["schemaVersionId"], plan["cases"]) = ($"{room.Name} {kind}", (string)published["versionId"]!, new JsonArray($"00000000-0000-7000-8000-{number:D12}"));
        var project = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{project["id"]}/start", null));
        return ((string)project["id"]!, (string)published["versionId"]!);
    }

    private Task<LabelDocument> Released(JsonObject release) => app.InScope(async s =>
    {
        var id = new ReleaseId(Guid.Parse((string)release["id"]!));
        var releases = s.GetRequiredService<IReleases>();
        var labels = await releases.Labels(id, (await releases.Find(id, default))!.Cases.Single(), default);
        return LabelDocument.Parse(await s.GetRequiredService<ObjectStore>().Read(labels!.DocumentMd5, default));
    });

    /// <summary>Objects of which the first is of the second, if they are related.</summary>
    private static JsonObject DocumentOf(string schema, JsonObject[] objects, bool related) => new()
    {
        ["schemaVersion"] = schema,
        ["masks"] = new JsonArray(),
        ["objects"] = new JsonArray([.. objects]),
        ["answers"] = new JsonObject(),
        ["relations"] = related ? new JsonArray(new JsonObject { ["id"] = Guid.CreateVersion7(), ["type"] = "of", ["from"] = (string)objects[0]["id"]!, ["to"] = (string)objects[1]["id"]! }) : null,
    };

    private static string[] Kinds(JsonObject view) => [.. view["adjudication"]!["disagreements"]!.AsArray().Select(d => (string)d!["disagreement"]!["kind"]!).Order()];

    private static JsonNode Found(JsonObject view, string kind) =>
        view["adjudication"]!["disagreements"]!.AsArray().Select(d => d!["disagreement"]!).Single(d => (string)d["kind"]! == kind);

    private static JsonObject Span(string @class, int start, int end)
    {
        var made = Object(@class, "span", "");
        (made["text"], made["spans"]) = (InventedCases.TextName, new JsonArray(new JsonObject { ["start"] = start, ["end"] = end }));
        return made;
    }

    private static JsonObject Event(int first, int last)
    {
        var made = Object("finding", "event", $"2.25.{InventedCases.Video}.1.1");
        made["interval"] = new JsonObject { ["first"] = first, ["last"] = last };
        return made;
    }

    private static JsonObject Track(int first, double left)
    {
        JsonObject Key(int frame, double at) => new() { ["frame"] = frame, ["points"] = Points([at, 2], [at + 6, 8]) };
        var made = Object("finding", "track", $"2.25.{InventedCases.Video}.1.1");
        made["track"] = new JsonArray(Key(first, left), Key(first + 40, left + 10));
        return made;
    }

    private static JsonObject Outline(double left, double side)
    {
        var made = Object("finding", "polygon", $"2.25.{InventedCases.Slide}.1.1");
        made["points"] = Points([left, 100], [left + side, 100], [left + side, 100 + side], [left, 100 + side]);
        made["holes"] = new JsonArray(Points([left + 10, 110], [left + 60, 110], [left + 60, 160]));
        return made;
    }

    private static JsonObject Object(string @class, string type, string image) => new()
    {
        ["id"] = Guid.CreateVersion7().ToString(),
        ["class"] = @class,
        ["type"] = type,
        ["sopInstanceUid"] = image,
        ["frame"] = image.Length > 0 ? 1 : 0,
        ["points"] = new JsonArray(),
    };

    private static JsonArray Points(params double[][] points) => new([.. points.Select(p => (JsonNode)new JsonArray(p[0], p[1]))]);
}

public sealed class KindsOnSqlite(LabellingOnSqlite app) : KindTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class KindsOnPostgreSql(LabellingOnPostgreSql app) : KindTests(app), IClassFixture<LabellingOnPostgreSql>;
