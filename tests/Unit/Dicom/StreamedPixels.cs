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

    [Theory]
    [InlineData(null)]
    [InlineData(5_000_000u)]
    [InlineData(100_000u)]
    public void Copying_half_a_gigabyte_of_pixels_takes_hardly_any_memory_native_or_in_fragments(uint? fragment)
    {
        using var source = new EndlessFile(headerOf: new DicomDataset().Set(DicomTags.PatientID, "7"), pixelBytes: 500_000_000, fragment);
        var target = new CountingTarget();
        var before = GC.GetAllocatedBytesForCurrentThread();
        DicomFile.Copy(source, target, file => file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3_000_000);
        Assert.Equal(source.Length, target.Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5_000_000u)]
    public void The_header_of_half_a_gigabyte_is_read_without_going_on_into_the_pixels(uint? fragment)
    {
        using var source = new EndlessFile(headerOf: new DicomDataset().Set(DicomTags.PatientID, "7"), pixelBytes: 500_000_000, fragment);
        var file = DicomReader.Read(source, new DicomReaderOptions { StopBeforePixelData = true });
        Assert.Equal((true, "7"), (file.StoppedBeforePixelData, file.Dataset.GetString(DicomTags.PatientID)));
        Assert.InRange(source.Position, source.HeaderLength, source.HeaderLength + 65_536);
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

    /// <summary>A file whose pixels are made up while they are read: native ones, or fragments behind an empty offset table.</summary>
    private sealed class EndlessFile(DicomDataset headerOf, uint pixelBytes, uint? fragmentBytes) : ReadOnlyStream
    {
        private static readonly byte[] Item = [0xFE, 0xFF, 0x00, 0xE0];
        private static readonly byte[] End = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];

        private readonly byte[] header = [.. DicomWriter.ToBytes(DicomFile.Create(headerOf, fragmentBytes is null ? DicomUids.ExplicitVRLittleEndian : DicomUids.JPEGBaseline8Bit)),
            0xE0, 0x7F, 0x10, 0, (byte)'O', (byte)(fragmentBytes is null ? 'W' : 'B'), 0, 0,
            .. fragmentBytes is null ? BitConverter.GetBytes(pixelBytes) : [0xFF, 0xFF, 0xFF, 0xFF, .. Item, 0, 0, 0, 0]];

        private readonly byte[] head = [.. Item, .. BitConverter.GetBytes(fragmentBytes ?? 0)];
        private readonly long stride = 8L + (fragmentBytes ?? 0);
        private readonly long fragments = fragmentBytes is { } bytes ? pixelBytes / bytes : 0;

        public long HeaderLength => header.Length;

        public override long Length => header.Length + (fragmentBytes is null ? pixelBytes : fragments * stride + End.Length);

        public override int Read(Span<byte> buffer)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, Length - Position)];
            buffer.Clear();
            Put(header, 0, buffer);
            for (var i = Math.Max(0, (Position - header.Length) / stride); i < fragments && header.Length + i * stride < Position + buffer.Length; i++)
            {
                Put(head, header.Length + i * stride, buffer);
            }

            if (fragmentBytes is not null)
            {
                Put(End, Length - End.Length, buffer);
            }

            Position += buffer.Length;
            return buffer.Length;
        }

        /// <summary>What of these bytes, which stand at this place of the file, falls into the buffer.</summary>
        private void Put(byte[] bytes, long at, Span<byte> buffer)
        {
            var (first, end) = (Math.Max(at, Position), Math.Min(at + bytes.Length, Position + buffer.Length));
            if (first < end)
            {
                bytes.AsSpan((int)(first - at), (int)(end - first)).CopyTo(buffer[(int)(first - Position)..]);
            }
        }
    }

    private sealed class CountingTarget : WriteOnlyStream
    {
        private long written;

        public override long Length => written;

        public override void Write(ReadOnlySpan<byte> buffer) => written += buffer.Length;
    }
}
