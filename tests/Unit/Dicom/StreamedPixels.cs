using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>Pixel data that stay in their stream, and frames of encapsulated ones.</summary>
public class StreamedPixels
{
    [SkippableFact]
    public void Every_published_file_copied_through_a_stream_is_the_file_that_was_read_whole()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        foreach (var path in SharedRadiology.Files)
        {
            if (PublishedFiles.TryRead(path) is not { } whole)
            {
                continue;
            }

            using var source = File.OpenRead(path);
            using var target = new MemoryStream();
            DicomFile.Copy(source, target, file => file);
            Assert.True(target.ToArray().AsSpan().SequenceEqual(DicomWriter.ToBytes(whole)), path);
        }
    }

    [Theory]
    [InlineData(DicomUids.ImplicitVRLittleEndian)]
    [InlineData(DicomUids.ExplicitVRBigEndian)]
    [InlineData(DicomUids.DeflatedExplicitVRLittleEndian)]
    public void Native_pixels_pass_into_another_syntax_and_what_stands_behind_them_is_seen(string syntax)
    {
        var pixels = new byte[200_001 * 2];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i * 7);
        }

        var dataset = new DicomDataset().Set(DicomTags.PatientID, "secret").Set(DicomTags.PixelData, DicomVr.OW, pixels).Set(new DicomTag(0xFFFCFFFC), DicomVr.OB, new byte[2]);
        using var source = new MemoryStream(DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian)));
        using var target = new MemoryStream();
        DicomFile.Copy(source, target, file =>
        {
            file.Dataset.Set(DicomTags.PatientID, "P1");
            Assert.True(file.Dataset.Remove(new DicomTag(0xFFFCFFFC)));
            return file.InTransferSyntax(syntax);
        });

        var copy = DicomReader.Read(target.ToArray());
        Assert.Equal((syntax, "P1", 2), (copy.TransferSyntax.Uid, copy.Dataset.GetString(DicomTags.PatientID), copy.Dataset.Count));
        Assert.Equal(pixels, copy.Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray());
    }

    [Fact]
    public void Copying_half_a_gigabyte_of_pixels_takes_hardly_any_memory()
    {
        using var source = new EndlessFile(headerOf: new DicomDataset().Set(DicomTags.PatientID, "7"), pixelBytes: 500_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        DicomFile.Copy(source, Stream.Null, file => file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void Frames_are_found_by_either_table_by_their_count_and_by_their_beginnings()
    {
        byte[] start = [0xFF, 0xD8, 0xFF, 0xE0];
        byte[][] fragments = [[.. start, 1, 2], [3, 4], [.. start, 5, 6], [7, 8]];
        var plain = Pixels(default, fragments);
        Assert.Equal([2, 2], plain.Frames(2)!.Select(f => f.Count));
        Assert.Equal([1, 1, 1, 1], plain.Frames(4)!.Select(f => f.Count));
        Assert.Equal(4, plain.Frames(1)!.Single().Count);
        Assert.Null(plain.Frames(3));
        Assert.Equal([1, 3], Pixels((byte[])[0, 0, 0, 0, 14, 0, 0, 0], fragments).Frames(2)!.Select(f => f.Count));
        Assert.Equal([3, 1], plain.Frames(2, (byte[])[0, 0, 0, 0, 0, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0])!.Select(f => f.Count));
        // A table that points between fragments tells nothing.
        Assert.Equal([2, 2], Pixels((byte[])[0, 0, 0, 0, 15, 0, 0, 0], fragments).Frames(2)!.Select(f => f.Count));
    }

    private static DicomEncapsulatedPixelData Pixels(ReadOnlyMemory<byte> table, byte[][] fragments) =>
        new(DicomTags.PixelData, DicomVr.OB, table, fragments.Select(f => (ReadOnlyMemory<byte>)f));

    /// <summary>A file whose pixels are made up while they are read.</summary>
    private sealed class EndlessFile(DicomDataset headerOf, uint pixelBytes) : Stream
    {
        private readonly byte[] header = [.. DicomWriter.ToBytes(DicomFile.Create(headerOf, DicomUids.ExplicitVRLittleEndian)),
            0xE0, 0x7F, 0x10, 0, (byte)'O', (byte)'W', 0, 0, .. BitConverter.GetBytes(pixelBytes)];

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => header.Length + pixelBytes;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, Length - Position);
            var fromHeader = (int)Math.Clamp(header.Length - Position, 0, count);
            header.AsSpan((int)Math.Min(Position, header.Length), fromHeader).CopyTo(buffer);
            buffer[fromHeader..count].Clear();
            Position += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
