using System.Buffers.Binary;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Datasets.Building;

/// <summary>Which fragments make up a frame (PS3.5 A.4): a frame may have several, and the Basic Offset Table may be empty.</summary>
internal static class EncapsulatedFrames
{
    /// <param name="frame">From 1.</param>
    /// <exception cref="ImagingException">The fragments do not tell where the frame is.</exception>
    public static ReadOnlyMemory<byte> Get(DicomEncapsulatedPixelData pixels, int frame, int frames)
    {
        if (frames == 1)
            return Join(pixels.Fragments);
        if (pixels.OffsetTable.Length >= frames * 4)
            return Join(ByOffsets(pixels, frame, frames));
        if (pixels.Fragments.Count == frames)
            return pixels.Fragments[frame - 1];
        throw new ImagingException(ImagingFault.Malformed, $"{pixels.Fragments.Count} fragments without an offset table do not tell {frames} frames apart.");
    }

    private static List<ReadOnlyMemory<byte>> ByOffsets(DicomEncapsulatedPixelData pixels, int frame, int frames)
    {
        uint Offset(int index) => BinaryPrimitives.ReadUInt32LittleEndian(pixels.OffsetTable.Span[(index * 4)..]);
        var (from, to) = (Offset(frame - 1), frame < frames ? Offset(frame) : long.MaxValue);
        var (at, found) = (0L, new List<ReadOnlyMemory<byte>>());
        foreach (var fragment in pixels.Fragments)
        {
            if (at >= from && at < to)
                found.Add(fragment);
            // An item's tag and length stand before its bytes.
            at += 8 + fragment.Length;
        }

        return found;
    }

    private static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
        if (fragments.Count == 1)
            return fragments[0];
        var (joined, at) = (new byte[fragments.Sum(f => f.Length)], 0);
        foreach (var fragment in fragments)
        {
            fragment.CopyTo(joined.AsMemory(at));
            at += fragment.Length;
        }

        return joined;
    }
}
