using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Unit.Deidentification;

namespace Pirogov.Integration.Archive;

/// <summary>
/// Objects in which every attribute of the profile, and every name a sender gives, is a marker: through the upload, a zip and STOW-RS, accepted, set aside
/// and refused. No marker may stand in any byte that is left: the store, the database, the log, what is answered, previews included.
/// </summary>
public sealed class MarkersAtTheDoorsTests : IClassFixture<SqliteApp>
{
    /// <summary>Shorter values would be found by chance.</summary>
    private const int ShortestMarker = 8;
    private const string Study = "1.2.999.7001";

    private readonly SqliteApp app;
    private readonly List<byte[]> markers;
    private readonly List<byte[]> answers = [];
    private int next;

    public MarkersAtTheDoorsTests(SqliteApp app)
    {
        this.app = app;
        markers = [.. new MarkerCorpus().Markers.Select(m => m.Bytes).Where(b => b.Length >= ShortestMarker), "МаркерИмени"u8.ToArray(), "1.2.999.700"u8.ToArray()];
    }

    [Fact]
    public async Task No_marker_of_any_kind_of_object_is_left_behind_any_door()
    {
        var client = await app.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await app.Centre("MRK1"));
        Assert.Equal("accepted", await Upload(client, batch, Marked(DicomUids.CTImageStorage)));
        Assert.Equal("accepted", await Upload(client, batch, Marked(DicomUids.MRImageStorage, "ISO_IR 144")));
        Assert.Equal("quarantined", await Upload(client, batch, Marked(DicomUids.UltrasoundImageStorage)));
        Assert.Equal("quarantined", await Upload(client, batch, Marked(DicomUids.SecondaryCaptureImageStorage, "ISO_IR 192")));
        Assert.Equal("refused", await Upload(client, batch, Marked(DicomUids.BasicTextSRStorage)));
        Assert.Equal("refused", await Upload(client, batch, Marked(DicomUids.EncapsulatedPDFStorage)));
        var whole = Marked(DicomUids.CTImageStorage);
        Assert.True(markers.Count(m => whole.AsSpan().IndexOf(m) >= 0) > 400, "What is sent is marked.");
        foreach (var end in new[] { whole.Length / 3, whole.Length - 3 })
            Assert.Equal("refused", await Upload(client, batch, whole[..end]));
        await StoreOverTheWeb(client);
        await Review(client, batch);
        answers.Add(Encoding.UTF8.GetBytes((await app.Close(client, batch)).ToJsonString()));
        answers.Add(await client.GetByteArrayAsync($"/api/v1/batches/{batch}/files?size=200"));
        await ReadEverything(client, batch);
        await SearchEverything();
    }

    private byte[] Marked(string sopClass, string? characterSet = null)
    {
        var dataset = new MarkerCorpus().File.Dataset;
        dataset.Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, $"1.2.999.700{next++}").Set(DicomTags.StudyInstanceUid, Study)
            .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 12)
            .Set(DicomTags.HighBit, 11).Set(DicomTags.PixelRepresentation, 0);
        foreach (var overlay in dataset.Where(e => e.Tag.Group is >= 0x6000 and <= 0x60FF).Select(e => e.Tag).ToArray())
            dataset.Remove(overlay);
        if (characterSet is not null)
            dataset.Set(DicomTags.SpecificCharacterSet, characterSet);
        return DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
    }

    private async Task<string?> Upload(HttpClient client, string batch, byte[] file)
    {
        // The answer repeats the sender's own name to the sender; nobody else is told it.
        var sent = await client.SendFile(batch, $"МаркерИмени {next}.dcm", file);
        sent.Remove("name");
        answers.Add(Encoding.UTF8.GetBytes(sent.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
        return (string?)sent["outcome"];
    }

    private async Task StoreOverTheWeb(HttpClient client)
    {
        using var body = new MultipartContent("related", "marker-boundary");
        foreach (var file in new[] { Marked(DicomUids.CTImageStorage), Marked(DicomUids.EncapsulatedPDFStorage), Marked(DicomUids.CTImageStorage)[..700] })
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
            body.Add(part);
        }

        var answer = await client.PostAsync("/dicomweb/studies?centre=MRK1", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        // PS3.18 10.5.3 names what could not be stored by the sender's own UIDs, to the sender alone.
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("MRK", text.Replace("MRK1", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task Review(HttpClient client, string batch)
    {
        var view = await client.GetStringAsync($"/api/v1/batches/{batch}/review");
        answers.Add(Encoding.UTF8.GetBytes(view));
        var items = JsonNode.Parse(view)!["items"]!.AsArray();
        Assert.Equal(2, items.Count);
        foreach (var item in items)
        {
            answers.Add(await client.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{item!["id"]}/image"));
            var decided = await client.PostAsJsonAsync($"/api/v1/batches/{batch}/review/{item["id"]}", new { decision = "accepted", regions = Array.Empty<object>(), version = (int)item["version"]! });
            Assert.True(decided.IsSuccessStatusCode, await decided.Content.ReadAsStringAsync());
        }
    }

    private async Task ReadEverything(HttpClient client, string batch)
    {
        var rows = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}&size=200"))!["items"]!.AsArray();
        Assert.NotEmpty(rows);
        var instances = (await client.GetFromJsonAsync<JsonArray>("/dicomweb/instances?includefield=all"))!;
        Assert.Equal(4, instances.Count);
        answers.Add(Encoding.UTF8.GetBytes(instances.ToJsonString()));
        foreach (var row in rows)
        {
            answers.Add(await client.GetByteArrayAsync($"/api/v1/cases/{row!["id"]}"));
            answers.Add(await client.GetByteArrayAsync($"/api/v1/cases/{row["id"]}/viewer"));
        }

        foreach (var instance in instances)
        {
            string Uid(string tag) => (string)instance![tag]!["Value"]![0]!;
            var address = $"/dicomweb/studies/{Uid("0020000D")}/series/{Uid("0020000E")}/instances/{Uid("00080018")}";
            foreach (var part in new[] { "", "/metadata", "/rendered", "/frames/1" })
                answers.Add(await client.GetByteArrayAsync(address + part));
        }
    }

    private async Task SearchEverything()
    {
        foreach (var answer in answers)
            Search("an answer", answer);
        Search("the log", Encoding.UTF8.GetBytes(app.Log.All));
        foreach (var path in Directory.EnumerateFiles(app.DataFolder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes);
            Search(path, bytes.ToArray());
        }
    }

    private void Search(string where, byte[] bytes)
    {
        var faults = markers.Where(m => bytes.AsSpan().IndexOf(m) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Encoding.Latin1.GetString(m))) >= 0)
            .Select(Encoding.UTF8.GetString).Take(10).ToArray();
        Assert.True(faults.Length == 0, $"{string.Join(", ", faults)} in {where}");
    }
}
