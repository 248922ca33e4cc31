using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using static Pirogov.Integration.Labelling.ExchangeTests;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class PreLabelTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_reading_begins_with_the_pre_label_and_what_is_left_untouched_needs_a_word()
    {
        var (room, _) = await Open("atStart", "perObject");
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{reading}"));
        Assert.Equal((0, 2), ((int)view["revision"]!, view["document"]!["objects"]!.AsArray().Count));
        Assert.All(view["document"]!["objects"]!.AsArray(), o => Assert.Equal("model", (string)o!["origin"]!));
        Assert.Null(view["findings"]);

        var document = view["document"]!.DeepClone().AsObject();
        document["answers"] = room.Document()["answers"]!.DeepClone();
        document["objects"]![0]!["points"]![0]![0] = 7;
        document["objects"]![1]!.AsObject().Remove("origin");
        var saved = await Sent(Save(reader, reading, 0, document));
        // What was moved is the reader's own. Forgetting where the other comes from does not make it so.
        Assert.Null(saved["document"]!["objects"]![0]!["origin"]);
        Assert.Equal("model", (string)saved["document"]!["objects"]![1]!["origin"]!);
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Submit(reader, reading, 1, confirmPreLabels: true));
        Assert.EndsWith("/pre-labels-unconfirmed", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.Equal(1, (int)problem["count"]!);

        document["objects"]![1]!["confirmed"] = true;
        await Sent(Save(reader, reading, 1, document));
        await Sent(Submit(reader, reading, 2));
    }

    [SkippableFact]
    public async Task Where_a_case_is_confirmed_as_a_whole_the_confirmation_is_a_revision_of_its_own()
    {
        var (room, _) = await Open("atStart", "perCase");
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var document = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!.DeepClone().AsObject();
        document["answers"] = room.Document()["answers"]!.DeepClone();
        await Sent(Save(reader, reading, 0, document));
        await RefusalTests.Is("labelling/pre-labels-unconfirmed", 422, Submit(reader, reading, 1));
        await Sent(Submit(reader, reading, 1, confirmPreLabels: true));
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{reading}"));
        Assert.Equal(2, (int)view["revision"]!);
        Assert.All(view["document"]!["objects"]!.AsArray(), o => Assert.True((bool)o!["confirmed"]!));
    }

    [SkippableFact]
    public async Task A_submission_that_is_refused_for_what_is_missing_confirms_nothing_and_makes_no_revision()
    {
        var (room, _) = await Open("atStart", "perCase");
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, reading, 0, (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!.DeepClone().AsObject()));
        await Refused(HttpStatusCode.UnprocessableEntity, Submit(reader, reading, 1, confirmPreLabels: true));
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{reading}"));
        Assert.Equal(1, (int)view["revision"]!);
        Assert.All(view["document"]!["objects"]!.AsArray(), o => Assert.Null(o!["confirmed"]));
    }

    [SkippableFact]
    public async Task A_file_laid_over_a_pre_label_confirms_nothing_for_the_reader()
    {
        var (room, _) = await Open("atStart", "perObject", Drawn);
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        var imported = await Sent(Upload(reader, $"/api/v1/readings/{reading}/import?format=coco&baseRevision=0&name=mine.json", Pixel(row: 30, column: 30)));
        Assert.Equal(["annotation 1 instances-united"], imported["left"]!["items"]!.AsArray().Select(l => $"{l!["object"]} {l["reason"]}"));
        var document = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!.DeepClone().AsObject();
        // The findings with which the reading began are there still, and the mask holds a pixel more.
        Assert.Equal((2, 20 * 16 + 1, "model"), (document["objects"]!.AsArray().Count, (int)document["masks"]![0]!["pixelCount"]!, (string?)document["masks"]![0]!["origin"]));
        document["objects"] = new JsonArray();
        document["answers"] = room.Document()["answers"]!.DeepClone();
        document["masks"]![0]!.AsObject().Remove("origin");
        await Sent(Save(reader, reading, 1, document));
        var problem = await Refused(HttpStatusCode.UnprocessableEntity, Submit(reader, reading, 2, confirmPreLabels: true));
        Assert.EndsWith("/pre-labels-unconfirmed", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.Equal((1, "kidney"), ((int)problem["count"]!, (string)problem["where"]!));

        document["masks"]![0]!["confirmed"] = true;
        await Sent(Save(reader, reading, 2, document));
        // Pixels of one more file ask anew; those that are there already ask nothing.
        await Sent(Upload(reader, $"/api/v1/readings/{reading}/import?format=coco&baseRevision=3&name=same.json", Pixel(row: 30, column: 30)));
        Assert.True((bool)(await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!["masks"]![0]!["confirmed"]!);
        await Sent(Upload(reader, $"/api/v1/readings/{reading}/import?format=coco&baseRevision=4&name=more.json", Pixel(row: 31, column: 31)));
        await Refused(HttpStatusCode.UnprocessableEntity, Submit(reader, reading, 5));
    }

    [SkippableFact]
    public async Task What_a_file_adds_to_ones_own_mask_waits_to_be_confirmed()
    {
        var (room, _) = await Open("never", "perObject");
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, reading, 0, room.Document()));
        await Sent(Upload(reader, $"/api/v1/readings/{reading}/import?format=coco&baseRevision=1&name=mine.json", Pixel(row: 30, column: 30)));
        var document = (await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]!.DeepClone().AsObject();
        Assert.Equal("import", (string?)document["masks"]![0]!["origin"]);
        await Refused(HttpStatusCode.UnprocessableEntity, Submit(reader, reading, 2));
        document["masks"]![0]!["confirmed"] = true;
        await Sent(Save(reader, reading, 2, document));
        await Sent(Submit(reader, reading, 3));
    }

    [SkippableFact]
    public async Task A_pre_label_is_never_a_reading()
    {
        var (room, project) = await Open("never", "perObject");
        var (reader, reading) = (room.Readers[0], await Reading(room.Readers[0]));
        Assert.Null((await Sent(reader.GetAsync($"/api/v1/readings/{reading}")))["document"]);
        await ReadAndSubmit(reader, room.Document());
        await app.Settle();
        var cases = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{project}/cases"));
        Assert.Equal("reading", (string)cases["items"]![0]!["state"]!);
    }

    [SkippableFact]
    public async Task Findings_are_revealed_after_the_blind_pass_both_revisions_stay_and_their_effect_is_reported()
    {
        var (room, project) = await Open("secondPass", "perObject");
        var (first, second) = (room.Readers[0], room.Readers[1]);
        var (one, other) = (await Reading(first), await Reading(second));
        Assert.Null((await Sent(first.GetAsync($"/api/v1/readings/{one}")))["findings"]);
        await ReadAndSubmit(first, room.Document(left: 4, stone: "yes"));
        await app.Settle();
        var view = await Sent(first.GetAsync($"/api/v1/readings/{one}"));
        Assert.Equal((2, "accepted", 1), ((int)view["pass"]!, (string)view["state"]!, (int)view["revision"]!));
        Assert.Equal(2, view["findings"]!["objects"]!.AsArray().Count);
        Assert.Equal(1, (int)(await Sent(second.GetAsync($"/api/v1/readings/{other}")))["pass"]!);

        var revised = room.Document(left: 4, stone: "no");
        revised["objects"] = new JsonArray(Confirmed(view["findings"]!["objects"]![0]!));
        var saved = await Sent(Save(first, one, 1, revised));
        Assert.Equal("model", (string)saved["document"]!["objects"]![0]!["origin"]!);
        await Sent(Submit(first, one, 2));
        var own = room.Document(left: 4, stone: "no");
        own["objects"] = new JsonArray(view["findings"]!["objects"]![0]!.DeepClone());
        own["objects"]![0]!.AsObject().Remove("origin");
        await ReadAndSubmit(second, own);
        await app.Settle();
        Assert.Equal("reading", await StateOf(room, project));
        // Who sees the findings and changes nothing hands in the same revision.
        await Sent(Submit(second, other, 1));
        await app.Settle();
        Assert.Equal("validation", await StateOf(room, project));

        var report = await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{project}/second-pass"));
        Assert.Equal((2, 1), ((int)report["readings"]!, (int)report["changed"]!));
        var stone = report["effects"]!.AsArray().Single(e => (string)e!["part"]! == "stone")!;
        Assert.Equal((1, 0, 0.5, 1.0), ((int)stone["wrongToRight"]!, (int)stone["rightToWrong"]!, (double)stone["before"]!, (double)stone["after"]!));
        var revisions = await app.InDatabase(db => db.Set<ReadingRevision>().CountAsync(r => r.ReadingId == Pirogov.Labelling.Contracts.ReadingId.From(Guid.Parse(one))));
        Assert.Equal(2, revisions);
    }

    private static JsonNode Confirmed(JsonNode finding)
    {
        var one = finding.DeepClone();
        one["confirmed"] = true;
        return one;
    }

    /// <summary>A mask of one pixel of the kidney; COCO counts along columns.</summary>
    private static byte[] Pixel(int row, int column) => Encoding.UTF8.GetBytes($$"""
        { "images": [{ "id": 1, "file_name": "2.25.1.1.1.png", "width": 32, "height": 32 }], "categories": [{ "id": 1, "name": "kidney" }],
          "annotations": [{ "id": 1, "image_id": 1, "category_id": 1, "segmentation": { "size": [32, 32], "counts": [{{column * 32 + row}}, 1, {{1_023 - column * 32 - row}}] } }] }
        """);

    private static DocumentMask[] Drawn(ReadingRoom room) =>
        [room.Document()["masks"]![0]!.Deserialize<DocumentMask>(PlatformJson.Options)!];

    private async Task<(ReadingRoom Room, string Project)> Open(string show, string confirmation, Func<ReadingRoom, DocumentMask[]>? masks = null)
    {
        var room = await ReadingRoom.Open(app, start: false);
        var plan = await room.PlanOf(1);
        (plan["name"], plan["passes"]) = ($"{room.Name} {show}", new JsonObject { ["show"] = show, ["compared"] = "final", ["confirmation"] = confirmation });
        var made = await Sent(room.Manager.PostAsJsonAsync("/api/v1/labelling-projects", plan));
        var project = ProjectId.From(Guid.Parse((string)made["id"]!));
        await app.InScope(async s =>
        {
            var (db, documents) = (s.GetRequiredService<PirogovDb>(), s.GetRequiredService<Documents>());
            var one = await db.Set<ProjectCase>().SingleAsync(c => c.ProjectId == project);
            var (found, drawn) = StoredMasks.Of(new LabelDocument(room.SchemaVersion, masks?.Invoke(room) ?? [], [Length(2), Length(20)], new Dictionary<string, DocumentAnswer>()));
            await documents.Keep(drawn, default);
            db.Add(new PreLabel(one.Id, "model-1", PreLabel.Model, await documents.Put(found, default), s.GetRequiredService<TimeProvider>().Now()));
            return await db.SaveChangesAsync();
        });
        await Sent(room.Manager.PostAsync($"/api/v1/labelling-projects/{made["id"]}/start", null));
        return (room, (string)made["id"]!);
    }

    private static DocumentObject Length(double at) => new(Guid.CreateVersion7().ToString(), "kidney", "length", "2.25.1.1.1", 1, [[at, at], [at + 5, at]]);

    private static async Task<string> StateOf(ReadingRoom room, string project) =>
        (string)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{project}/cases")))["items"]![0]!["state"]!;
}

public sealed class PreLabelsOnSqlite(LabellingOnSqlite app) : PreLabelTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class PreLabelsOnPostgreSql(LabellingOnPostgreSql app) : PreLabelTests(app), IClassFixture<LabellingOnPostgreSql>;
