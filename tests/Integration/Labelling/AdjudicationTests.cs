using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class AdjudicationTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Each_disagreement_is_decided_on_its_own_and_the_document_grows_with_the_decisions()
    {
        var (room, decision, view) = await Disagreed();
        Assert.Equal((2, 0), Progress(view["adjudication"]!));
        Assert.Empty(view["document"]!["masks"]!.AsArray());
        Assert.Empty(view["document"]!["answers"]!.AsObject());
        var (shape, answer) = (Of(view, "shape"), Of(view, "answer"));
        Assert.Equal("kidney", (string)shape["class"]!);
        Assert.Equal("dice", (string)shape["measure"]!);
        Assert.Equal(2.0 * 20 * 6 / 640, (double)shape["figure"]!, 6);
        Assert.Equal(["yes", "no"], answer["sources"]!.AsArray().Select(s => (string)s!["value"]!).OrderDescending());

        var letter = LetterOf(view, "no");
        var masks = await Sent(Decide(room.Adjudicator, decision, 0, shape, "source", letter));
        Assert.Equal((2, 1), Progress(masks));
        Assert.Equal(RunsOf(view, letter), (string)masks["document"]!["masks"]![0]!["runs"]!);
        Assert.Equal("source", (string)masks["disagreement"]!["decision"]!["choice"]!);

        var early = await Refused(HttpStatusCode.Conflict, Submit(room.Adjudicator, decision, 1));
        Assert.EndsWith("/disagreements-undecided", (string)early["type"]!, StringComparison.Ordinal);
        Assert.Equal((1, 2), ((int)early["decided"]!, (int)early["total"]!));
        var own = new JsonObject { ["value"] = null, ["cannotAssess"] = true };
        await Sent(Decide(room.Adjudicator, decision, 1, answer, "own", null, own));
        await Sent(Submit(room.Adjudicator, decision, 2));
        await app.Settle();
        Assert.Equal("validation", await room.CaseState());

        var told = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases/{await CaseOf(room)}/comparison"));
        var decisions = told["consensus"]!["decisions"]!.AsArray();
        Assert.Equal(["own", "source"], decisions.Select(d => (string)d!["choice"]!).Order());
        Assert.All(decisions, d => Assert.Equal(room.Id("adjudicator").Result.ToString(), (string)d!["by"]!));
        Assert.Contains(told["consensus"]!["elements"]!.AsArray(), e => (string)e!["algorithm"]! == "decision" && (string)e["sources"]![0]! == letter);
        var scores = told["scores"]!.AsArray().ToDictionary(s => (string)s!["source"]!, s => (double)s!["figures"]!["agreement"]!["kidney"]!);
        Assert.Equal(["A", "B"], scores.Keys.Order());
        Assert.Equal(1, scores[letter]);
        Assert.True(scores.Values.Min() < 0.5);
    }

    [SkippableFact]
    public async Task A_decision_can_be_changed_taken_back_and_made_by_ones_own_hand()
    {
        var (room, decision, view) = await Disagreed();
        var shape = Of(view, "shape");
        await Sent(Decide(room.Adjudicator, decision, 0, shape, "source", "A"));
        await Sent(Decide(room.Adjudicator, decision, 1, shape, "source", "B"));
        var none = await Sent(Decide(room.Adjudicator, decision, 2, shape, "none"));
        Assert.Empty(none["document"]!["masks"]!.AsArray());
        Assert.Equal((2, 1), Progress(none));
        Assert.Equal((2, 0), Progress(await Sent(Decide(room.Adjudicator, decision, 3, shape, "reopened"))));
        var drawn = await Sent(Save(room.Adjudicator, decision, 4, room.Document(left: 9)));
        var own = await Sent(Decide(room.Adjudicator, decision, (int)drawn["revision"]!, shape, "own"));
        Assert.Equal((string)room.Document(left: 9)["masks"]![0]!["runs"]!, (string)own["document"]!["masks"]![0]!["runs"]!);
        var open = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}/disagreements?open=true"));
        Assert.Equal(1, (int)open["total"]!);
    }

    [SkippableFact]
    public async Task A_decision_on_an_old_base_with_a_strange_letter_or_by_another_is_refused()
    {
        var (room, decision, view) = await Disagreed();
        var shape = Of(view, "shape");
        await Sent(Decide(room.Adjudicator, decision, 0, shape, "source", "A"));
        var stale = await Refused(HttpStatusCode.Conflict, Decide(room.Adjudicator, decision, 0, shape, "source", "B"));
        Assert.EndsWith("/stale-revision", (string)stale["type"]!, StringComparison.Ordinal);
        foreach (var letter in new[] { "C", "AB", "" })
            Assert.Equal("source-unknown", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Decide(room.Adjudicator, decision, 1, shape, "source", letter)))["reason"]!);
        Assert.Equal("answer-unfit", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Decide(room.Adjudicator, decision, 1, Of(view, "answer"), "own")))["reason"]!);
        await Refused(HttpStatusCode.NotFound, Decide(room.Adjudicator, decision, 1, new JsonObject { ["id"] = Guid.CreateVersion7().ToString() }, "none"));
        foreach (var reader in room.Readers)
            await Refused(HttpStatusCode.NotFound, Decide(reader, decision, 1, shape, "none"));
        var racing = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Decide(room.Adjudicator, decision, 1, shape, "source", n % 2 == 0 ? "A" : "B")));
        Assert.Equal(1, racing.Count(r => r.IsSuccessStatusCode));
    }

    [SkippableFact]
    public async Task Whoever_reads_has_no_list_no_picture_no_heat_map_and_nothing_to_decide()
    {
        var (room, decision, view) = await Disagreed();
        var queue = await Sent(room.Readers[0].GetAsync("/api/v1/readings"));
        var mine = (string)queue["finished"]![0]!["id"]!;
        foreach (var reading in new[] { mine, decision })
        {
            foreach (var address in new[] { "disagreements", "heat-map", $"disagreements/{Of(view, "shape")["id"]}/picture", "heat-map/kidney/2.25.1.1.1/1" })
                Assert.Equal(HttpStatusCode.NotFound, (await room.Readers[0].GetAsync($"/api/v1/readings/{reading}/{address}")).StatusCode);
        }

        await Refused(HttpStatusCode.Conflict, Decide(room.Readers[0], mine, 1, Of(view, "shape"), "none"));
        Assert.Null((await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{mine}")))["adjudication"]);
    }

    [SkippableFact]
    public async Task A_disagreement_has_a_picture_and_every_frame_a_heat_map_of_its_size()
    {
        var (room, decision, view) = await Disagreed();
        var frames = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}/heat-map"));
        var worst = frames["items"]![0]!;
        Assert.Equal((520L, 400L, 400.0), ((long)worst["drawn"]!, (long)worst["disputed"]!, (double)worst["entropy"]!));
        var heat = await Picture(room.Adjudicator, $"/api/v1/readings/{decision}/heat-map/kidney/{worst["sopInstanceUid"]}/1");
        Assert.Equal((InventedCases.Side, InventedCases.Side, 6), Header(heat));
        var votes = await Picture(room.Adjudicator, $"/api/v1/readings/{decision}/heat-map/kidney/{worst["sopInstanceUid"]}/1?scale=votes");
        Assert.NotEqual(heat, votes);
        Assert.Equal((256, 256, 2), Header(await Picture(room.Adjudicator, $"/api/v1/readings/{decision}/disagreements/{Of(view, "shape")["id"]}/picture")));
        Assert.Equal(HttpStatusCode.NotFound, (await room.Adjudicator.GetAsync($"/api/v1/readings/{decision}/disagreements/{Of(view, "answer")["id"]}/picture")).StatusCode);
    }

    [SkippableFact]
    public async Task An_attribute_is_decided_after_its_object_and_stays_when_the_object_is_taken_from_elsewhere()
    {
        var room = await Open(app, schema: SchemaWithLooks);
        await ReadAndSubmit(room.Readers[0], Marked(room, 3, "solid"));
        // Twelve pixels apart: the same thing, but not in the same place.
        await ReadAndSubmit(room.Readers[1], Marked(room, 15, "cystic"));
        await app.Settle();
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        var (shape, look) = (Of(view, "shape"), Of(view, "attribute"));
        var early = await Refused(HttpStatusCode.UnprocessableEntity, Decide(room.Adjudicator, decision, 0, look, "source", "A"));
        Assert.Equal("object-undecided", (string)early["reason"]!);
        var (solid, cystic) = (LetterWith(look, "solid"), LetterWith(look, "cystic"));
        await Sent(Decide(room.Adjudicator, decision, 0, shape, "source", solid));
        var decided = await Sent(Decide(room.Adjudicator, decision, 1, look, "source", cystic));
        Assert.Equal((3.0, "cystic"), Standing(decided));
        var moved = await Sent(Decide(room.Adjudicator, decision, 2, shape, "source", cystic));
        Assert.Equal((15.0, "cystic"), Standing(moved));
        Assert.Equal((3.0, "cystic"), Standing(await Sent(Decide(room.Adjudicator, decision, 3, shape, "source", solid))));
        // Where nothing is there, nothing has an attribute.
        Assert.Equal((2, 2), Progress(await Sent(Decide(room.Adjudicator, decision, 4, shape, "none"))));
    }

    private static JsonObject SchemaWithLooks(string name)
    {
        var schema = SchemaOf(name);
        static JsonObject Both(string text) => new() { ["ru"] = text, ["en"] = text };
        schema["classes"]!.AsArray().Add(new JsonObject
        {
            ["id"] = "lesion",
            ["name"] = Both("очаг"),
            ["color"] = "#0072b2",
            ["geometries"] = new JsonArray("point"),
            ["attributes"] = new JsonArray(new JsonObject
            {
                ["id"] = "look",
                ["text"] = Both("вид"),
                ["type"] = "choice",
                ["options"] = new JsonArray(new JsonObject { ["id"] = "solid", ["text"] = Both("плотный") }, new JsonObject { ["id"] = "cystic", ["text"] = Both("кистозный") }),
            }),
        });
        return schema;
    }

    private static JsonObject Marked(ReadingRoom room, double at, string look)
    {
        var document = room.Document();
        document["objects"] = new JsonArray(new JsonObject
        {
            ["id"] = Guid.CreateVersion7().ToString(),
            ["class"] = "lesion",
            ["type"] = "point",
            ["sopInstanceUid"] = "2.25.1.1.1",
            ["frame"] = 1,
            ["points"] = new JsonArray(new JsonArray(at, 4)),
            ["attributes"] = new JsonObject { ["look"] = new JsonObject { ["value"] = look, ["uncertain"] = false, ["cannotAssess"] = false } },
        });
        return document;
    }

    private static string LetterWith(JsonNode disagreement, string value) =>
        (string)disagreement["sources"]!.AsArray().Single(s => (string)s!["value"]! == value)!["name"]!;

    private static (double At, string Look) Standing(JsonObject decided)
    {
        var one = decided["document"]!["objects"]![0]!;
        return ((double)one["points"]![0]![0]!, (string)one["attributes"]!["look"]!["value"]!);
    }

    private async Task<(ReadingRoom Room, string Decision, JsonObject View)> Disagreed()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var decision = await Reading(room.Adjudicator, "adjudicate");
        return (room, decision, await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}")));
    }

    internal static Task<HttpResponseMessage> Decide(
        HttpClient person, string reading, int baseRevision, JsonNode disagreement, string choice, string? source = null, JsonObject? answer = null) =>
        person.PostAsJsonAsync($"/api/v1/readings/{reading}/decisions", new JsonObject
        {
            ["baseRevision"] = baseRevision,
            ["disagreement"] = (string)disagreement["id"]!,
            ["choice"] = choice,
            ["source"] = source,
            ["answer"] = answer,
        });

    private static JsonNode Of(JsonObject view, string kind) =>
        view["adjudication"]!["disagreements"]!.AsArray().Select(d => d!["disagreement"]!).Single(d => (string)d["kind"]! == kind);

    private static (int Total, int Decided) Progress(JsonNode told) => ((int)told["total"]!, (int)told["decided"]!);

    private static string LetterOf(JsonObject view, string stone) =>
        (string)view["sources"]!.AsArray().Single(s => (string)s!["document"]!["answers"]!["stone"]!["value"]! == stone)!["name"]!;

    private static string RunsOf(JsonObject view, string letter) =>
        (string)view["sources"]!.AsArray().Single(s => (string)s!["name"]! == letter)!["document"]!["masks"]![0]!["runs"]!;

    private static async Task<string> CaseOf(ReadingRoom room) =>
        (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"]!;

    private static async Task<byte[]> Picture(HttpClient person, string address)
    {
        var answer = await person.GetAsync(address);
        Assert.Equal("image/png", answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Width, height and colour type of a PNG (ISO/IEC 15948, 11.2.2).</summary>
    private static (int Width, int Height, int ColorType) Header(byte[] png) =>
        (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), png[25]);
}

public sealed class AdjudicationOnSqlite(LabellingOnSqlite app) : AdjudicationTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class AdjudicationOnPostgreSql(LabellingOnPostgreSql app) : AdjudicationTests(app), IClassFixture<LabellingOnPostgreSql>;
