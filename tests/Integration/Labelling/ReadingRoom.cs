using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Imaging;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Labelling;

/// <summary>A published schema, a started project and its people: what most tests of the room begin with.</summary>
internal sealed class ReadingRoom
{
    private static int rooms;

    private readonly LabellingApp app;

    private ReadingRoom(LabellingApp app) => this.app = app;

    public required string Name { get; init; }
    public required HttpClient Manager { get; init; }
    public required string SchemaVersion { get; init; }
    public string Project { get; internal set; } = "";
    public required IReadOnlyList<HttpClient> Readers { get; init; }
    public required HttpClient Adjudicator { get; init; }
    public required HttpClient Validator { get; init; }

    public static async Task<ReadingRoom> Open(LabellingApp app, int cases = 1, string rule = "onDisagreement", bool start = true, Func<string, JsonObject>? schema = null,
        Action<JsonObject>? plan = null)
    {
        var name = $"r{Interlocked.Increment(ref rooms)}";
        var manager = await app.As(Role.LabellingManager, $"manager-{name}");
        var made = await Sent(manager.PostAsJsonAsync("/api/v1/labelling-schemas", (schema ?? SchemaOf)(name)));
        var published = await Sent(manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null));
        var room = new ReadingRoom(app)
        {
            Name = name,
            Manager = manager,
            SchemaVersion = (string)published["versionId"]!,
            Readers = [await app.As(Role.Expert, $"reader1-{name}"), await app.As(Role.Expert, $"reader2-{name}")],
            Adjudicator = await app.As(Role.Expert, $"adjudicator-{name}"),
            Validator = await app.As(Role.Expert, $"validator-{name}"),
        };
        var planned = await room.PlanOf(cases, rule);
        plan?.Invoke(planned);
        var project = await Sent(manager.PostAsJsonAsync("/api/v1/labelling-projects", planned));
        room.Project = (string)project["id"]!;
        if (start)
            await Sent(manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/start", null));
        return room;
    }

    public async Task<JsonObject> PlanOf(int cases, string rule = "onDisagreement") => new()
    {
        ["name"] = $"Project {Name}",
        ["schemaVersionId"] = SchemaVersion,
        ["rule"] = rule,
        ["threshold"] = 0.8,
        ["cases"] = new JsonArray([.. Enumerable.Range(1, cases).Select(n => (JsonNode)$"00000000-0000-7000-8000-{n:D12}")]),
        ["readers"] = new JsonArray(await Id("reader1"), await Id("reader2")),
        ["adjudicators"] = new JsonArray(await Id("adjudicator")),
        ["levels"] = new JsonArray(new JsonObject { ["validators"] = new JsonArray(await Id("validator")) }),
    };

    public async Task<Guid> Id(string part) => (await app.Person($"{part}-{Name}", [Role.Expert])).Id;

    public static JsonObject SchemaOf(string name) => new()
    {
        ["name"] = $"Schema {name}",
        ["dataKind"] = "radiology",
        ["classes"] = new JsonArray(
            new JsonObject { ["id"] = "kidney", ["name"] = Both("Почка"), ["color"] = "#e69f00", ["geometries"] = new JsonArray("mask", "length") }),
        ["questions"] = new JsonArray(
            new JsonObject
            {
                ["id"] = "stone",
                ["text"] = Both("Есть камень?"),
                ["type"] = "choice",
                ["required"] = true,
                ["allowCannotAssess"] = true,
                ["options"] = new JsonArray(new JsonObject { ["id"] = "yes", ["text"] = Both("да") }, new JsonObject { ["id"] = "no", ["text"] = Both("нет") }),
            },
            new JsonObject { ["id"] = "size", ["text"] = Both("Размер"), ["type"] = "number", ["min"] = 0, ["max"] = 50, ["unit"] = "mm" }),
    };

    private static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };

    public static async Task<string> Reading(HttpClient person, string mode = "read", int place = 0)
    {
        var queue = await person.GetFromJsonAsync<JsonObject>("/api/v1/readings");
        return (string)queue!["open"]!.AsArray().Where(r => (string)r!["mode"]! == mode).OrderBy(r => (string)r!["caseLabel"]!).ElementAt(place)!["id"]!;
    }

    /// <summary>A document with one square of kidney on the first frame, and an answer.</summary>
    public JsonObject Document(string caseUid = "2.25.1.1", int left = 4, string stone = "no") => new()
    {
        ["schemaVersion"] = SchemaVersion,
        ["masks"] = new JsonArray(Square(caseUid, left)),
        ["objects"] = new JsonArray(),
        ["answers"] = new JsonObject { ["stone"] = new JsonObject { ["value"] = stone, ["uncertain"] = false, ["cannotAssess"] = false } },
    };

    public static JsonObject Square(string seriesUid, int left)
    {
        var bits = new bool[InventedCases.Side * InventedCases.Side];
        for (var row = 4; row < 24; row++)
            bits.AsSpan(row * InventedCases.Side + left, 20 - 4).Fill(true);
        return new()
        {
            ["class"] = "kidney",
            ["sopInstanceUid"] = $"{seriesUid}.1",
            ["frame"] = 1,
            ["rows"] = InventedCases.Side,
            ["columns"] = InventedCases.Side,
            ["pixelCount"] = 0,
            ["runs"] = Convert.ToBase64String(RunLengthMask.FromBits(bits, InventedCases.Side, InventedCases.Side).Encode()),
        };
    }

    public static Task<HttpResponseMessage> Save(HttpClient person, string reading, int baseRevision, JsonObject document) =>
        person.PutAsJsonAsync($"/api/v1/readings/{reading}/document", new JsonObject { ["baseRevision"] = baseRevision, ["document"] = document.DeepClone() });

    public static Task<HttpResponseMessage> Submit(HttpClient person, string reading, int revision, bool leaveUndecided = false, bool confirmPreLabels = false) =>
        person.PostAsJsonAsync($"/api/v1/readings/{reading}/submit",
            new JsonObject { ["revision"] = revision, ["leaveUndecided"] = leaveUndecided, ["confirmPreLabels"] = confirmPreLabels });

    public static async Task ReadAndSubmit(HttpClient person, JsonObject document, string mode = "read", int place = 0)
    {
        var reading = await Reading(person, mode, place);
        var view = await Sent(person.GetAsync($"/api/v1/readings/{reading}"));
        var saved = await Sent(Save(person, reading, (int)view["revision"]!, document));
        // An adjudicator who draws the whole anew leaves no disagreement to be picked from.
        await Sent(Submit(person, reading, (int)saved["revision"]!, leaveUndecided: mode == "adjudicate"));
    }

    /// <summary>Both readers submit; with <paramref name="agreeing"/> they draw the same, else they miss each other.</summary>
    public async Task ReadBlind(bool agreeing, int place = 0, string caseUid = "2.25.1.1")
    {
        await ReadAndSubmit(Readers[0], Document(caseUid), place: place);
        await ReadAndSubmit(Readers[1], Document(caseUid, agreeing ? 4 : 14, agreeing ? "no" : "yes"), place: place);
        await app.Settle();
    }

    public async Task<string> CaseState(int place = 0)
    {
        var cases = await Manager.GetFromJsonAsync<JsonObject>($"/api/v1/labelling-projects/{Project}/cases");
        return (string)cases!["items"]![place]!["state"]!;
    }

    public Task<JsonObject> Release(object? request = null) => Released(Manager, Project, request);

    /// <summary>Asks for a release and waits until it is frozen.</summary>
    /// <returns>Its line on the project's page, its number of cases and its hash among them.</returns>
    public static async Task<JsonObject> Released(HttpClient manager, string project, object? request = null)
    {
        var asked = await Sent(manager.PostAsJsonAsync($"/api/v1/labelling-projects/{project}/release", request ?? new { }));
        for (var state = ""; state != "succeeded"; await Task.Delay(20))
        {
            state = (string)(await Sent(manager.GetAsync($"/api/v1/jobs/{asked["jobId"]}")))["state"]!;
            Assert.False(state is "failed" or "cancelled", state);
        }

        var page = await Sent(manager.GetAsync($"/api/v1/labelling-projects/{project}"));
        return page["releases"]!.AsArray().Single(r => (string)r!["id"]! == (string)asked["id"]!)!.AsObject();
    }

    /// <summary>The body of a call that must succeed.</summary>
    public static async Task<JsonObject> Sent(Task<HttpResponseMessage> call)
    {
        var answer = await call;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {body}");
        return body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject();
    }

    /// <summary>The problem of a call that must be refused.</summary>
    public static async Task<JsonObject> Refused(HttpStatusCode status, Task<HttpResponseMessage> call)
    {
        var answer = await call;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode} {body}");
        return JsonNode.Parse(body)!.AsObject();
    }
}
