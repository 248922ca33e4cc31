using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Archive;

public sealed class StoreOnSqlite(SqliteApp app) : StoreTests(app), IClassFixture<SqliteApp>;

public sealed class StoreOnPostgreSql(PostgreSqlApp app) : StoreTests(app), IClassFixture<PostgreSqlApp>;

public abstract class StoreTests(PirogovApp app) : OnBothEngines(app)
{
    private const string Boundary = "a-boundary-of-the-sender";

    [SkippableFact]
    public async Task A_study_sent_in_parts_loses_the_patient_and_is_read_back_from_the_places_that_the_answer_names()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("ST1");
        var (status, answer) = await Store(client, $"/dicomweb/studies?centre={centre}&batch=PACS", [.. Enumerable.Range(0, 3).Select(k => Slice(401, k))]);
        Assert.Equal(HttpStatusCode.OK, status);
        var items = answer["00081199"]!["Value"]!.AsArray();
        Assert.Equal(3, items.Count);
        var first = items[0]!;
        Assert.Equal(DicomUids.CTImageStorage, Text(first, "00081150"));
        Assert.StartsWith("2.25.", Text(first, "00081155"), StringComparison.Ordinal);
        Assert.Equal(0xB000, (int)first["00081196"]!["Value"]![0]!);
        Assert.Equal(SyntheticCt.Slice(401, 0, 0).GetString(DicomTags.SopInstanceUid), Text(first["04000561"]!["Value"]![0]!["04000550"]!["Value"]![0]!, "00080018"));
        var place = new Uri(Text(first, "00081190")!).PathAndQuery;
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(place)).StatusCode);

        var batch = (await client.GetFromJsonAsync<JsonObject>("/api/v1/batches"))!["items"]!.AsArray().Single(b => (string?)b!["name"] == "PACS")!;
        await App.Close(client, (string)batch["id"]!);
        client.DefaultRequestHeaders.Accept.ParseAdd("application/dicom");
        var back = DicomReader.Read(await client.GetByteArrayAsync(place));
        Assert.Equal(Text(first, "00081155"), back.SopInstanceUid);
        Assert.StartsWith("P-", back.Dataset.GetString(DicomTags.PatientID), StringComparison.Ordinal);
        Assert.Equal(1, await App.InDatabase(db => db.Set<AuditEntry>().CountAsync(e => e.Action == "archive.stored" && e.ObjectId == (string)batch["id"]!)));
    }

    [SkippableFact]
    public async Task What_cannot_be_stored_is_told_with_its_reason_and_the_rest_is_stored()
    {
        var client = await App.As(Role.DataEngineer);
        var path = $"/dicomweb/studies/{SyntheticCt.Slice(402, 0, 0).GetString(DicomTags.StudyInstanceUid)}?centre={await App.Centre("ST2")}";
        var unread = "not DICOM at all"u8.ToArray();
        var (status, answer) = await Store(client, path, Slice(402, 0), Slice(499, 0), unread);
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Single(answer["00081199"]!["Value"]!.AsArray());
        var other = Assert.Single(answer["00081198"]!["Value"]!.AsArray())!;
        Assert.Equal(0xA900, (int)other["00081197"]!["Value"]![0]!);
        Assert.Equal(SyntheticCt.Slice(499, 0, 0).GetString(DicomTags.SopInstanceUid), Text(other, "00081155"));
        Assert.Equal(0xC000, (int)Assert.Single(answer["0008119A"]!["Value"]!.AsArray())!["00081197"]!["Value"]![0]!);
        (status, answer) = await Store(client, path, Slice(498, 0));
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Null(answer["00081199"]);
    }

    [SkippableFact]
    public async Task A_body_that_breaks_off_leaves_nothing_of_the_part_that_broke()
    {
        var client = await App.As(Role.DataEngineer);
        var path = $"/dicomweb/studies?centre={await App.Centre("ST3")}&batch=Cut";
        var whole = Body(Slice(403, 0), Slice(403, 1));
        using var cut = new ByteArrayContent(whole[..^3000]);
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/related; type=\"application/dicom\"; boundary={Boundary}");
        var answer = await client.PostAsync(path, cut);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var batch = (await client.GetFromJsonAsync<JsonObject>("/api/v1/batches"))!["items"]!.AsArray().Single(b => (string?)b!["name"] == "Cut")!;
        Assert.Equal(1, (int)batch["files"]!);
        // Sent once more, what came before is a duplicate and the rest comes in.
        var (status, again) = await Store(client, path, Slice(403, 0), Slice(403, 1));
        Assert.Equal((HttpStatusCode.OK, 2), (status, again["00081199"]!["Value"]!.AsArray().Count));
        Assert.Equal(2, (int)(await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch["id"]}"))!["counts"]!["accepted"]!);
    }

    [SkippableFact]
    public async Task What_the_disk_does_not_take_is_told_as_such_and_comes_in_when_it_is_sent_again()
    {
        var client = await App.As(Role.DataEngineer);
        var path = $"/dicomweb/studies?centre={await App.Centre("STF")}";
        await Store(client, path, Slice(406, 0));
        var incoming = Path.Combine(App.DataFolder, "store", "incoming");
        Directory.Move(incoming, incoming + ".away");
        var (status, answer) = await Store(client, path, Slice(406, 1), Slice(406, 2), "not DICOM at all"u8.ToArray());
        Directory.Move(incoming + ".away", incoming);
        Assert.Equal(HttpStatusCode.Conflict, status);
        var failed = answer["00081198"]!["Value"]!.AsArray();
        Assert.Equal([0xA700, 0xA700], failed.Select(f => (int)f!["00081197"]!["Value"]![0]!));
        Assert.Equal(SyntheticCt.Slice(406, 1, 3).GetString(DicomTags.SopInstanceUid), Text(failed[0]!, "00081155"));
        Assert.Single(answer["0008119A"]!["Value"]!.AsArray());
        (status, answer) = await Store(client, path, Slice(406, 1), Slice(406, 2));
        Assert.Equal((HttpStatusCode.OK, 2), (status, answer["00081199"]!["Value"]!.AsArray().Count));
    }

    [SkippableFact]
    public async Task A_nearly_full_disk_takes_what_is_small_and_tells_what_is_large_that_it_may_come_again()
    {
        var client = await App.As(Role.DataEngineer);
        var path = $"/dicomweb/studies?centre={await App.Centre("STN")}&batch=Full";
        var large = SyntheticCt.Slice(407, 1, 3).Set(DicomTags.Rows, 4200).Set(DicomTags.Columns, 4200).Set(DicomTags.PixelData, DicomVr.OW, new byte[4200 * 4200 * 2]);
        byte[][] files = [Slice(407, 0), SyntheticCt.File(large), Slice(407, 2)];
        var (status, answer) = await OnAFullDisk(() => Store(client, path, files));
        Assert.Equal((HttpStatusCode.Accepted, 2), (status, answer["00081199"]!["Value"]!.AsArray().Count));
        var failed = Assert.Single(answer["0008119A"]!["Value"]!.AsArray())!;
        Assert.Equal((0xA700, "archive.not-stored"), ((int)failed["00081197"]!["Value"]![0]!, Text(failed, "00000902")));
        var batch = (string)(await client.GetFromJsonAsync<JsonObject>("/api/v1/batches?size=100"))!["items"]!.AsArray().Single(b => (string?)b!["name"] == "Full")!["id"]!;
        await App.Settle();
        var noted = await App.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().SingleAsync(e => e.Action == "archive.stored" && e.ObjectId == batch));
        Assert.Equal("""{"stored":2,"failed":1}""", noted.Details);
        (status, answer) = await Store(client, path, files);
        Assert.Equal((HttpStatusCode.OK, 3), (status, answer["00081199"]!["Value"]!.AsArray().Count));
    }

    [SkippableFact]
    public async Task On_a_nearly_full_disk_a_large_file_and_an_archive_with_one_are_not_judged_and_may_come_again()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("STZ"));
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            await Add(archive, "0.dcm", Slice(408, 0));
            await Add(archive, "large.dcm", new byte[LargeFiles.LargestGrown + 1]);
        }

        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new("application/octet-stream");
        var answer = await OnAFullDisk(() => client.PostAsync($"/api/v1/batches/{batch}/files", content));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var again = await client.SendFile(batch, "study.zip", zip.ToArray());
        Assert.Equal(["duplicate", "refused"], again["entries"]!.AsArray().Select(e => (string)e!["outcome"]!));
    }

    [SkippableFact]
    public async Task Senders_at_once_share_the_batch_of_the_day_and_one_instance_may_come_alone()
    {
        var client = await App.As(Role.DataEngineer, "pacs-of-st4");
        var centre = await App.Centre("ST4");
        var sent = await Task.WhenAll(Enumerable.Range(0, 4).Select(async k =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/dicomweb/studies") { Content = new ByteArrayContent(Slice(404, k)) };
            request.Content.Headers.ContentType = new("application/dicom");
            request.Headers.Add("X-Pirogov-Centre", centre);
            return (await client.SendAsync(request)).StatusCode;
        }));
        Assert.All(sent, s => Assert.Equal(HttpStatusCode.OK, s));
        var batch = Assert.Single((await client.GetFromJsonAsync<JsonObject>("/api/v1/batches"))!["items"]!.AsArray(), b => (string?)b!["centreCode"] == "ST4")!;
        Assert.StartsWith("DICOMweb 2", (string?)batch["name"], StringComparison.Ordinal);
        Assert.Equal(4, (int)batch["files"]!);
    }

    [SkippableFact]
    public async Task Who_may_not_send_names_no_centre_or_sends_something_else_is_refused()
    {
        var centre = await App.Centre("ST5");
        await App.Centre("ST6");
        var engineer = await App.As(Role.DataEngineer);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(engineer, "/dicomweb/studies", Body(Slice(405, 0)))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(engineer, "/dicomweb/studies?centre=NOSUCH", Body(Slice(405, 0)))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await engineer.PostAsJsonAsync($"/dicomweb/studies?centre={centre}", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(engineer, $"/dicomweb/studies?centre={centre}", "no boundary in here"u8.ToArray())).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(await App.As(Role.Expert), $"/dicomweb/studies?centre={centre}", Body(Slice(405, 0)))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(await App.As(Role.CentreRepresentative), $"/dicomweb/studies?centre={centre}", Body(Slice(405, 0)))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Send(App.Nobody(), $"/dicomweb/studies?centre={centre}", Body(Slice(405, 0)))).StatusCode);
    }

    private async Task<T> OnAFullDisk<T>(Func<Task<T>> send)
    {
        var large = App.Services.GetRequiredService<LargeFiles>();
        var before = large.LeastFree;
        large.LeastFree = long.MaxValue;
        try
        {
            return await send();
        }
        finally
        {
            large.LeastFree = before;
        }
    }

    private static async Task Add(ZipArchive archive, string name, byte[] bytes)
    {
        await using var entry = await archive.CreateEntry(name).OpenAsync();
        await entry.WriteAsync(bytes);
    }

    private static byte[] Slice(int study, int k) => SyntheticCt.File(SyntheticCt.Slice(study, k, 3 * k));

    private static string? Text(JsonNode item, string tag) => (string?)item[tag]?["Value"]?[0];

    private static async Task<(HttpStatusCode Status, JsonObject Answer)> Store(HttpClient client, string path, params byte[][] files)
    {
        var answer = await Send(client, path, Body(files));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/dicom+json", text);
        return (answer.StatusCode, JsonNode.Parse(text)!.AsObject());
    }

    private static async Task<HttpResponseMessage> Send(HttpClient client, string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/related; type=\"application/dicom\"; boundary={Boundary}");
        return await client.PostAsync(path, content);
    }

    private static byte[] Body(params byte[][] files)
    {
        using var body = new MemoryStream();
        foreach (var file in files)
        {
            body.Write(Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n"));
            body.Write(file);
            body.Write("\r\n"u8);
        }

        body.Write(Encoding.ASCII.GetBytes($"--{Boundary}--\r\n"));
        return body.ToArray();
    }
}
