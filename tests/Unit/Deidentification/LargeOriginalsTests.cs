using System.Security.Cryptography;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Unit.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Originals that lie sealed on the disk, and images changed frame by frame.</summary>
public sealed class LargeOriginalsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pirogov-spool-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(300_000)]
    public void What_was_sealed_is_read_from_any_place(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        using var spool = new OriginalSpool(folder);
        for (var at = 0; at < size; at += 7777)
            spool.Writer.Write(bytes.AsSpan(at, Math.Min(7777, size - at)));
        // No name is left by which anybody could find it.
        Assert.Empty(Directory.GetFiles(folder));
        using var read = spool.Read();
        Assert.Equal(size, read.Length);
        foreach (var place in new[] { 0, size / 2, Math.Max(0, size - 1), size })
        {
            read.Position = place;
            using var rest = new MemoryStream();
            read.CopyTo(rest);
            Assert.True(rest.ToArray().AsSpan().SequenceEqual(bytes.AsSpan(place)));
        }
    }

    [Fact]
    public void Sealed_bytes_show_nothing_and_nobody_changes_cuts_or_reorders_them()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var plain = new byte[200_000];
        using var target = new MemoryStream();
        using (var writer = new SealedWriter(target, key))
        {
            writer.Write(plain);
            writer.Complete();
        }

        var whole = target.ToArray();
        Assert.True(whole.AsSpan().IndexOf(new byte[64]) < 0);
        Assert.Equal(plain, Read(whole));
        const int chunk = 65_536 + 16;
        Assert.Throws<AuthenticationTagMismatchException>(() => Read([.. whole[..100], (byte)(whole[100] ^ 1), .. whole[101..]]));
        Assert.Throws<AuthenticationTagMismatchException>(() => Read(whole[..(2 * chunk)]));
        Assert.Throws<AuthenticationTagMismatchException>(() => Read([.. whole[chunk..(2 * chunk)], .. whole[..chunk], .. whole[(2 * chunk)..]]));

        byte[] Read(byte[] stored)
        {
            using var reader = new SealedReader(new MemoryStream(stored), key);
            using var read = new MemoryStream();
            reader.CopyTo(read);
            return read.ToArray();
        }
    }

    [Fact]
    public void What_grows_beyond_the_limit_spills_whole()
    {
        using var memory = new MemoryStream();
        using var spilling = new SpillingStream(memory, 100, () => new OriginalSpool(folder));
        spilling.Write(new byte[100]);
        Assert.Null(spilling.Spool);
        spilling.Write([7]);
        Assert.Equal((0, 101), (memory.Length, spilling.Length));
        using var read = spilling.Spool!.Read();
        read.Position = 100;
        Assert.Equal(7, read.ReadByte());
    }

    [Theory]
    [InlineData(DicomUids.ExplicitVRLittleEndian)]
    [InlineData(DicomUids.ExplicitVRBigEndian)]
    [InlineData(DicomUids.RLELossless)]
    [InlineData(DicomUids.JPEG2000Lossless)]
    public void Masked_frame_by_frame_an_image_is_what_it_is_when_masked_whole(string syntax)
    {
        var native = DicomFile.Create(Frames(40, 24, 5), DicomUids.ExplicitVRLittleEndian);
        var held = DicomTranscoder.CanWrite(syntax) ? DicomTranscoder.To(native, syntax) : native.InTransferSyntax(syntax);
        using var source = new MemoryStream(DicomWriter.ToBytes(held));
        var left = DicomReader.Read(source, new() { LeavePixelDataInStream = true });
        PixelRegion[] regions = [new(3, 2, 10, 5), new(30, 20, 100, 100)];
        using var scratch = new OriginalSpool(folder);
        using var target = new MemoryStream();
        DicomWriter.Write(PixelMasking.Apply(left, regions, scratch)!, target);
        var (one, other) = (DicomImage.Open(PixelMasking.Apply(held, regions)!), DicomImage.Open(DicomReader.Read(target.ToArray())));
        Assert.Equal(5, other.Frames);
        for (var frame = 0; frame < 5; frame++)
            Assert.Equal(one.Decode(frame).Samples, other.Decode(frame).Samples);
    }

    [Fact]
    public void A_single_frame_is_a_file_of_its_own()
    {
        var file = DicomTranscoder.To(DicomFile.Create(Frames(40, 24, 3), DicomUids.ExplicitVRLittleEndian), DicomUids.RLELossless);
        var single = DicomReader.Read(DicomWriter.ToBytes(FrameByFrame.Single(file, 2)));
        Assert.Equal((DicomUids.RLELossless, 1), (single.TransferSyntax.Uid, single.Dataset.GetInt(DicomTags.NumberOfFrames)));
        Assert.Equal(DicomImage.Open(file).Decode(2).Samples, DicomImage.Open(single).Decode(0).Samples);
        Assert.Throws<ImagingException>(() => FrameByFrame.Single(file, 3));
    }

    [SkippableFact]
    public void Frames_of_published_files_are_the_same_when_their_pixels_stay_in_the_stream()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        var compared = 0;
        foreach (var path in SharedRadiology.Files.Where(p => new FileInfo(p).Length < 20_000_000))
        {
            if (PublishedFiles.TryRead(path) is not { } whole || Open(whole) is not { } held)
                continue;
            using var stream = File.OpenRead(path);
            var left = DicomImage.Open(DicomReader.Read(stream, new() { LeavePixelDataInStream = true }));
            Assert.Equal((held.Frames, held.IsShort), (left.Frames, left.IsShort));
            foreach (var frame in new[] { 0, held.Frames / 2, held.Frames - 1 }.Distinct())
                Assert.True(Stored(held, frame).AsSpan().SequenceEqual(Stored(left, frame)), $"{path}, frame {frame + 1}");
            compared++;
        }

        Assert.True(compared > 50, $"{compared} files were compared");
    }

    private static DicomImage? Open(DicomFile file)
    {
        try
        {
            return DicomImage.Open(file);
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    private static byte[] Stored(DicomImage image, int frame)
    {
        try
        {
            return image.Stored(frame).ToArray();
        }
        catch (ImagingException)
        {
            return [];
        }
    }

    private static DicomDataset Frames(int columns, int rows, int frames)
    {
        var pixels = new byte[columns * rows * frames * 2];
        for (var i = 0; i < pixels.Length / 2; i++)
            BitConverter.TryWriteBytes(pixels.AsSpan(2 * i), (short)((i * 7) & 0xFFF));
        return new DicomDataset().Set(DicomTags.SopClassUid, DicomUids.EnhancedCTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3.4")
            .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.NumberOfFrames, frames)
            .Set(DicomTags.Rows, rows).Set(DicomTags.Columns, columns)
            .Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 12).Set(DicomTags.HighBit, 11).Set(DicomTags.PixelRepresentation, 0)
            .Set(DicomTags.PixelData, DicomVr.OW, pixels);
    }
}
