using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What was handed in blind stays handed in, whatever becomes of the second pass.</summary>
public abstract class SecondPassTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_second_pass_on_which_nothing_happens_leaves_the_blind_reading_in_its_round()
    {
        var queue = await Begin(readers: 3);
        var (first, second, third) = (queue.Readers[0], queue.Readers[1], queue.Readers[2]);
        var id = await ReadFirstPass(queue, first);
        app.Clock.Ahead += TimeSpan.FromMinutes(25);
        await Sent(Save(first, id, 1, queue.Room.Document(left: 9)));
        var other = await ReadFirstPass(queue, second);
        app.Clock.Ahead += TimeSpan.FromMinutes(25);
        // The reservation runs from the reveal or the last sign of work on.
        Assert.Equal("labelling.nothing-to-read", Refusal(await Refused(HttpStatusCode.Conflict, queue.Next(third))));
        Assert.Equal("draft", (string)(await Sent(first.GetAsync($"/api/v1/readings/{id}")))["state"]!);
        app.Clock.Ahead += TimeSpan.FromMinutes(25);
        await Refused(HttpStatusCode.Conflict, queue.Next(third));
        await app.Settle();

        var view = await Sent(first.GetAsync($"/api/v1/readings/{id}"));
        Assert.Equal(("locked", 1), ((string)view["state"]!, (int)view["revision"]!));
        Assert.Equal("locked", (string)(await Sent(second.GetAsync($"/api/v1/readings/{other}")))["state"]!);
        Assert.Equal("validation", await StateOf(queue));
        Assert.Empty((await Sent(queue.Manager.GetAsync($"{queue.Address}/left-readings")))["items"]!.AsArray());
        Assert.Equal(1, (int)(await queue.Member(0))["finished"]!);
    }

    [SkippableTheory]
    [InlineData("removed")]
    [InlineData("reassigned")]
    [InlineData("skipped")]
    public async Task Whoever_leaves_in_the_second_pass_leaves_the_blind_reading_behind(string how)
    {
        var queue = await Begin(readers: 3);
        var id = await ReadFirstPass(queue, queue.Readers[0]);
        await (how switch
        {
            "removed" => Sent(queue.Manager.PostAsync($"{queue.Address}/people/{await queue.Id(0)}/remove", null)),
            "reassigned" => Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/readings/{id}/reassign", new { })),
            _ => Sent(queue.Readers[0].PostAsJsonAsync($"/api/v1/readings/{id}/skip", new { reason = "technicalFault" })),
        });
        Assert.Equal("locked", (string)(await Sent(queue.Readers[0].GetAsync($"/api/v1/readings/{id}")))["state"]!);
        var other = await ReadFirstPass(queue, queue.Readers[1]);
        await Sent(Submit(queue.Readers[1], other, 1));
        await app.Settle();
        Assert.Equal("validation", await StateOf(queue));
    }

    [SkippableFact]
    public async Task Two_who_give_their_second_passes_up_at_one_moment_leave_a_whole_round()
    {
        for (var turn = 0; turn < 3; turn++)
        {
            var queue = await Begin(readers: 2);
            string[] readings = [await ReadFirstPass(queue, queue.Readers[0]), await ReadFirstPass(queue, queue.Readers[1])];
            var answers = await Task.WhenAll(readings.Zip(queue.Readers, (id, reader) => reader.PostAsJsonAsync($"/api/v1/readings/{id}/skip", new { reason = "technicalFault" })));
            Assert.All(answers, a => Assert.True(a.IsSuccessStatusCode, $"{a.StatusCode}"));
            await app.Settle();
            Assert.Equal("validation", await StateOf(queue));
        }
    }

    [SkippableFact]
    public async Task Of_a_cancelled_project_the_blind_reading_is_finished_work()
    {
        var queue = await Begin(readers: 2);
        var id = await ReadFirstPass(queue, queue.Readers[0]);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/cancel", null));
        await app.Settle();
        Assert.Equal("locked", (string)(await Sent(queue.Readers[0].GetAsync($"/api/v1/readings/{id}")))["state"]!);
        Assert.Equal("reading", await StateOf(queue));
    }

    [SkippableFact]
    public async Task A_control_case_is_scored_by_its_blind_pass_when_the_second_runs_out()
    {
        var queue = await Begin(readers: 2, training: true);
        var id = await ReadFirstPass(queue, queue.Readers[0]);
        app.Clock.Ahead += TimeSpan.FromMinutes(45);
        await queue.Next(queue.Readers[1]);
        await app.Settle();
        var reading = Pirogov.Labelling.Contracts.ReadingId.From(Guid.Parse(id));
        Assert.Equal(1, await app.InDatabase(db => db.Set<GoldScore>().Where(s => s.ReadingId == reading).Select(s => s.Score).SingleAsync()));
    }

    private async Task<string> ReadFirstPass(QueueRoom queue, HttpClient reader)
    {
        var taken = await queue.Take(reader);
        await queue.Read(reader, taken);
        await app.Settle();
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{taken["id"]}"));
        Assert.Equal((2, "accepted"), ((int)view["pass"]!, (string)view["state"]!));
        return (string)taken["id"]!;
    }

    private async Task<QueueRoom> Begin(int readers, bool training = false)
    {
        var terms = new JsonObject { ["reservedMinutes"] = 40 };
        if (training)
            terms["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.5 };
        var queue = await QueueRoom.Begin(app, readers, cases: 1, terms: terms, change: p => p["passes"] = new JsonObject { ["show"] = "secondPass", ["compared"] = "final" });
        if (training)
        {
            await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/gold", new JsonObject
            {
                ["caseId"] = "00000000-0000-7000-8000-000000000001",
                ["training"] = true,
                ["document"] = queue.Room.Document(),
            }));
        }

        await app.InScope(async s =>
        {
            var (db, documents, project) = (s.GetRequiredService<PirogovDb>(), s.GetRequiredService<Documents>(), ProjectId.From(Guid.Parse(queue.Project)));
            var stored = await documents.Put(new LabelDocument(queue.Room.SchemaVersion, [], [], new Dictionary<string, DocumentAnswer>()), default);
            foreach (var one in await db.Set<ProjectCase>().Where(c => c.ProjectId == project).ToArrayAsync())
                db.Add(new PreLabel(one.Id, "model-1", PreLabel.Model, stored, s.GetRequiredService<TimeProvider>().Now()));
            return await db.SaveChangesAsync();
        });
        return queue;
    }

    private static async Task<string> StateOf(QueueRoom queue) => (string)(await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]![0]!["state"]!;
}

public sealed class SecondPassOnSqlite(LabellingOnSqlite app) : SecondPassTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class SecondPassOnPostgreSql(LabellingOnPostgreSql app) : SecondPassTests(app), IClassFixture<LabellingOnPostgreSql>;
