using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using static Pirogov.Integration.Archive.DicomwebClient;

namespace Pirogov.Integration.Archive;

/// <summary>Lets one expert see one case, as a reading would.</summary>
internal sealed class GivenCases : ICaseAccessRule
{
    public HashSet<(Guid Account, CaseId Case)> Given { get; } = [];

    public Task<bool> MaySee(Actor actor, CaseId id, CancellationToken cancellation) => Task.FromResult(Given.Contains((actor.AccountId, id)));
}

public sealed class DicomwebApp() : PirogovApp(Engine.Sqlite)
{
    internal GivenCases Given { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ICaseAccessRule>(Given);
}

public sealed class DicomwebTests(DicomwebApp app) : IClassFixture<DicomwebApp>
{
    [Fact]
    public async Task Studies_are_found_by_wildcard_and_list_the_mandatory_attributes()
    {
        var (client, study, _) = await Study("DW1", 301);
        var found = await Json(client, $"/dicomweb/studies?PatientID=P-*&ModalitiesInStudy=CT&StudyInstanceUID={study}");
        var one = Assert.Single(found)!.AsObject();
        foreach (var tag in new[] { "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00081190", "00100010", "00100020", "00100030",
                     "00100040", "0020000D", "00200010", "00201206", "00201208" })
            Assert.True(one.ContainsKey(tag), tag);
        Assert.Equal(4, (int)one["00201208"]!["Value"]![0]!);
        Assert.StartsWith("P-", (string?)one["00100010"]!["Value"]![0]!["Alphabetic"], StringComparison.Ordinal);
        Assert.Empty(await Json(client, $"/dicomweb/studies?PatientID=Q?*&StudyInstanceUID={study}"));
        Assert.Empty(await Json(client, $"/dicomweb/studies?PatientName={Uri.EscapeDataString("Выдуманов*")}"));
    }

    [Fact]
    public async Task Searches_page_and_ignore_what_they_do_not_know_with_a_warning()
    {
        var (client, study, series) = await Study("DW2", 302);
        var first = await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances?limit=3&includefield=all");
        var rest = await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances?limit=3&offset=3");
        Assert.Equal((3, 1), (first.Count, rest.Count));
        Assert.Equal([1, 2, 3], first.Select(i => (int)i!["00200013"]!["Value"]![0]!));
        var unknown = await client.GetAsync("/dicomweb/series?NoSuchThing=1");
        Assert.Equal(HttpStatusCode.OK, unknown.StatusCode);
        Assert.Equal("application/dicom+json", unknown.Content.Headers.ContentType!.MediaType);
        Assert.True(unknown.Headers.Contains("Warning"));
    }

    [Fact]
    public async Task Searches_bring_the_fields_asked_for_and_answer_in_XML()
    {
        var (client, study, series) = await Study("DW8", 308);
        var one = (await Json(client, $"/dicomweb/studies?StudyInstanceUID={study}&includefield=Manufacturer,PixelSpacing"))[0]!.AsObject();
        Assert.Equal("Vendor", (string?)one["00080070"]!["Value"]![0]);
        Assert.Equal(one.Select(a => a.Key).Order(StringComparer.Ordinal), one.Select(a => a.Key));
        var instances = await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances?includefield=all");
        Assert.Equal([0, 3, 6, 9], instances.Select(i => (int)i!["00200032"]!["Value"]![2]!));
        var name = (string)one["00100010"]!["Value"]![0]!["Alphabetic"]!;
        Assert.Single(await Json(client, $"/dicomweb/studies?PatientName={name.ToLowerInvariant()}&fuzzymatching=true&StudyInstanceUID={study}"));
        Assert.Equal(HttpStatusCode.NoContent, (await client.GetAsync($"/dicomweb/studies?PatientName={name[..8]}&StudyInstanceUID={study}")).StatusCode);
        var parts = await Parts(await Get(client, $"/dicomweb/studies/{study}/instances", "multipart/related; type=\"application/dicom+xml\""));
        Assert.Equal(4, parts.Count);
        Assert.All(parts, p => Assert.Equal(series, DicomXml.Parse(p.Body).GetString(DicomTags.SeriesInstanceUid)));
    }

    [Fact]
    public async Task Metadata_hold_every_attribute_but_pixels_and_the_viewer_contract_names_the_series()
    {
        var (client, study, series) = await Study("DW3", 303);
        var metadata = await Json(client, $"/dicomweb/studies/{study}/series/{series}/metadata");
        Assert.Equal(4, metadata.Count);
        Assert.All(metadata, m => Assert.StartsWith($"http://localhost/dicomweb/studies/{study}/series/{series}/instances/{m!["00080018"]!["Value"]![0]}/bulkdata/7FE00010", (string?)m["7FE00010"]!["BulkDataURI"], StringComparison.Ordinal));
        Assert.Equal(64, (int)metadata[0]!["00280010"]!["Value"]![0]!);
        var instance = (string)metadata[1]!["00080018"]!["Value"]![0]!;
        Assert.Equal(instance, (string?)(await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances/{instance}/metadata"))[0]!["00080018"]!["Value"]![0]);
    }

    [Fact]
    public async Task Metadata_come_in_XML_too_and_bulk_data_from_the_addresses_that_they_name_whole_or_in_ranges()
    {
        var (client, study, series) = await Study("DW12", 312);
        var path = $"/dicomweb/studies/{study}/series/{series}/metadata";
        var json = await Json(client, path);
        var parts = await Parts(await Get(client, path, "multipart/related; type=\"application/dicom+xml\""));
        Assert.Equal(4, parts.Count);
        var address = (string)json[0]!["7FE00010"]!["BulkDataURI"]!;
        Assert.Contains(address, Encoding.UTF8.GetString(parts[0].Body), StringComparison.Ordinal);
        Assert.Equal(json.Select(m => (string)m!["00080018"]!["Value"]![0]!), parts.Select(p => DicomXml.Parse(p.Body).GetString(DicomTags.SopInstanceUid)!));
        using var preferring = new HttpRequestMessage(HttpMethod.Get, path);
        preferring.Headers.TryAddWithoutValidation("Accept", "application/dicom+json; q=0.2, multipart/related; type=\"application/dicom+xml\"");
        Assert.Equal("multipart/related", (await client.SendAsync(preferring)).Content.Headers.ContentType!.MediaType);

        var expected = SyntheticCt.Slice(312, 0, 0).Find(DicomTags.PixelData)!.Bytes.ToArray();
        var bulk = new Uri(address).PathAndQuery;
        Assert.Equal(expected, Assert.Single(await Parts(await Get(client, bulk, "multipart/related; type=\"application/octet-stream\""))).Body);
        Assert.Equal(expected, await (await Get(client, bulk, "application/octet-stream")).Content.ReadAsByteArrayAsync());
        using var range = new HttpRequestMessage(HttpMethod.Get, bulk);
        range.Headers.Range = new(100, 199);
        var some = await client.SendAsync(range);
        Assert.Equal(HttpStatusCode.PartialContent, some.StatusCode);
        Assert.Equal(expected[100..200], await some.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(bulk.Replace("7FE00010", "00420011", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(HttpStatusCode.NotAcceptable, (await Get(client, bulk, "image/png")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await (await app.As(Role.Expert, "stranger")).GetAsync(bulk)).StatusCode);
    }

    [Fact]
    public async Task Frames_come_as_one_framed_part_with_their_native_pixels_and_are_cached_by_tag()
    {
        var (client, study, series) = await Study("DW4", 304);
        var sop = (string)(await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances?InstanceNumber=2"))[0]!["00080018"]!["Value"]![0]!;
        var answer = await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/1", AnySyntax);
        var (headers, body) = Assert.Single(await Parts(answer));
        Assert.Contains("transfer-syntax=1.2.840.10008.1.2.1", headers, StringComparison.Ordinal);
        Assert.Equal(SyntheticCt.Slice(304, 1, 3).Find(DicomTags.PixelData)!.Bytes.ToArray(), body);
        // As Cornerstone3D sends it: a type with a slash and no quotes.
        using var unquoted = new HttpRequestMessage(HttpMethod.Get, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/1");
        unquoted.Headers.TryAddWithoutValidation("Accept", "multipart/related; type=application/octet-stream; transfer-syntax=*");
        Assert.Equal(body, Assert.Single(await Parts(await client.SendAsync(unquoted))).Body);
        Assert.True(answer.Headers.CacheControl!.Private);
        client.DefaultRequestHeaders.IfNoneMatch.Add(answer.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/1", AnySyntax)).StatusCode);
        client.DefaultRequestHeaders.IfNoneMatch.Clear();
        Assert.Equal(HttpStatusCode.NotFound, (await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/2", AnySyntax)).StatusCode);
        Assert.Equal(HttpStatusCode.NotAcceptable, (await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/1", "image/png")).StatusCode);
    }

    [Theory]
    [InlineData(DicomUids.JPEGLSLossless, "image/jls", 309)]
    [InlineData(DicomUids.JPEG2000Lossless, "image/jp2", 310)]
    [InlineData(DicomUids.RLELossless, "image/dicom-rle", 311)]
    public async Task What_a_caller_takes_compressed_only_is_compressed_without_loss(string syntax, string type, int number)
    {
        var (client, study, series) = await Study("DW" + number, number);
        var sop = (string)(await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances?InstanceNumber=2"))[0]!["00080018"]!["Value"]![0]!;
        var expected = SyntheticCt.Slice(number, 1, 3).Find(DicomTags.PixelData)!.Bytes.ToArray();

        var whole = await Parts(await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}", $"multipart/related; type=\"application/dicom\"; transfer-syntax={syntax}"));
        var file = DicomReader.Read(Assert.Single(whole).Body);
        Assert.Equal(syntax, file.TransferSyntax.Uid);
        Assert.Equal(expected, DicomImage.Open(file).Decode(0).Samples);

        var (headers, frame) = Assert.Single(await Parts(await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/1", $"multipart/related; type=\"{type}\"")));
        Assert.Contains($"{type}; transfer-syntax={syntax}", headers, StringComparison.Ordinal);
        Assert.Equal(expected, PixelDecoder.Decode(syntax, DicomImage.Open(file).Description, frame).Samples);
    }

    [Fact]
    public async Task A_series_is_retrieved_as_readable_files_and_rendered_as_pictures()
    {
        var (client, study, series) = await Study("DW5", 305);
        var answer = await Get(client, $"/dicomweb/studies/{study}/series/{series}", "multipart/related; type=\"application/dicom\"");
        var parts = await Parts(answer);
        Assert.Equal(4, parts.Count);
        Assert.All(parts, p => Assert.Equal(series, DicomReader.Read(p.Body).Dataset.GetString(DicomTags.SeriesInstanceUid)));
        var pictures = await Parts(await Get(client, $"/dicomweb/studies/{study}/series/{series}/rendered?viewport=32,32", "multipart/related; type=\"image/jpeg\""));
        Assert.Equal(4, pictures.Count);
        Assert.All(pictures, p => Assert.Equal([0xFF, 0xD8], p.Body[..2]));
        Assert.Equal(HttpStatusCode.NotAcceptable, (await Get(client, $"/dicomweb/studies/{study}/rendered", "image/png")).StatusCode);
        var sop = DicomReader.Read(parts[0].Body).SopInstanceUid;
        AssertPictureOf(DicomReader.Read(parts[0].Body), await client.GetByteArrayAsync($"/dicomweb/studies/{study}/series/{series}/instances/{sop}/rendered"));
        foreach (var picture in new[] { $"series/{series}/instances/{sop}/rendered?viewport=32,32", $"series/{series}/thumbnail?viewport=128,128", "thumbnail" })
        {
            var jpeg = await client.GetAsync($"/dicomweb/studies/{study}/{picture}");
            Assert.Equal("image/jpeg", jpeg.Content.Headers.ContentType!.MediaType);
            Assert.Equal([0xFF, 0xD8], (await jpeg.Content.ReadAsByteArrayAsync())[..2]);
        }
    }

    [Fact]
    public async Task A_picture_is_cropped_scaled_flipped_and_windowed_as_asked_and_refused_when_it_cannot_be_read()
    {
        var (client, study, series) = await Study("DW9", 309);
        var sop = (string)(await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances"))[0]!["00080018"]!["Value"]![0]!;
        var (columns, rows) = (SyntheticCt.Slice(309, 1, 1).GetInt(DicomTags.Columns)!.Value, SyntheticCt.Slice(309, 1, 1).GetInt(DicomTags.Rows)!.Value);
        var instance = $"/dicomweb/studies/{study}/series/{series}/instances/{sop}";
        foreach (var (query, width, height) in new[]
                 {
                     ("", columns, rows), ("?viewport=200,100", 100, 100), ("?viewport=300,300,0,0,10,5", 300, 150), ("?viewport=20,20,,,-4,4&window=40,400,linear&quality=50", 20, 20),
                     ("?annotation=patient,technique&iccprofile=no&window=1,2,sigmoid", columns, rows),
                 })
            Assert.Equal((width, height), JpegSize(await client.GetByteArrayAsync($"{instance}/rendered{query}")));
        var annotated = await client.GetAsync($"{instance}/rendered?annotation=technique");
        Assert.Contains("annotation values are not supported: technique", Assert.Single(annotated.Headers.GetValues("Warning")), StringComparison.Ordinal);
        Assert.NotEqual(await client.GetByteArrayAsync($"{instance}/rendered?window=-9000,1,linear"), await client.GetByteArrayAsync($"{instance}/rendered?window=9000,1,linear"));
        foreach (var query in new[]
                 {
                     "viewport=", "viewport=100", "viewport=0,10", "viewport=10.5,10", "viewport=10,10,", "viewport=10,10,a", "viewport=10,10,,,0,5", "viewport=10,10,5000,0", "viewport=99999,10",
                     "viewport=10,10,1,1,1,1,1", "quality=0", "quality=101", "quality=x", "window=40,400", "window=40,0,linear", "window=40,400,square", "annotation=", "annotation=birthday", "iccprofile=srgb",
                 })
        {
            var refused = await client.GetAsync($"{instance}/rendered?{query}");
            Assert.True(refused.StatusCode == HttpStatusCode.BadRequest, $"{query}: {refused.StatusCode}");
            Assert.Contains("archive.rendering-malformed", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"{instance}/thumbnail?viewport=10,10,1,1")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/dicomweb/studies/{study}/rendered?viewport=10")).StatusCode);
        foreach (var path in new[] { $"{instance}/thumbnail", $"/dicomweb/studies/{study}/thumbnail", $"/dicomweb/studies/{study}/series/{series}/thumbnail" })
            Assert.Equal((48, 48), JpegSize(await client.GetByteArrayAsync($"{path}?viewport=48,64")));
    }

    /// <summary>The picture, decoded, is the file's as it is shown, within what JPEG loses.</summary>
    private static void AssertPictureOf(DicomFile file, byte[] jpeg)
    {
        var expected = DicomImage.Open(file).Render(0, own => own with { MaxSide = int.MaxValue, PixelAspect = 1 });
        var description = new PixelDescription(expected.Rows, expected.Columns, 8, 8, 7, 0, 1, 0, "MONOCHROME2");
        var shown = PixelDecoder.Decode(DicomUids.JPEGBaseline8Bit, description, jpeg).Samples;
        Assert.Equal(expected.Pixels.Length, shown.Length);
        Assert.InRange(Enumerable.Range(0, shown.Length).Max(i => Math.Abs(shown[i] - expected.Pixels[i])), 0, 8);
    }

    /// <summary>Of the frame header (ITU-T T.81 B.2.2).</summary>
    private static (int Width, int Height) JpegSize(byte[] jpeg)
    {
        for (var at = 2; ; at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]))
        {
            if (jpeg[at + 1] is >= 0xC0 and <= 0xC2)
                return ((jpeg[at + 7] << 8) | jpeg[at + 8], (jpeg[at + 5] << 8) | jpeg[at + 6]);
        }
    }

    [Fact]
    public async Task Only_whom_the_rules_let_sees_a_case()
    {
        var organisation = await app.InDatabase(async db =>
        {
            var made = new Organisation("Больница " + Guid.CreateVersion7());
            db.Add(made);
            await db.SaveChangesAsync();
            return made.Id;
        });
        await app.Centre("DW6", organisation.Value);
        var (_, study, series) = await Study("DW6", 306);
        var path = $"/dicomweb/studies/{study}/series/{series}/metadata";
        var own = await app.As("own-representative", [Role.CentreRepresentative], organisation);
        var foreign = await app.As("foreign-representative", [Role.CentreRepresentative], null);
        var expert = await app.As(Role.Expert, "expert-of-dw6");
        Assert.Equal(HttpStatusCode.OK, (await own.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await foreign.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await expert.GetAsync(path)).StatusCode);
        Assert.Empty(await Json(expert, $"/dicomweb/studies?StudyInstanceUID={study}"));
        Assert.Equal(HttpStatusCode.Forbidden, (await expert.GetAsync("/api/v1/cases")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Nobody().GetAsync(path)).StatusCode);
        Assert.NotEmpty(await Json(own, "/dicomweb/studies"));
        Assert.Empty(await Json(foreign, "/dicomweb/studies"));
        var id = await app.InScope(async s => (await s.GetRequiredService<ICases>().Search(new(Text: "DW6-000001"), 1, 1, default)).Items[0].Id);
        app.Given.Given.Add(((await app.Person("expert-of-dw6", [Role.Expert])).Id, id));
        Assert.Equal(HttpStatusCode.OK, (await expert.GetAsync(path)).StatusCode);
        Assert.Single(await Json(expert, $"/dicomweb/studies?StudyInstanceUID={study}"));
        // However many are named: each is judged.
        var many = string.Join(',', Enumerable.Range(1, 600).Select(k => $"1.2.{k}").Append(study));
        Assert.Single(await Json(expert, $"/dicomweb/studies?StudyInstanceUID={many}"));
        Assert.Equal(HttpStatusCode.OK, (await expert.GetAsync($"/api/v1/cases/{id}/viewer")).StatusCode);
    }

    [Fact]
    public async Task A_series_read_frame_by_frame_is_one_entry_of_the_audit_log()
    {
        var (client, study, series) = await Study("DW7", 307);
        await client.GetAsync($"/dicomweb/studies/{study}/series/{series}/metadata");
        foreach (var instance in await Json(client, $"/dicomweb/studies/{study}/series/{series}/instances"))
            await Get(client, $"/dicomweb/studies/{study}/series/{series}/instances/{instance!["00080018"]!["Value"]![0]}/frames/1", AnySyntax);
        await app.Settle();
        Assert.Equal(1, await app.InDatabase(db => db.Set<AuditEntry>().CountAsync(e => e.Action == "archive.retrieved" && e.ObjectId == series)));
    }

    private async Task<(HttpClient Client, string Study, string Series)> Study(string centre, int study)
    {
        var client = await app.As(Role.DataEngineer);
        var (_, row) = await app.SendStudy(client, await app.Centre(centre), study);
        var viewer = await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{row["id"]}/viewer");
        var series = viewer!["series"]![0]!;
        return (client, (string)series["studyInstanceUid"]!, (string)series["seriesInstanceUid"]!);
    }
}
