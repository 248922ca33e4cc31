using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>The fragments of encapsulated pixel data, joined frame by frame (PS3.5 A.4).</summary>
internal sealed class FrameFragments(DicomEncapsulatedPixelData pixels, ReadOnlyMemory<byte> extendedOffsets, int frames)
{
    private readonly Lazy<IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>>> found = new(() => pixels.Frames(frames, extendedOffsets)
        ?? throw new ImagingException(ImagingFault.Malformed, $"{pixels.Fragments.Count} fragments do not tell {frames} frames apart."));

    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">The fragments do not tell where the frame is.</exception>
    public ReadOnlyMemory<byte> Frame(int frame)
    {
        var fragments = found.Value[frame];
        if (fragments is [var only]) return only;
        var (joined, at) = (new byte[fragments.Sum(fragment => (long)fragment.Length)], 0);
        foreach (var fragment in fragments)
        {
            fragment.CopyTo(joined.AsMemory(at));
            at += fragment.Length;
        }

        return joined;
    }
}
