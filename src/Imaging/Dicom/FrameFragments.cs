using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>The fragments of encapsulated pixel data, joined frame by frame (PS3.5 A.4).</summary>
internal sealed class FrameFragments
{
    private readonly Lazy<Func<int, ReadOnlyMemory<byte>>> found;

    public FrameFragments(DicomEncapsulatedPixelData pixels, ReadOnlyMemory<byte> extendedOffsets, int frames) => found = new(() =>
    {
        var each = pixels.Frames(frames, extendedOffsets) ?? throw Untold(pixels.Fragments.Count, frames);
        return frame => Join(each[frame]);
    });

    /// <summary>Of pixels left in their stream: a frame is read when it is asked for.</summary>
    public FrameFragments(DicomStreamedPixelData pixels, ReadOnlyMemory<byte> extendedOffsets, int frames) => found = new(() =>
    {
        var each = pixels.Frames(frames, extendedOffsets) ?? throw Untold(pixels.FragmentCount, frames);
        return frame => pixels.Join(each[frame]);
    });

    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">The fragments do not tell where the frame is.</exception>
    public ReadOnlyMemory<byte> Frame(int frame) => found.Value(frame);

    private static ImagingException Untold(int fragments, int frames) => new(ImagingFault.Malformed, $"{fragments} fragments do not tell {frames} frames apart.");

    private static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
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
