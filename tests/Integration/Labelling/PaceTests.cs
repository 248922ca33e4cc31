using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What is counted over days and weeks: bounds on a person's work, a project's pace, its agreement as time goes by.</summary>
public abstract class PaceTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Whoever_worked_the_minutes_of_a_day_rests_until_it_is_over()
    {
        await app.StopAtNoon();
        var queue = await Begin(app, cases: 6, terms: new() { ["resting"] = new JsonObject { ["activeMinutes"] = 20 } });
        await Work(queue, 0, 12);
        await Work(queue, 0, 9);
        var rest = await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0]));
        var midnight = app.Clock.GetUtcNow().Date.AddDays(1);
        Assert.Equal(("labelling.time-to-rest", "minutes", midnight), (Refusal(rest), (string)rest["reason"]!, ((DateTimeOffset)rest["until"]!).UtcDateTime));
        await queue.Take(queue.Readers[1]);
        await app.LiveOn(TimeSpan.FromDays(1));
        await queue.Take(queue.Readers[0]);
        app.Clock.LetGo();
    }

    [SkippableFact]
    public async Task Whoever_worked_the_hours_of_their_week_gets_the_next_case_on_Monday()
    {
        await app.StopAtNoon();
        await app.LiveOn(TimeSpan.FromDays(((int)DayOfWeek.Wednesday - (int)app.Clock.GetUtcNow().DayOfWeek + 7) % 7));
        var queue = await Begin(app, cases: 6);
        var reader = queue.Readers[0];
        await Sent(reader.PutAsJsonAsync("/api/v1/expert/availability", new { weeklyHours = 0.5 }));
        await Work(queue, 0, 29);
        await app.LiveOn(TimeSpan.FromDays(1));
        await Work(queue, 0, 2);
        Assert.Equal("weekly-hours", (string)(await Refused(HttpStatusCode.Conflict, queue.Next(reader)))["reason"]!);
        await app.LiveOn(TimeSpan.FromDays(3));
        Assert.Equal(DayOfWeek.Sunday, app.Clock.GetUtcNow().DayOfWeek);
        Assert.Equal("labelling.not-available", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(reader))));
        await app.LiveOn(TimeSpan.FromDays(1));
        await queue.Take(reader);
        app.Clock.LetGo();
    }

    [SkippableFact]
    public async Task Open_work_over_all_projects_and_the_most_of_one_project_are_bounds_too()
    {
        var (first, second) = (await Begin(app), await Begin(app, cases: 4, terms: new() { ["mostReadings"] = 1, ["mostOpen"] = 2 }));
        await Sent(second.Manager.PostAsJsonAsync($"{second.Address}/people", new { accountId = await first.Id(0) }));
        var reader = first.Readers[0];
        await Sent(reader.PutAsJsonAsync("/api/v1/expert/availability", new { mostOpen = 1 }));
        var taken = await first.Take(reader);
        var refused = await Refused(HttpStatusCode.Conflict, second.Next(reader));
        Assert.Equal(("labelling.not-available", "most-open"), (Refusal(refused), (string)refused["reason"]!));
        await first.Read(reader, taken);
        await second.Take(reader);
        await Sent(reader.PutAsJsonAsync("/api/v1/expert/availability", new { mostOpen = 5 }));
        Assert.Equal("most-readings", (string)(await Refused(HttpStatusCode.Conflict, second.Next(reader)))["reason"]!);
        await first.Take(reader);
    }

    /// <summary>Two readings on the first day, one on the second, three on the third; told on the fourth.</summary>
    [SkippableFact]
    public async Task A_projects_pace_its_minutes_and_the_day_of_its_end_come_from_the_days_that_are_over()
    {
        await app.StopAtNoon();
        var due = app.Clock.GetUtcNow().AddDays(4);
        var queue = await Begin(app, cases: 5, change: p => p["dueAt"] = due);
        var begun = new Dictionary<string, int>();
        foreach (var (day, readings) in new (int Reader, double Minutes)[][] { [(0, 4), (1, 6)], [(0, 5)], [(1, 3), (0, 7), (1, 5)] }.Index())
        {
            foreach (var (reader, minutes) in readings)
                begun.TryAdd(await Work(queue, reader, minutes), day);
            await app.Settle();
            await app.LiveOn(TimeSpan.FromDays(1));
        }

        var effort = await Sent(queue.Manager.GetAsync($"{queue.Address}/effort"));
        var (pace, minutesPer, backlog) = (effort["perDay"]!, effort["minutesPerReading"]!, effort["backlog"]!);
        Assert.Equal((3, 2.0, 3), ((int)effort["daysLookedAt"]!, (double)pace["value"]!, (int)pace["from"]!));
        Assert.InRange((double)pace["lower"]!, 1, 2);
        Assert.InRange((double)pace["upper"]!, 2, 3);
        Assert.Equal((5.0, 6), (Math.Round((double)minutesPer["value"]!, 9), (int)minutesPer["from"]!));
        Assert.Equal(0.5, (double)effort["activeHours"]!, 9);
        // Ten places, six read: two days more at two a day, which is a day too late.
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        Assert.Equal((4, 2.0, today.AddDays(2), true), ((int)backlog["readings"]!, (double)backlog["days"]!, DateOnly.Parse((string)backlog["expected"]!, CultureInfo.InvariantCulture), (bool)backlog["lateAtThisPace"]!));
        Assert.Equal((4 / (double)pace["upper"]!, 4 / (double)pace["lower"]!), ((double)backlog["fastestDays"]!, (double)backlog["slowestDays"]!));

        // The longest on its way comes first, what nobody has begun comes last, on either engine.
        var slow = (await Sent(queue.Manager.GetAsync($"{queue.Address}/doubtful-cases?order=slow")))["items"]!.AsArray().Select(c => ((string)c!["label"]!, (int)c["days"]!)).ToArray();
        Assert.Equal(5, slow.Length);
        Assert.All(slow, c => Assert.Equal(begun.TryGetValue(c.Item1, out var day) ? 3 - day : 0, c.Item2));
        Assert.Equal(slow.Select(c => c.Item2).OrderDescending(), slow.Select(c => c.Item2));
        Assert.True(begun.Values.Distinct().Count() > 1 && begun.Count < 5);
        app.Clock.LetGo();
    }

    [SkippableFact]
    public async Task Agreement_is_told_week_by_week_and_a_class_is_as_frequent_as_the_decided_cases_that_have_it()
    {
        await app.StopAtNoon();
        var room = await Open(app, cases: 5);
        var first = Monday();
        await Pair(room, 1, 4, 4);
        await Pair(room, 2, 4, 14);
        await app.Settle();
        await app.LiveOn(TimeSpan.FromDays(7));
        await Pair(room, 3, 4, 4);
        await Pair(room, 4, null, null);
        await Pair(room, 5, 5, 5);
        await app.Settle();
        var quality = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality"));
        var weeks = quality["weeks"]!.AsArray().Where(w => (string)w!["item"]! == "kidney").Select(w => ((string)w!["week"]!, Math.Round((double)w["mean"]!, 9), (int)w["cases"]!)).ToArray();
        // Six of sixteen columns in common; where neither drew it, both agree that it is not there.
        Assert.Equal([(Text(first), Math.Round((1 + 2.0 * 6 / 32) / 2, 9), 2), (Text(first.AddDays(7)), 1, 3)], weeks);
        Assert.Equal([Text(first), Text(first.AddDays(7))], quality["weeks"]!.AsArray().Where(w => (string)w!["item"]! == "stone").Select(w => (string)w!["week"]!));

        // The case that waits for its adjudicator is not decided: three of the four others have a kidney.
        var kidney = quality["prevalence"]!.AsArray().Single(p => (string)p!["item"]! == "kidney")!;
        Assert.Equal((3, 4, 0.75), ((int)kidney["cases"]!, (int)kidney["of"]!, (double)kidney["share"]!));
        // Wilson's score interval of 3 of 4.
        const double z2 = 3.841458820694124;
        var (centre, half) = ((3 + z2 / 2) / (4 + z2), Math.Sqrt(z2 * (3.0 * 1 / 4 + z2 / 4)) / (4 + z2));
        Assert.Equal(centre - half, (double)kidney["lower"]!, 9);
        Assert.Equal(centre + half, (double)kidney["upper"]!, 9);
        app.Clock.LetGo();
    }

    private DateOnly Monday()
    {
        var today = DateOnly.FromDateTime(app.Clock.GetUtcNow().UtcDateTime);
        return today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Both readers of a case, each with a square from that column on, or with none.</summary>
    private static async Task Pair(ReadingRoom room, int number, int? one, int? other)
    {
        foreach (var (reader, left) in room.Readers.Zip([one, other]))
        {
            var document = room.Document($"2.25.{number}.1", left ?? 0);
            if (left is null)
                document["masks"] = new JsonArray();
            await ReadAndSubmit(reader, document);
        }
    }

    /// <summary>Takes a case, works on it for so long by the clock, and hands it in.</summary>
    /// <returns>The case's label.</returns>
    private async Task<string> Work(QueueRoom queue, int reader, double minutes)
    {
        var taken = await queue.Take(queue.Readers[reader]);
        app.Clock.Ahead += TimeSpan.FromMinutes(minutes);
        await Sent(queue.Readers[reader].PostAsJsonAsync($"/api/v1/readings/{taken["id"]}/activity", new { now = minutes * 60_000, intervals = new[] { new { from = 0.0, to = minutes * 60_000 } } }));
        await queue.Read(queue.Readers[reader], taken);
        return (string)taken["caseLabel"]!;
    }
}

public sealed class PaceOnSqlite(LabellingOnSqlite app) : PaceTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class PaceOnPostgreSql(LabellingOnPostgreSql app) : PaceTests(app), IClassFixture<LabellingOnPostgreSql>;
