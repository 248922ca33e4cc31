using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>Who is handed what: by qualification, and by chance.</summary>
public abstract class DrawTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_subspecialty_and_a_result_of_training_are_asked_where_the_plan_asks_for_them()
    {
        var queue = await Begin(app, terms: new() { ["required"] = new JsonObject { ["subspecialty"] = "маммография", ["examScore"] = 0.95 } });
        var reader = queue.Readers[0];
        async Task Is(string subspecialty) => await Sent(queue.Manager.PutAsJsonAsync($"/api/v1/experts/{await queue.Id(0)}", new { specialty = "radiology", subspecialty }));
        Assert.Equal("subspecialty", await Lack(queue, reader));
        await Is("Торакальная радиология");
        Assert.Equal("subspecialty", await Lack(queue, reader));
        await Is("Рентгенодиагностика, Маммография");
        Assert.Equal("exam", await Lack(queue, reader));

        // 14 of 16 columns in common (Dice 0.875) and the same answer: enough for the training's own threshold, too little for the plan.
        await Train(reader, await queue.Id(0), left: 6);
        Assert.Equal("exam", await Lack(queue, reader));
        Assert.Equal("exam", (string)(await queue.Member(0))["lacks"]!);
        // The best result counts.
        await Train(reader, await queue.Id(0), left: 4);
        await queue.Take(reader);
        Assert.Equal([0.9375, 1], (await Sent(reader.GetAsync("/api/v1/expert")))["exams"]!.AsArray().Select(e => Math.Round((double)e!["score"]!, 9)).Order());
    }

    /// <summary>Chance may be out by four standard deviations once in sixteen thousand runs.</summary>
    [SkippableFact]
    public async Task Controls_are_drawn_as_often_as_the_plan_says_and_each_as_often_as_the_other()
    {
        const int Draws = 2_000;
        const double Share = 0.1;
        var queue = await Begin(app, cases: 4, terms: new() { ["gold"] = new JsonObject { ["share"] = Share } });
        foreach (var n in new[] { 20, 21 })
        {
            await Sent(queue.Manager.PostAsJsonAsync($"{queue.Address}/gold",
                new JsonObject { ["caseId"] = $"00000000-0000-7000-8000-{n:D12}", ["document"] = queue.Room.Document($"2.25.{n}.1") }));
        }

        var reader = await queue.Id(0);
        var drawn = await app.InScope(async s =>
        {
            var (db, gold) = (s.GetRequiredService<PirogovDb>(), s.GetRequiredService<GoldDraw>());
            var project = await db.Set<LabellingProject>().SingleAsync(p => p.Id == ProjectId.From(Guid.Parse(queue.Project)));
            var next = await db.Set<ProjectCase>().FirstAsync(c => c.ProjectId == project.Id && !c.IsGold);
            var able = await s.GetRequiredService<ReaderRules>().Of(project, [reader], default);
            var found = new List<string>();
            for (var n = 0; n < Draws; n++)
            {
                if (await gold.Draw(project, reader, able, next, default) is { } control)
                    found.Add(control.Label);
            }

            return found;
        });
        Within(drawn.Count, Draws, Share);
        Assert.Equal(["TEST-000020", "TEST-000021"], drawn.Distinct().Order());
        Within(drawn.Count(d => d == "TEST-000020"), drawn.Count, 0.5);
    }

    private static void Within(int found, int of, double share)
    {
        var deviation = Math.Sqrt(of * share * (1 - share));
        Assert.InRange(found, of * share - 4 * deviation, of * share + 4 * deviation);
    }

    private static async Task<string> Lack(QueueRoom queue, HttpClient reader)
    {
        var problem = await Refused(HttpStatusCode.Conflict, queue.Next(reader));
        Assert.Equal("labelling.not-qualified", Refusal(problem));
        return (string)problem["reason"]!;
    }

    /// <summary>One training case of another project.</summary>
    private async Task Train(HttpClient reader, Guid id, int left)
    {
        var school = await Begin(app, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.5 } });
        await Sent(school.Manager.PostAsJsonAsync($"{school.Address}/people", new { accountId = id }));
        await Sent(school.Manager.PostAsJsonAsync($"{school.Address}/gold",
            new JsonObject { ["caseId"] = "00000000-0000-7000-8000-000000000020", ["training"] = true, ["document"] = school.Room.Document("2.25.20.1") }));
        await school.Read(reader, await school.Take(reader), left);
        await app.Settle();
    }
}

public sealed class DrawsOnSqlite(LabellingOnSqlite app) : DrawTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class DrawsOnPostgreSql(LabellingOnPostgreSql app) : DrawTests(app), IClassFixture<LabellingOnPostgreSql>;
