using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class RevisionTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_save_on_an_old_base_is_refused_and_told_the_current_revision()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        await Sent(Save(room.Readers[0], reading, 0, room.Document()));
        await Sent(Save(room.Readers[0], reading, 1, room.Document(left: 5)));
        var problem = await Refused(HttpStatusCode.Conflict, Save(room.Readers[0], reading, 1, room.Document(left: 6)));
        Assert.EndsWith("/stale-revision", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.Equal(2, (int)problem["currentRevision"]!);
        Assert.NotEmpty((string)problem["detail"]!);
    }

    [SkippableFact]
    public async Task Of_parallel_saves_on_one_base_exactly_one_wins()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Save(room.Readers[0], reading, 0, room.Document(left: n))));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(1, (int)(await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}")))["revision"]!);
    }

    [SkippableFact]
    public async Task A_mask_that_did_not_change_is_named_by_its_hash_and_comes_back_whole()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        var sent = room.Document();
        var saved = await Sent(Save(room.Readers[0], reading, 0, sent));
        var mask = saved["document"]!["masks"]![0]!;
        Assert.Equal(320, (int)mask["pixelCount"]!);
        Assert.Null(mask["runs"]);
        await Sent(Save(room.Readers[0], reading, 1, saved["document"]!.AsObject()));
        var view = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}"));
        Assert.Equal((string)sent["masks"]![0]!["runs"]!, (string)view["document"]!["masks"]![0]!["runs"]!);
        Assert.Equal((string)mask["blob"]!, (string)view["document"]!["masks"]![0]!["blob"]!);
    }

    [SkippableFact]
    public async Task What_was_submitted_cannot_be_changed_or_submitted_again()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        await Refused(HttpStatusCode.Conflict, Submit(room.Readers[0], reading, 0));
        await Sent(Save(room.Readers[0], reading, 0, room.Document()));
        await Refused(HttpStatusCode.Conflict, Submit(room.Readers[0], reading, 0));
        await Sent(Submit(room.Readers[0], reading, 1));
        var problem = await Refused(HttpStatusCode.Conflict, Save(room.Readers[0], reading, 1, room.Document()));
        Assert.EndsWith("/reading-is-locked", (string)problem["type"]!, StringComparison.Ordinal);
        await Refused(HttpStatusCode.Conflict, Submit(room.Readers[0], reading, 1));
    }

    [SkippableFact]
    public async Task A_submission_without_its_required_answer_is_refused_and_can_be_mended()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        var document = room.Document();
        document["answers"] = new JsonObject();
        await Sent(Save(room.Readers[0], reading, 0, document));
        Assert.Equal("answer-is-required", (string)(await Refused(HttpStatusCode.UnprocessableEntity, Submit(room.Readers[0], reading, 1)))["reason"]!);
        await Sent(Save(room.Readers[0], reading, 1, room.Document()));
        await Sent(Submit(room.Readers[0], reading, 2));
    }

    [SkippableTheory]
    [InlineData("class-unknown", "masks.0.class", "\"liver\"")]
    [InlineData("image-of-other-case", "masks.0.sopInstanceUid", "\"2.25.2.1.1\"")]
    [InlineData("mask-of-other-size", "masks.0.rows", "31")]
    [InlineData("mask-is-broken", "masks.0.runs", "\"AAAA\"")]
    [InlineData("mask-is-broken", "masks.0.runs", "\"not base64\"")]
    [InlineData("frame-unknown", "masks.0.frame", "2")]
    [InlineData("other-schema", "schemaVersion", "\"00000000-0000-7000-8000-000000000000\"")]
    [InlineData("option-unknown", "answers.stone.value", "\"maybe\"")]
    [InlineData("answer-of-other-type", "answers.stone.value", "7")]
    [InlineData("answer-contradicts", "answers.stone.cannotAssess", "true")]
    [InlineData("answer-not-allowed", "answers.stone.uncertain", "true")]
    [InlineData("incomplete", "masks", "null")]
    public async Task A_document_that_does_not_fit_is_refused_by_name(string reason, string where, string value)
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        var document = room.Document();
        JsonNode at = document;
        var steps = where.Split('.');
        foreach (var step in steps[..^1])
            at = int.TryParse(step, out var place) ? at[place]! : at[step]!;
        at[steps[^1]] = JsonNode.Parse(value);
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Save(room.Readers[0], reading, 0, document));
        Assert.EndsWith("/document-does-not-fit-schema", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.Equal(reason, (string)problem["reason"]!);
        Assert.False(((string)problem["detail"]!).StartsWith("problem.", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_number_that_is_not_finite_is_no_document()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        var text = """{"baseRevision":0,"document":{"schemaVersion":"VERSION","masks":[],"objects":[{"id":"0197c3a0-0000-7000-8000-000000000001","class":"kidney","type":"length","sopInstanceUid":"2.25.1.1.1","frame":1,"points":[[1,1],[NaN,2]]}],"answers":{}}}""".Replace("VERSION", room.SchemaVersion, StringComparison.Ordinal);
        using var body = new StringContent(text, Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await room.Readers[0].PutAsync($"/api/v1/readings/{reading}/document", body)).StatusCode);
        using var huge = new StringContent(text.Replace("NaN", "1e999", StringComparison.Ordinal), Encoding.UTF8, "application/json");
        Assert.False((await room.Readers[0].PutAsync($"/api/v1/readings/{reading}/document", huge)).IsSuccessStatusCode);
    }

    [SkippableFact]
    public async Task A_validator_draws_nothing_and_a_return_needs_a_comment()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        var validation = await Reading(room.Validator, "validate");
        await Refused(HttpStatusCode.Conflict, Save(room.Validator, validation, 0, room.Document()));
        await Refused(HttpStatusCode.UnprocessableEntity, room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/return", new { comment = " " }));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => n % 2 == 0
            ? room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { })
            : room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/return", new { comment = "x" })));
        Assert.Equal(1, answers.Count(a => a.IsSuccessStatusCode));
    }
}

public sealed class RevisionsOnSqlite(LabellingOnSqlite app) : RevisionTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class RevisionsOnPostgreSql(LabellingOnPostgreSql app) : RevisionTests(app), IClassFixture<LabellingOnPostgreSql>;
