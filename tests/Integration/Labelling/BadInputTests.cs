using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Projects;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Whatever comes in place of a document, it is refused with its reason and place, and the draft before it is untouched.</summary>
public abstract class BadInputTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    private const string Polygon = """
        { "id": "0197f0a0-0000-7000-8000-000000000001", "class": "lesion", "type": "polygon", "sopInstanceUid": "2.25.1.1.1", "frame": 1, "points": [[1,1],[9,1],[9,9]], "attributes": {} }
        """;

    public static TheoryData<string, string, string, string> Documents { get; } = new()
    {
        { "points outside", Polygon.Replace("[9,9]", "[9,33]", StringComparison.Ordinal), "point-outside-image", "objects[0]" },
        { "negative", Polygon.Replace("[9,9]", "[-0.5,3]", StringComparison.Ordinal), "point-outside-image", "objects[0]" },
        { "bow tie", Polygon.Replace("[[1,1],[9,1],[9,9]]", "[[1,1],[9,9],[9,1],[1,9]]", StringComparison.Ordinal), "polygon-crosses-itself", "objects[0]" },
        { "hole outside", Polygon.Replace("\"attributes\"", "\"holes\": [[[20,20],[22,20],[22,22]]], \"attributes\"", StringComparison.Ordinal), "hole-outside-polygon", "objects[0]" },
        { "two points", Polygon.Replace("[[1,1],[9,1],[9,9]]", "[[1,1],[9,1]]", StringComparison.Ordinal), "points-unfit", "objects[0]" },
        { "a number short", Polygon.Replace("[9,9]", "[9]", StringComparison.Ordinal), "points-unfit", "objects[0]" },
        { "other case's image", Polygon.Replace("2.25.1.1.1", "2.25.2.1.1", StringComparison.Ordinal), "image-of-other-case", "objects[0]" },
        { "a frame too many", Polygon.Replace("\"frame\": 1", "\"frame\": 2", StringComparison.Ordinal), "frame-unknown", "objects[0]" },
        { "no id", Polygon.Replace("0197f0a0-0000-7000-8000-000000000001", "first", StringComparison.Ordinal), "object-id-unfit", "objects[0]" },
        { "twice", $"{Polygon}, {Polygon}", "object-twice", "objects[1]" },
        { "nothing", "null", "part-incomplete", "objects[0]" },
        { "too many points", Polygon.Replace("[9,9]", string.Join(',', Enumerable.Repeat("[9,9]", 20_001)), StringComparison.Ordinal), "too-many-points", "objects[0]" },
    };

    [SkippableTheory]
    [MemberData(nameof(Documents))]
    public async Task A_bad_object_is_refused_with_its_place_and_the_draft_stays(string what, string objects, string reason, string at)
    {
        Assert.NotEmpty(what);
        var (room, reading) = await Drafted();
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, SaveText(room, reading, room.Document().ToJsonString().Replace("\"objects\":[]", $"\"objects\":[{objects}]", StringComparison.Ordinal)));
        Assert.Equal((reason, at), ((string)problem["reason"]!, (string)problem["at"]!));
        // What was sent is kept beside the reading, with the object as it was.
        var kept = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}"));
        foreach (var (drawn, held) in JsonNode.Parse($"[{objects}]")!.AsArray().Zip(kept["objects"]!.AsArray()))
        {
            Assert.True(JsonNode.DeepEquals(drawn?["points"], held?["points"]) && (string?)drawn?["id"] == (string?)held?["id"], kept.ToJsonString());
            Assert.Equal(drawn?["holes"]?.ToJsonString(), held?["holes"]?.ToJsonString());
        }

        await Untouched(room, reading);
    }

    /// <summary>No JSON has such numbers, and no document is that deep.</summary>
    [SkippableTheory]
    [InlineData("NaN", "$.document.objects[0].points[2][1]")]
    [InlineData("Infinity", "$.document.objects[0].points[2][1]")]
    [InlineData("null", "$.document.objects[0].points[2][1]")]
    [InlineData("1e999", null)]
    public async Task Numbers_that_are_none_are_refused_at_their_place(string number, string? at)
    {
        var (room, reading) = await Drafted();
        var objects = Polygon.Replace("[9,9]", $"[9,{number}]", StringComparison.Ordinal);
        var answer = await SaveText(room, reading, room.Document().ToJsonString().Replace("\"objects\":[]", $"\"objects\":[{objects}]", StringComparison.Ordinal));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        if (at is not null)
        {
            // What cannot be read cannot be kept either, and the words say so.
            Assert.Equal((HttpStatusCode.BadRequest, "/problems/platform.bad-request", at), (answer.StatusCode, (string)problem["type"]!, (string)problem["at"]!));
            Assert.Contains(at, (string)problem["detail"]!, StringComparison.Ordinal);
            Assert.Empty(JsonNode.Parse(await room.Readers[0].GetStringAsync($"/api/v1/readings/{reading}/side-drafts"))!.AsArray());
        }
        else
        {
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "coordinate-not-finite"), (answer.StatusCode, (string)problem["reason"]!));
            await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}"));
        }

        await Untouched(room, reading);
    }

    [SkippableFact]
    public async Task Depth_is_refused_before_it_is_walked()
    {
        var (room, reading) = await Drafted();
        var deep = string.Concat(Enumerable.Repeat("{\"value\":", 5_000)) + "1" + new string('}', 5_000);
        var answer = await SaveText(room, reading, room.Document().ToJsonString().Replace("\"stone\":{", $"\"size\":{deep},\"stone\":{{", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await Untouched(room, reading);
    }

    [SkippableFact]
    public async Task Masks_that_lie_or_are_too_large_are_refused()
    {
        var (room, reading) = await Drafted();
        foreach (var (change, reason) in new (Action<JsonObject> Change, string Reason)[]
        {
            (m => m["runs"] = "AAAA", "mask-is-broken"), (m => m["runs"] = "not base64!", "mask-is-broken"), (m => m["rows"] = 64, "mask-of-other-size"),
            (m => (m["rows"], m["columns"]) = (1 << 30, 1 << 30), "mask-of-other-size"), (m => m["sopInstanceUid"] = "1.2.3", "image-of-other-case"),
            (m => { m.Remove("runs"); m["blob"] = new string('a', 64); }, "mask-unknown"),
        })
        {
            var document = room.Document();
            change(document["masks"]![0]!.AsObject());
            var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 1, document));
            Assert.Equal((reason, "masks[0]"), ((string)problem["reason"]!, (string)problem["at"]!));
        }

        var twice = room.Document();
        twice["masks"]!.AsArray().Add(Square("2.25.1.1", 8));
        Assert.Equal("mask-twice", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 1, twice)))["reason"]!);
        var many = room.Document();
        many["masks"] = new JsonArray([.. Enumerable.Range(0, 100_001).Select(_ => (JsonNode)new JsonObject { ["class"] = "kidney", ["sopInstanceUid"] = "2.25.1.1.1" })]);
        Assert.Equal("masks-too-large", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 1, many)))["reason"]!);
        await Untouched(room, reading);
    }

    [SkippableFact]
    public async Task Labels_on_files_that_changed_after_the_plan_are_refused_and_kept()
    {
        var (room, reading) = await Drafted();
        await Pin(new string('d', 64));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 1, room.Document(left: 8)));
        Assert.Equal(("files-changed", "TEST-000001"), ((string)problem["reason"]!, (string)problem["where"]!));
        var kept = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}/side-drafts/{problem["draft"]}"));
        Assert.Equal((string)Square("2.25.1.1", 8)["runs"]!, (string)kept["masks"]![0]!["runs"]!);
        await Pin(new string('c', 64));
        await Untouched(room, reading);

        Task Pin(string hash) => app.InDatabase(db => db.Set<ProjectCase>().Where(c => c.ProjectId == ProjectId.From(Guid.Parse(room.Project)))
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.ContentSha256, hash)));
    }

    [SkippableFact]
    public async Task A_body_beyond_the_limit_is_not_read()
    {
        var (room, reading) = await Drafted();
        var answer = await room.Readers[0].PutAsync($"/api/v1/readings/{reading}/document", new ByteArrayContent(new byte[97 << 20]) { Headers = { ContentType = new("application/json") } });
        Assert.True(answer.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.BadRequest, $"{answer.StatusCode}");
        await Untouched(room, reading);
    }

    private async Task<(ReadingRoom Room, string Reading)> Drafted()
    {
        var room = await Open(app, schema: SchemaTests.Whole);
        var reading = await Reading(room.Readers[0]);
        await Sent(Save(room.Readers[0], reading, 0, room.Document(left: 6)));
        return (room, reading);
    }

    private static Task<HttpResponseMessage> SaveText(ReadingRoom room, string reading, string document) => room.Readers[0].PutAsync(
        $"/api/v1/readings/{reading}/document", new StringContent($"{{\"baseRevision\":1,\"document\":{document}}}", Encoding.UTF8, "application/json"));

    private static async Task Untouched(ReadingRoom room, string reading)
    {
        var view = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}"));
        Assert.Equal((1, (string)Square("2.25.1.1", 6)["runs"]!), ((int)view["revision"]!, (string)view["document"]!["masks"]![0]!["runs"]!));
        await Sent(Save(room.Readers[0], reading, 1, room.Document(left: 7)));
    }
}

public sealed class BadInputOnSqlite(LabellingOnSqlite app) : BadInputTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class BadInputOnPostgreSql(LabellingOnPostgreSql app) : BadInputTests(app), IClassFixture<LabellingOnPostgreSql>;
