using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class QueueTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    /// <summary>
    /// Thirty experts ask twelve times each, all at once, for two hundred places. A place that stayed empty would mean that
    /// each of the at least 25 who are not in its case was served twelve times, which is more than there are places.
    /// </summary>
    [SkippableFact]
    public async Task Hundreds_who_ask_at_once_fill_every_place_once_and_nobody_is_twice_in_a_case()
    {
        var queue = await Begin(app, readers: 30, cases: 40, perCase: 5, terms: new() { ["mostOpen"] = 12 });
        var answers = await Task.WhenAll(queue.Readers.SelectMany(r => Enumerable.Range(0, 12).Select(_ => queue.Next(r))));
        Assert.Equal(360, answers.Length);
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict, a.StatusCode.ToString()));
        var given = new List<string>();
        foreach (var answer in answers.Where(a => a.IsSuccessStatusCode))
            given.Add((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
        Assert.Equal(200, given.Count);
        Assert.Equal(200, given.Distinct().Count());
        foreach (var answer in answers.Where(a => !a.IsSuccessStatusCode))
            Assert.Equal("labelling.nothing-to-read", Refusal((await answer.Content.ReadFromJsonAsync<JsonObject>())!));
        await EveryCaseHas(queue, 5);
    }

    [SkippableFact]
    public async Task One_person_who_asks_many_times_at_once_gets_one_case()
    {
        var queue = await Begin(app, cases: 10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => queue.Take(queue.Readers[0])));
        Assert.Single(answers.Select(a => (string)a["id"]!).Distinct());
    }

    [SkippableFact]
    public async Task Loads_stay_together_and_pairs_mix_when_readers_ask_in_turn()
    {
        var queue = await Begin(app, readers: 4, cases: 18);
        for (var round = 0; round < 9; round++)
        {
            foreach (var reader in queue.Readers)
                await queue.Read(reader, await queue.Take(reader));
        }

        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0]))));
        await app.Settle();
        await EveryCaseHas(queue, 2);
        var people = (await queue.Assignment())["people"]!["items"]!.AsArray().Where(p => (string)p!["mode"]! == "read").Select(p => (int)p!["finished"]!);
        Assert.All(people, finished => Assert.Equal(9, finished));
        var pairs = await Pairs(queue);
        Assert.Equal(6, pairs.Count);
        Assert.All(pairs.Values, times => Assert.InRange(times, 1, 5));
    }

    [SkippableFact]
    public async Task A_reservation_on_which_nothing_happens_goes_to_another_and_comes_back_with_its_draft_while_the_place_is_free()
    {
        var queue = await Begin(app, readers: 3, cases: 1, terms: new() { ["reservedMinutes"] = 30 });
        var (first, second, third) = (queue.Readers[0], queue.Readers[1], queue.Readers[2]);
        var taken = await queue.Take(first);
        var id = (string)taken["id"]!;
        await Sent(Save(first, id, 0, queue.Room.Document()));
        await queue.Take(second);
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(third))));

        app.Clock.Ahead += TimeSpan.FromMinutes(20);
        await Sent(second.GetAsync("/api/v1/readings"));
        var theirs = (string)(await queue.Take(second))["id"]!;
        app.Clock.Ahead += TimeSpan.FromMinutes(20);
        var passed = await queue.Take(third);
        Assert.NotEqual(theirs, (string)passed["id"]!);
        var late = await Refused(HttpStatusCode.Conflict, Save(first, id, 1, queue.Room.Document(left: 11)));
        Assert.Equal("labelling.reservation-has-expired", Refusal(late));
        // What was done in the meantime stays with who did it.
        var kept = await Sent(first.GetAsync($"/api/v1/readings/{id}/side-drafts/{late["draft"]}"));
        Assert.Equal((string)Square("2.25.1.1", 11)["runs"]!, (string)kept["masks"]![0]!["runs"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await second.GetAsync($"/api/v1/readings/{id}/side-drafts/{late["draft"]}")).StatusCode);
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(first))));
        var left = await Sent(queue.Manager.GetAsync($"{queue.Address}/left-readings"));
        Assert.Equal("expired", (string)left["items"]![0]!["reason"]!);
        Assert.True((bool)left["items"]![0]!["hasDraft"]!);

        await Sent(third.PostAsJsonAsync($"/api/v1/readings/{passed["id"]}/skip", new { reason = "poorQuality", text = "Артефакты движения" }));
        Assert.Equal(id, (string)(await queue.Take(first))["id"]!);
        var view = await Sent(first.GetAsync($"/api/v1/readings/{id}"));
        Assert.Equal(1, (int)view["revision"]!);
        Assert.NotNull(view["document"]);
    }

    [SkippableFact]
    public async Task A_skipped_case_goes_on_to_another_with_its_reason_and_never_back()
    {
        var queue = await Begin(app, readers: 3, cases: 1);
        var (first, third) = (queue.Readers[0], queue.Readers[2]);
        var taken = await queue.Take(first);
        foreach (var text in new[] { null, "", "  " })
            Assert.Equal("labelling.skip-needs-text", Refusal(await Refused(HttpStatusCode.UnprocessableEntity, first.PostAsJsonAsync($"/api/v1/readings/{taken["id"]}/skip", new { reason = "other", text }))));
        await Sent(first.PostAsJsonAsync($"/api/v1/readings/{taken["id"]}/skip", new { reason = "notMySpecialty" }));
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(first))));
        await Refused(HttpStatusCode.NotFound, first.GetAsync($"/api/v1/readings/{taken["id"]}"));
        await Refused(HttpStatusCode.NotFound, Save(first, (string)taken["id"]!, 0, queue.Room.Document()));
        await queue.Take(queue.Readers[1]);
        await queue.Take(third);
        var left = (await Sent(queue.Manager.GetAsync($"{queue.Address}/left-readings?reason=skipped")))["items"]!.AsArray();
        Assert.Equal("notMySpecialty", (string)Assert.Single(left)!["skipReason"]!);
        Assert.Contains((await queue.Assignment())["notices"]!.AsArray(), n => (string)n!["kind"]! == "casesSkipped");
    }

    [SkippableFact]
    public async Task What_comes_next_is_of_the_same_project_and_what_was_begun_and_is_found_without_reading_all_that_is_open()
    {
        var room = await Open(app, cases: 4);
        var reader = room.Readers[0];
        var open = (await Sent(reader.GetAsync("/api/v1/readings")))["open"]!.AsArray().Select(r => (string)r!["id"]!).ToArray();
        await Sent(reader.PostAsync($"/api/v1/readings/{open[2]}/take", null));
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{open[3]}"));
        await Sent(Save(reader, open[3], 0, room.Document((string)view["series"]![0]!["seriesInstanceUid"]!)));
        foreach (var (of, next) in new[] { (open[0], open[3]), (open[3], open[2]), (open[2], open[3]) })
        {
            Assert.False(await app.Moments.Meets(
                s => s.Contains("FROM labelling_reading", StringComparison.Ordinal) && s.Contains("AsideAt", StringComparison.Ordinal) && !s.Contains("LIMIT", StringComparison.Ordinal),
                async () => Assert.Equal(next, (string)(await Sent(reader.GetAsync($"/api/v1/readings/{of}")))["next"]!["readingId"]!)));
        }
    }

    [SkippableFact]
    public async Task A_disagreement_waits_in_the_queue_for_one_more_reader_who_had_no_part_in_it()
    {
        var queue = await Begin(app, readers: 3, cases: 1, change: p => p["mostReaders"] = 3);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]), left: 14, stone: "yes");
        await app.Settle();
        await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0]));
        await queue.Read(queue.Readers[2], await queue.Take(queue.Readers[2]));
        await app.Settle();
        var cases = await Sent(queue.Manager.GetAsync($"{queue.Address}/cases"));
        Assert.Equal("validation", (string)cases["items"]![0]!["state"]!);
    }

    [SkippableTheory]
    [InlineData("removed")]
    [InlineData("skips")]
    [InlineData("takenBack")]
    public async Task A_disagreement_for_which_no_further_reader_is_left_goes_to_the_adjudicator(string how)
    {
        var queue = await Begin(app, readers: 3, cases: 1, change: p => p["mostReaders"] = 3);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]), left: 14, stone: "yes");
        await app.Settle();
        Assert.Equal("reading", await StateOf(queue));
        if (how == "removed")
            await Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(2)}/remove", null));
        else
        {
            var taken = await queue.Take(queue.Readers[2]);
            await Sent(how == "skips" ? queue.Readers[2].PostAsJsonAsync($"/api/v1/readings/{taken["id"]}/skip", new { reason = "poorQuality" })
                : queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(2)}/remove", null));
        }

        await app.Settle();
        Assert.Equal("adjudication", await StateOf(queue));
        await Reading(queue.Room.Adjudicator, "adjudicate");
    }

    /// <summary>Who could have read it as the third has read as much of the project as they may, before it was compared or since.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_disagreement_whose_last_possible_reader_may_read_no_more_goes_to_the_adjudicator(bool before)
    {
        var queue = await Begin(app, readers: 3, cases: 2, terms: new() { ["mostReadings"] = 1 }, change: p => p["mostReaders"] = 3);
        async Task Other()
        {
            var other = (await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]![1]!["id"];
            await Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/cases/{other}/rank", new { priority = 1 }));
            await queue.Read(queue.Readers[2], await queue.Take(queue.Readers[2]));
            await app.Settle();
        }

        var (first, second) = (await queue.Take(queue.Readers[0]), await queue.Take(queue.Readers[1]));
        if (before)
            await Other();
        await queue.Read(queue.Readers[0], first);
        await queue.Read(queue.Readers[1], second, left: 14, stone: "yes");
        await app.Settle();
        if (!before)
        {
            Assert.Equal("reading", await StateOf(queue));
            await Other();
        }

        Assert.Equal("adjudication", await StateOf(queue));
        await Reading(queue.Room.Adjudicator, "adjudicate");
    }

    [SkippableFact]
    public async Task A_disagreement_whose_last_possible_reader_is_paused_for_quality_goes_to_the_adjudicator()
    {
        var terms = new JsonObject { ["gold"] = new JsonObject { ["share"] = 0.5, ["threshold"] = 0.9, ["fewest"] = 1 } };
        var queue = await Begin(app, readers: 3, cases: 6, terms: terms, change: p => p["mostReaders"] = 3);
        foreach (var (reader, left, stone) in new[] { (queue.Readers[0], 4, "no"), (queue.Readers[1], 14, "yes") })
        {
            for (var n = 0; n < 6; n++)
                await queue.Read(reader, await queue.Take(reader), left, stone);
        }

        await app.Settle();
        for (var n = 20; n < 26; n++)
        {
            await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/gold",
                new JsonObject { ["caseId"] = $"00000000-0000-7000-8000-{n:D12}", ["document"] = queue.Room.Document($"2.25.{n}.1") }));
        }

        // Every other draw is a control, and a wrong answer to the first ends the person's work.
        app.Draws.AreInTurn = true;
        for (var n = 0; n < 6 && (await queue.Next(queue.Readers[2])).IsSuccessStatusCode; n++)
        {
            await queue.Read(queue.Readers[2], await queue.Take(queue.Readers[2]), left: 14, stone: "yes");
            await app.Settle();
        }

        app.Draws.AreInTurn = false;
        Assert.Equal("paused", (string)(await queue.Member(2))["standing"]!);
        Assert.DoesNotContain("reading", (await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]!.AsArray().Select(c => (string)c!["state"]!));
    }

    private static async Task<string> StateOf(QueueRoom queue) => (string)(await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]![0]!["state"]!;

    [SkippableFact]
    public async Task What_is_more_pressing_is_handed_out_first()
    {
        var queue = await Begin(app, cases: 6);
        var cases = (await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]!.AsArray();
        await Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/cases/{cases[5]!["id"]}/rank", new { priority = 5 }));
        await Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/cases/{cases[3]!["id"]}/rank", new { priority = 0, dueAt = app.Clock.GetUtcNow().AddDays(1) }));
        var order = new List<string>();
        for (var n = 0; n < 3; n++)
        {
            var taken = await queue.Take(queue.Readers[0]);
            order.Add((string)taken["caseLabel"]!);
            await queue.Read(queue.Readers[0], taken);
        }

        Assert.Equal(["TEST-000006", "TEST-000004", "TEST-000001"], order);
    }

    [SkippableFact]
    public async Task A_rest_a_day_off_and_a_bound_on_open_work_are_kept()
    {
        var queue = await Begin(app, cases: 6, terms: new() { ["resting"] = new JsonObject { ["readings"] = 1 } });
        var (first, second) = (queue.Readers[0], queue.Readers[1]);
        await queue.Read(first, await queue.Take(first));
        var rest = await Refused(HttpStatusCode.Conflict, queue.Next(first));
        Assert.Equal("labelling.time-to-rest", Refusal(rest));
        Assert.Equal("readings", (string)rest["reason"]!);
        var today = app.Clock.GetUtcNow().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await Sent(second.PutAsJsonAsync("/api/v1/expert/availability", new { off = new[] { new { from = today, to = today } } }));
        Assert.Equal("day-off", (string)(await Refused(HttpStatusCode.Conflict, queue.Next(second)))["reason"]!);
        await Sent(second.PutAsJsonAsync("/api/v1/expert/availability", new { weeklyHours = 10 }));
        await queue.Take(second);
    }

    [SkippableFact]
    public async Task Whoever_is_no_reader_of_the_project_gets_nothing_of_it()
    {
        var queue = await Begin(app);
        await Refused(HttpStatusCode.NotFound, queue.Next(queue.Room.Adjudicator));
        await Refused(HttpStatusCode.NotFound, queue.Next(await app.As(Pirogov.Platform.Access.Role.Expert, "outsider-of-queues")));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/pause", null));
        Assert.Equal("labelling.project-is-not-running", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0]))));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/resume", null));
        await queue.Take(queue.Readers[0]);
    }

    private async Task EveryCaseHas(QueueRoom queue, int readers)
    {
        var id = ProjectId.From(Guid.Parse(queue.Project));
        var held = await app.InDatabase(db => db.Set<Reading>().AsNoTracking().Where(r => r.ProjectId == id && r.Mode == ReadingMode.Read).ToArrayAsync());
        foreach (var one in held.GroupBy(r => r.ProjectCaseId))
        {
            Assert.Equal(readers, one.Select(r => r.AccountId).Distinct().Count());
            Assert.Equal(Enumerable.Range(1, readers), one.Select(r => r.Slot).Order());
        }
    }

    private async Task<Dictionary<(Guid, Guid), int>> Pairs(QueueRoom queue)
    {
        var id = ProjectId.From(Guid.Parse(queue.Project));
        var held = await app.InDatabase(db => db.Set<Reading>().AsNoTracking().Where(r => r.ProjectId == id && r.Mode == ReadingMode.Read).ToArrayAsync());
        return held.GroupBy(r => r.ProjectCaseId).Select(g => g.Select(r => r.AccountId).Order().ToArray()).CountBy(p => (p[0], p[1])).ToDictionary();
    }
}

public sealed class QueueOnSqlite(LabellingOnSqlite app) : QueueTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class QueueOnPostgreSql(LabellingOnPostgreSql app) : QueueTests(app), IClassFixture<LabellingOnPostgreSql>;
