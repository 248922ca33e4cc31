using System.Buffers.Binary;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Archive.Cases;

/// <summary>Frames of an instance, taken out of its pixel data as they are stored.</summary>
internal static class InstancePixels
{
    /// <returns>Null where the Image Pixel module is incomplete or contradicts itself.</returns>
    public static PixelDescription? Describe(DicomDataset dataset)
    {
        if (dataset.GetInt(DicomTags.Rows) is not { } rows || dataset.GetInt(DicomTags.Columns) is not { } columns
            || dataset.GetInt(DicomTags.BitsAllocated) is not { } allocated)
            return null;
        var stored = dataset.GetInt(DicomTags.BitsStored) ?? allocated;
        var description = new PixelDescription(rows, columns, allocated, stored, dataset.GetInt(DicomTags.HighBit) ?? stored - 1,
            dataset.GetInt(DicomTags.PixelRepresentation) ?? 0, dataset.GetInt(DicomTags.SamplesPerPixel) ?? 1,
            dataset.GetInt(DicomTags.PlanarConfiguration) ?? 0, dataset.GetString(DicomTags.PhotometricInterpretation) ?? "MONOCHROME2");
        try
        {
            _ = description.Validated().FrameLength;
            return description;
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    /// <param name="index">From 0.</param>
    /// <returns>The frame's bytes as stored, or null when there is no such frame.</returns>
    public static ReadOnlyMemory<byte>? Frame(DicomFile file, int index)
    {
        var frames = Math.Max(1, file.Dataset.GetInt(DicomTags.NumberOfFrames) ?? 1);
        if (index < 0 || index >= frames || file.Dataset.FirstOrDefault(e => e.Tag.IsPixelData) is not { } element)
            return null;
        if (element is DicomEncapsulatedPixelData encapsulated)
            return Encapsulated(encapsulated, index, frames);
        return Describe(file.Dataset) is { } description ? Native(element.Bytes, description, index) : null;
    }

    /// <summary>Frames of single bits follow one another without padding (PS3.5 8.1.1): such a frame is shifted to a byte's start.</summary>
    private static ReadOnlyMemory<byte>? Native(ReadOnlyMemory<byte> pixels, PixelDescription description, int index)
    {
        if (description.BitsAllocated >= 8)
        {
            var start = (long)index * description.FrameLength;
            return start + description.FrameLength <= pixels.Length ? pixels.Slice((int)start, description.FrameLength) : null;
        }

        var (bits, first) = ((long)description.SampleCount, (long)index * description.SampleCount);
        if (first + bits > (long)pixels.Length * 8)
            return null;
        var frame = new byte[(bits + 7) / 8];
        for (var bit = 0L; bit < bits; bit++)
        {
            var (at, shift) = Math.DivRem(first + bit, 8);
            frame[bit / 8] |= (byte)(((pixels.Span[(int)at] >> (int)shift) & 1) << (int)(bit % 8));
        }

        return frame;
    }

    /// <summary>
    /// One fragment a frame is the rule; otherwise the Basic Offset Table tells where frames begin (PS3.5 A.4), and
    /// where it is empty, the fragments that open an image do.
    /// </summary>
    private static ReadOnlyMemory<byte>? Encapsulated(DicomEncapsulatedPixelData pixels, int index, int frames)
    {
        var fragments = pixels.Fragments;
        if (frames == 1)
            return Join(fragments);
        if (fragments.Count == frames)
            return fragments[index];
        var starts = pixels.OffsetTable.Length == frames * 4 ? StartsByTable(pixels) : StartsByContent(fragments);
        if (starts.Count != frames)
            return null;
        var end = index + 1 < frames ? starts[index + 1] : fragments.Count;
        return Join([.. fragments.Skip(starts[index]).Take(end - starts[index])]);
    }

    private static List<int> StartsByTable(DicomEncapsulatedPixelData pixels)
    {
        var offsets = new Dictionary<long, int>();
        var offset = 0L;
        for (var i = 0; i < pixels.Fragments.Count; i++)
        {
            offsets[offset] = i;
            offset += 8 + pixels.Fragments[i].Length;
        }

        var starts = new List<int>();
        for (var at = 0; at < pixels.OffsetTable.Length; at += 4)
        {
            if (offsets.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(pixels.OffsetTable.Span[at..]), out var fragment))
                starts.Add(fragment);
        }

        return starts;
    }

    private static List<int> StartsByContent(IReadOnlyList<ReadOnlyMemory<byte>> fragments) => [.. Enumerable.Range(0, fragments.Count)
        .Where(i => fragments[i].Span is [0xFF, 0xD8, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..])];

    private static ReadOnlyMemory<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
        if (fragments is [var only])
            return only;
        var joined = new byte[fragments.Sum(f => f.Length)];
        var at = 0;
        foreach (var fragment in fragments)
        {
            fragment.CopyTo(joined.AsMemory(at));
            at += fragment.Length;
        }

        return joined;
    }
}
