using System.Runtime.Versioning;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;
using Pirogov.Unit.Deidentification;

namespace Pirogov.Integration.Hospital;

[SupportedOSPlatform("linux")]
public sealed class DeidTests : IDisposable
{
    private const string Folder = "Выдуманов Пётр";
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task The_same_folder_gives_identical_bytes_twice_and_no_marker_is_left_in_them_or_in_what_is_told()
    {
        var corpus = new MarkerCorpus();
        scratch.Write($"in/{Folder}/a.dcm", DicomWriter.ToBytes(corpus.File));
        for (var k = 0; k < 6; k++)
            scratch.Write($"in/{Folder}/ct/{k}.dcm", SyntheticCt.File(SyntheticCt.Slice(901, k, 3 * k), k % 2 == 0 ? DicomUids.ExplicitVRLittleEndian : DicomUids.ImplicitVRLittleEndian));
        scratch.Write($"in/{Folder}/{SyntheticCt.PatientId}.txt", "no DICOM"u8.ToArray());
        await Key();

        var first = await Deid("out", "--report", scratch["first.json"]);
        var second = await Deid("again", "--report", scratch["second.json"]);
        var zipped = await Deid("one.zip", "--parallel", "1");
        await Deid("two.zip");

        Assert.Equal(1, first.Code);
        var files = scratch.Files("out");
        Assert.Equal(7, files.Count);
        Assert.Equal(files, scratch.Files("again"));
        Assert.Equal(File.ReadAllBytes(scratch["first.json"]), File.ReadAllBytes(scratch["second.json"]));
        Assert.Equal(File.ReadAllBytes(scratch["one.zip"]), File.ReadAllBytes(scratch["two.zip"]));
        await System.IO.Compression.ZipFile.ExtractToDirectoryAsync(scratch["one.zip"], scratch["unpacked"]);
        Assert.Equal(files, scratch.Files("unpacked"));

        byte[] left = [.. files.SelectMany(f => f.Value.Concat(Encoding.UTF8.GetBytes(f.Key))), .. File.ReadAllBytes(scratch["first.json"]),
            .. Encoding.UTF8.GetBytes(first.Told + first.Errors + second.Told + zipped.Told + zipped.Errors)];
        Assert.All(corpus.Markers, m => Assert.True(left.AsSpan().IndexOf(m.Bytes) < 0, m.Row));
        Assert.All(SyntheticCt.Secrets, s => Assert.True(left.AsSpan().IndexOf(Encoding.UTF8.GetBytes(s)) < 0, s));
        Assert.Contains("№ 1: отклонён: это не DICOM", first.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_says_which_profile_did_what_to_how_many_elements()
    {
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(902, 0, 0)));
        scratch.Write("in/2.dcm", SyntheticCt.File(SyntheticCt.Slice(902, 1, 3)));
        // Of two files of one instance the elements of one are counted.
        scratch.Write("in/3.dcm", SyntheticCt.File(SyntheticCt.Slice(902, 0, 0)));
        await Key();
        Assert.Equal(0, (await Deid("out", "--options", "retainModifiedDates,cleanDescriptors", "--report", scratch["report.json"])).Code);
        var report = JsonNode.Parse(await File.ReadAllTextAsync(scratch["report.json"]))!;
        Assert.Equal(["cleanDescriptors", "retainModifiedDates"], report["profile"]!["options"]!.AsArray().Select(o => (string)o!).Order());
        Assert.Equal(64, ((string)report["profile"]!["sha256"]!).Length);
        Assert.Equal(("2024e", DeidentificationProfile.Rules), ((string)report["profile"]!["version"]!, (int)report["profile"]!["rules"]!));
        Assert.Equal((2, 1), ((int)report["files"]!["written"]!, (int)report["files"]!["duplicates"]!));
        var moved = report["elements"]!.AsArray().Single(e => (string)e!["keyword"]! == "StudyDate")!;
        Assert.Equal(("dateMoved", 2), ((string)moved["action"]!, (int)moved["count"]!));
    }

    [Fact]
    public async Task What_the_program_fails_at_is_told_the_others_are_written_and_there_is_a_report()
    {
        var wide = SyntheticCt.Slice(909, 0, 0).Set(new DicomTag(0x0009_0010), DicomVr.LO, "VENDOR"u8.ToArray()).Set(new DicomTag(0x0009_1001), DicomVr.OB, new byte[120 << 20]);
        scratch.Write("in/1.dcm", SyntheticCt.File(wide));
        scratch.Write("in/2.dcm", SyntheticCt.File(SyntheticCt.Slice(909, 1, 3)));
        await Key();
        // Eighty megabytes: what does not fit into them is no fault that a file can be told of.
        var answer = await CommandLine.Run(new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "5000000" },
            "deid", scratch["in"], scratch["out"], "--key", scratch["key"], "--parallel", "1", "--report", scratch["report.json"]);
        Assert.True(answer.Code == 1, answer.Told + answer.Errors);
        Assert.Contains("№ 1: отклонён: сбой программы на этом файле", answer.Errors, StringComparison.Ordinal);
        Assert.Single(scratch.Files("out"));
        var report = JsonNode.Parse(await File.ReadAllTextAsync(scratch["report.json"]))!;
        Assert.Equal((1, 1), ((int)report["files"]!["written"]!, (int)report["files"]!["refused"]!));
        Assert.Equal("defect", (string)Assert.Single(report["leftOut"]!.AsArray())!["reason"]!);
    }

    [Fact]
    public async Task What_may_bear_text_is_left_out_until_the_person_masks_or_accepts_it()
    {
        var burned = SyntheticCt.Slice(903, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES");
        scratch.Write("in/burned.dcm", SyntheticCt.File(burned));
        scratch.Write("in/plain.dcm", SyntheticCt.File(SyntheticCt.Slice(903, 1, 3)));
        await Key();

        var left = await Deid("left");
        Assert.Equal(1, left.Code);
        Assert.Single(scratch.Files("left"));
        Assert.Contains("№ 1: ждёт просмотра: в файле сказано, что на снимке есть надписи", left.Errors, StringComparison.Ordinal);
        Assert.Contains("burned.dcm: ждёт просмотра", (await Deid("named", "--paths")).Errors, StringComparison.Ordinal);

        Assert.Equal(0, (await Deid("masked", "--mask", "0,0,64,8")).Code);
        var masked = scratch.Files("masked").Select(f => DicomReader.Read(f.Value)).Single(f => f.Dataset.GetString(DicomTags.BurnedInAnnotation) == "NO");
        var (pixels, before) = (masked.Dataset.Find(DicomTags.PixelData)!.Bytes, burned.Find(DicomTags.PixelData)!.Bytes);
        Assert.True(pixels.Span[..(64 * 8 * 2)].IndexOfAnyExcept((byte)0) < 0);
        Assert.True(pixels.Span[(64 * 8 * 2)..].SequenceEqual(before.Span[(64 * 8 * 2)..]));
        Assert.Contains("113101", masked.Dataset.GetItems(DicomTags.DeidentificationMethodCodeSequence).Select(c => c.GetString(DicomTags.CodeValue)));

        Assert.Equal(0, (await Deid("accepted", "--accept-pixels")).Code);
        Assert.Equal(2, scratch.Files("accepted").Count);
        // Beside the image: nothing would be blackened.
        Assert.Equal(1, (await Deid("beside", "--mask", "64,0,8,8")).Code);
        Assert.Equal(2, (await Deid("wrong", "--mask", "0,0,0,8")).Code);
    }

    [Fact]
    public async Task Around_the_regions_of_an_ultrasound_image_everything_is_blackened_where_that_is_asked_for()
    {
        var scan = SyntheticCt.Slice(907, 0, 0).Set(DicomTags.SopClassUid, DicomUids.UltrasoundImageStorage).Set(DicomTags.Modality, "US").SetItems(
            DicomTags.SequenceOfUltrasoundRegions, new DicomDataset().Set(DicomTags.RegionLocationMinX0, 10).Set(DicomTags.RegionLocationMinY0, 8).Set(DicomTags.RegionLocationMaxX1, 53).Set(DicomTags.RegionLocationMaxY1, 63));
        scratch.Write("in/us.dcm", SyntheticCt.File(scan));
        await Key();
        Assert.Equal(1, (await Deid("left")).Code);
        Assert.Empty(scratch.Files("left"));

        Assert.Equal(0, (await Deid("masked", "--mask-suggested")).Code);
        var masked = DicomReader.Read(scratch.Files("masked").Single().Value).Dataset;
        var (pixels, before) = (masked.Find(DicomTags.PixelData)!.Bytes.ToArray(), scan.Find(DicomTags.PixelData)!.Bytes.ToArray());
        Assert.Contains(before[..256], b => b != 0);
        for (var (y, columns) = (0, scan.GetInt(DicomTags.Columns)!.Value); y < scan.GetInt(DicomTags.Rows); y++)
        {
            for (var x = 0; x < columns; x++)
                Assert.Equal(x is >= 10 and <= 53 && y is >= 8 and <= 63 ? before[2 * (y * columns + x)] : 0, pixels[2 * (y * columns + x)]);
        }

        Assert.Equal("NO", masked.GetString(DicomTags.BurnedInAnnotation));
    }

    [Fact]
    public async Task Of_two_that_are_one_instance_the_earlier_stays()
    {
        var other = SyntheticCt.Slice(904, 0, 0).Set(DicomTags.ImageComments, "").Set(DicomTags.KVP, 120.0);
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(904, 0, 0)));
        scratch.Write("in/2.dcm", SyntheticCt.File(SyntheticCt.Slice(904, 0, 0)));
        scratch.Write("in/3.dcm", SyntheticCt.File(other));
        await Key();
        var told = await Deid("out", "--parallel", "3");
        Assert.Contains("Записано: 1, повторов: 1, ждут просмотра: 0, отклонено: 1", told.Told, StringComparison.Ordinal);
        Assert.Contains("№ 3: отклонён: под тем же UID", told.Errors, StringComparison.Ordinal);
        Assert.Null(DicomReader.Read(scratch.Files("out").Single().Value).Dataset.GetString(DicomTags.KVP));
    }

    [Fact]
    public async Task A_key_is_its_owners_alone_and_is_never_written_over()
    {
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(905, 0, 0)));
        await Key();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scratch["key"]));
        var key = await File.ReadAllTextAsync(scratch["key"]);
        Assert.Equal(2, (await CommandLine.Run("deid", "--new-key", scratch["key"])).Code);
        Assert.Equal(key, await File.ReadAllTextAsync(scratch["key"]));

        Assert.Equal(0, (await Deid("mine")).Code);
        Assert.Equal(0, (await CommandLine.Run("deid", "--new-key", scratch["other"])).Code);
        Assert.Equal(0, (await CommandLine.Run("deid", scratch["in"], scratch["theirs"], "--key", scratch["other"])).Code);
        Assert.Empty(scratch.Files("mine").Keys.Intersect(scratch.Files("theirs").Keys));
        var without = await CommandLine.Run("deid", scratch["in"], scratch["random"]);
        Assert.Equal(0, without.Code);
        Assert.Contains("Ключ не указан", without.Errors, StringComparison.Ordinal);

        File.SetUnixFileMode(scratch["key"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var open = await Deid("open");
        Assert.Equal(2, open.Code);
        Assert.Contains("chmod 600", open.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_inside_the_originals_and_unknown_options_are_refused()
    {
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(906, 0, 0)));
        await Key();
        Assert.Equal(2, (await Deid("in/out")).Code);
        Assert.Equal(2, (await Deid("out", "--options", "keepEverything")).Code);
        Assert.Equal(2, (await CommandLine.Run("deid", scratch["absent"], scratch["out"])).Code);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    private async Task Key() => Assert.Equal(0, (await CommandLine.Run("deid", "--new-key", scratch["key"])).Code);

    private Task<CommandAnswer> Deid(string target, params string[] more) => CommandLine.Run(["deid", scratch["in"], scratch[target], "--key", scratch["key"], .. more]);
}
