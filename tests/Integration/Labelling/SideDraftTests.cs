using System.Net;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class SideDraftTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task What_came_too_late_is_kept_and_comes_back_as_it_was_sent()
    {
        var room = await Open(app);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, reading, 0, room.Document()));
        var late = room.Document(left: 9, stone: "yes");
        var problem = await Refused(HttpStatusCode.Conflict, Save(reader, reading, 0, late));
        Assert.Equal(1, (int)problem["currentRevision"]!);
        var kept = await Sent(reader.GetAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}"));
        Assert.Equal((string)late["masks"]![0]!["runs"]!, (string)kept["masks"]![0]!["runs"]!);
        Assert.Equal("yes", (string)kept["answers"]!["stone"]!["value"]!);
        await Sent(Save(reader, reading, 1, kept));
        Assert.Equal(2, (int)(await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["revision"]!);
    }

    [SkippableFact]
    public async Task What_does_not_fit_or_comes_after_the_submission_is_kept_too_and_can_be_let_go()
    {
        var room = await Open(app);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var unfit = room.Document(stone: "maybe");
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(reader, reading, 0, unfit));
        Assert.Equal("option-unknown", (string)problem["reason"]!);
        await Sent(Save(reader, reading, 0, room.Document()));
        await Sent(Submit(reader, reading, 1));
        var locked = await Refused(HttpStatusCode.Conflict, Save(reader, reading, 1, room.Document(left: 6)));
        var list = await List(reader, reading);
        Assert.Equal([(string)locked["draft"]!, (string)problem["draft"]!], list.Select(d => (string)d!["id"]!));
        Assert.Equal(["labelling/reading-is-locked", "labelling/document-does-not-fit-schema"], list.Select(d => (string)d!["refusal"]!));
        Assert.Equal(HttpStatusCode.NoContent, (await reader.DeleteAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}")).StatusCode);
        Assert.Single(await List(reader, reading));
    }

    [SkippableFact]
    public async Task What_was_drawn_on_a_case_that_the_archive_has_lost_is_kept_too()
    {
        var room = await Open(app, plan: p => p["cases"] = new JsonArray(KnownCases.Case(25)));
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        app.Cases.Lose(25);
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(reader, reading, 0, room.Document("2.25.25.1")));
        Assert.Equal(("files-changed", "TEST-000025"), ((string)problem["reason"]!, (string)problem["where"]!));
        var kept = await Sent(reader.GetAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}"));
        Assert.Equal((string)Square("2.25.25.1", 4)["runs"]!, (string)kept["masks"]![0]!["runs"]!);
    }

    [SkippableFact]
    public async Task The_newest_are_kept_and_nobody_else_sees_them()
    {
        var room = await Open(app);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, reading, 0, room.Document()));
        var last = "";
        for (var n = 0; n < 12; n++)
            last = (string)(await Refused(HttpStatusCode.Conflict, Save(reader, reading, 0, room.Document(left: n, stone: "yes"))))["draft"]!;
        // What is sent again as it is already kept is kept once.
        for (var n = 0; n < 3; n++)
            last = (string)(await Refused(HttpStatusCode.Conflict, Save(reader, reading, 0, room.Document(left: 11, stone: "yes"))))["draft"]!;
        var list = await List(reader, reading);
        Assert.Equal(12, list.Count);
        Assert.All(list, d => Assert.True((bool)d!["isKept"]!));
        foreach (var other in new[] { room.Readers[1], room.Adjudicator, room.Validator })
        {
            foreach (var address in new[] { "", $"/{last}" })
                Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/api/v1/readings/{reading}/side-drafts{address}")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await other.DeleteAsync($"/api/v1/readings/{reading}/side-drafts/{last}")).StatusCode);
        }
    }

    [SkippableFact]
    public async Task What_gives_way_to_newer_refused_work_is_told_and_does_not_vanish_in_silence()
    {
        var room = await Open(app);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, reading, 0, room.Document()));
        var document = room.Document(stone: "yes");
        for (var n = 0; n < 52; n++)
        {
            document["answers"]!["size"] = new JsonObject { ["value"] = n * 0.5, ["uncertain"] = false, ["cannotAssess"] = false };
            await Refused(HttpStatusCode.Conflict, Save(reader, reading, 0, document));
        }

        var list = await List(reader, reading);
        Assert.Equal((52, 50), (list.Count, list.Count(d => (bool)d!["isKept"]!)));
        Assert.False((bool)list[^1]!["isKept"]!);
        var gone = await Refused(HttpStatusCode.Gone, reader.GetAsync($"/api/v1/readings/{reading}/side-drafts/{list[^1]!["id"]}"));
        Assert.EndsWith("labelling.side-draft-gave-way", (string)gone["type"]!, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Masks_that_were_named_by_their_hash_come_back_with_their_pixels_and_nobody_elses_do()
    {
        var room = await Open(app);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var saved = await Sent(Save(reader, reading, 0, room.Document()));
        await Sent(Save(reader, reading, 1, room.Document(left: 9)));
        var (other, theirs) = (room.Readers[1], await Reading(room.Readers[1]));
        var foreign = await Sent(Save(other, theirs, 0, room.Document(left: 12)));
        var late = room.Document();
        late["masks"] = new JsonArray(ByHash(saved), ByHash(foreign));
        var problem = await Refused(HttpStatusCode.Conflict, Save(reader, reading, 1, late));
        var kept = await Sent(reader.GetAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}"));
        Assert.Equal((string)room.Document()["masks"]![0]!["runs"]!, (string)kept["masks"]![0]!["runs"]!);
        Assert.Null(kept["masks"]![1]!["runs"]);
    }

    private static JsonObject ByHash(JsonNode saved)
    {
        var mask = saved["document"]!["masks"]![0]!.DeepClone().AsObject();
        mask.Remove("runs");
        return mask;
    }

    private static async Task<JsonArray> List(HttpClient reader, string reading) =>
        JsonNode.Parse(await reader.GetStringAsync($"/api/v1/readings/{reading}/side-drafts"))!.AsArray();
}

public sealed class SideDraftsOnSqlite(LabellingOnSqlite app) : SideDraftTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class SideDraftsOnPostgreSql(LabellingOnPostgreSql app) : SideDraftTests(app), IClassFixture<LabellingOnPostgreSql>;
