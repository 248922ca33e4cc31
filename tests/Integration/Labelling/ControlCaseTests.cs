using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using static Pirogov.Integration.Labelling.KnownCases;
using static Pirogov.Integration.Labelling.QueueRoom;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What keeps a control case from being noticed, and what its readings do not count for.</summary>
public abstract class ControlCaseTests : OnBothEngines
{
    private readonly LabellingApp app;

    /// <summary>Every other draw is a control.</summary>
    protected ControlCaseTests(LabellingApp app) : base(app) => (this.app, app.Draws.AreInTurn) = (app, true);

    [SkippableFact]
    public async Task A_control_case_is_not_spent_on_a_reader_whom_its_ordinary_twin_still_wants()
    {
        var queue = await Begin(app, cases: 12, terms: Control(share: 0.5));
        // The last of them: until its turn comes, a control could be drawn at each of eleven others.
        await Gold(queue, 12, training: false);
        var purposes = new List<ReadingPurpose>();
        for (var n = 0; n < 12; n++)
        {
            var taken = await queue.Take(queue.Readers[0]);
            await queue.Read(queue.Readers[0], taken);
            purposes.Add(await PurposeOf((string)taken["id"]!));
        }

        Assert.All(purposes, p => Assert.Equal(ReadingPurpose.Work, p));
        await Refused(HttpStatusCode.Conflict, queue.Next(queue.Readers[0]));
    }

    /// <summary>Field by field: in what is handed out, in the queue, in the reading, after saving and after handing in.</summary>
    [SkippableTheory]
    [InlineData("never")]
    [InlineData("atStart")]
    [InlineData("secondPass")]
    public async Task A_control_case_looks_like_any_other_wherever_its_reader_looks(string show)
    {
        var queue = await Begin(app, cases: 12, terms: Control(share: 0.5), change: p => p["passes"] = new JsonObject { ["show"] = show });
        for (var n = 20; n < 26; n++)
            await Gold(queue, n, training: false);
        if (show != "never")
            await BringPreLabels(queue, [.. Enumerable.Range(1, 12), .. Enumerable.Range(20, 6)]);
        var reader = queue.Readers[0];
        var seen = new List<(ReadingPurpose Purpose, JsonObject[] Looks)>();
        while (seen.Count < 12)
        {
            var taken = await queue.Take(reader);
            var id = (string)taken["id"]!;
            var looks = new List<JsonObject> { taken, await InQueue(reader, id), await Sent(reader.GetAsync($"/api/v1/readings/{id}")) };
            await Sent(reader.PostAsync($"/api/v1/readings/{id}/take", null));
            looks.Add(await Sent(Save(reader, id, 0, queue.Room.Document((string)looks[2]["series"]![0]!["seriesInstanceUid"]!))));
            looks.Add(await Sent(reader.PostAsJsonAsync($"/api/v1/readings/{id}/activity", new { now = 10, intervals = Array.Empty<object>() })));
            looks.Add(await Sent(Submit(reader, id, 1)));
            await app.Settle();
            looks.Add(await InQueue(reader, id));
            looks.Add(await Sent(reader.GetAsync($"/api/v1/readings/{id}")));
            if (show == "secondPass")
            {
                looks.Add(await Sent(Submit(reader, id, 1)));
                await app.Settle();
                looks.Add(await InQueue(reader, id));
                looks.Add(await Sent(reader.GetAsync($"/api/v1/readings/{id}")));
            }

            looks.Add(await Refused(HttpStatusCode.NotFound, reader.GetAsync($"/api/v1/readings/{id}/right-answer")));
            seen.Add((await PurposeOf(id), [.. looks]));
        }

        var (control, work) = (seen.Where(s => s.Purpose == ReadingPurpose.Control).ToArray(), seen.Where(s => s.Purpose == ReadingPurpose.Work).ToArray());
        Assert.Equal((6, 6), (control.Length, work.Length));
        foreach (var one in control)
            Assert.Equal(work[0].Looks.Select(Told), one.Looks.Select(Told));
        var scored = (await Sent(queue.Manager.GetAsync($"{queue.Address}/gold")))["items"]!.AsArray();
        Assert.Equal(control.Length, scored.Sum(g => (int)g!["readings"]!));
        Assert.All(scored.Where(g => (int)g!["readings"]! > 0), g => Assert.Equal(1, (double)g!["meanScore"]!));
        var mine = await queue.Manager.GetStringAsync($"{queue.Address}/cases?size=200");
        foreach (var one in control)
            Assert.DoesNotContain((string)one.Looks[0]["caseLabel"]!, mine, StringComparison.Ordinal);
    }

    /// <summary>Whoever reads a case with known labels learns afterwards what it came to, in the words and at the time of any other.</summary>
    [SkippableTheory]
    [InlineData("afterValidation")]
    [InlineData("afterRelease")]
    public async Task What_a_control_case_came_to_is_told_like_that_of_any_other_and_not_before(string shown)
    {
        var queue = await Begin(app, cases: 6, terms: Control(share: 0.5));
        await Sent(queue.Manager.PutAsJsonAsync($"{queue.Address}/validation-rules", new { resultsShown = shown }));
        for (var n = 20; n < 26; n++)
            await Gold(queue, n, training: false);
        var read = new Dictionary<HttpClient, List<string>>();
        foreach (var reader in queue.Readers)
        {
            read[reader] = [];
            for (var answer = await queue.Next(reader); answer.IsSuccessStatusCode; answer = await queue.Next(reader))
            {
                var taken = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
                await queue.Read(reader, taken);
                read[reader].Add((string)taken["id"]!);
            }
        }

        await app.Settle();
        foreach (var (reader, _) in read)
            Assert.Equal(0, (int)(await Results(queue, reader))["total"]!);
        for (var n = 0; n < 6; n++)
            await Sent(queue.Room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(queue.Room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        if (shown == "afterRelease")
        {
            foreach (var (reader, _) in read)
                Assert.Equal(0, (int)(await Results(queue, reader))["total"]!);
            await Released(queue.Manager, queue.Project);
        }

        var seen = new List<(ReadingPurpose Purpose, JsonObject[] Looks)>();
        foreach (var (reader, readings) in read)
        {
            var rows = (await Results(queue, reader))["items"]!.AsArray();
            Assert.Equal(readings.Order(), rows.Select(r => (string)r!["readingId"]!).Order());
            foreach (var row in rows)
            {
                var result = await Sent(reader.GetAsync($"/api/v1/readings/{row!["readingId"]}/result"));
                Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"/workbench/radiology/{row["readingId"]}/result")).StatusCode);
                seen.Add((await PurposeOf((string)row["readingId"]!), [row.DeepClone().AsObject(), result]));
            }
        }

        // As many as are listed are counted: the difference would tell how many controls there were, and, as results come to light, which.
        foreach (var (reader, readings) in read)
        {
            var own = (await reader.GetFromJsonAsync<JsonArray>("/api/v1/reading-results/quality"))!.Single(q => (string)q!["projectId"]! == queue.Project)!;
            Assert.Equal(readings.Count, (int)own["cases"]!);
            Assert.Equal(readings.Count, own["weeks"]!.AsArray().Sum(w => (int)w!["cases"]!));
            Assert.All(own["items"]!.AsArray(), i => Assert.Equal(readings.Count, (int)i!["cases"]!));
        }

        var (control, work) = (seen.Where(s => s.Purpose == ReadingPurpose.Control).ToArray(), seen.Where(s => s.Purpose == ReadingPurpose.Work).ToArray());
        Assert.Equal(12, work.Length);
        Assert.NotEmpty(control);
        foreach (var one in control)
            Assert.Equal(work[0].Looks.Select(Told), one.Looks.Select(Told));
    }

    [SkippableFact]
    public async Task A_control_case_reveals_a_models_findings_after_the_blind_pass_like_any_other()
    {
        const int cases = 12;
        var queue = await Begin(app, readers: cases, cases: cases, terms: Control(share: 0.5), change: p => p["passes"] = new JsonObject { ["show"] = "secondPass" });
        await Gold(queue, 20, training: false);
        var project = ProjectId.From(Guid.Parse(queue.Project));
        await app.InScope(async s =>
        {
            var (db, documents) = (s.GetRequiredService<PirogovDb>(), s.GetRequiredService<Documents>());
            foreach (var one in await db.Set<ProjectCase>().Where(c => c.ProjectId == project).ToArrayAsync())
            {
                var image = $"2.25.{int.Parse(one.Label[^6..], CultureInfo.InvariantCulture)}.1.1";
                var found = new LabelDocument(queue.Room.SchemaVersion, [], [new(Guid.CreateVersion7().ToString(), "kidney", "length", image, 1, [[2, 2], [7, 2]])], new Dictionary<string, DocumentAnswer>());
                db.Add(new PreLabel(one.Id, "model-1", PreLabel.Model, await documents.Put(found, default), s.GetRequiredService<TimeProvider>().Now()));
            }

            return await db.SaveChangesAsync();
        });
        var purposes = new List<ReadingPurpose>();
        foreach (var reader in queue.Readers)
        {
            var taken = await queue.Take(reader);
            await queue.Read(reader, taken);
            await app.Settle();
            var view = await Sent(reader.GetAsync($"/api/v1/readings/{taken["id"]}"));
            Assert.Equal((2, "accepted"), ((int)view["pass"]!, (string)view["state"]!));
            Assert.Single(view["findings"]!["objects"]!.AsArray());
            purposes.Add(await PurposeOf((string)taken["id"]!));
            await Sent(Submit(reader, (string)taken["id"]!, 1));
            await app.Settle();
        }

        Assert.Equal(cases / 2, purposes.Count(p => p == ReadingPurpose.Control));
        Assert.Equal(cases / 2, (int)(await Sent(queue.Manager.GetAsync($"{queue.Address}/gold")))["items"]![0]!["readings"]!);
    }

    /// <summary>Nobody has taken the place meanwhile: both come back, whether they are asked for or written into.</summary>
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_control_reading_whose_reservation_ran_out_comes_back_with_its_draft_like_any_other(bool asked)
    {
        var queue = await Begin(app, cases: 6, terms: Reserved());
        await Gold(queue, 20, training: false);
        await Gold(queue, 21, training: false);
        var reader = queue.Readers[0];
        var purposes = new List<ReadingPurpose>();
        while (purposes.Distinct().Count() < 2)
        {
            var taken = await queue.Take(reader);
            var (id, uid) = ((string)taken["id"]!, $"2.25.{int.Parse(((string)taken["caseLabel"]!)[^6..], CultureInfo.InvariantCulture)}.1");
            await Sent(Save(reader, id, 0, queue.Room.Document(uid)));
            await app.LiveOn(TimeSpan.FromMinutes(40));
            // What has run out is found when another asks.
            var other = await queue.Take(queue.Readers[1]);
            await queue.Read(queue.Readers[1], other);
            Assert.Equal(ReasonLeft.Expired, await app.InDatabase(db => db.Set<Reading>().IgnoreQueryFilters()
                .Where(r => r.Id == Pirogov.Labelling.Contracts.ReadingId.From(Guid.Parse(id))).Select(r => r.ReasonLeft).SingleAsync()));
            if (asked)
            {
                var back = await queue.Take(reader);
                Assert.Equal((id, 1), ((string)back["id"]!, (int)(await Sent(reader.GetAsync($"/api/v1/readings/{id}")))["revision"]!));
            }

            await Sent(Save(reader, id, 1, queue.Room.Document(uid, left: 5)));
            await Sent(Submit(reader, id, 2));
            await app.Settle();
            purposes.Add(await PurposeOf(id));
        }
    }

    [SkippableFact]
    public async Task A_control_reading_that_ran_out_does_not_come_back_once_its_labels_are_retired()
    {
        var queue = await Begin(app, cases: 6, terms: Reserved());
        var gold = await Gold(queue, 20, training: false);
        JsonObject taken;
        do
        {
            taken = await queue.Take(queue.Readers[0]);
            if ((string)taken["caseLabel"]! != "TEST-000020")
                await queue.Read(queue.Readers[0], taken);
        }
        while ((string)taken["caseLabel"]! != "TEST-000020");
        await app.LiveOn(TimeSpan.FromMinutes(40));
        await queue.Take(queue.Readers[1]);
        await Sent(queue.Manager.PostAsync($"{queue.Address}/gold/{gold["id"]}/retire", null));
        Assert.Equal("labelling.reservation-has-expired",
            Refusal(await Refused(HttpStatusCode.Conflict, Save(queue.Readers[0], (string)taken["id"]!, 0, queue.Room.Document("2.25.20.1")))));
    }

    [SkippableFact]
    public async Task Control_readings_count_neither_for_a_round_nor_for_a_consensus()
    {
        var queue = await Begin(app, cases: 1, terms: Control(share: 0.5));
        await Gold(queue, 1, training: false);
        Assert.Equal("labelling.case-is-gold-already", Refusal(await Refused(HttpStatusCode.Conflict, Add(queue, 1, false))));
        var (controls, works) = (0, 0);
        foreach (var reader in queue.Readers)
        {
            var taken = await queue.Take(reader);
            await queue.Read(reader, taken);
            await app.Settle();
            _ = await PurposeOf((string)taken["id"]!) == ReadingPurpose.Control ? controls++ : works++;
            // Whoever knows the case from the one side never gets it from the other.
            await Refused(HttpStatusCode.Conflict, queue.Next(reader));
        }

        var one = (await Sent(queue.Manager.GetAsync($"{queue.Address}/cases")))["items"]!.AsArray();
        Assert.Equal(works == 2 ? "validation" : "reading", (string)Assert.Single(one)!["state"]!);
        Assert.Equal(controls, (int)(await Sent(queue.Manager.GetAsync($"{queue.Address}/gold")))["items"]![0]!["readings"]!);
    }

    [SkippableFact]
    public async Task A_control_case_takes_the_place_of_one_that_has_what_it_has()
    {
        var queue = await Begin(app, cases: 6, terms: Control(share: 0.5), change: p => p["passes"] = new JsonObject { ["show"] = "atStart" });
        for (var n = 20; n < 26; n++)
            await Gold(queue, n, training: false);
        await BringPreLabels(queue, [1, 2, 3, 4, 5, 6]);
        for (var n = 0; n < 6; n++)
        {
            var taken = await queue.Take(queue.Readers[0]);
            Assert.Equal(ReadingPurpose.Work, await PurposeOf((string)taken["id"]!));
            await queue.Read(queue.Readers[0], taken);
        }

        var notice = (await queue.Assignment())["notices"]!.AsArray().Single(n => (string)n!["kind"]! == "controlCasesWithoutPreLabels")!;
        Assert.Equal(6, (int)notice["count"]!);
    }

    [SkippableFact]
    public async Task A_control_case_whose_images_the_project_labels_too_shows_the_pre_labels_of_these()
    {
        var queue = await Begin(app, cases: 1, terms: new() { ["training"] = new JsonObject { ["cases"] = 1, ["threshold"] = 0.5 } }, change: p => p["passes"] = new JsonObject { ["show"] = "atStart" });
        await BringPreLabels(queue, [1]);
        await Gold(queue, 1, training: true);
        var view = await Sent(queue.Readers[0].GetAsync($"/api/v1/readings/{(await queue.Take(queue.Readers[0]))["id"]}"));
        Assert.Equal("import", (string)view["document"]!["masks"]![0]!["origin"]!);
    }

    private static JsonObject Reserved()
    {
        var terms = Control(share: 0.5);
        terms["reservedMinutes"] = 30;
        return terms;
    }

    /// <summary>The same volume for each of the cases.</summary>
    private async Task BringPreLabels(QueueRoom queue, int[] cases)
    {
        var other = await Open(app);
        var own = await Reading(other.Readers[0]);
        await Sent(Save(other.Readers[0], own, 0, other.Document(left: 8)));
        var volume = await ExchangeTests.Unzip(other.Readers[0].GetAsync($"/api/v1/readings/{own}/export?format=nifti"));
        var zip = ExchangeTests.Zip([.. cases.Select(n => ($"TEST-{n:D6}.nii.gz", volume["TEST-000001.nii.gz"])), ("labels.tsv", volume["TEST-000001.tsv"])]);
        var sent = await Sent(ExchangeTests.Upload(queue.Manager, $"{queue.Address}/prelabels?format=nifti&name=all.zip", zip));
        await app.Settle();
        Assert.Equal(cases.Length, (int)(await Sent(queue.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}")))["cases"]!);
    }

    private static Task<JsonObject> Results(QueueRoom queue, HttpClient reader) => Sent(reader.GetAsync($"/api/v1/reading-results?size=200&project={queue.Project}"));

    private static async Task<JsonObject> InQueue(HttpClient reader, string id)
    {
        var view = await Sent(reader.GetAsync("/api/v1/readings"));
        var mine = view["open"]!.AsArray().Concat(view["finished"]!.AsArray()).Single(r => (string)r!["id"]! == id)!.DeepClone().AsObject();
        mine["queues"] = view["queues"]!.DeepClone();
        return mine;
    }

    private Task<ReadingPurpose> PurposeOf(string id) => app.InDatabase(db => db.Set<Reading>().Where(r => r.Id == Pirogov.Labelling.Contracts.ReadingId.From(Guid.Parse(id))).Select(r => r.Purpose).SingleAsync());

    /// <summary>Everything that is told, with what every case has of its own taken out: names, identifiers, times and counts.</summary>
    private static string Told(JsonObject look)
    {
        var copy = look.DeepClone().AsObject();
        Blank(copy);
        return copy.ToJsonString();
    }

    private static void Blank(JsonNode node)
    {
        string[] own = ["id", "caseLabel", "label", "studyInstanceUid", "seriesInstanceUid", "sopInstanceUid", "changedAt", "savedAt", "reservedUntil", "at", "readingId", "caseId", "done", "total", "instance"];
        if (node is JsonArray array)
        {
            foreach (var item in array.OfType<JsonNode>())
                Blank(item);
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToArray())
            {
                if (own.Contains(name) && value is not null)
                    members[name] = "…";
                else if (value is not null)
                    Blank(value);
            }
        }
    }
}

public sealed class ControlCaseOnSqlite(LabellingOnSqlite app) : ControlCaseTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ControlCaseOnPostgreSql(LabellingOnPostgreSql app) : ControlCaseTests(app), IClassFixture<LabellingOnPostgreSql>;
