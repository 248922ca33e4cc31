using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class LotTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_lot_whose_sample_is_good_lets_the_rest_pass()
    {
        var room = await Read(cases: 10);
        Assert.Equal(4, (await Open(room.Validator)).Length);
        Assert.Equal(6, await Cases(room, "validated"));
        Assert.Equal(("open", 10, 4, 0), Lot(await Lots(room), 0));
        await Task.WhenAll((await Open(room.Validator)).Select(r => Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{r}/accept", new { }))));
        await app.Settle();
        Assert.Equal(10, await Cases(room, "validated"));
        Assert.Equal(("accepted", 10, 4, 0), Lot(await Lots(room), 0));
    }

    [SkippableFact]
    public async Task A_lot_with_an_error_too_many_is_looked_at_whole_also_what_had_gone_on()
    {
        var room = await Read(cases: 10, higher: true);
        var second = await app.As(Role.Expert, $"level2-{room.Name}");
        Assert.Equal(6, (await Open(second)).Length);
        await Sent(second.PostAsJsonAsync($"/api/v1/readings/{(await Open(second))[0]}/accept", new { }));
        Assert.Equal(1, await Cases(room, "validated"));

        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{(await Open(room.Validator))[0]}/return", new { comment = "x" }));
        await app.Settle();
        Assert.Equal(("rejected", 10, 4, 1), Lot(await Lots(room), 0));
        Assert.Empty(await Open(second));
        Assert.Equal(0, await Cases(room, "validated"));
        Assert.Equal(9, (await Open(room.Validator)).Length);

        foreach (var reading in await Open(room.Validator))
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{reading}/accept", new { }));
        await app.Settle();
        // What the higher level had accepted is accepted still; what came back after the look goes there again.
        Assert.Equal(1, await Cases(room, "validated"));
        Assert.Equal(8, (await Open(second)).Length);
        await ReadAndSubmit(room.Adjudicator, room.Document(left: 6, caseUid: await UidOf(room.Adjudicator)), "adjudicate");
        await app.Settle();
        Assert.Single(await Open(room.Validator));
        Assert.Equal(("rejected", 10, 4, 1), Lot(await Lots(room), 0));
    }

    [SkippableFact]
    public async Task The_last_lot_may_be_short_and_its_sample_is_as_large_as_a_whole_ones()
    {
        var room = await Read(cases: 12);
        var lots = await Lots(room);
        Assert.Equal(("open", 2, 2, 0), Lot(lots, 0));
        Assert.Equal(("open", 10, 4, 0), Lot(lots, 1));
        Assert.Equal(6, (await Open(room.Validator)).Length);
        var plan = lots["plans"]![0]!;
        Assert.Equal((10, 4, 0), ((int)plan["size"]!, (int)plan["sampleSize"]!, (int)plan["acceptanceNumber"]!));
        Assert.Equal(1, (double)plan["acceptance"]![0]!["chance"]!, 9);
        Assert.Equal(126.0 / 210, (double)plan["acceptance"]!.AsArray().Single(a => (double)a!["errorShare"]! == 0.1)!["chance"]!, 9);
    }

    [SkippableFact]
    public async Task What_was_judged_before_a_lot_turned_out_short_is_not_asked_about_again()
    {
        var room = await Read(cases: 12, share: 0.8, leave: 1);
        await AcceptAll(room);
        Assert.Equal(11, await Cases(room, "validated"));
        await ReadAll(room, leave: 0);
        Assert.InRange((await Open(room.Validator)).Length, 1, 2);
        await AcceptAll(room);
        Assert.Equal(12, await Cases(room, "validated"));
        Assert.Equal(("accepted", 2, 2, 0), Lot(await Lots(room), 0));
    }

    [SkippableFact]
    public async Task A_correction_is_an_error_of_its_lot()
    {
        var room = await Read(cases: 10);
        var reading = (await Open(room.Validator))[0];
        var view = await Sent(room.Validator.GetAsync($"/api/v1/readings/{reading}"));
        var series = (string)view["series"]![0]!["seriesInstanceUid"]!;
        await Sent(Save(room.Validator, reading, 0, room.Document(series, left: 9)));
        await Sent(ValidationTests.Correct(room.Validator, reading, 1));
        await app.Settle();
        Assert.Equal(("rejected", 10, 4, 1), Lot(await Lots(room), 0));
        var progress = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/progress"));
        Assert.Equal((0, 1, 0, 9), ((int)progress["levels"]![0]!["accepted"]!, (int)progress["levels"]![0]!["corrected"]!, (int)progress["levels"]![0]!["returned"]!, (int)progress["levels"]![0]!["waiting"]!));
    }

    [SkippableTheory]
    [InlineData(4, 0, null)]
    [InlineData(2000, 0, null)]
    [InlineData(10, 4, null)]
    [InlineData(10, -1, null)]
    [InlineData(10, null, 0.1)]
    [InlineData(10, null, null)]
    [InlineData(10, 1, 0.1)]
    public async Task A_plan_that_could_accept_nothing_or_everything_is_refused(int size, int? number, double? limit)
    {
        var room = await ReadingRoom.Open(app, start: false);
        var plan = await room.PlanOf(1);
        plan["name"] = $"{room.Name} lots";
        (plan["levels"]![0]!["share"], plan["levels"]![0]!["lot"]) = (0.4, new JsonObject { ["size"] = size, ["acceptanceNumber"] = number, ["errorLimit"] = limit });
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        Assert.EndsWith("labelling.levels-unfit", (string)problem["type"]!, StringComparison.Ordinal);
    }

    /// <summary>Every case read and agreed on; level 1 takes four of ten and bears no error.</summary>
    private async Task<ReadingRoom> Read(int cases, bool higher = false, double share = 0.4, int leave = 0)
    {
        var room = await ReadingRoom.Open(app, cases, plan: p =>
        {
            var level = p["levels"]![0]!;
            (level["share"], level["mayCorrect"], level["lot"]) = (share, true, new JsonObject { ["size"] = 10, ["acceptanceNumber"] = 0 });
        }, start: false);
        if (higher)
        {
            var plan = await room.PlanOf(cases);
            plan["name"] = $"{room.Name} two levels";
            var level = plan["levels"]![0]!;
            (level["share"], level["lot"]) = (0.4, new JsonObject { ["size"] = 10, ["acceptanceNumber"] = 0 });
            plan["levels"]!.AsArray().Add(new JsonObject { ["validators"] = new JsonArray((await app.Person($"level2-{room.Name}", [Role.Expert])).Id) });
            room.Project = (string)(await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan)))["id"]!;
        }

        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/start", null));
        await ReadAll(room, leave);
        return room;
    }

    /// <param name="leave">So many cases at the end are not read yet.</param>
    private async Task ReadAll(ReadingRoom room, int leave)
    {
        foreach (var reader in room.Readers)
        {
            foreach (var reading in (await Open(reader)).SkipLast(leave))
            {
                var series = (string)(await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["series"]![0]!["seriesInstanceUid"]!;
                await Sent(Save(reader, reading, 0, room.Document(series)));
                await Sent(Submit(reader, reading, 1));
            }
        }

        await app.Settle();
    }

    private async Task AcceptAll(ReadingRoom room)
    {
        foreach (var reading in await Open(room.Validator))
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{reading}/accept", new { }));
        await app.Settle();
    }

    private static async Task<string> UidOf(HttpClient adjudicator) =>
        (string)(await Sent(adjudicator.GetAsync($"/api/v1/readings/{await Reading(adjudicator, "adjudicate")}")))["series"]![0]!["seriesInstanceUid"]!;

    private static async Task<string[]> Open(HttpClient person) =>
        [.. (await Sent(person.GetAsync("/api/v1/readings")))["open"]!.AsArray().OrderBy(r => (string)r!["caseLabel"]!, StringComparer.Ordinal).Select(r => (string)r!["id"]!)];

    private static async Task<int> Cases(ReadingRoom room, string state) =>
        (int)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases?state={state}")))["total"]!;

    private static Task<JsonObject> Lots(ReadingRoom room) => Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/lots"));

    /// <summary>The newest is number 0.</summary>
    private static (string State, int Size, int Sample, int Errors) Lot(JsonObject lots, int place) => lots["lots"]!["items"]![place]! is var lot
        ? ((string)lot["state"]!, (int)lot["size"]!, (int)lot["sampleSize"]!, (int)lot["errors"]!) : default;
}

public sealed class LotsOnSqlite(LabellingOnSqlite app) : LotTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class LotsOnPostgreSql(LabellingOnPostgreSql app) : LotTests(app), IClassFixture<LabellingOnPostgreSql>;
