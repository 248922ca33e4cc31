using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ExchangeTests;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>
/// Organs of a real CT through the whole room: two segmentations of TotalSegmentator are two readings, imported as NIfTI and compared; one is decided for,
/// released, and leaves with the voxels with which it came. Figures are SciPy's, as the unit tests of the same pair argue them.
/// </summary>
public abstract class OrganReadingTests(LabellingApp app) : OnBothEngines(app)
{
    private const int Number = 2_001;

    private static readonly (string Name, byte Label, double Dice, double Hd95, double Nsd)[] Organs =
    [
        ("spleen", 1, 0.9773608636, 3, 0.9995991984), ("kidney_right", 2, 0.9641193504, 3, 0.9871894410), ("pancreas", 7, 0.8087248322, 5.1961524227, 0.9380214541),
        ("inferior_vena_cava", 63, 0.9418562658, 3, 0.9976265823),
    ];

    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task Organs_of_a_real_CT_are_imported_compared_as_in_SciPy_decided_released_and_exported_voxel_by_voxel()
    {
        var root = SharedData.Folder("data", "radiology", "totalsegmentator");
        Skip.If(root is null, "shared/data/radiology/totalsegmentator is absent.");
        byte[][] segmented = [.. new[] { "example_seg.nii.gz", "example_seg_fast.nii.gz" }.Select(f => File.ReadAllBytes(Path.Combine(root, f)))];
        var slow = NiftiReader.Read(new MemoryStream(segmented[0])).ToMask();
        // The file counts to the right and to the front, a CT as scanners send it to the left and to the back.
        app.Cases.AddCt(Number, new(122, 101, 30, 3, 177.95632934570312 - 3 * 121, -11.319000244140625 - 3 * 100, 94.3017578125));
        var room = await Open(app, schema: Schema, plan: p =>
        {
            (p["cases"], p["threshold"]) = (new JsonArray($"00000000-0000-7000-8000-{Number:D12}"), 1);
            (p["consensus"], p["passes"]) = (new JsonObject { ["toleranceMm"] = 4 }, new JsonObject { ["show"] = "never", ["confirmation"] = "perCase" });
        });
        var classes = string.Concat(Organs.Select(o => $"&class={o.Label}%3D{o.Name}"));
        foreach (var (reader, file) in room.Readers.Zip(segmented))
        {
            var reading = await Reading(reader);
            await Sent(Upload(reader, $"/api/v1/readings/{reading}/import?format=nifti&baseRevision=0&name=seg.nii.gz{classes}", file));
            await Sent(Submit(reader, reading, 1, confirmPreLabels: true));
        }

        await app.Settle();
        var one = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases")))["items"]![0]!["id"];
        var pair = (await Sent(room.Manager.GetAsync($"/api/v1/labelling-projects/{room.Project}/cases/{one}/comparison")))["pairs"]!.AsArray().Single()!;
        foreach (var (name, _, dice, hd95, nsd) in Organs)
        {
            var surface = pair["surfaces"]![name]!;
            Assert.Equal(dice, (double)pair["dice"]![name]!, 9);
            Assert.Equal(hd95, (double)surface["hd95Mm"]!, 9);
            Assert.Equal(nsd, (double)surface["nsd"]!, 9);
        }

        await DecideForTheSlow(room, slow);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var release = await room.Release();
        var files = await Unzip(room.Manager.GetAsync($"/api/v1/labelling-releases/{release["id"]}/export?format=nifti"));
        var released = NiftiReader.Read(new MemoryStream(files[$"TEST-{Number:D6}/TEST-{Number:D6}.nii.gz"])).ToMask();
        var wanted = new MaskVolume(released.Grid);
        for (var k = 0; k < 30; k++)
        {
            foreach (var (place, organ) in Organs.Index())
                wanted.Paint(k, Turned(slow, organ.Label, k), (byte)(place + 1));
        }

        Assert.True(wanted.Labels.Span.SequenceEqual(released.Labels.Span));
        Assert.Equal(Organs.Select(o => slow.Labels.ToArray().Count(l => l == o.Label)), Organs.Select((_, place) => released.Labels.ToArray().Count(l => l == place + 1)));
    }

    /// <summary>Whatever the readings dispute is as the slow segmentation has it; at a threshold of 1 nothing else is left.</summary>
    private async Task DecideForTheSlow(ReadingRoom room, MaskVolume slow)
    {
        var decision = await Reading(room.Adjudicator, "adjudicate");
        var view = await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}"));
        var pancreas = slow.Labels.ToArray().Count(l => l == 7);
        var letter = (string)view["sources"]!.AsArray().Single(s => s!["document"]!["masks"]!.AsArray().Where(m => (string)m!["class"]! == "pancreas").Sum(m => (int)m!["pixelCount"]!) == pancreas)!["name"]!;
        var revision = 0;
        foreach (var disagreement in view["adjudication"]!["disagreements"]!.AsArray())
            revision = (int)(await Sent(AdjudicationTests.Decide(room.Adjudicator, decision, revision, disagreement!["disagreement"]!, "source", letter)))["revision"]!;
        await Sent(Submit(room.Adjudicator, decision, revision));
        await app.Settle();
    }

    private static RunLengthMask Turned(MaskVolume volume, byte label, int slice)
    {
        var bits = new bool[101 * 122];
        for (var at = 0; at < bits.Length; at++)
            bits[at] = volume[121 - at % 122, 100 - at / 122, slice] == label;
        return RunLengthMask.FromBits(bits, 101, 122);
    }

    private static JsonObject Schema(string name) => new()
    {
        ["name"] = $"Schema {name}",
        ["dataKind"] = "radiology",
        ["classes"] = new JsonArray([.. Organs.Select(o => (JsonNode)new JsonObject
        {
            ["id"] = o.Name, ["name"] = new JsonObject { ["ru"] = o.Name, ["en"] = o.Name }, ["color"] = "#e69f00", ["geometries"] = new JsonArray("mask"),
        })]),
        ["questions"] = new JsonArray(),
    };
}

public sealed class OrganReadingsOnSqlite(LabellingOnSqlite app) : OrganReadingTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class OrganReadingsOnPostgreSql(LabellingOnPostgreSql app) : OrganReadingTests(app), IClassFixture<LabellingOnPostgreSql>;
