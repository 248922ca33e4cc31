using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

public abstract class ExchangeTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    internal static Task<HttpResponseMessage> Upload(HttpClient person, string address, byte[] bytes) =>
        person.PostAsync(address, new ByteArrayContent(bytes) { Headers = { ContentType = new("application/octet-stream") } });

    internal static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(bytes);
            }
        }

        return target.ToArray();
    }

    internal static async Task<Dictionary<string, byte[]>> Unzip(Task<HttpResponseMessage> call)
    {
        var answer = await call;
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(bytes));
        using var zip = new ZipArchive(new MemoryStream(bytes));
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var read = e.Open();
            using var whole = new MemoryStream();
            read.CopyTo(whole);
            return whole.ToArray();
        });
    }

    /// <summary>Boxes of 2.25.N.1.1, each of a class.</summary>
    private static byte[] Coco(params (int Case, string Class, int Left)[] boxes) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["images"] = new JsonArray([.. boxes.Select(b => b.Case).Distinct().Select(c => (JsonNode)new JsonObject { ["id"] = c, ["file_name"] = $"2.25.{c}.1.1.png", ["width"] = 32, ["height"] = 32 })]),
        ["categories"] = new JsonArray([.. boxes.Select(b => b.Class).Distinct().Select((c, n) => (JsonNode)new JsonObject { ["id"] = n + 1, ["name"] = c })]),
        ["annotations"] = new JsonArray([.. boxes.Select((b, n) => (JsonNode)new JsonObject
        {
            ["id"] = n + 1, ["image_id"] = b.Case, ["category_id"] = boxes.Select(x => x.Class).Distinct().ToList().IndexOf(b.Class) + 1,
            ["bbox"] = new JsonArray(b.Left, 2, 5, 6), ["attributes"] = new JsonObject { ["kind"] = "solid", ["mood"] = "gloomy" },
        })]),
    }.ToJsonString());

    private static JsonObject WithBoxes(string name)
    {
        var schema = SchemaTests.Whole(name);
        schema["classes"]![1]!["geometries"] = new JsonArray("rectangle", "polygon");
        return schema;
    }

    [SkippableFact]
    public async Task One_file_brings_pre_labels_to_several_cases_and_every_object_is_accounted_for()
    {
        var room = await Open(app, cases: 2, schema: WithBoxes);
        var sent = await Sent(Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=coco&name=boxes.json",
            Coco((1, "lesion", 3), (2, "lesion", 4), (2, "dog", 4), (9, "lesion", 4), (1, "lesion", 30))));
        await app.Settle();
        var import = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}"));
        Assert.Equal(("succeeded", 2, 2), ((string)import["state"]!, (int)import["cases"]!, (int)import["taken"]!));
        var taken = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines?taken=true")))["items"]!.AsArray();
        Assert.Equal(["TEST-000001 annotation 1 rectangle lesion", "TEST-000002 annotation 2 rectangle lesion"], taken.Select(l => $"{l!["case"]} {l["object"]} {l["kind"]} {l["what"]}").Order());
        var left = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines?size=200"));
        Assert.Equal((int)import["notTaken"]!, (int)left["total"]!);
        Assert.Equal(["annotation 1 attribute-unknown mood", "annotation 2 attribute-unknown mood", "annotation 3 class-unknown dog", "annotation 4 image-unknown 2.25.9.1.1.png", "annotation 5 point-outside-image 35, 8"],
            left["items"]!.AsArray().Select(l => $"{l!["object"]} {l["reason"]} {l["detail"]}").Distinct().Order());
        var second = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines?size=2&page=2"));
        Assert.Equal((2, 2), (second["items"]!.AsArray().Count, (int)second["number"]!));

        // Pre-labels are no reading: nothing of the project's work has moved.
        Assert.Equal("reading", await room.CaseState());
        var prelabels = await app.InDatabase(db => (from p in db.Set<PreLabel>().AsNoTracking()
                                                    join c in db.Set<ProjectCase>() on p.ProjectCaseId equals c.Id
                                                    where c.ProjectId == ProjectId.From(Guid.Parse(room.Project))
                                                    select p).ToArrayAsync());
        Assert.Equal(["import boxes.json", "import boxes.json"], prelabels.Select(p => $"{p.Origin} {p.SourceName}"));
        Assert.Equal(0, (int)(await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{await Reading(room.Readers[0])}")))["revision"]!);
    }

    [SkippableFact]
    public async Task Pre_labels_that_a_model_made_are_its_findings_by_name_and_version_and_are_marked_so_to_the_reader()
    {
        var room = await Open(app, cases: 1, schema: WithBoxes, plan: p => p["passes"] = new JsonObject { ["show"] = "atStart" });
        await Refused(HttpStatusCode.UnprocessableEntity, Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=coco&model={new string('m', 201)}", Coco((1, "lesion", 3))));
        await Sent(Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=coco&name=boxes.json&model=lesion-net%202.1", Coco((1, "lesion", 3))));
        await app.Settle();
        var made = await app.InDatabase(db => (from p in db.Set<PreLabel>().AsNoTracking()
                                               join c in db.Set<ProjectCase>() on p.ProjectCaseId equals c.Id
                                               where c.ProjectId == ProjectId.From(Guid.Parse(room.Project))
                                               select p).SingleAsync());
        Assert.Equal(("model", "lesion-net 2.1"), (made.Origin, made.SourceName));
        var view = await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{await Reading(room.Readers[0])}"));
        Assert.Equal("model", (string)Assert.Single((view["findings"] ?? view["document"])!["objects"]!.AsArray())!["origin"]!);
    }

    [SkippableFact]
    public async Task Pre_labels_come_in_although_a_case_of_the_project_is_one_of_known_labels_too()
    {
        var room = await Open(app, cases: 1, schema: WithBoxes);
        foreach (var n in new[] { 1, 7 })
        {
            await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-projects/{room.Project}/gold",
                new JsonObject { ["caseId"] = $"00000000-0000-7000-8000-{n:D12}", ["document"] = room.Document($"2.25.{n}.1") }));
        }

        var sent = await Sent(Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=coco&name=boxes.json", Coco((1, "lesion", 3), (7, "lesion", 4))));
        await app.Settle();
        var import = await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}"));
        Assert.Equal(("succeeded", 2), ((string)import["state"]!, (int)import["cases"]!));
    }

    [SkippableFact]
    public async Task A_zip_is_parted_by_the_labels_of_its_cases_and_what_belongs_to_none_is_said()
    {
        var room = await Open(app, cases: 2);
        var own = await Reading(room.Readers[0]);
        await Sent(Save(room.Readers[0], own, 0, room.Document()));
        var volume = await Unzip(room.Readers[0].GetAsync($"/api/v1/readings/{own}/export?format=nifti"));
        Assert.Equal(["TEST-000001.nii.gz", "TEST-000001.tsv", "losses.tsv"], volume.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("case\tobject\treason\tdetail\nTEST-000001\tstone\tanswer-unheld\t\n", Encoding.UTF8.GetString(volume["losses.tsv"]));
        var zip = Zip(("all/test-000002/seg.nii.gz", volume["TEST-000001.nii.gz"]), ("TEST-000001_mask.nii.gz", volume["TEST-000001.nii.gz"]), ("labels.tsv", volume["TEST-000001.tsv"]),
            ("stranger.nii.gz", volume["TEST-000001.nii.gz"]), ("TEST-000002/broken.nii.gz", [1, 2, 3]));
        var sent = await Sent(Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=nifti&name=all.zip", zip));
        await app.Settle();
        var left = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines")))["items"]!.AsArray().Select(l => $"{l!["file"]} {l["case"]} {l["reason"]}").Order(StringComparer.Ordinal);
        Assert.Equal(["all.zip TEST-000002 malformed", "stranger.nii.gz  case-unknown"], left);
        var taken = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines?taken=true")))["items"]!.AsArray();
        Assert.Equal(["TEST-000001 mask kidney"], taken.Select(l => $"{l!["case"]} {l["kind"]} {l["what"]}"));
    }

    [SkippableTheory]
    [InlineData("zip", "coco", 422, "labelling.label-archive-damaged")]
    [InlineData("empty", "coco", 400, "labelling.no-label-file")]
    [InlineData("json", "word", 422, "labelling.format-unknown")]
    [InlineData("json", "brat", 422, "labelling.format-of-other-data")]
    public async Task What_cannot_be_an_import_is_refused_at_the_door(string body, string format, int status, string code)
    {
        var room = await Open(app);
        var bytes = body switch { "zip" => "PK\u0003\u0004 and nothing"u8.ToArray(), "empty" => [], _ => "{}"u8.ToArray() };
        var problem = await Refused((HttpStatusCode)status, Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format={format}", bytes));
        Assert.EndsWith(code.Replace('.', '/'), ((string)problem["type"]!).Replace('.', '/'), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await Upload(room.Readers[0], $"/api/v1/labelling-projects/{room.Project}/prelabels?format=coco", bytes)).StatusCode);
    }

    /// <summary>Of a zip each file is judged by itself, and the report says it; a file alone would leave a job that brings nothing.</summary>
    [SkippableFact]
    public async Task A_single_file_larger_than_any_format_reads_is_refused_at_the_door()
    {
        var room = await Open(app, schema: WithBoxes);
        var own = await Reading(room.Readers[0]);
        foreach (var call in new Func<byte[], Task<HttpResponseMessage>>[]
        {
            bytes => Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format=coco", bytes),
            bytes => Upload(room.Readers[0], $"/api/v1/readings/{own}/import?format=coco&baseRevision=0", bytes),
        })
        {
            var problem = await Refused(HttpStatusCode.RequestEntityTooLarge, call(new byte[(64 << 20) + 1]));
            Assert.EndsWith("labelling.label-file-too-large", (string)problem["type"]!, StringComparison.Ordinal);
            Assert.Equal(64, (int)problem["limitMegabytes"]!);
        }

        Assert.Empty((await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/imports")))["items"]!.AsArray());
    }

    /// <summary>A gigabyte in a megabyte, entities, and depth: the report says it, the rest of the zip is read.</summary>
    [SkippableFact]
    public async Task Bombs_entities_and_depth_cost_one_line_each()
    {
        var room = await Open(app, schema: WithBoxes);
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));
        var zip = Zip(("TEST-000001/bomb.json", new byte[80 << 20]), ("TEST-000001/good.json", Coco((1, "lesion", 3))));
        foreach (var (name, bytes, format, reason) in new[]
        {
            ("bomb.zip", zip, "coco", "too-large"), ("deep.json", Encoding.UTF8.GetBytes(deep), "coco", "malformed"),
            ("entities.xml", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotations>&x;</annotations>"u8.ToArray(), "cvat", "malformed"),
            ("nan.json", Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Coco((1, "lesion", 3))).Replace("[3,2,5,6]", "[3,2,NaN,6]", StringComparison.Ordinal)), "coco", "malformed"),
        })
        {
            var sent = await Sent(Upload(room.Manager, $"/api/v1/labelling-projects/{room.Project}/prelabels?format={format}&name={name}", bytes));
            await app.Settle();
            var lines = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}/lines")))["items"]!.AsArray();
            Assert.Contains(reason, lines.Where(l => ((string)l!["object"]!).Length == 0).Select(l => (string)l!["reason"]!));
            Assert.Equal(name == "bomb.zip" ? 1 : 0, (int)(await Sent(room.Manager.GetAsync($"/api/v1/labelling-imports/{sent["id"]}")))["taken"]!);
        }
    }

    [SkippableFact]
    public async Task A_reader_adds_a_file_to_their_own_draft_and_nobody_else_sees_what_it_held()
    {
        var room = await Open(app, schema: WithBoxes);
        var (reader, own) = (room.Readers[0], await Reading(room.Readers[0]));
        await Sent(Save(reader, own, 0, room.Document()));
        var address = $"/api/v1/readings/{own}/import?format=coco&baseRevision=1&name=mine.json";
        var answer = await Sent(Upload(reader, address, Coco((1, "lesion", 3), (1, "dog", 3))));
        Assert.Equal((2, 1, 2), ((int)answer["revision"]!, (int)answer["taken"]!, (int)answer["notTaken"]!));
        Assert.Equal(["attribute-unknown", "class-unknown"], answer["left"]!["items"]!.AsArray().Select(l => (string)l!["reason"]!).Order());
        var view = await Sent(reader.GetAsync($"/api/v1/readings/{own}"));
        Assert.Equal(("kidney", "lesion", "import"), ((string)view["document"]!["masks"]![0]!["class"]!, (string)view["document"]!["objects"]![0]!["class"]!, (string)view["document"]!["objects"]![0]!["origin"]!));
        Assert.Equal("no", (string)view["document"]!["answers"]!["stone"]!["value"]!);

        // The same once more: objects that are there stay as they are.
        await Refused(HttpStatusCode.Conflict, Upload(reader, address, Coco((1, "lesion", 3))));
        var again = await Sent(Upload(reader, address.Replace("Revision=1", "Revision=2", StringComparison.Ordinal), Coco((1, "lesion", 3))));
        Assert.Contains("object-twice", again["left"]!["items"]!.AsArray().Select(l => (string)l!["reason"]!));
        var lines = await Sent(reader.GetAsync($"/api/v1/readings/{own}/imports/{answer["id"]}/lines?taken=true"));
        Assert.Equal("annotation 1", (string)lines["items"]![0]!["object"]!);

        foreach (var other in new[] { room.Readers[1], room.Adjudicator, room.Validator })
        {
            await Refused(HttpStatusCode.NotFound, Upload(other, address, Coco((1, "lesion", 3))));
            await Refused(HttpStatusCode.NotFound, other.GetAsync($"/api/v1/readings/{own}/imports/{answer["id"]}/lines"));
            await Refused(HttpStatusCode.NotFound, other.GetAsync($"/api/v1/readings/{own}/export?format=coco"));
            await Refused(HttpStatusCode.NotFound, other.GetAsync($"/api/v1/readings/{own}/pending"));
        }

        await Refused(HttpStatusCode.NotFound, room.Manager.GetAsync($"/api/v1/labelling-imports/{answer["id"]}/lines"));
        await Refused(HttpStatusCode.NotFound, room.Manager.GetAsync($"/api/v1/labelling-imports/{answer["id"]}"));
        Assert.Empty((await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/imports")))["items"]!.AsArray());
    }

    [SkippableTheory]
    [InlineData("pirogov", "TEST-000001.json", 0)]
    [InlineData("coco", "TEST-000001.coco.json", 1)]
    [InlineData("cvat", "TEST-000001.cvat.xml", 0)]
    [InlineData("label-studio", "TEST-000001.label-studio.json", 0)]
    [InlineData("w3c", "TEST-000001.w3c.json", 1)]
    [InlineData("dicom-seg", "TEST-000001.seg.dcm", 1)]
    [InlineData("nifti", "TEST-000001.nii.gz", 1)]
    [InlineData("nrrd", "TEST-000001.seg.nrrd", 1)]
    public async Task A_release_leaves_in_every_format_and_says_what_the_format_cannot_hold(string format, string file, int losses)
    {
        var room = await Open(app, cases: 2);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var release = await room.Release();
        var direct = await Unzip(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/export?format={format}"));
        Assert.Contains($"TEST-000001/{file}", direct.Keys);
        var lost = direct.TryGetValue("losses.tsv", out var listed) ? Encoding.UTF8.GetString(listed).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1 : 0;
        Assert.Equal(losses, lost);

        var asked = await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-releases/{release["id"]}/exports", new { format, cases = new[] { "00000000-0000-7000-8000-000000000001" } }));
        await app.Settle();
        var view = await Sent(room.Manager.GetAsync($"/api/v1/labelling-exports/{asked["id"]}"));
        Assert.Equal(("succeeded", losses), ((string)view["state"]!, (int)view["losses"]!));
        var prepared = await Unzip(room.Manager.GetAsync($"/api/v1/labelling-exports/{asked["id"]}/file"));
        Assert.Equal(direct.Select(d => (d.Key, Convert.ToHexString(d.Value))), prepared.Select(d => (d.Key, Convert.ToHexString(d.Value))));
        await Refused(HttpStatusCode.NotFound, room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/export?format={format}&case=00000000-0000-7000-8000-000000000009"));
        Assert.Equal(HttpStatusCode.Forbidden, (await room.Readers[0].GetAsync($"/api/v1/labelling-releases/{release["id"]}/export?format={format}")).StatusCode);

        // What left comes back: into a draft of the same case, the same pixels.
        if (format is "w3c")
            return;
        var other = await Open(app);
        var own = await Reading(other.Readers[0]);
        var back = await Sent(Upload(other.Readers[0], $"/api/v1/readings/{own}/import?format={format}&baseRevision=0&name=x.zip", Zip([.. direct.Where(d => d.Key != "losses.tsv").Select(d => (d.Key.Split('/')[1], d.Value))])));
        var mask = (await Sent(other.Readers[0].GetAsync($"/api/v1/readings/{own}")))["document"]!["masks"]![0]!;
        Assert.Equal((string)Square("2.25.1.1", 4)["runs"]!, (string)mask["runs"]!);
        Assert.Equal(0, (int)back["notTaken"]!);
    }

    [SkippableFact]
    public async Task An_export_job_can_be_cancelled_and_leaves_no_file()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        var release = await room.Release();
        var asked = await Sent(room.Manager.PostAsJsonAsync($"/api/v1/labelling-releases/{release["id"]}/exports", new { format = "coco" }));
        var cancelled = await room.Manager.PostAsync($"/api/v1/jobs/{asked["jobId"]}/cancel", null);
        await app.Settle();
        var view = await Sent(room.Manager.GetAsync($"/api/v1/labelling-exports/{asked["id"]}"));
        // Whoever was first: a job that had ended says so, and its file is there.
        Assert.Equal(cancelled.IsSuccessStatusCode && (string)view["state"]! == "cancelled", view["finishedAt"] is null);
        Assert.Equal((string)view["state"]! == "cancelled" ? HttpStatusCode.NotFound : HttpStatusCode.OK, (await room.Manager.GetAsync($"/api/v1/labelling-exports/{asked["id"]}/file")).StatusCode);
    }
}

public sealed class ExchangeOnSqlite(LabellingOnSqlite app) : ExchangeTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ExchangeOnPostgreSql(LabellingOnPostgreSql app) : ExchangeTests(app), IClassFixture<LabellingOnPostgreSql>;
