using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class ResultTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_reader_sees_what_became_of_their_case_once_it_is_through_and_not_before()
    {
        var room = await Open(app);
        var (mine, theirs) = (await Reading(room.Readers[0]), await Reading(room.Readers[1]));
        await room.ReadBlind(agreeing: false);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6), "adjudicate");
        await app.Settle();
        var validation = await Reading(room.Validator, "validate");
        await Sent(ValidationTests.Return(room.Validator, validation, ValidationTests.Remark("boundary", "Шире", new() { ["class"] = "kidney", ["sopInstanceUid"] = "2.25.1.1.1" })));
        await app.Settle();
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 7), "adjudicate");
        await app.Settle();
        await Nothing(room.Readers[0], mine);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{validation}/accept", new { }));
        await app.Settle();

        var list = await Sent(room.Readers[0].GetAsync($"/api/v1/reading-results?project={room.Project}"));
        Assert.Equal((mine, "adjudicated", 1), ((string)list["items"]![0]!["readingId"]!, (string)list["items"]![0]!["origin"]!, (int)list["items"]![0]!["remarks"]!));
        var view = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{mine}/result"));
        var kidney = view["difference"]!["classes"]![0]!;
        Assert.Equal(2.0 * 20 * 13 / 640, (double)kidney["dice"]!, 12);
        Assert.Equal((320, 320), ((int)kidney["mine"]!, (int)kidney["result"]!));
        var place = Assert.Single(view["difference"]!["places"]!.AsArray())!;
        Assert.Equal(("mask", "2.25.1.1.1", 60, 60), ((string)place["kind"]!, (string)place["sopInstanceUid"]!, (int)place["onlyMine"]!, (int)place["onlyResult"]!));
        Assert.True((bool)view["difference"]!["answers"]![0]!["same"]!);
        Assert.Equal("Шире", (string)view["comments"]![0]!["text"]!);
        var text = view.ToJsonString();
        foreach (var part in new[] { "reader2", "adjudicator", "validator" })
        {
            Assert.DoesNotContain($"{part}-{room.Name}", text, StringComparison.Ordinal);
            Assert.DoesNotContain((await room.Id(part)).ToString(), text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(theirs, text, StringComparison.Ordinal);
        await Refused(HttpStatusCode.NotFound, room.Readers[0].GetAsync($"/api/v1/readings/{theirs}/result"));
        Assert.Equal(HttpStatusCode.OK, (await room.Readers[0].GetAsync($"/workbench/radiology/{mine}/result")).StatusCode);
        await Refused(HttpStatusCode.NotFound, room.Readers[0].GetAsync($"/workbench/radiology/{theirs}/result"));
        await Refused(HttpStatusCode.NotFound, room.Validator.GetAsync($"/api/v1/readings/{validation}/result"));
        Assert.Equal(HttpStatusCode.Forbidden, (await room.Manager.GetAsync($"/api/v1/readings/{mine}/result")).StatusCode);
        await Sent(room.Adjudicator.GetAsync("/api/v1/reading-results"));
    }

    [SkippableFact]
    public async Task A_number_within_the_tolerance_that_readers_agreed_by_is_the_results()
    {
        var room = await Open(app, plan: p => p["consensus"] = new JsonObject { ["numberTolerance"] = 0.05 });
        var readings = new List<string>();
        foreach (var (reader, size) in new[] { (room.Readers[0], 10.0), (room.Readers[1], 10.4) })
        {
            var document = room.Document();
            document["answers"]!["size"] = new JsonObject { ["value"] = size, ["uncertain"] = false, ["cannotAssess"] = false };
            readings.Add(await Reading(reader));
            await ReadAndSubmit(reader, document);
        }

        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        foreach (var (reader, id) in room.Readers.Zip(readings))
        {
            var size = (await Sent(reader.GetAsync($"/api/v1/readings/{id}/result")))["difference"]!["answers"]!.AsArray().Single(a => (string)a!["question"]! == "size")!;
            Assert.Equal(("10.2", true), ((string)size["result"]!, (bool)size["same"]!));
        }

        var address = $"/api/v1/labelling-projects/{room.Project}";
        var scores = (await Sent(room.Manager.GetAsync($"{address}/cases/{(await Sent(room.Manager.GetAsync($"{address}/cases")))["items"]![0]!["id"]}/comparison")))["scores"]!.AsArray();
        Assert.All(scores, s => Assert.True((bool)s!["figures"]!["answers"]!["size"]!));
        var reliable = (await Sent(room.Manager.GetAsync($"{address}/reliability")))["items"]!.AsArray().SelectMany(p => p!["items"]!.AsArray()).Where(i => (string)i!["item"]! == "size").ToArray();
        Assert.NotEmpty(reliable);
        Assert.All(reliable, i => Assert.Equal(1, (double)i!["mean"]!));
    }

    [SkippableTheory]
    [InlineData("afterRelease")]
    [InlineData("never")]
    public async Task A_project_may_keep_results_until_the_release_or_for_good(string shown)
    {
        var room = await Open(app);
        await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/validation-rules", new { resultsShown = shown }));
        var mine = await Reading(room.Readers[0]);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        await Nothing(room.Readers[0], mine);
        await room.Release();
        if (shown == "never")
            await Nothing(room.Readers[0], mine);
        else
            await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{mine}/result"));
    }

    [SkippableFact]
    public async Task A_case_that_is_reopened_is_hidden_again_until_it_is_through()
    {
        var room = await Open(app);
        var mine = await Reading(room.Readers[0]);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{mine}/result"));
        var id = (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"]!;
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/cases/{id}/reopen", new { comment = "Граница" }));
        await Nothing(room.Readers[0], mine);
    }

    private static async Task Nothing(HttpClient reader, string reading)
    {
        await Refused(HttpStatusCode.NotFound, reader.GetAsync($"/api/v1/readings/{reading}/result"));
        Assert.DoesNotContain((await Sent(reader.GetAsync("/api/v1/reading-results?size=200")))["items"]!.AsArray(), r => (string)r!["readingId"]! == reading);
    }
}

public sealed class ResultsOnSqlite(LabellingOnSqlite app) : ResultTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ResultsOnPostgreSql(LabellingOnPostgreSql app) : ResultTests(app), IClassFixture<LabellingOnPostgreSql>;
