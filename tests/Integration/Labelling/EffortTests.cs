using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class EffortTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    private string Month => app.Clock.GetUtcNow().ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);

    [SkippableFact]
    public async Task Active_time_is_what_was_told_and_no_moment_is_counted_twice()
    {
        var queue = await Begin(app, terms: new() { ["mostOpen"] = 2 });
        var reader = queue.Readers[0];
        var (one, other) = ((string)(await queue.Take(reader))["id"]!, (string)(await queue.Take(reader))["id"]!);
        app.Clock.Stop();
        app.Clock.Ahead += TimeSpan.FromMinutes(10);
        Assert.Equal(90, await Report(reader, one, 300_000, (0, 60_000), (270_000, 300_000)));
        // The same again from another tab, whose clock began elsewhere, and with a minute more in the middle.
        Assert.Equal(150, await Report(reader, one, 9_300_000, (9_000_000, 9_120_000), (9_270_000, 9_300_000)));
        // Nobody works on two readings at once.
        Assert.Equal(30, await Report(reader, other, 300_000, (60_000, 150_000)));
        app.Clock.LetGo();
    }

    /// <summary>The terms of a project are kilobytes, and its finished readings tens of thousands.</summary>
    [SkippableFact]
    public async Task The_terms_of_a_project_do_not_come_with_each_of_its_readings()
    {
        var queue = await Begin(app);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await app.Settle();
        Assert.False(await app.Moments.Meets(s => s.Contains("FROM labelling_reading", StringComparison.Ordinal) && s.Contains("TermsJson", StringComparison.Ordinal),
            async () => Assert.Equal(1, (int)(await Sent(queue.Manager.GetAsync($"{queue.Address}/effort")))["cost"]!["withoutPrice"]!)));
    }

    [SkippableFact]
    public async Task The_server_believes_nothing_before_the_case_was_handed_out_nor_after_it_was_handed_in()
    {
        var queue = await Begin(app);
        var reader = queue.Readers[0];
        app.Clock.Stop();
        var taken = await queue.Take(reader);
        var id = (string)taken["id"]!;
        app.Clock.Ahead += TimeSpan.FromMinutes(1);
        Assert.Equal(60, await Report(reader, id, 3_600_000, (0, 3_600_000)));
        app.Clock.Ahead += TimeSpan.FromMinutes(1);
        await queue.Read(reader, taken);
        await app.Settle();
        app.Clock.Ahead += TimeSpan.FromHours(1);
        Assert.Equal(120, await Report(reader, id, 3_700_000, (0, 3_700_000)));
        app.Clock.LetGo();
    }

    [SkippableFact]
    public async Task Work_on_a_decision_that_came_back_is_timed_like_the_first()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 8), "adjudicate");
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/return", new { comment = "Край" }));
        var decision = await Reading(room.Adjudicator, "adjudicate");
        app.Clock.Stop();
        app.Clock.Ahead += TimeSpan.FromMinutes(10);
        Assert.Equal(300, await Report(room.Adjudicator, decision, 300_000, (0, 300_000)));
        app.Clock.LetGo();
    }

    [SkippableFact]
    public async Task Adjudications_and_verdicts_that_are_paid_already_cost_nothing_more_when_the_case_comes_back()
    {
        var prices = Prices();
        prices["prices"]!.AsArray().Add(new JsonObject { ["mode"] = "adjudicate", ["level"] = null, ["amount"] = 70 });
        var room = await Open(app, plan: p => p["terms"] = prices);
        await room.ReadBlind(agreeing: false);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 8), "adjudicate");
        await app.Settle();
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/return", new { comment = "Край" }));
        await app.Settle();
        var cost = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/effort")))["cost"]!;
        Assert.Equal((2 * 100 + 70 + 50, 0, 0, 0), ((decimal)cost["toDate"]!, (decimal)cost["lowest"]!, (decimal)cost["expected"]!, (decimal)cost["highest"]!));
    }

    [SkippableFact]
    public async Task Reports_that_make_no_sense_are_refused()
    {
        var queue = await Begin(app);
        var reader = queue.Readers[0];
        var id = (string)(await queue.Take(reader))["id"]!;
        foreach (var (now, intervals, reason) in new (double, (double, double)[], string)[]
                 {
                     (10, [(5, 20)], "out-of-order"), (100, [(50, 60), (40, 70)], "out-of-order"), (100, [(60, 50)], "out-of-order"),
                     (1000, [.. Enumerable.Range(0, 501).Select(n => ((double)n, n + 0.5))], "too-many"),
                 })
            Assert.Equal(reason, (string)(await Refused(HttpStatusCode.UnprocessableEntity, Send(reader, id, now, intervals)))["reason"]!);
        await Refused(HttpStatusCode.NotFound, Send(queue.Readers[1], id, 10, []));
    }

    [SkippableFact]
    public async Task Reports_of_many_tabs_at_once_count_each_moment_once()
    {
        var queue = await Begin(app);
        var reader = queue.Readers[0];
        var id = (string)(await queue.Take(reader))["id"]!;
        app.Clock.Stop();
        app.Clock.Ahead += TimeSpan.FromMinutes(5);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Report(reader, id, 120_000, (0, 120_000))));
        Assert.Equal(120, await Report(reader, id, 1, (0, 1)));
        app.Clock.LetGo();
    }

    [SkippableFact]
    public async Task A_statement_pays_by_the_level_that_held_and_says_the_same_when_it_is_made_again()
    {
        var queue = await Begin(app, cases: 3, terms: Prices());
        var reader = queue.Readers[0];
        await Level(queue, 0, "specialist");
        await queue.Read(reader, await queue.Take(reader));
        await app.Settle();
        var first = await Own(reader);
        Assert.Equal(300, (decimal)first["amount"]!);
        app.Clock.Ahead += TimeSpan.FromSeconds(5);
        await Level(queue, 0, "leading");
        Assert.Equal(300, (decimal)(await Own(reader))["amount"]!);
        app.Clock.Ahead += TimeSpan.FromSeconds(5);
        await queue.Read(reader, await queue.Take(reader));
        await app.Settle();
        Assert.Equal(300 + 900, (decimal)(await Own(reader))["amount"]!);
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]));
        await app.Settle();
        var all = await Sent(queue.Manager.GetAsync($"/api/v1/labelling-statements/{Month}"));
        var lines = all["lines"]!["items"]!.AsArray().Where(l => (string)l!["projectId"]! == queue.Project).ToArray();
        Assert.Equal([100m, 1200m], lines.Select(l => (decimal)l!["amount"]!).Order());
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.GetAsync($"/api/v1/labelling-statements/{Month}")).StatusCode);
        await Refused(HttpStatusCode.UnprocessableEntity, reader.GetAsync("/api/v1/expert/statements/2026-13"));
    }

    [SkippableFact]
    public async Task A_statement_is_a_file_for_spreadsheets_in_which_no_text_becomes_a_formula()
    {
        var queue = await Begin(app, cases: 1, terms: Prices(), change: p => p["name"] = $"=HYPERLINK(\"http://x\",\"{Guid.CreateVersion7()}\")");
        var reader = queue.Readers[0];
        await queue.Read(reader, await queue.Take(reader));
        await app.Settle();
        var csv = await reader.GetAsync($"/api/v1/expert/statements/{Month}/file?format=csv");
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        var lines = (await csv.Content.ReadAsStringAsync()).TrimStart('\uFEFF').Split("\r\n");
        Assert.StartsWith("Эксперт,Проект,Случай", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\"", lines[1], StringComparison.Ordinal);
        var xlsx = await reader.GetByteArrayAsync($"/api/v1/expert/statements/{Month}/file?format=xlsx");
        using var package = new ZipArchive(new MemoryStream(xlsx));
        await using var sheet = package.GetEntry("xl/worksheets/sheet1.xml")!.Open();
        var cells = XDocument.Load(sheet).Descendants().Where(e => e.Name.LocalName == "c").ToArray();
        Assert.Equal(2 * 8 - 1, cells.Length);
        Assert.DoesNotContain(cells.Descendants(), e => e.Name.LocalName == "f");
        Assert.Contains(cells, c => c.Value.StartsWith("=HYPERLINK", StringComparison.Ordinal) && (string)c.Attribute("t")! == "inlineStr");
        Assert.Equal("100", cells[^1].Value);
    }

    [SkippableFact]
    public async Task Cost_and_backlog_are_told_with_what_bounds_them()
    {
        var queue = await Begin(app, readers: 3, cases: 3, terms: Prices(), change: p => p["mostReaders"] = 3);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await app.Settle();
        var effort = await Sent(queue.Manager.GetAsync($"{queue.Address}/effort"));
        Assert.Equal(5, (int)effort["backlog"]!["readings"]!);
        Assert.Null(effort["backlog"]!["days"]);
        var cost = effort["cost"]!;
        Assert.Equal(100, (decimal)cost["toDate"]!);
        // Five readings at 100 and three validations at 50 are sure to come.
        Assert.Equal(650, (decimal)cost["lowest"]!);
        Assert.Equal(650, (decimal)cost["expected"]!);
        // Eight more readings at most, and a validation of 50 for each of the three cases.
        Assert.Equal(8 * 100 + 3 * 50, (decimal)cost["highest"]!);
    }

    [SkippableFact]
    public async Task What_is_to_be_paid_counts_the_adjudicators_and_validators_work_as_often_as_it_was_needed_so_far()
    {
        var prices = Prices();
        prices["prices"]!.AsArray().Add(new JsonObject { ["mode"] = "adjudicate", ["level"] = null, ["amount"] = 70 });
        var queue = await Begin(app, readers: 2, cases: 3, terms: prices);
        foreach (var (reader, left) in new[] { (queue.Readers[0], 4), (queue.Readers[1], 14) })
            await queue.Read(reader, await queue.Take(reader), left);
        await app.Settle();
        var cost = (await Sent(queue.Manager.GetAsync($"{queue.Address}/effort")))["cost"]!;
        // Four readings, one adjudication and three validations are sure; the only case so far came to adjudication, so two more are to be expected.
        Assert.Equal(4 * 100 + 70 + 3 * 50, (decimal)cost["lowest"]!);
        Assert.Equal(4 * 100 + 3 * 70 + 3 * 50, (decimal)cost["expected"]!);
        Assert.Equal(4 * 100 + 3 * 70 + 3 * 50, (decimal)cost["highest"]!);
    }

    private static JsonObject Prices() => new()
    {
        ["prices"] = new JsonArray(
            new JsonObject { ["mode"] = "read", ["level"] = null, ["amount"] = 100 }, new JsonObject { ["mode"] = "read", ["level"] = "specialist", ["amount"] = 300 },
            new JsonObject { ["mode"] = "read", ["level"] = "leading", ["amount"] = 900 }, new JsonObject { ["mode"] = "validate", ["level"] = null, ["amount"] = 50 }),
    };

    private static async Task Level(QueueRoom queue, int reader, string level) =>
        await Sent(queue.Manager.PutAsJsonAsync($"/api/v1/experts/{await queue.Id(reader)}", new { specialty = "radiology", level }));

    private async Task<JsonObject> Own(HttpClient reader) => await Sent(reader.GetAsync($"/api/v1/expert/statements/{Month}"));

    private static Task<HttpResponseMessage> Send(HttpClient reader, string id, double now, (double From, double To)[] intervals) => reader.PostAsJsonAsync(
        $"/api/v1/readings/{id}/activity", new { now, intervals = intervals.Select(i => new { from = i.From, to = i.To }) });

    private static async Task<double> Report(HttpClient reader, string id, double now, params (double From, double To)[] intervals) =>
        (double)(await Sent(Send(reader, id, now, intervals)))["activeSeconds"]!;
}

public sealed class EffortOnSqlite(LabellingOnSqlite app) : EffortTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class EffortOnPostgreSql(LabellingOnPostgreSql app) : EffortTests(app), IClassFixture<LabellingOnPostgreSql>;
