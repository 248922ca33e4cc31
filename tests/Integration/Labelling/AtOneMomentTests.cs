using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What follows an act, or is done by another beside it, does not get lost when both happen at one moment.</summary>
public abstract class AtOneMomentTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_newcomer_gets_the_places_that_waited_although_somebody_else_was_faster_with_one()
    {
        var room = await Open(app, cases: 2);
        for (var n = 0; n < 2; n++)
            await Sent(room.Readers[0].PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Readers[0])}/skip", new { reason = "conflictOfInterest" }));
        await app.Settle();
        var newcomer = await app.As(Role.Expert, $"newcomer-{room.Name}");
        SomebodyIsFaster("INSERT INTO labelling_reading (");
        await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/people", new { accountId = await room.Id("newcomer") }));
        await app.Settle();
        Assert.Equal(2, (await Sent(newcomer.GetAsync("/api/v1/readings")))["open"]!.AsArray().Count);
    }

    [SkippableFact]
    public async Task Of_decisions_that_wait_one_that_is_moved_on_at_this_moment_does_not_keep_the_others_back()
    {
        var queue = await Begin(app, cases: 2);
        foreach (var (reader, left) in new[] { (queue.Readers[0], 4), (queue.Readers[1], 14) })
        {
            for (var n = 0; n < 2; n++)
                await queue.Read(reader, await queue.Take(reader), left);
        }

        await app.Settle();
        for (var n = 0; n < 2; n++)
            await Sent(queue.Room.Adjudicator.PostAsJsonAsync($"/api/v1/readings/{await Reading(queue.Room.Adjudicator, "adjudicate")}/skip", new { reason = "poorQuality" }));
        await app.Settle();
        var newcomer = await app.As(Role.Expert, $"adjudicator2-{queue.Room.Name}");
        SomebodyIsFaster("INSERT INTO labelling_reading (");
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/people", new { accountId = await queue.Room.Id("adjudicator2"), mode = "adjudicate" }));
        await app.Settle();
        Assert.Equal(2, (await Sent(newcomer.GetAsync("/api/v1/readings")))["open"]!.AsArray().Count);
    }

    [SkippableFact]
    public async Task A_case_whose_last_reader_skips_it_goes_on_although_somebody_moves_another_at_this_moment()
    {
        var queue = await Begin(app, readers: 3, cases: 1, change: p => p["mostReaders"] = 3);
        await queue.Read(queue.Readers[0], await queue.Take(queue.Readers[0]));
        await queue.Read(queue.Readers[1], await queue.Take(queue.Readers[1]), left: 14, stone: "yes");
        await app.Settle();
        var taken = await queue.Take(queue.Readers[2]);
        SomebodyIsFaster("UPDATE labelling_case SET");
        await Sent(queue.Readers[2].PostAsJsonAsync($"/api/v1/readings/{taken["id"]}/skip", new { reason = "poorQuality" }));
        await app.Settle();
        await Reading(queue.Room.Adjudicator, "adjudicate");
    }

    [SkippableFact]
    public async Task A_project_that_goes_on_gives_its_free_places_to_who_came_during_the_pause()
    {
        var room = await Open(app, cases: 1);
        var address = $"/api/v1/labelling-projects/{room.Project}";
        await Sent(room.Readers[0].PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Readers[0])}/skip", new { reason = "conflictOfInterest" }));
        await Sent(room.Manager.PostAsync($"{address}/pause", null));
        var newcomer = await app.As(Role.Expert, $"newcomer-{room.Name}");
        await Sent(room.Manager.PostAsJsonAsync($"{address}/people", new { accountId = await room.Id("newcomer") }));
        await app.Settle();
        Assert.Empty((await Sent(newcomer.GetAsync("/api/v1/readings")))["open"]!.AsArray());
        await Sent(room.Manager.PostAsync($"{address}/resume", null));
        await app.Settle();
        await Reading(newcomer);
    }

    [SkippableFact]
    public async Task What_is_handed_out_while_a_project_is_cancelled_is_taken_back_too()
    {
        var queue = await Begin(app);
        await app.Settle();
        JsonObject? taken = null;
        app.Moments.Before(Moments.Transaction, async () => taken = await queue.Take(queue.Readers[0]));
        await Sent(queue.Manager.PostAsync($"{queue.Address}/cancel", null));
        Assert.NotNull(taken);
        Assert.Empty((await Sent(queue.Readers[0].GetAsync("/api/v1/readings")))["open"]!.AsArray());
    }

    [SkippableFact]
    public async Task Cases_that_are_added_while_a_plan_is_corrected_are_read_as_the_new_plan_says()
    {
        var queue = await Begin(app, readers: 3, cases: 1, start: false);
        await app.Settle();
        var plan = (await Sent(queue.Manager.GetAsync($"{queue.Address}/plan")))["plan"]!.DeepClone();
        (plan["readersPerCase"], plan["mostReaders"]) = (3, 3);
        var (corrected, waits) = (Task.FromResult(new JsonObject()), new TaskCompletionSource());
        app.Moments.Before("INSERT INTO labelling_case (", async () =>
        {
            app.Moments.Before(app.HasOneWriter ? Moments.Transaction : "UPDATE labelling_project", () =>
            {
                waits.SetResult();
                return Task.CompletedTask;
            });
            corrected = Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/plan", plan));
            await waits.Task;
        });
        await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/cases", new { cases = new[] { "00000000-0000-7000-8000-000000000002" } }));
        await corrected;
        var id = ProjectId.From(Guid.Parse(queue.Project));
        Assert.Equal(new[] { 3, 3 }, await app.InDatabase(db => db.Set<ProjectCase>().Where(c => c.ProjectId == id).Select(c => c.ReadersWanted).ToArrayAsync()));
    }

    private void SomebodyIsFaster(string statement) => app.Moments.Before(statement, () => throw new DbUpdateConcurrencyException("Somebody was faster."));
}

public sealed class AtOneMomentOnSqlite(LabellingOnSqlite app) : AtOneMomentTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class AtOneMomentOnPostgreSql(LabellingOnPostgreSql app) : AtOneMomentTests(app), IClassFixture<LabellingOnPostgreSql>;
