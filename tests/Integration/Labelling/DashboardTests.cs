using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Pirogov.Archive.Contracts;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class DashboardTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_manager_sees_agreement_by_week_confusion_prevalence_and_how_reliable_readers_are()
    {
        var room = await ThreeCases();
        var quality = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/quality"));
        var kidney = quality["weeks"]!.AsArray().Single(w => (string)w!["item"]! == "kidney")!;
        Assert.Equal(3, (int)kidney["cases"]!);
        Assert.Equal((2 + 2.0 * 20 * 6 / 640) / 3, (double)kidney["mean"]!, 9);
        Assert.InRange((double)kidney["mean"]!, (double)kidney["lower"]!, (double)kidney["upper"]!);
        var confused = quality["confusion"]!.AsArray().Where(c => (string?)c!["item"] == "stone").ToDictionary(c => ((string)c!["first"]!, (string)c["second"]!), c => (double)c!["count"]!);
        Assert.Equal((4, 1, 1), (confused[("no", "no")], confused[("no", "yes")], confused[("yes", "no")]));
        var no = quality["prevalence"]!.AsArray().Single(p => (string?)p!["answer"] == "no")!;
        Assert.Equal((3, 3, 1.0), ((int)no["cases"]!, (int)no["of"]!, (double)no["share"]!));
        // Wilson's score interval of 3 of 3: 1 − z²/(n + z²).
        Assert.Equal(1 - 3.841458820694124 / (3 + 3.841458820694124), (double)no["lower"]!, 9);

        var readers = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/reliability"));
        Assert.Equal(2, (int)readers["total"]!);
        var second = readers["items"]!.AsArray().Single(r => (string)r!["name"]! == $"reader2-{room.Name}")!;
        var accuracy = second["items"]!.AsArray().Single(i => (string)i!["item"]! == "stone")!;
        Assert.Equal((2.0 / 3, 3, "accuracy"), ((double)accuracy["mean"]!, (int)accuracy["cases"]!, (string)accuracy["measure"]!));
        Assert.InRange((double)accuracy["mean"]!, (double)accuracy["lower"]!, (double)accuracy["upper"]!);
        // Labels rest on those too who have gone.
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{room.Project}/people/{await room.Id("reader2")}/remove", null));
        var left = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/reliability")))["items"]!.AsArray();
        Assert.Equal(["admitted", "removed"], left.Select(r => (string)r!["standing"]!).Order());
        foreach (var page in new[] { "quality", "progress", "reliability", "lots", "doubtful-cases" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await room.Readers[0].GetAsync($"/api/v1/labelling-projects/{room.Project}/{page}")).StatusCode);
            await Refused(HttpStatusCode.NotFound, room.Manager.GetAsync($"/api/v1/labelling-projects/{Guid.CreateVersion7()}/{page}"));
        }
    }

    [SkippableFact]
    public async Task The_case_that_readers_missed_and_a_validator_returned_is_the_most_doubtful()
    {
        var room = await ThreeCases();
        var doubtful = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/doubtful-cases"));
        var worst = doubtful["items"]![0]!;
        Assert.Equal(("TEST-000003", 1), ((string)worst["label"]!, (int)worst["returns"]!));
        Assert.Equal(1 - 0 + 1, (double)worst["doubt"]!, 9);
        Assert.Equal(1, (int)doubtful["total"]!);
        Assert.Equal(0, (int)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/doubtful-cases?order=slow")))["total"]!);
        var progress = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/progress"));
        var level = progress["levels"]![0]!;
        Assert.Equal((3, 1, 0.25), ((int)level["accepted"]!, (int)level["returned"]!, (double)level["errorShare"]!));
        Assert.Equal(1, (int)level["reasons"]!["other"]!);
        Assert.Equal((3, 3), ((int)progress["weeks"]![0]!["compared"]!, (int)progress["weeks"]![0]!["through"]!));
        Assert.Null(progress["forecast"]);
    }

    [SkippableFact]
    public async Task A_reason_that_gets_another_name_is_shown_under_it_while_no_case_moves()
    {
        var room = await Open(app);
        var address = $"/api/v1/labelling-projects/{room.Project}";
        foreach (var name in new[] { "Полюс срезан", "Край срезан" })
        {
            var own = new JsonObject { ["id"] = "pole", ["name"] = new JsonObject { ["ru"] = name, ["en"] = "Cut" }, ["pinned"] = false };
            await Sent(room.Manager.PutAsJsonAsync($"{address}/validation-rules", new JsonObject { ["reasons"] = new JsonArray(own), ["resultsShown"] = "never" }));
            var shown = (await Sent(room.Manager.GetAsync($"{address}/progress")))["reasons"]!.AsArray().Single(r => (string)r!["id"]! == "pole")!;
            Assert.Equal(name, (string)shown["name"]!["ru"]!);
        }
    }

    [SkippableFact]
    public async Task An_expert_sees_their_own_quality_and_nobody_elses()
    {
        var room = await ThreeCases();
        var answer = await room.Readers[1].GetFromJsonAsync<JsonArray>("/api/v1/reading-results/quality");
        var own = Assert.Single(answer!)!;
        Assert.Equal((3, 1), ((int)own["cases"]!, (int)own["remarks"]!["other"]!));
        Assert.Equal(2.0 / 3, (double)own["items"]!.AsArray().Single(i => (string)i!["item"]! == "stone")!["mean"]!, 9);
        Assert.DoesNotContain($"reader1-{room.Name}", own.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty((await room.Validator.GetFromJsonAsync<JsonArray>("/api/v1/reading-results/quality"))!);
        await Sent(room.Manager.PutAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/validation-rules", new { resultsShown = "never" }));
        Assert.Empty((await room.Readers[1].GetFromJsonAsync<JsonArray>("/api/v1/reading-results/quality"))!);
    }

    [SkippableFact]
    public async Task Figures_of_thousands_of_cases_take_as_many_queries_as_those_of_a_few_and_none_when_nothing_changed()
    {
        var (few, many) = (await Open(app, cases: 2, start: false), await Open(app, cases: 2, start: false));
        await Grow(few, 5);
        await Grow(many, 1_500);
        string[] pages = ["quality", "progress", "reliability?size=25", "lots", "doubtful-cases", "doubtful-cases?order=slow", ""];
        foreach (var page in pages)
        {
            var (small, large) = (await Queries(few, page), await Queries(many, page));
            Assert.Equal(small, large);
            Assert.InRange(large.First, 1, 20);
            if (page is "quality" or "progress" or "reliability?size=25")
                Assert.True(large.Again <= 5, $"{page}: {large.Again}");
        }

        var figures = await Sent(many.Manager.GetAsync($"/api/v1/labelling-projects/{many.Project}/quality"));
        Assert.Equal(1_500, (int)figures["agreement"]!["questions"]![0]!["cases"]!);
    }

    private async Task<ReadingRoom> ThreeCases()
    {
        var room = await Open(app, cases: 3);
        await room.ReadBlind(agreeing: true, caseUid: "2.25.1.1");
        await room.ReadBlind(agreeing: true, caseUid: "2.25.2.1");
        await room.ReadBlind(agreeing: false, caseUid: "2.25.3.1");
        await ReadAndSubmit(room.Adjudicator, room.Document("2.25.3.1"), "adjudicate");
        await app.Settle();
        var third = await Reading(room.Validator, "validate", 2);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{third}/return", new { comment = "x" }));
        await app.Settle();
        await ReadAndSubmit(room.Adjudicator, room.Document("2.25.3.1", left: 5), "adjudicate");
        await app.Settle();
        for (var n = 0; n < 3; n++)
            await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        return room;
    }

    /// <summary>Cases that are through, with two readings and their digests, as their rows stand.</summary>
    private Task<int> Grow(ReadingRoom room, int cases) => app.InDatabase(async db =>
    {
        var (project, readers) = (new ProjectId(Guid.Parse(room.Project)), new[] { await room.Id("reader1"), await room.Id("reader2") });
        for (var n = 0; n < cases; n++)
        {
            var one = new ProjectCase(project, new(new(Guid.CreateVersion7()), $"GROWN-{n:D6}", Pirogov.Agenda.Contracts.DataKind.Radiology, default, new BatchId(Guid.Empty), "P", "", null, null, "",
                DateTimeOffset.UnixEpoch, []), DateTimeOffset.UnixEpoch);
            var digest = new CaseDigest { ProjectCaseId = one.Id, ProjectId = project };
            digest.Compared(20_000 + n % 70, 2, 1, n % 3, 0.9);
            digest.Decided(null, false, 0, 0, 20_000 + n % 70);
            db.Add(one);
            db.Add(digest);
            db.Add(Item(one, ItemKind.Class, "kidney", n));
            db.Add(Item(one, ItemKind.Question, "stone", n));
            foreach (var (place, reader) in readers.Index())
            {
                var reading = new Reading(one, reader, ReadingMode.Read, place + 1, DateTimeOffset.UnixEpoch);
                db.Add(reading);
                db.Add(new ReaderItem { ReadingId = reading.Id, Kind = ItemKind.Class, Item = "kidney", ProjectId = project, ProjectCaseId = one.Id, AccountId = reader, Quality = 0.9 });
            }
        }

        return await db.SaveChangesAsync();

        CaseItem Item(ProjectCase one, ItemKind kind, string item, int n) => new()
        {
            ProjectCaseId = one.Id,
            ProjectId = project,
            Kind = kind,
            Item = item,
            Week = n % 10,
            Agreement = n % 7 / 7.0,
            Pattern = kind == ItemKind.Question ? n % 2 == 0 ? "yes|no" : "no|no" : null,
            IsPresent = kind == ItemKind.Class ? true : null,
            Answer = kind == ItemKind.Question ? "no" : null,
        };
    });

    /// <summary>Commands sent to this app's database for a page, and for the same page once more.</summary>
    private async Task<(int First, int Again)> Queries(ReadingRoom room, string page)
    {
        var address = $"/api/v1/labelling-projects/{room.Project}/{page}".TrimEnd('/');
        return (await Counted(address), await Counted(address));

        async Task<int> Counted(string path)
        {
            await app.Settle();
            using var counter = new CommandCounter(app.DatabaseName);
            await Sent(room.Manager.GetAsync(path));
            return counter.Count;
        }
    }

    private sealed class CommandCounter : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string database;
        private readonly List<IDisposable> subscriptions = [];
        private int count;

        public CommandCounter(string database)
        {
            this.database = database;
            subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public int Count => count;

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
                subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandExecutedEventData told && $"{told.Command.Connection!.DataSource} {told.Command.Connection.Database}".Contains(database, StringComparison.Ordinal)
                && told.Command.CommandText.Contains("labelling_", StringComparison.Ordinal))
                Interlocked.Increment(ref count);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (var one in subscriptions)
                one.Dispose();
        }
    }
}

public sealed class DashboardsOnSqlite(LabellingOnSqlite app) : DashboardTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class DashboardsOnPostgreSql(LabellingOnPostgreSql app) : DashboardTests(app), IClassFixture<LabellingOnPostgreSql>;
