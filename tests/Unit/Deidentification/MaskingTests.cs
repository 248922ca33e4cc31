using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Unit.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Masking of regions in every transfer syntax and form of pixels: inside one value, outside nothing changes, and the file is DICOM.</summary>
public sealed class MaskingTests : IDisposable
{
    private const int Rows = 37;
    private const int Columns = 54;
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public static TheoryData<string, int, int, int, int, int, string, int> Forms()
    {
        var data = new TheoryData<string, int, int, int, int, int, string, int>();
        foreach (var syntax in (string[])[DicomUids.ExplicitVRLittleEndian, DicomUids.RLELossless, DicomUids.JPEGLSLossless, DicomUids.JPEG2000Lossless])
        {
            foreach (var (allocated, stored, signed, samples, planar, colours) in ((int, int, int, int, int, string)[])
            [
                (8, 8, 0, 1, 0, "MONOCHROME2"), (8, 8, 0, 1, 0, "MONOCHROME1"), (8, 8, 0, 1, 0, "PALETTE COLOR"), (16, 12, 0, 1, 0, "MONOCHROME2"), (16, 16, 1, 1, 0, "MONOCHROME1"),
                (16, 16, 1, 1, 0, "MONOCHROME2"), (8, 8, 0, 3, 0, "RGB"), (8, 8, 0, 3, 1, "RGB"), (8, 8, 0, 3, 0, "YBR_FULL"), (8, 8, 0, 3, 1, "YBR_FULL"), (16, 16, 0, 3, 1, "RGB"),
            ])
                data.Add(syntax, allocated, stored, signed, samples, planar, colours, 3);
        }

        // What compressed syntaxes do not hold.
        data.Add(DicomUids.ExplicitVRLittleEndian, 32, 32, 0, 1, 0, "MONOCHROME2", 2);
        data.Add(DicomUids.ExplicitVRLittleEndian, 1, 1, 0, 1, 0, "MONOCHROME2", 3);
        // Cells that do not end with a byte.
        foreach (var bits in (int[])[12, 4, 2])
            data.Add(DicomUids.ExplicitVRLittleEndian, bits, bits, 0, 1, 0, "MONOCHROME2", 3);
        data.Add(DicomUids.ImplicitVRLittleEndian, 16, 12, 0, 1, 0, "MONOCHROME2", 1);
        data.Add(DicomUids.ExplicitVRBigEndian, 16, 12, 1, 1, 0, "MONOCHROME2", 2);
        data.Add(DicomUids.DeflatedExplicitVRLittleEndian, 8, 8, 0, 3, 0, "RGB", 2);
        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(Forms))]
    public void Outside_the_regions_no_value_changes_in_any_form(string syntax, int allocated, int stored, int signed, int samples, int planar, string colours, int frames)
    {
        var native = Synthetic(allocated, stored, signed, samples, planar, colours, frames);
        var file = PixelEncoder.CanEncode(syntax) ? DicomTranscoder.To(native, syntax) : DicomReader.Read(DicomWriter.ToBytes(native.InTransferSyntax(syntax)));
        var masked = Masked(file);
        Assert.Equal(PixelEncoder.CanEncode(syntax) ? syntax : DicomUids.ExplicitVRLittleEndian, masked.TransferSyntax.Uid);
    }

    [Theory]
    [InlineData(1, 0, int.MaxValue, 10)]
    [InlineData(1, 0, 2_000_000_000, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue)]
    public void A_region_whose_far_edge_is_beyond_all_numbers_is_black_to_the_edge_of_the_image(int x, int y, int width, int height)
    {
        var native = Synthetic(8, 8, 0, 1, 0, "MONOCHROME2", 1);
        var masked = PixelMasking.Apply(native, [new(x, y, width, height)])!.Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray();
        var before = native.Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray();
        for (var at = 0; at < Rows * Columns; at++)
            Assert.Equal(at % Columns >= x && at / Columns >= y && at / Columns < (long)y + height ? 0 : before[at], masked[at]);
    }

    [SkippableFact]
    public void Outside_the_regions_no_value_changes_in_a_published_file_of_every_kind()
    {
        var kinds = SharedRadiology.Files.Select(path => (Path: path, File: PublishedFiles.TryRead(path))).Where(f => f.File is not null)
            .GroupBy(f => string.Join(' ', f.File!.TransferSyntax.Uid, f.File.Dataset.GetString(DicomTags.PhotometricInterpretation), f.File.Dataset.GetInt(DicomTags.BitsAllocated),
                f.File.Dataset.GetInt(DicomTags.PixelRepresentation), f.File.Dataset.GetInt(DicomTags.PlanarConfiguration), f.File.Dataset.GetInt(DicomTags.NumberOfFrames) > 1))
            .Select(g => (Kind: g.Key, g.OrderBy(f => new FileInfo(f.Path).Length).FirstOrDefault(f => IsImage(f.File!)).File)).Where(g => g.File is not null).ToArray();
        Skip.If(kinds.Length == 0, "shared data is absent");
        var broken = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.ForEach(kinds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, kind =>
        {
            try
            {
                Masked(kind.File!);
            }
            catch (Exception failed)
            {
                broken.Add($"{kind.Kind}: {failed.Message.ReplaceLineEndings(" ")}");
            }
        });
        Assert.True(broken.IsEmpty, string.Join('\n', broken.Order(StringComparer.Ordinal)));
        Assert.True(kinds.Length > 40, $"only {kinds.Length} kinds");
        if (File.Exists("/usr/bin/dcmftest"))
            Assert.Empty(Peers.NotDicomForDcmftest(Directory.EnumerateFiles(folder)));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(64)]
    public void Floats_are_masked_as_integers_are(int bits)
    {
        var parametric = Synthetic(32, 32, 0, bits / 32, 0, "MONOCHROME2", 2);
        var values = parametric.Dataset.First(e => e.Tag == DicomTags.PixelData).Bytes.ToArray();
        parametric.Dataset.Remove(DicomTags.PixelData);
        parametric.Dataset.Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.BitsAllocated, bits);
        parametric.Dataset.Set(bits == 32 ? DicomTags.FloatPixelData : DicomTags.DoubleFloatPixelData, bits == 32 ? DicomVr.OF : DicomVr.OD, values);
        Masked(parametric);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(4)]
    public void Packed_cells_of_a_large_file_are_masked_frame_by_frame_as_they_are_at_once(int bits)
    {
        var file = Synthetic(bits, bits, 0, 1, 0, "MONOCHROME2", 2);
        PixelRegion[] regions = [new(3, 5, 20, 7)];
        using var scratch = new OriginalSpool(folder);
        var (large, whole) = (DicomImage.Open(PixelMasking.Apply(file, regions, scratch)!), DicomImage.Open(PixelMasking.Apply(file, regions)!));
        for (var frame = 0; frame < 2; frame++)
            Assert.Equal(whole.Decode(frame).Samples, large.Decode(frame).Samples);
    }

    [Fact]
    public void A_file_whose_frames_cannot_be_decoded_is_not_masked()
    {
        var damaged = DicomTranscoder.To(Synthetic(16, 12, 0, 1, 0, "MONOCHROME2", 2), DicomUids.RLELossless);
        damaged.Dataset.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [new byte[64], new byte[64]]));
        Assert.Null(PixelMasking.Apply(damaged, [new(0, 0, 4, 4)]));
    }

    private DicomFile Masked(DicomFile file)
    {
        var before = DicomImage.Open(file);
        var (rows, columns) = (before.Description.Rows, before.Description.Columns);
        // Two pixels of YBR_FULL_422 share their colour: a region of it begins and ends between pairs.
        var isPaired = before.Description.PhotometricInterpretation.EndsWith("_422", StringComparison.Ordinal) && !file.TransferSyntax.IsEncapsulated;
        PixelRegion[] regions = isPaired ? [new(0, 0, columns / 4 * 2, Math.Max(1, rows / 3))]
            : [new(columns / 5, rows / 4, Math.Max(1, columns / 3), Math.Max(1, rows / 5)), new(0, rows - 1, columns, 1)];
        var masked = PixelMasking.Apply(file, regions);
        Assert.NotNull(masked);
        var path = Path.Combine(folder, Guid.CreateVersion7().ToString("N") + ".dcm");
        DicomWriter.WriteFile(path, masked);
        masked = DicomReader.ReadFile(path);
        var after = DicomImage.Open(masked);
        Assert.Equal(before.Frames, after.Frames);
        for (var frame = 0; frame < Math.Min(before.Frames, 8); frame++)
        {
            var shown = after.Decode(frame).Interleaved();
            Compare(before.Decode(frame).Interleaved(), shown, regions);
            // What a reviewer is shown of one frame is what the file will hold.
            Assert.Equal(shown.Samples, PixelMasking.Frame(before, frame, regions).Interleaved().Samples);
        }

        return masked;
    }

    private static void Compare(DecodedFrame before, DecodedFrame after, PixelRegion[] regions)
    {
        var description = before.Description;
        var inside = new HashSet<string>();
        for (var y = 0; y < description.Rows; y++)
        {
            for (var x = 0; x < description.Columns; x++)
            {
                var (old, now) = (Value(before, x, y), Value(after, x, y));
                if (regions.Any(r => x >= r.X && x < r.X + r.Width && y >= r.Y && y < r.Y + r.Height))
                    inside.Add(now);
                else if (old != now)
                    Assert.Fail($"({x}, {y}) was {old} and is {now}");
            }
        }

        Assert.Single(inside);
    }

    private static string Value(DecodedFrame frame, int x, int y)
    {
        var description = frame.Description;
        var pixel = ((long)y * description.Columns) + x;
        if (description.BitsAllocated == 1)
            return ((frame.Samples[pixel >> 3] >> (int)(pixel & 7)) & 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (description.PhotometricInterpretation.EndsWith("_422", StringComparison.Ordinal))
        {
            var pair = frame.Samples.AsSpan((int)(pixel / 2 * 4), 4);
            return $"{pair[(int)(pixel & 1)]} {pair[2]} {pair[3]}";
        }

        var bytes = description.BitsAllocated / 8 * description.SamplesPerPixel;
        return Convert.ToHexString(frame.Samples.AsSpan((int)(pixel * bytes), bytes));
    }

    private static bool IsImage(DicomFile file)
    {
        try
        {
            return file.Dataset.Contains(DicomTags.PixelData) && PixelDecoder.CanDecode(file.TransferSyntax.Uid) && DicomImage.Open(file) is { IsShort: false, Description: { Rows: > 3, Columns: > 5 } } image
                && image.Decode(0).Samples.Length > 0;
        }
        catch (ImagingException)
        {
            return false;
        }
    }

    private static DicomFile Synthetic(int allocated, int stored, int signed, int samples, int planar, string colours, int frames)
    {
        var pixels = new byte[((Rows * Columns * samples * frames * allocated) + 7) / 8];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((i * 31) ^ (i >> 5));
        if (allocated == 16 && stored < 16)
        {
            for (var i = 1; i < pixels.Length; i += 2)
                pixels[i] = signed == 1 ? (byte)((sbyte)(pixels[i] << 4) >> 4) : (byte)(pixels[i] & 0x0F);
        }

        var dataset = new DicomDataset()
            .Set(DicomTags.SopClassUid, DicomUids.SecondaryCaptureImageStorage).Set(DicomTags.SopInstanceUid, "2.25.77")
            .Set(DicomTags.StudyInstanceUid, "2.25.78").Set(DicomTags.SeriesInstanceUid, "2.25.79").Set(DicomTags.Modality, "OT")
            .Set(DicomTags.SamplesPerPixel, samples).Set(DicomTags.PhotometricInterpretation, colours).Set(DicomTags.NumberOfFrames, frames)
            .Set(DicomTags.Rows, Rows).Set(DicomTags.Columns, Columns)
            .Set(DicomTags.BitsAllocated, allocated).Set(DicomTags.BitsStored, stored).Set(DicomTags.HighBit, stored - 1).Set(DicomTags.PixelRepresentation, signed);
        if (samples > 1)
            dataset.Set(DicomTags.PlanarConfiguration, planar);
        return DicomFile.Create(dataset.Set(DicomTags.PixelData, allocated > 8 ? DicomVr.OW : DicomVr.OB, pixels), DicomUids.ExplicitVRLittleEndian);
    }
}
