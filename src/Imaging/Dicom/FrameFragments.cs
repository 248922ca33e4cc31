using System.Buffers.Binary;
using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>Which fragments of encapsulated pixel data make up a frame (PS3.5 A.4).</summary>
internal sealed class FrameFragments(DicomEncapsulatedPixelData pixels, ReadOnlyMemory<byte> extendedOffsets, int frames)
{
    private readonly Lazy<int[]> starts = new(() => Starts(pixels, extendedOffsets, frames));

    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">The fragments do not tell where the frame is.</exception>
    public ReadOnlyMemory<byte> Frame(int frame)
    {
        var from = starts.Value[frame];
        var to = frame + 1 < frames ? starts.Value[frame + 1] : pixels.Fragments.Count;
        return Join(pixels.Fragments, from, to);
    }

    /// <summary>By the Extended Offset Table, the Basic one, one fragment a frame, or the fragments that open an image.</summary>
    private static int[] Starts(DicomEncapsulatedPixelData pixels, ReadOnlyMemory<byte> extendedOffsets, int frames)
    {
        var fragments = pixels.Fragments;
        if (fragments.Count < frames) throw Unclear(fragments.Count, frames);
        if (frames == 1) return [0];
        if ((ByTable(fragments, extendedOffsets, 8, frames) ?? ByTable(fragments, pixels.OffsetTable, 4, frames)) is { } told) return told;
        if (fragments.Count == frames) return [.. Enumerable.Range(0, frames)];
        int[] opening = [.. Enumerable.Range(0, fragments.Count).Where(i => fragments[i].Span is [0xFF, 0xD8, 0xFF, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..])];
        return opening.Length == frames ? opening : throw Unclear(fragments.Count, frames);
    }

    // Offsets count from the first fragment's item tag. A table that contradicts the fragments counts as absent.
    private static int[]? ByTable(IReadOnlyList<ReadOnlyMemory<byte>> fragments, ReadOnlyMemory<byte> table, int width, int frames)
    {
        if (table.Length != (long)frames * width) return null;
        var (found, fragment, at) = (new int[frames], 0, 0UL);
        for (var i = 0; i < frames; i++)
        {
            var entry = table.Span[(i * width)..];
            var offset = width == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(entry) : BinaryPrimitives.ReadUInt32LittleEndian(entry);
            for (; fragment < fragments.Count && at < offset; fragment++) at += 8 + (ulong)fragments[fragment].Length;
            if (fragment == fragments.Count || at != offset || (i > 0 && fragment <= found[i - 1])) return null;
            found[i] = fragment;
        }

        return found[0] == 0 ? found : null;
    }

    private static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> fragments, int from, int to)
    {
        if (to - from == 1) return fragments[from];
        long length = 0;
        for (var i = from; i < to; i++) length += fragments[i].Length;
        var (joined, at) = (new byte[length], 0);
        for (var i = from; i < to; at += fragments[i++].Length) fragments[i].CopyTo(joined.AsMemory(at));
        return joined;
    }

    private static ImagingException Unclear(int fragments, int frames) =>
        new(ImagingFault.Malformed, $"{fragments} fragments do not tell {frames} frames apart.");
}
