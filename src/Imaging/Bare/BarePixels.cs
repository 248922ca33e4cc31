using System.Buffers.Binary;
using System.IO.Compression;
using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>
/// Pixel data of nothing but pixels: without the comments, application data, thumbnails and trailing bytes that code streams carry, and
/// without bytes behind the last native frame. Nothing is coded anew: every frame decodes to the values it had.
/// </summary>
public static class BarePixels
{
    /// <returns>The very element where there is nothing to take out. A stream is one fragment a frame where something was.</returns>
    /// <param name="file">Its pixel data; compressed ones that were left in a stream are read from it, and again when they are written, a frame at a time.</param>
    /// <exception cref="ImagingException">The pixels are not described, or a frame's stream cannot be followed: what is in it cannot be known.</exception>
    public static DicomElement Of(DicomFile file, DicomElement pixels)
    {
        var image = DicomImage.Open(file);
        switch (pixels)
        {
            case DicomStreamedPixelData { IsEncapsulated: false } streamed:
                return streamed.Length > image.NativeLength ? streamed.Shortened(image.NativeLength) : streamed;
            case DicomStreamedPixelData streamed when PixelDecoder.CanDecode(file.TransferSyntax.Uid):
                return Streamed(file, image, streamed);
            case DicomEncapsulatedPixelData encapsulated when PixelDecoder.CanDecode(file.TransferSyntax.Uid):
                return Encapsulated(file, image, encapsulated);
            case DicomEncapsulatedPixelData or DicomStreamedPixelData:
                return pixels;
            default:
                var length = image.NativeLength;
                return pixels.Bytes.Length <= length || (pixels.Bytes.Length == length + 1 && pixels.Bytes.Span[^1] == 0)
                    ? pixels : new DicomElement(pixels.Tag, pixels.Vr, pixels.Bytes[..(int)length]);
        }
    }

    private static DicomEncapsulatedPixelData Encapsulated(DicomFile file, DicomImage image, DicomEncapsulatedPixelData pixels)
    {
        var extended = file.Dataset.Find(DicomTags.ExtendedOffsetTable);
        var frames = pixels.Frames(image.Frames, extended?.Bytes ?? default)
            ?? throw new ImagingException(ImagingFault.Malformed, $"{pixels.Fragments.Count} fragments do not tell {image.Frames} frames apart.");
        var (bare, changed) = (new List<IReadOnlyList<ReadOnlyMemory<byte>>>(frames.Count), false);
        foreach (var fragments in frames)
        {
            var whole = Joined(fragments);
            var stream = Bare(file.TransferSyntax.Uid, image.Description, whole);
            var isSame = stream.Length == whole.Length && stream.Span == whole.Span;
            bare.Add(isSame ? fragments : [stream]);
            changed |= !isSame;
        }

        var offsets = Offsets([.. bare.Select(frame => frame.Sum(Item))]);
        // A table that says something else may say anything; the extended one is left out by whoever takes these pixels.
        return !changed && extended is null && (pixels.OffsetTable.IsEmpty || pixels.OffsetTable.Span.SequenceEqual(offsets))
            ? pixels : new DicomEncapsulatedPixelData(pixels.Tag, pixels.Vr, offsets, bare.SelectMany(f => f));
    }

    private static ReadOnlyMemory<byte> Bare(string transferSyntaxUid, PixelDescription description, ReadOnlyMemory<byte> frame) => transferSyntaxUid switch
    {
        TransferSyntaxes.Rle => BareRle.Of(description, frame),
        TransferSyntaxes.EncapsulatedUncompressed => frame.Length > description.FrameLength + 1 ? frame[..description.FrameLength] : frame,
        TransferSyntaxes.DeflatedFrame => Deflated(description, frame),
        TransferSyntaxes.Jpeg2000Lossless or TransferSyntaxes.Jpeg2000 or TransferSyntaxes.HighThroughputLossless or TransferSyntaxes.HighThroughputLosslessRpcl
            or TransferSyntaxes.HighThroughput => BareJpeg2000.Of(frame),
        _ => BareJpeg.Of(frame),
    };

    /// <summary>Where deflated data end is not told by the library: they are deflated again.</summary>
    private static ReadOnlyMemory<byte> Deflated(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(PixelDecoder.Decode(TransferSyntaxes.DeflatedFrame, description, frame).Samples);
        return target.ToArray();
    }

    private static ReadOnlyMemory<byte> Joined(IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
        if (fragments is [var only]) return only;
        var (joined, at) = (new byte[fragments.Sum(f => (long)f.Length)], 0);
        foreach (var fragment in fragments)
        {
            fragment.CopyTo(joined.AsMemory(at));
            at += fragment.Length;
        }

        return joined;
    }

    /// <summary>The same with one frame held at a time: what a frame comes to is reckoned for its length, and made again when it is written.</summary>
    private static DicomStreamedPixelData Streamed(DicomFile file, DicomImage image, DicomStreamedPixelData pixels)
    {
        var extended = file.Dataset.Find(DicomTags.ExtendedOffsetTable);
        var frames = pixels.Frames(image.Frames, extended?.Bytes ?? default)
            ?? throw new ImagingException(ImagingFault.Malformed, $"{pixels.FragmentCount} fragments do not tell {image.Frames} frames apart.");
        var (lengths, before, changed) = (new long[frames.Count], new long[frames.Count], false);
        for (var i = 0; i < frames.Count; i++)
        {
            var whole = pixels.Join(frames[i]);
            var bare = Bare(file.TransferSyntax.Uid, image.Description, whole);
            (lengths[i], before[i]) = (bare.Length, whole.Length + 8L * frames[i].GetOffsetAndLength(pixels.FragmentCount).Length);
            changed |= bare.Length != whole.Length || !bare.Span.SequenceEqual(whole);
        }

        if (!changed && extended is null && (pixels.OffsetTable.IsEmpty || pixels.OffsetTable.Span.SequenceEqual(Offsets(before))))
            return pixels;
        var offsets = Offsets([.. lengths.Select(l => 8 + l + l % 2)]);
        return DicomStreamedPixelData.Made(pixels.Tag, [offsets.Length, .. lengths],
            item => item == 0 ? offsets : Bare(file.TransferSyntax.Uid, image.Description, pixels.Join(frames[item - 1])));
    }

    /// <summary>Bytes of an item with its header and padding.</summary>
    private static long Item(ReadOnlyMemory<byte> fragment) => 8L + fragment.Length + fragment.Length % 2;

    /// <summary>The Basic Offset Table; empty where an offset does not fit it.</summary>
    /// <param name="frames">Bytes of the items of each frame.</param>
    private static byte[] Offsets(long[] frames)
    {
        var (table, at) = (new byte[4 * frames.Length], 0L);
        for (var i = 0; i < frames.Length; i++)
        {
            if (at > uint.MaxValue) return [];
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), (uint)at);
            at += frames[i];
        }

        return table;
    }
}
