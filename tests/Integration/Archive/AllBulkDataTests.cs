using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using static Pirogov.Integration.Archive.DicomwebClient;

namespace Pirogov.Integration.Archive;

public sealed class AllBulkDataOnSqlite(SqliteApp app) : AllBulkDataTests(app), IClassFixture<SqliteApp>;

public sealed class AllBulkDataOnPostgreSql(PostgreSqlApp app) : AllBulkDataTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>Bulk data and pixel data of a study, series or instance in one answer (PS3.18 10.4.1.1.5, 10.4.1.1.6).</summary>
public abstract class AllBulkDataTests(PirogovApp app) : OnBothEngines(app)
{
    private const string Octets = "multipart/related; type=\"application/octet-stream\"";

    [SkippableFact]
    public async Task Every_address_of_the_metadata_is_found_among_the_parts_with_the_bytes_that_it_answers_itself()
    {
        var client = await App.As(Role.DataEngineer);
        var study = await Sent(client, "BD1", WithTables(361, 0), Compressed(361, 1), Tiny(361, 2));
        var series = $"{study}/series/{(await Json(client, study + "/series"))[0]!["0020000E"]!["Value"]![0]}";
        foreach (var what in new[] { study, series }.Concat((await Json(client, series + "/instances")).Select(i => $"{series}/instances/{i!["00080018"]!["Value"]![0]}")))
        {
            var named = (await Json(client, what + "/metadata")).SelectMany(Addresses).ToArray();
            Assert.NotEmpty(named);
            foreach (var accept in new[] { Octets, AnySyntax })
            {
                var parts = await Located(client, what + "/bulkdata", accept);
                Assert.Equal(named.Order(StringComparer.Ordinal), parts.Select(p => Whole(p.Location)).Distinct().Order(StringComparer.Ordinal));
                foreach (var address in named)
                {
                    Assert.Equal(await Located(client, new Uri(address).PathAndQuery, accept), parts.Where(p => Whole(p.Location) == address));
                }

                Assert.Equal(parts.Where(p => Whole(p.Location).EndsWith("/bulkdata/7FE00010", StringComparison.Ordinal)), await Located(client, what + "/pixeldata", accept));
            }
        }

        // A table inside a sequence, three frames of their own addresses, and an image of 256 bytes.
        var all = await Located(client, series + "/bulkdata", Octets);
        var table = Assert.Single(all, p => p.Location.Contains("00283010/1/00283006", StringComparison.Ordinal));
        Assert.Equal(Convert.ToBase64String(Table), table.Body);
        Assert.Equal(Convert.ToBase64String(Table), Convert.ToBase64String(await (await Get(client, new Uri(table.Location).PathAndQuery, "application/octet-stream")).Content.ReadAsByteArrayAsync()));
        var frames = all.Where(p => p.Location.Contains("/frames/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, frames.Length);
        foreach (var frame in frames)
            Assert.Equal([frame], await Located(client, new Uri(frame.Location).PathAndQuery, Octets));
        Assert.Contains(all, p => Convert.FromBase64String(p.Body).Length == 256);
    }

    [SkippableFact]
    public async Task They_are_negotiated_cached_authorised_and_noted_as_every_other_answer()
    {
        var client = await App.As(Role.DataEngineer);
        var study = await Sent(client, "BD2", Compressed(362, 0), Tiny(362, 1));
        foreach (var path in new[] { "/bulkdata", "/pixeldata" })
        {
            foreach (var refused in new[] { "image/png", "multipart/related; type=\"image/png\"", "application/octet-stream" })
                Assert.Equal(HttpStatusCode.NotAcceptable, (await Get(client, study + path, refused)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await Get(client, study.Replace("studies/", "studies/1", StringComparison.Ordinal) + path, Octets)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await Get(client, study + "/series/1.2.3/instances/1.2.3" + path, Octets)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await Get(await App.As(Role.Expert, "stranger"), study + path, Octets)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await Get(App.Nobody(), study + path, Octets)).StatusCode);
            using var answer = await Get(client, study + path, Octets);
            Assert.True(answer.Headers.CacheControl!.Private);
            using var again = new HttpRequestMessage(HttpMethod.Get, study + path);
            again.Headers.TryAddWithoutValidation("Accept", Octets);
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again)).StatusCode);
            Assert.NotEqual(answer.Headers.ETag, (await Get(client, study + path, AnySyntax)).Headers.ETag);
        }

        Assert.Equal(HttpStatusCode.NotAcceptable, (await Get(client, study + "/bulkdata", "multipart/related; type=\"image/jls\"")).StatusCode);
        var pictures = await Located(client, study + "/pixeldata", "multipart/related; type=\"image/jls\"");
        Assert.All(pictures, p => Assert.Equal([0xFF, 0xD8, 0xFF], Convert.FromBase64String(p.Body)[..3]));
        await App.Settle();
        var uid = study[(study.LastIndexOf('/') + 1)..];
        Assert.Equal(1, await App.InDatabase(db => db.Set<AuditEntry>().CountAsync(e => e.Action == "archive.retrieved" && e.ObjectKind == "study" && e.ObjectId == uid)));
    }

    [SkippableFact]
    public async Task Instances_too_large_to_be_held_are_given_from_where_they_lie()
    {
        const int side = 5900;
        var client = await App.As(Role.DataEngineer);
        var large = Enumerable.Range(0, 2).Select(k =>
        {
            var pixels = new byte[side * side * 2];
            for (var i = 0; i < pixels.Length; i += 997)
                pixels[i] = (byte)(i + k + 1);
            return pixels;
        }).ToArray();
        Assert.True(large[0].Length > Admission.LargestFile);
        var study = await Sent(client, "BD3", [.. large.Select((pixels, k) =>
            SyntheticCt.File(SyntheticCt.Slice(363, k, 3 * k).Set(DicomTags.Rows, side).Set(DicomTags.Columns, side).Set(DicomTags.PixelData, DicomVr.OW, pixels)))]);
        var parts = await Parts(await Get(client, study + "/bulkdata", Octets));
        Assert.Equal(large.Select(Hash), parts.Select(p => Hash(p.Body)));
    }

    [SkippableFact]
    public async Task What_has_no_bulk_data_has_none_to_give()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("BD4");
        (await client.PutAsync($"/api/v1/centres/{centre}/deidentification", System.Net.Http.Json.JsonContent.Create(new { options = new[] { "cleanStructuredContent" } }))).EnsureSuccessStatusCode();
        var report = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.SopClassUid, "1.2.840.10008.5.1.4.1.1.88.67").Set(DicomTags.SopInstanceUid, "1.2.3.364.1").Set(DicomTags.StudyInstanceUid, "1.2.3.364")
            .Set(DicomTags.SeriesInstanceUid, "1.2.3.364.2").Set(DicomTags.Modality, "SR").Set(DicomTags.PatientID, "7").Set(DicomTags.PatientName, "Выдуманов^Пётр").Set(DicomTags.ValueType, "CONTAINER");
        var study = await Sent(client, centre, SyntheticCt.File(report));
        Assert.Equal(HttpStatusCode.NotFound, (await Get(client, study + "/bulkdata", Octets)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Get(client, study + "/pixeldata", Octets)).StatusCode);
    }

    private static readonly byte[] Table = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7))];

    /// <summary>A table of grays inside a sequence, too long to stand in the metadata.</summary>
    private static byte[] WithTables(int study, int k)
    {
        var slice = SyntheticCt.Slice(study, k, 3 * k);
        slice.SetItems(DicomTags.VOILUTSequence, [new DicomDataset().Set(DicomTags.LUTDescriptor, DicomVr.US, (byte[])[0, 8, 0, 0, 16, 0]).Set(DicomTags.LUTData, DicomVr.OW, Table)]);
        return SyntheticCt.File(slice);
    }

    private static byte[] Compressed(int study, int k)
    {
        var slice = SyntheticCt.Slice(study, k, 3 * k);
        var frame = slice.Find(DicomTags.PixelData)!.Bytes.ToArray();
        return DicomWriter.ToBytes(DicomTranscoder.To(
            DicomFile.Create(slice.Set(DicomTags.NumberOfFrames, 3).Set(DicomTags.PixelData, DicomVr.OW, (byte[])[.. frame, .. frame.Reverse(), .. frame]), DicomUids.ExplicitVRLittleEndian), DicomUids.JPEGLSLossless));
    }

    private static byte[] Tiny(int study, int k) => SyntheticCt.File(SyntheticCt.Slice(study, k, 3 * k).Set(DicomTags.Rows, 16).Set(DicomTags.Columns, 8).Set(DicomTags.PixelData, DicomVr.OW, new byte[256]));

    private async Task<string> Sent(HttpClient client, string code, params byte[][] files)
    {
        var batch = await client.OpenBatch(code.StartsWith("BD4", StringComparison.Ordinal) ? code : await App.Centre(code));
        foreach (var (file, k) in files.Select((f, k) => (f, k)))
            Assert.Equal("accepted", (string?)(await client.SendFile(batch, $"{k}.dcm", file))["outcome"]);
        await App.Close(client, batch);
        var id = BatchId.From(Guid.Parse(batch));
        return "/dicomweb/studies/" + await App.InDatabase(db => db.Set<Instance>().Where(i => i.BatchId == id).Select(i => i.StudyInstanceUid).Distinct().SingleAsync());
    }

    private static IEnumerable<string> Addresses(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "BulkDataURI" ? [(string)p.Value!] : Addresses(p.Value)),
        JsonArray a => a.SelectMany(Addresses),
        _ => [],
    };

    private static string Whole(string location) => location.Split("/frames/")[0];

    private static string Hash(byte[] bytes) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes));

    /// <summary>Parts by the addresses that they name; bodies in base 64, so that they compare.</summary>
    private static async Task<IReadOnlyList<(string Location, string Type, string Body)>> Located(HttpClient client, string path, string accept) =>
        [.. (await Parts(await Get(client, path, accept))).Select(p => (Header(p.Headers, "Content-Location"), Header(p.Headers, "Content-Type"), Convert.ToBase64String(p.Body)))];

    private static string Header(string headers, string name) =>
        headers.Split("\r\n").Single(h => h.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];
}
