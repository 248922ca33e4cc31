using System.Security.Cryptography;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Unit.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>What code streams carry besides pixels does not come through, and every frame decodes to the values it had.</summary>
public class BarePixelsTests
{
    private const int Rows = 40;
    private const int Columns = 48;
    private static readonly byte[] Marker = "IVANOVA^ANNA 1951"u8.ToArray();
    private static readonly CentreDeidentifier Centre = new(SHA256.HashData("a centre"u8));

    [Theory]
    [InlineData(DicomUids.JPEGBaseline8Bit, "comment")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "exif")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "thumbnail")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "adobe")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "trailing")]
    [InlineData(DicomUids.JPEGLSLossless, "comment")]
    [InlineData(DicomUids.JPEGLSLossless, "exif")]
    [InlineData(DicomUids.JPEGLSLossless, "trailing")]
    [InlineData(DicomUids.JPEG2000Lossless, "comment")]
    [InlineData(DicomUids.JPEG2000Lossless, "comment-of-a-tile")]
    [InlineData(DicomUids.JPEG2000Lossless, "boxes")]
    [InlineData(DicomUids.JPEG2000Lossless, "trailing")]
    [InlineData(DicomUids.RLELossless, "trailing")]
    [InlineData(DicomUids.RLELossless, "header")]
    [InlineData(DicomUids.RLELossless, "between-planes")]
    [InlineData(DicomUids.ExplicitVRLittleEndian, "trailing")]
    [InlineData(DicomUids.ImplicitVRLittleEndian, "trailing")]
    [InlineData(DicomUids.ExplicitVRBigEndian, "trailing")]
    [InlineData(DicomUids.EncapsulatedUncompressedExplicitVRLittleEndian, "trailing")]
    [InlineData(DicomUids.DeflatedImageFrameCompression, "trailing")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "offset-table")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "in-fragments")]
    public void What_a_frame_carries_besides_its_pixels_does_not_come_through(string syntax, string place)
    {
        foreach (var frames in new[] { 1, 3 })
        {
            var plain = Plain(syntax, frames);
            var file = WithMarker(plain, place);
            Assert.True(DicomWriter.ToBytes(file).AsSpan().IndexOf(Marker) >= 0, "the marker is not there");

            var done = Assert.IsType<Deidentified>(Centre.Apply(file)).File;

            Assert.True(DicomWriter.ToBytes(done).AsSpan().IndexOf(Marker) < 0, $"the marker came through with {frames} frames");
            for (var frame = 0; frame < frames; frame++)
                Assert.Equal(DicomImage.Open(plain).Decode(frame).Samples, DicomImage.Open(done).Decode(frame).Samples);
        }
    }

    [Fact]
    public void The_report_says_that_pixel_data_were_cleaned_and_clean_ones_are_passed_on_as_they_are()
    {
        var plain = Plain(DicomUids.JPEGBaseline8Bit, 2);
        AttributeAction Action(DicomFile file) => Assert.IsType<Deidentified>(Centre.Apply(file)).Counts.Single(c => c.Tag == DicomTags.PixelData).Action;
        Assert.Equal(AttributeAction.Cleaned, Action(WithMarker(plain, "comment")));
        Assert.Equal(AttributeAction.Kept, Action(plain));
        Assert.Same(plain.Dataset.Find(DicomTags.PixelData), Assert.IsType<Deidentified>(Centre.Apply(plain)).File.Dataset.Find(DicomTags.PixelData));
    }

    [Fact]
    public void A_frame_whose_stream_cannot_be_followed_is_refused()
    {
        var file = Plain(DicomUids.JPEGBaseline8Bit, 1);
        file.Dataset.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [Marker]));
        Assert.Equal("pixels-damaged", Assert.IsType<DeidentificationRefused>(Centre.Apply(file)).Code);
        file.Dataset.Remove(DicomTags.BitsAllocated);
        Assert.Equal("pixels-indescribable", Assert.IsType<DeidentificationRefused>(Centre.Apply(file)).Code);
    }

    [Theory]
    [InlineData(DicomUids.JPEGBaseline8Bit, "comment")]
    [InlineData(DicomUids.ExplicitVRLittleEndian, "trailing")]
    [InlineData(DicomUids.ExplicitVRBigEndian, "trailing")]
    public void Pixels_left_in_their_stream_are_cleaned_too(string syntax, string place)
    {
        var whole = WithMarker(Plain(syntax, 3), place);
        using var stream = new MemoryStream(DicomWriter.ToBytes(whole));
        var streamed = Assert.IsType<Deidentified>(Centre.Apply(DicomReader.Read(stream, new() { LeavePixelDataInStream = true }))).File;
        using var written = new MemoryStream();
        DicomWriter.Write(streamed, written);
        Assert.Equal(DicomWriter.ToBytes(Assert.IsType<Deidentified>(Centre.Apply(whole)).File), written.ToArray());
    }

    [SkippableFact]
    public void Every_published_file_decodes_to_the_same_values_and_carries_nothing_else()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        var (seen, changed, differing) = (0, 0, new List<string>());
        foreach (var path in SharedRadiology.Files)
        {
            if (PublishedFiles.TryRead(path) is not { } file || file.Dataset.Find(DicomTags.PixelData) is not { IsEmpty: false } pixels
                || Decoded(file) is not { } before)
                continue;
            seen++;
            DicomElement bare;
            try
            {
                bare = BarePixels.Of(file, pixels);
            }
            catch (ImagingException fault)
            {
                differing.Add($"{Path.GetFileName(path)}: {fault.Message}");
                continue;
            }

            changed += ReferenceEquals(bare, pixels) ? 0 : 1;
            file.Dataset.Set(bare);
            file.Dataset.Remove(DicomTags.ExtendedOffsetTable);
            if (!ReferenceEquals(bare, pixels) && Decoded(file) != before)
                differing.Add(Path.GetFileName(path));
            else if (!ReferenceEquals(BarePixels.Of(file, bare), bare) && file.TransferSyntax.Uid != DicomUids.DeflatedImageFrameCompression)
                differing.Add($"{Path.GetFileName(path)}: not the same when done again");
        }

        Assert.Empty(differing);
        Assert.True(seen > 300 && changed > 20, $"{seen} files, {changed} of them with something besides pixels");
    }

    private static string? Decoded(DicomFile file)
    {
        try
        {
            var image = DicomImage.Open(file);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var frame = 0; frame < Math.Min(image.Frames, 4); frame++)
                hash.AppendData(image.Decode(frame).Samples);
            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    private static DicomFile Plain(string syntax, int frames)
    {
        var pixels = new byte[Rows * Columns * frames];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(((i % Columns) * 5) ^ (i / Columns));
        var dataset = new DicomDataset()
            .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3.9").Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1")
            .Set(DicomTags.ImagePositionPatient, 0, 0, 0)
            .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.NumberOfFrames, frames).Set(DicomTags.Rows, Rows).Set(DicomTags.Columns, Columns)
            .Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(DicomTags.PixelRepresentation, 0)
            .Set(DicomTags.PixelData, DicomVr.OB, pixels);
        var native = DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian);
        if (PixelEncoder.CanEncode(syntax))
            return DicomTranscoder.To(native, syntax);
        if (DicomTransferSyntax.Of(syntax) is { IsEncapsulated: false })
            return DicomReader.Read(DicomWriter.ToBytes(native.InTransferSyntax(syntax)));
        var fragments = Enumerable.Range(0, frames).Select(k => pixels.AsSpan(k * Rows * Columns, Rows * Columns).ToArray()).Select(f => (ReadOnlyMemory<byte>)(syntax switch
        {
            DicomUids.JPEGBaseline8Bit => JpegTurboCodec.Encode(f, Columns, Rows, color: false, quality: 90),
            DicomUids.DeflatedImageFrameCompression => Deflated(f),
            _ => f,
        }));
        return DicomFile.Create(dataset.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, fragments)), syntax);
    }

    private static byte[] Deflated(byte[] frame)
    {
        using var target = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(target, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(frame);
        return target.ToArray();
    }

    private static DicomFile WithMarker(DicomFile plain, string place)
    {
        var dataset = new DicomDataset();
        foreach (var element in plain.Dataset)
            dataset.Set(element);
        if (dataset.Find(DicomTags.PixelData) is not DicomEncapsulatedPixelData pixels)
        {
            dataset.Set(DicomTags.PixelData, DicomVr.OB, (byte[])[.. plain.Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray(), .. Marker, .. Marker]);
            return DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset, plain.TransferSyntax.Uid)));
        }

        IEnumerable<ReadOnlyMemory<byte>> fragments = [.. pixels.Fragments.Select(f => (ReadOnlyMemory<byte>)Marked(f.ToArray(), plain.TransferSyntax.Uid, place))];
        ReadOnlyMemory<byte> table = place == "offset-table" ? (byte[])[.. Marker, 0] : default(ReadOnlyMemory<byte>);
        if (place == "in-fragments")
            fragments = fragments.SelectMany(f => new[] { f[..100], f[100..] });
        return DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset.Set(new DicomEncapsulatedPixelData(pixels.Tag, pixels.Vr, table, fragments)), plain.TransferSyntax.Uid)));
    }

    private static byte[] Marked(byte[] frame, string syntax, string place)
    {
        byte[] Segment(byte marker, params byte[] body) => [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];
        byte[] After(int at, byte[] bytes) => [.. frame[..at], .. bytes, .. frame[at..]];
        switch (place)
        {
            case "comment" or "in-fragments" when syntax != DicomUids.JPEG2000Lossless:
                return After(2, Segment(0xFE, Marker));
            case "exif":
                return After(2, Segment(0xE1, [.. "Exif\0\0"u8, .. Marker]));
            case "thumbnail":
                return After(2, [.. Segment(0xE0, [.. "JFIF\0"u8, 1, 2, 0, 0, 1, 0, 1, 2, 3, .. Marker, 0]), .. Segment(0xE0, [.. "JFXX\0"u8, .. Marker])]);
            case "adobe":
                return After(2, Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0, .. Marker]));
            case "comment":
                return After(Siz(frame), Segment(0x64, [0, 1, .. Marker]));
            case "comment-of-a-tile":
                var tile = frame.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x90]);
                var comment = Segment(0x64, [0, 1, .. Marker]);
                var marked = After(tile + 12, comment);
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
                    marked.AsSpan(tile + 6), System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(marked.AsSpan(tile + 6)) + (uint)comment.Length);
                return marked;
            case "boxes":
                return [0, 0, 0, 12, .. "jP  "u8, 0x0D, 0x0A, 0x87, 0x0A, 0, 0, 0, (byte)(8 + Marker.Length), .. "xml "u8, .. Marker, 0, 0, 0, 0, .. "jp2c"u8, .. frame];
            case "header":
                Marker.CopyTo(frame, 40);
                return frame;
            case "between-planes":
                // The only plane begins behind the marker.
                frame = After(64, [.. Marker, 0]);
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), 64 + (uint)Marker.Length + 1);
                return frame;
            case "trailing":
                return [.. frame, .. Marker];
            default:
                return frame;
        }
    }

    private static int Siz(byte[] stream) => 4 + (stream[4] << 8) + stream[5];
}
