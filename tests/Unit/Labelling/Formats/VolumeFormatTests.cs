using System.IO.Compression;
using System.Text;
using CsCheck;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

public class VolumeFormatTests
{
    private static readonly NiftiFormat Nifti = new();
    private static readonly NrrdFormat Nrrd = new();
    private static readonly SegFormat Seg = new();

    [Fact]
    public void Overlapping_masks_of_a_tilted_series_survive_every_format_of_volumes() => VolumeRoom.Document.Sample(document =>
    {
        foreach (var format in new ILabelFormat[] { Nifti, Nrrd, Seg })
        {
            var exported = format.Export(document, VolumeRoom.Tilted);
            Assert.Empty(exported.Losses);
            if (exported.Files.Count == 0)
            {
                Assert.Empty(document.Masks);
                continue;
            }

            var back = format.Import(exported.Files, VolumeRoom.Tilted).Value;
            Assert.Empty(back.Untaken);
            Assert.Equal(VolumeRoom.Said(document), VolumeRoom.Said(back.Document));
        }
    }, iter: 100);

    [Fact]
    public void The_same_labels_give_the_same_bytes() => Assert.All(new ILabelFormat[] { Nifti, Nrrd, Seg }, format =>
    {
        var document = VolumeRoom.Document.Where(d => d.Masks.Count > 0).Single();
        Assert.Equal(Convert.ToHexString(format.Export(document, VolumeRoom.Tilted).Files[0].Bytes.Span), Convert.ToHexString(format.Export(document, VolumeRoom.Tilted).Files[0].Bytes.Span));
    });

    /// <summary>A volume turned to another order and direction of axes, as converters leave it, or cut to a part, lies on the same voxels.</summary>
    [Fact]
    public void Turned_and_cut_volumes_find_their_voxels() => Gen.Select(VolumeRoom.Document.Where(d => d.Masks.Any(m => m.Class == "liver")), Gen.Shuffle(new[] { 0, 1, 2 }), Gen.Bool.Array[3], Gen.Int[0, 2].Array[3])
        .Sample((document, order, flips, cuts) =>
        {
            var only = document with { Masks = [.. document.Masks.Where(m => m.Class == "liver")] };
            var volume = VolumeRoom.Tilted.Volumes.Single();
            var (labels, lps) = (MaskLayers.Of(only, VolumeRoom.Tilted, []).Single().Layers[0], volume.Lps);
            int[] whole = [VolumeRoom.Columns, VolumeRoom.Rows, VolumeRoom.Slices], size = [.. order.Select(a => whole[a] - cuts[a])];
            int[] Source(int i, int j, int k)
            {
                var at = new int[3];
                foreach (var (to, index) in new[] { i, j, k }.Index())
                    at[order[to]] = flips[to] ? whole[order[to]] - 1 - index : index;
                return at;
            }

            (double X, double Y, double Z) Mm(int[] at) => lps.Apply(at[0], at[1], at[2]);
            var (o, x, y, z) = (Mm(Source(0, 0, 0)), Mm(Source(1, 0, 0)), Mm(Source(0, 1, 0)), Mm(Source(0, 0, 1)));
            var affine = new VoxelAffine([x.X - o.X, y.X - o.X, z.X - o.X, o.X, x.Y - o.Y, y.Y - o.Y, z.Y - o.Y, o.Y, x.Z - o.Z, y.Z - o.Z, z.Z - o.Z, o.Z]);
            var turned = new MaskVolume(new(size[0], size[1], size[2]));
            var kept = 0;
            for (var k = 0; k < size[2]; k++)
                for (var j = 0; j < size[1]; j++)
                    for (var i = 0; i < size[0]; i++)
                        kept += (turned[i, j, k] = labels[Source(i, j, k)[0], Source(i, j, k)[1], Source(i, j, k)[2]] > 0 ? (byte)1 : (byte)0);
            using var bytes = new MemoryStream();
            NiftiWriter.Write(bytes, NiftiImage.FromMask(turned, affine.FlipLpsRas()), gzip: false);
            var back = Nifti.Import([new("liver.nii", bytes.ToArray())], VolumeRoom.Tilted).Value;
            Assert.Empty(back.Untaken);
            Assert.Equal(kept, back.Document.Masks.Sum(m => m.PixelCount));
            if (cuts.All(c => c == 0))
                Assert.Equal(VolumeRoom.Said(only), VolumeRoom.Said(back.Document));
        }, iter: 100);

    [Fact]
    public void A_volume_of_another_grid_is_refused_and_one_of_several_series_is_asked_for()
    {
        var document = VolumeRoom.Labels(FormatRoom.MaskOf("liver", $"{VolumeRoom.Series}.1", 1, RunLengthMask.FromBits(Enumerable.Repeat(true, 99).ToArray(), 11, 9)));
        var files = Nifti.Export(document, VolumeRoom.Tilted).Files;
        var moved = VolumeRoom.Of([.. Enumerable.Range(0, 5).Select(n => VolumeRoom.Header($"{VolumeRoom.Series}.{n + 1}", VolumeRoom.Series, n, 0.4))]);
        Assert.Equal("volume-unknown", ((LabelFileUnreadable)Nifti.Import(files, moved).Refusal!).Reason);
        var twice = VolumeRoom.Of([.. new[] { "1.5", "1.52" }.SelectMany(s => Enumerable.Range(0, 5).Select(n => VolumeRoom.Header($"{s}.{n + 1}", s, n, 0)))]);
        Assert.Equal("volume-ambiguous", ((LabelFileUnreadable)Nifti.Import(files, twice).Refusal!).Reason);
        var named = Nifti.Import([new("x_1.5.nii.gz", files[0].Bytes), files[1]], twice).Value;
        Assert.StartsWith("1.5.", named.Document.Masks.Single().SopInstanceUid, StringComparison.Ordinal);
        var mapped = Nifti.Import(files, twice with { ImageNames = new Dictionary<string, string> { [files[0].Name] = "1.52" } }).Value;
        Assert.StartsWith("1.52.", mapped.Document.Masks.Single().SopInstanceUid, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_are_named_by_a_table_by_json_by_the_request_or_by_the_file()
    {
        var labels = new MaskVolume(new(9, 11, 5)) { [1, 1, 1] = 4, [2, 1, 1] = 7, [8, 1, 1] = 9 };
        using var bytes = new MemoryStream();
        NiftiWriter.Write(bytes, NiftiImage.FromMask(labels, VolumeRoom.Tilted.Volumes.Single().Lps.FlipLpsRas()), gzip: true);
        LabelFile volume = new("seg.nii.gz", bytes.ToArray()), json = new("dataset.json", "{\"labels\": {\"background\": 0, \"Liver\": 4, \"spleen\": 9}}"u8.ToArray());
        var back = Nifti.Import([volume, json], VolumeRoom.Tilted with { ClassNames = new Dictionary<string, string> { ["7"] = "tumour" } }).Value;
        Assert.Equal(["liver", "tumour"], back.Document.Masks.Select(m => m.Class).Order());
        Assert.Equal([("seg.nii.gz 9", "class-unknown", "spleen")], back.Untaken.Select(u => (u.Object, u.Reason, u.Detail)));
        Assert.Equal(["class-missing", "class-missing", "class-missing"], Nifti.Import([volume], VolumeRoom.Tilted).Value.Untaken.Select(u => u.Reason));
    }

    [Fact]
    public void Shares_need_a_threshold()
    {
        var shares = new float[9 * 11 * 5];
        (shares[0], shares[1], shares[2]) = (0.2f, 0.5f, 1);
        using var bytes = new MemoryStream();
        NiftiWriter.Write(bytes, NiftiImage.FromFloat32(shares, new(9, 11, 5), VolumeRoom.Tilted.Volumes.Single().Lps.FlipLpsRas()), gzip: true);
        var file = new LabelFile("liver.nii.gz", bytes.ToArray());
        Assert.Equal("segment-fractional", Nifti.Import([file], VolumeRoom.Tilted).Value.Untaken.Single().Reason);
        Assert.Equal(2, Nifti.Import([file], VolumeRoom.Tilted with { FractionalThreshold = 0.5 }).Value.Document.Masks.Single().PixelCount);
    }

    [Fact]
    public void A_bomb_of_gzip_and_a_promise_of_bytes_cost_nothing()
    {
        using var bomb = new MemoryStream();
        bomb.Write("NRRD0004\ntype: double\ndimension: 3\nspace: LPS\nsizes: 9 11 5\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nendian: little\nencoding: gzip\n\n"u8);
        using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(new byte[64 << 20]);
        Assert.Equal("volume-unknown x.nrrd", Refused(Nrrd, "x.nrrd", bomb.ToArray()));
        Assert.Equal("too-large x.nrrd", Refused(Nrrd, "x.nrrd", Encoding.ASCII.GetBytes(
            "NRRD0004\ntype: double\ndimension: 3\nspace: LPS\nsizes: 2000 2000 2000\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nendian: little\nencoding: raw\n\n")));
        Assert.Equal("unsupported x.nrrd", Refused(Nrrd, "x.nrrd", "NRRD0004\ntype: short\ndata file: y.raw\nencoding: raw\n\n"u8.ToArray()));
        Assert.Equal("malformed x.dcm", Refused(Seg, "x.dcm", [1, 2, 3]));
    }

    private static string Refused(ILabelFormat format, string name, byte[] bytes) =>
        format.Import([new(name, bytes)], VolumeRoom.Tilted).Refusal is LabelFileUnreadable refusal ? $"{refusal.Reason} {refusal.Where}" : "taken";

    /// <summary>Whatever happens to the bytes, the answer is a value.</summary>
    [Fact]
    public void Damaged_volumes_never_throw() => Gen.Select(VolumeRoom.Document.Where(d => d.Masks.Count > 0), Gen.Int[0, 1 << 20], Gen.Byte).Sample((document, at, value) =>
    {
        foreach (var format in new ILabelFormat[] { Nifti, Nrrd, Seg })
        {
            var file = format.Export(document, VolumeRoom.Tilted).Files[0];
            var bytes = file.Bytes.ToArray();
            bytes[at % bytes.Length] = value;
            format.Import([file with { Bytes = bytes }], VolumeRoom.Tilted);
            format.Import([file with { Bytes = bytes.AsMemory(0, at % bytes.Length) }], VolumeRoom.Tilted);
        }
    }, iter: 200);

    [SkippableTheory]
    [InlineData("liver.dcm", "liver_seg.nrrd")]
    [InlineData("partial_overlaps.dcm", "partial_overlaps-1.nrrd,partial_overlaps-2.nrrd,partial_overlaps-3.nrrd")]
    public void Segmentations_of_dcmqi_hold_the_masks_of_their_twins_in_nrrd(string seg, string twins)
    {
        var folder = SharedData.Folder("data", "radiology", "dcmqi", "segmentations");
        var schema = new SchemaContent([.. Enumerable.Range(1, 20).Select(n => new LabelClass($"s{n}", new($"s{n}", $"s{n}"), "#000000", ["mask"]))], []);
        var into = VolumeRoom.Folder(schema, Path.Combine(folder, "ct-3slice"));
        var named = into with { ClassNames = Enumerable.Range(1, 20).ToDictionary(n => $"{n}", n => $"s{n}") };
        var back = Seg.Import([new(seg, File.ReadAllBytes(Path.Combine(folder, seg)))], named).Value;
        Assert.Empty(back.Untaken);
        Assert.NotEmpty(back.Document.Masks);
        var expected = twins.Split(',').Select(t => Nrrd.Import([new(t, File.ReadAllBytes(Path.Combine(folder, t)))], named).Value).ToArray();
        Assert.All(expected, e => Assert.Empty(e.Untaken));
        // The numbers of segments are not the labels of the files they were made of.
        Assert.Equal(Shapes(expected.SelectMany(e => e.Document.Masks)), Shapes(back.Document.Masks));
        var again = Seg.ThereAndBack(back.Document, into);
        Assert.Empty(again.Untaken);
        Assert.Equal(VolumeRoom.Said(back.Document), VolumeRoom.Said(again.Document));
    }

    private static IEnumerable<string> Shapes(IEnumerable<DocumentMask> masks) => masks.Select(m => $"{m.SopInstanceUid} {m.Runs}").Order(StringComparer.Ordinal);

    [SkippableTheory]
    [InlineData("seg_image_ct_binary_fractional.dcm", null, true)]
    [InlineData("seg_image_ct_true_fractional.dcm", null, false)]
    [InlineData("seg_image_ct_true_fractional.dcm", 0.5, true)]
    [InlineData("seg_image_ct_binary.dcm", null, true)]
    public void Fractional_segmentations_need_a_threshold_unless_they_hold_all_or_nothing(string name, double? threshold, bool isTaken)
    {
        var bytes = File.ReadAllBytes(SharedData.Folder("data", "radiology", "highdicom", name));
        var seg = DicomReader.Read(bytes).Dataset;
        var uids = seg.GetItems(DicomTags.PerFrameFunctionalGroupsSequence).SelectMany(g => g.GetItems(DicomTags.DerivationImageSequence)).SelectMany(d => d.GetItems(DicomTags.SourceImageSequence))
            .Select(s => s.GetString(DicomTags.ReferencedSopInstanceUid)!).Distinct().ToArray();
        var into = new FormatCase("H", FormatRoom.Case.SchemaVersion, VolumeRoom.Schema, [.. uids.Select(u => FormatRoom.Image(u, 1) with { Rows = 16, Columns = 16 })], [])
        {
            FractionalThreshold = threshold,
            ClassNames = new Dictionary<string, string> { ["1"] = "liver" },
        };
        var back = Seg.Import([new(name, bytes)], into).Value;
        Assert.Equal(isTaken, back.Document.Masks.Count > 0);
        Assert.All(back.Untaken, u => Assert.Equal("segment-fractional", u.Reason));
        Assert.Equal(isTaken, back.Untaken.Count == 0);
    }

    [SkippableFact]
    public void A_label_map_is_taken_segment_by_segment()
    {
        var folder = SharedData.Folder("data", "radiology", "dcmqi", "segmentations");
        var into = VolumeRoom.Folder(VolumeRoom.Schema, Path.Combine(folder, "24x38x3", "image"));
        var seg = Seg.Import([new("m.dcm", File.ReadAllBytes(Path.Combine(folder, "sparse-labelmap-ppv5.dcm")))], into).Value;
        Assert.Empty(seg.Untaken);
        var nrrd = Nrrd.Import([new("liver.nrrd", File.ReadAllBytes(Path.Combine(folder, "sparse_labelmap_ppv5_seg.nrrd")))],
            into with { ClassNames = new Dictionary<string, string> { ["1"] = "liver" } }).Value;
        Assert.Equal(VolumeRoom.Said(nrrd.Document), VolumeRoom.Said(seg.Document));
        Assert.NotEmpty(seg.Document.Masks);
    }

    /// <summary>104 structures by TotalSegmentator on a DICOM series: voxel counts are those of the file.</summary>
    [SkippableFact]
    public void Organ_masks_of_a_real_ct_keep_every_voxel_in_every_format()
    {
        var folder = SharedData.Folder("data", "radiology", "totalsegmentator");
        var path = Path.Combine(folder, "example_seg_dicom.nii.gz");
        var image = NiftiReader.Read(path).ToMask();
        var present = image.PresentLabels();
        var schema = new SchemaContent([.. present.Select(l => new LabelClass($"organ_{l}", new($"Орган {l}", $"Organ {l}"), "#56b4e9", ["mask"]))], []);
        var into = VolumeRoom.Folder(schema, Path.Combine(folder, "example_ct_dicom")) with { ClassNames = present.ToDictionary(l => $"{l}", l => $"organ_{l}") };
        var taken = Nifti.Import([new("seg.nii.gz", File.ReadAllBytes(path))], into);
        Assert.False(taken.IsRefused(out var refusal), $"{refusal}");
        Assert.Empty(taken.Value.Untaken);
        Assert.All(present, l => Assert.Equal(image.Count(l), taken.Value.Document.Masks.Where(m => m.Class == $"organ_{l}").Sum(m => (long)m.PixelCount)));
        Assert.True(present.Length > 10);
        foreach (var format in new ILabelFormat[] { Nifti, Nrrd, Seg })
        {
            var back = format.ThereAndBack(taken.Value.Document, into with { ClassNames = new Dictionary<string, string>() });
            Assert.Empty(back.Untaken);
            Assert.Equal(VolumeRoom.Said(taken.Value.Document), VolumeRoom.Said(back.Document));
        }
    }

    /// <summary>A series of pictures has only whole values too. A plane for each of them on every slice would be hundreds of megabytes here, and tens of gigabytes of a whole CT.</summary>
    [Fact]
    public void A_picture_sent_in_place_of_labels_costs_nothing_for_values_without_a_class()
    {
        const int Side = 64;
        var room = VolumeRoom.Of([.. Enumerable.Range(0, 3).Select(n => VolumeRoom.Header($"{VolumeRoom.Series}.{n + 1}", VolumeRoom.Series, n, 0).Set(DicomTags.Rows, Side).Set(DicomTags.Columns, Side))]);
        var intake = new LabelIntake(room, "nifti");
        var picture = new LabelGrid("ct.nii", room.Volumes.Single().Lps, [Side, Side, 3], [1, Side, Side * Side], at => at % (Side * Side) + 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(new VolumeLabels(intake).Take("ct.nii", picture, label => label == 1 ? "liver" : null).IsRefused(out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
        Assert.Equal(3, intake.Finish().Document.Masks.Count);
    }
}
