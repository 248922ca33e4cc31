using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public abstract class ReviewTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task Pixels_that_may_name_somebody_wait_until_a_person_has_accepted_masked_or_rejected_them()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV1"));
        for (var k = 0; k < 4; k++)
            Assert.Equal("quarantined", (string?)(await client.SendFile(batch, $"{k}", SyntheticCt.File(Capture(301, k))))["outcome"]);
        Assert.Equal("accepted", (string?)(await client.SendFile(batch, "ct", SyntheticCt.File(SyntheticCt.Slice(301, 9, 0))))["outcome"]);
        Assert.Equal("duplicate", (string?)(await client.SendFile(batch, "again", SyntheticCt.File(Capture(301, 0))))["outcome"]);

        var items = await Items(client, batch);
        Assert.Equal(4, items.Count);
        Assert.All(items, i => Assert.Equal("burned-in-annotation", (string?)i!["reason"]));
        foreach (var item in items)
            await Look(client, batch, (long)item!["id"]!);
        await Decide(client, batch, items[0]!, "accepted");
        await Decide(client, batch, items[1]!, "masked", new { x = 8, y = 4, width = 16, height = 10 });
        await Decide(client, batch, items[2]!, "rejected");
        Assert.Equal(HttpStatusCode.Conflict, (await client.PostAsync($"/api/v1/batches/{batch}/close", null)).StatusCode);

        // The last one is decided, taken back, and decided again.
        await Decide(client, batch, items[3]!, "accepted");
        await Decide(client, batch, (await Items(client, batch))[3]!, "waiting");
        Assert.Equal("waiting", (string?)(await Items(client, batch))[3]!["decision"]);
        await Decide(client, batch, (await Items(client, batch))[3]!, "rejected");
        var report = await App.Close(client, batch);

        Assert.Equal((3, 2, 0), ((int)report["counts"]!["accepted"]!, (int)report["counts"]!["refused"]!, (int)report["counts"]!["waiting"]!));
        var files = await Files(client, batch);
        var plain = files.Single(f => f.Dataset.GetInt(DicomTags.InstanceNumber) == 1);
        var masked = files.Single(f => f.Dataset.GetInt(DicomTags.InstanceNumber) == 2);
        Assert.All([plain, masked], f => Assert.Equal("NO", f.Dataset.GetString(DicomTags.BurnedInAnnotation)));
        Assert.All([plain, masked], f => Assert.Contains("113101", f.Dataset.GetItems(DicomTags.DeidentificationMethodCodeSequence).Select(c => c.GetString(DicomTags.CodeValue))));
        var (before, after) = (DicomImage.Open(plain).Decode(0).Samples, DicomImage.Open(masked).Decode(0).Samples);
        Assert.Equal(Original(0), before);
        for (var i = 0; i < 64 * 64; i++)
        {
            var inside = i % 64 is >= 8 and < 24 && i / 64 is >= 4 and < 14;
            Assert.Equal(inside ? 0 : BitConverter.ToInt16(Original(1), 2 * i), BitConverter.ToInt16(after, 2 * i));
        }
    }

    [SkippableFact]
    public async Task What_waits_comes_by_pages_and_each_says_where_the_first_undecided_file_stands()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV21"));
        for (var k = 0; k < 3; k++)
            await client.SendFile(batch, $"{k}", SyntheticCt.File(Capture(398, k)));
        var all = await Items(client, batch);
        async Task<JsonObject> Two(int page) => (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/review?page={page}&size=2"))!;
        var (first, second) = (await Two(1), await Two(2));
        Assert.Equal(all.Select(i => (long)i!["id"]!), first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(i => (long)i!["id"]!));
        Assert.Equal((2, 3, 1), ((int)first["size"]!, (int)first["total"]!, (int)first["firstWaiting"]!));
        foreach (var item in all.Take(2))
            await Decide(client, batch, item!, "rejected");
        Assert.Equal(2, (int)(await Two(1))["firstWaiting"]!);
        await Decide(client, batch, all[2]!, "rejected");
        Assert.Null((await Two(1))["firstWaiting"]);
    }

    [SkippableFact]
    public async Task Only_reviewers_see_what_waits_and_nobody_finds_it_by_dicomweb()
    {
        var engineer = await App.As(Role.DataEngineer);
        var batch = await engineer.OpenBatch(await App.Centre("REV2"));
        var pixels = Original(0, step: 11);
        await engineer.SendFile(batch, "x", SyntheticCt.File(Capture(302, 0).Set(DicomTags.PixelData, DicomVr.OW, pixels)));
        var item = (long)(await Items(engineer, batch))[0]!["id"]!;
        var image = await engineer.GetAsync($"/api/v1/batches/{batch}/review/{item}/image?regions=0,0,9,9");
        Assert.Equal(("image/jpeg", "no-store"), (image.Content.Headers.ContentType!.MediaType, image.Headers.CacheControl!.ToString()));
        foreach (var role in new[] { Role.LabellingManager, Role.AiOffice, Role.CentreRepresentative, Role.Expert })
        {
            var other = await App.As(role);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync($"/api/v1/batches/{batch}/review")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync($"/api/v1/batches/{batch}/review/{item}/image")).StatusCode);
        }

        // The bytes in the store are sealed: no file of it is DICOM with these pixels.
        var found = Directory.EnumerateFiles(App.DataFolder, "*", SearchOption.AllDirectories).Where(f => f.Contains("md5", StringComparison.Ordinal))
            .Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(pixels.AsSpan(0, 512)) >= 0);
        Assert.False(found);
    }

    [SkippableFact]
    public async Task A_mask_that_would_mask_nothing_or_not_all_is_refused_in_its_own_words()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV8"));
        await client.SendFile(batch, "x", SyntheticCt.File(Capture(310, 0)));
        var item = (long)(await Items(client, batch))[0]!["id"]!;
        await Look(client, batch, item);
        // The third and fourth have a far edge that no number of 32 bits holds.
        await IsRefused("mask-is-outside", new { x = 60, y = 0, width = 10, height = 10 });
        await IsRefused("mask-is-outside", new { x = 0, y = 60, width = 10, height = 10 });
        await IsRefused("mask-is-outside", new { x = 1, y = 0, width = int.MaxValue, height = 10 });
        await IsRefused("mask-is-outside", new { x = 0, y = 1, width = 10, height = int.MaxValue });
        await IsRefused("mask-is-empty");
        object[] many = [.. Enumerable.Range(0, 51).Select(k => new { x = k, y = 0, width = 1, height = 64 })];
        await IsRefused("mask-has-too-many", many);
        var image = $"/api/v1/batches/{batch}/review/{item}/image?regions=";
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(image + string.Join(';', Enumerable.Range(0, 51).Select(k => $"{k},0,1,64")))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(image + string.Join(';', Enumerable.Range(0, 50).Select(k => $"{k},0,1,64")))).StatusCode);
        Assert.Equal("waiting", (string?)(await Items(client, batch))[0]!["decision"]);
        await Decide(client, batch, (await Items(client, batch))[0]!, "masked", many[1..]);
        await App.Close(client, batch);
        var masked = DicomImage.Open((await Files(client, batch)).Single()).Decode(0).Samples;
        Assert.All(Enumerable.Range(0, 64 * 64), i => Assert.Equal(i % 64 is 0 or > 50, BitConverter.ToInt16(masked, 2 * i) != 0));

        async Task IsRefused(string code, params object[] regions)
        {
            var refused = await Post(client, batch, item, "masked", regions);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.EndsWith("." + code, (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["type"]);
        }
    }

    [SkippableFact]
    public async Task A_file_of_one_frame_passes_only_when_this_person_was_shown_it_as_it_came()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV9"));
        await client.SendFile(batch, "x", SyntheticCt.File(Capture(311, 0)));
        await client.SendFile(batch, "y", SyntheticCt.File(Capture(311, 1)));
        var items = (await Items(client, batch)).Select(i => (long)i!["id"]!).ToArray();
        await IsRefused("accepted");
        await IsRefused("masked");
        // Another's look, and the picture without what was blackened in it, are none.
        await Look(await App.As(Role.DataEngineer, "another-reviewer"), batch, items[0]);
        await client.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{items[0]}/image?regions=0,0,64,64");
        await IsRefused("accepted");
        await Look(client, batch, items[0]);
        Assert.True((await Post(client, batch, items[0], "accepted")).IsSuccessStatusCode);
        // To leave it outside nothing need be looked at.
        Assert.True((await Post(client, batch, items[1], "rejected")).IsSuccessStatusCode);
        Assert.Equal(1, (int)(await App.Close(client, batch))["counts"]!["accepted"]!);

        async Task IsRefused(string decision)
        {
            var refused = await Post(client, batch, items[0], decision, new { x = 0, y = 0, width = 9, height = 9 });
            var problem = (await refused.Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.Equal((422, "/problems/archive.review.frames-not-seen"), ((int)refused.StatusCode, (string?)problem["type"]));
            Assert.Contains("0 из 1", (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task A_reviewer_sees_what_the_files_window_hides_and_all_frames_on_a_sheet()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV5"));
        var pixels = Enumerable.Repeat(Original(0), 24).SelectMany(p => p).ToArray();
        await client.SendFile(batch, "x", SyntheticCt.File(Capture(306, 0).Set(DicomTags.NumberOfFrames, 24).Set(DicomTags.PixelData, DicomVr.OW, pixels)));
        var address = $"/api/v1/batches/{batch}/review/{(long)(await Items(client, batch))[0]!["id"]!}/image";
        async Task<byte[]> Picture(string query) => await client.GetByteArrayAsync(address + query);

        var pictures = new[] { await Picture("?frame=2"), await Picture("?frame=2&grays=whole"), await Picture("?frame=2&grays=equalised"), await Picture("?frame=2&grays=window&regions=0,0,64,64") };
        Assert.Equal(4, pictures.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(pictures[0], await Picture("?frame=2&grays=window"));
        Assert.Equal((5 * 68, 4 * 68), Size(await Picture("?frame=1&last=24")));
        Assert.Equal((4 * 68, 68), Size(await Picture("?frame=21&last=24&grays=whole")));

        static (int Columns, int Rows) Size(byte[] jpeg)
        {
            var header = JpegHeader.Parse(jpeg);
            return (header.Columns, header.Rows);
        }
    }

    [SkippableFact]
    public async Task A_file_of_several_frames_passes_only_when_this_person_was_shown_each_of_them_as_it_came()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV7"));
        var pixels = Enumerable.Repeat(Original(0), 24).SelectMany(p => p).ToArray();
        await client.SendFile(batch, "x", SyntheticCt.File(Capture(308, 0).Set(DicomTags.NumberOfFrames, 24).Set(DicomTags.PixelData, DicomVr.OW, pixels)));
        var item = (long)(await Items(client, batch))[0]!["id"]!;
        async Task Look(HttpClient who, string query) => await who.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{item}/image{query}");
        async Task IsRefused(int shown, string decision = "accepted")
        {
            var refused = await Post(client, batch, item, decision, new { x = 0, y = 0, width = 9, height = 9 });
            var problem = (await refused.Content.ReadFromJsonAsync<JsonObject>())!;
            Assert.Equal((422, "/problems/archive.review.frames-not-seen"), ((int)refused.StatusCode, (string?)problem["type"]));
            Assert.Contains($"{shown} из 24", (string?)problem["detail"], StringComparison.Ordinal);
        }

        await IsRefused(0);
        await Look(client, "?frame=3");
        await Task.WhenAll(Look(client, "?frame=3&grays=whole"), Look(client, "?frame=3"), Look(client, "?frame=3"));
        await IsRefused(1);
        await Look(client, "?frame=1&last=20");
        await Look(client, "?frame=21&last=24&regions=0,0,64,64");
        await IsRefused(20, "masked");
        await Look(await App.As(Role.DataEngineer, "another-reviewer"), "?frame=21&last=24");
        await IsRefused(20);
        await Look(client, "?frame=22&last=24");
        await Look(client, "?frame=5&last=15");
        await IsRefused(23);
        await Look(client, "?frame=21");
        Assert.True((await Post(client, batch, item, "accepted")).IsSuccessStatusCode);
        Assert.Equal(1, (int)(await App.Close(client, batch))["counts"]!["accepted"]!);
        // To leave it outside nothing need be looked at.
        var other = await client.OpenBatch("REV7", "вторая");
        await client.SendFile(other, "x", SyntheticCt.File(Capture(309, 0).Set(DicomTags.NumberOfFrames, 24).Set(DicomTags.PixelData, DicomVr.OW, pixels)));
        Assert.True((await Post(client, other, (long)(await Items(client, other))[0]!["id"]!, "rejected")).IsSuccessStatusCode);
    }

    [SkippableFact]
    public async Task Where_a_frame_cannot_be_masked_the_reviewer_is_told_and_never_shown_it_unmasked()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV6"));
        var whole = JpegTurboCodec.Encode(Original(0).AsSpan(0, 4096), 64, 64, color: false, quality: 90);
        byte[] cut = [.. whole[..(whole.Length / 2)], 0xFF, 0xD9];
        var dataset = Capture(307, 0).Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(DicomTags.PixelRepresentation, 0).Set(DicomTags.NumberOfFrames, 2)
            .Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [whole, cut]));
        Assert.Equal("quarantined", (string?)(await client.SendFile(batch, "x", SyntheticCt.File(dataset, DicomUids.JPEGBaseline8Bit)))["outcome"]);
        var item = (long)(await Items(client, batch))[0]!["id"]!;
        var image = $"/api/v1/batches/{batch}/review/{item}/image?regions=0,0,9,9";
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(image + "&frame=1")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync(image + "&frame=2")).StatusCode);
        var refused = await Post(client, batch, item, "masked", new { x = 0, y = 0, width = 9, height = 9 });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.EndsWith("frames-not-seen", (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["type"]);
        Assert.Equal("waiting", (string?)(await Items(client, batch))[0]!["decision"]);

        dataset = Capture(307, 1).Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(DicomTags.PixelRepresentation, 0)
            .Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [cut]));
        Assert.Equal("quarantined", (string?)(await client.SendFile(batch, "y", SyntheticCt.File(dataset, DicomUids.JPEGBaseline8Bit)))["outcome"]);
        item = (long)(await Items(client, batch))[1]!["id"]!;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync($"/api/v1/batches/{batch}/review/{item}/image")).StatusCode);
        refused = await Post(client, batch, item, "masked", new { x = 0, y = 0, width = 9, height = 9 });
        Assert.EndsWith("frames-not-seen", (string?)(await refused.Content.ReadFromJsonAsync<JsonObject>())!["type"]);
    }

    [SkippableFact]
    public async Task A_batch_closed_without_the_unreviewed_leaves_them_outside()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REV3"));
        await client.SendFile(batch, "x", SyntheticCt.File(Capture(303, 0)));
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/batches/{batch}/close?withoutUnreviewed=true", null)).StatusCode);
        await App.Settle();
        var refused = await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/files?outcome=refused");
        Assert.EndsWith("not-reviewed", (string?)refused!["items"]![0]!["reason"]!["type"]);
    }

    [SkippableFact]
    public async Task The_options_chosen_for_a_centre_hold_for_its_next_batch()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("REV4");
        var before = await client.OpenBatch(centre, "до");
        var chosen = await client.PutAsJsonAsync($"/api/v1/centres/{centre}/deidentification", new { options = new[] { "retainModifiedDates", "retainPatientCharacteristics", "cleanDescriptors" } });
        Assert.Equal(HttpStatusCode.OK, chosen.StatusCode);
        var after = await client.OpenBatch(centre, "после");
        await client.SendFile(before, "x", SyntheticCt.File(SyntheticCt.Slice(304, 0, 0)));
        await client.SendFile(after, "x", SyntheticCt.File(SyntheticCt.Slice(305, 0, 0)));
        var reports = (await App.Close(client, before), await App.Close(client, after));
        Assert.Empty(reports.Item1["options"]!.AsArray());
        Assert.Equal(3, reports.Item2["options"]!.AsArray().Count);
        Assert.NotEqual((string?)reports.Item1["profileSha256"], (string?)reports.Item2["profileSha256"]);
        var (strict, kept) = ((await Files(client, before)).Single().Dataset, (await Files(client, after)).Single().Dataset);
        Assert.Equal((null, null), (strict.GetString(DicomTags.PatientAge), strict.GetString(DicomTags.SeriesDescription)));
        Assert.Equal(("072Y", "Axial 3 mm [ID]"), (kept.GetString(DicomTags.PatientAge), kept.GetString(DicomTags.SeriesDescription)));
        Assert.Equal(DayOfWeek.Thursday, kept.GetDate(DicomTags.StudyDate)!.Value.DayOfWeek);
        Assert.NotEqual(SyntheticCt.StudyDate, kept.GetString(DicomTags.StudyDate));

        var twice = await client.PutAsJsonAsync($"/api/v1/centres/{centre}/deidentification", new { options = new[] { "retainFullDates", "retainModifiedDates" } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, twice.StatusCode);
        var representative = await (await App.As(Role.CentreRepresentative)).PutAsJsonAsync($"/api/v1/centres/{centre}/deidentification", new { options = Array.Empty<string>() });
        Assert.Equal(HttpStatusCode.Forbidden, representative.StatusCode);
    }

    private static DicomDataset Capture(int study, int k) => SyntheticCt.Slice(study, k, 3 * k).Set(DicomTags.BurnedInAnnotation, "YES").Set(DicomTags.PixelData, DicomVr.OW, Original(k));

    private static byte[] Original(int k, int step = 7)
    {
        var pixels = new byte[64 * 64 * 2];
        for (var i = 0; i < 64 * 64; i++)
            BitConverter.TryWriteBytes(pixels.AsSpan(2 * i), (short)((i * step) % 1900 + k + 1));
        return pixels;
    }

    private static async Task<JsonArray> Items(HttpClient client, string batch) => (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/review"))!["items"]!.AsArray();

    private static async Task Decide(HttpClient client, string batch, JsonNode item, string decision, params object[] regions)
    {
        var answer = await client.PostAsJsonAsync($"/api/v1/batches/{batch}/review/{item["id"]}", new { decision, regions, version = (int)item["version"]! });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static Task<byte[]> Look(HttpClient client, string batch, long item) => client.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{item}/image");

    private static Task<HttpResponseMessage> Post(HttpClient client, string batch, long item, string decision, params object[] regions) =>
        client.PostAsJsonAsync($"/api/v1/batches/{batch}/review/{item}", new { decision, regions });

    private async Task<IReadOnlyList<DicomFile>> Files(HttpClient client, string batch)
    {
        var row = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}"))!["items"]!.AsArray().Single()!;
        var id = Pirogov.Archive.Contracts.CaseId.From(Guid.Parse((string)row["id"]!));
        return await App.InScope(async s =>
        {
            var cases = (Pirogov.Archive.Contracts.ICases)s.GetService(typeof(Pirogov.Archive.Contracts.ICases))!;
            var store = (Pirogov.Platform.Store.ObjectStore)s.GetService(typeof(Pirogov.Platform.Store.ObjectStore))!;
            var files = new List<DicomFile>();
            foreach (var file in await cases.Files(id, default))
                files.Add(DicomReader.Read(await store.Read(file.Md5, default)));
            return files;
        });
    }
}

public sealed class ReviewOnSqlite(SqliteApp app) : ReviewTests(app), IClassFixture<SqliteApp>;

public sealed class ReviewOnPostgreSql(PostgreSqlApp app) : ReviewTests(app), IClassFixture<PostgreSqlApp>;
