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
    /// <param name="file">Its pixel data; compressed ones that were left in a stream are read from it.</param>
    /// <exception cref="ImagingException">The pixels are not described, or a frame's stream cannot be followed: what is in it cannot be known.</exception>
    public static DicomElement Of(DicomFile file, DicomElement pixels)
    {
        var image = DicomImage.Open(file);
        switch (pixels)
        {
            case DicomStreamedPixelData { IsEncapsulated: false } streamed:
                return streamed.Length > image.NativeLength ? streamed.Shortened(image.NativeLength) : streamed;
            case DicomStreamedPixelData streamed when PixelDecoder.CanDecode(file.TransferSyntax.Uid):
                return Encapsulated(file, image, streamed.Held());
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

        var offsets = Offsets(bare);
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

    /// <summary>The Basic Offset Table; empty where an offset does not fit it.</summary>
    private static byte[] Offsets(List<IReadOnlyList<ReadOnlyMemory<byte>>> frames)
    {
        var (table, at) = (new byte[4 * frames.Count], 0L);
        for (var i = 0; i < frames.Count; i++)
        {
            if (at > uint.MaxValue) return [];
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), (uint)at);
            at += frames[i].Sum(f => 8L + f.Length + f.Length % 2);
        }

        return table;
    }
}
