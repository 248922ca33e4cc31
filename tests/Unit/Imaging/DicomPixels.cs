using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Unit.Imaging;

/// <summary>The pixels of a real file: its description and the bytes of each frame.</summary>
internal sealed record DicomPixels(string Syntax, PixelDescription Description, ReadOnlyMemory<byte>[] Frames)
{
    public static DicomPixels? Read(string path)
    {
        var file = DicomReader.ReadFile(path);
        var data = file.Dataset;
        if (data.Find(DicomTags.PixelData) is not { } pixels) return null;

        int Int(DicomTag tag, int missing = 0) => data.GetInt(tag) ?? missing;
        var description = new PixelDescription(
            Int(DicomTags.Rows), Int(DicomTags.Columns), Int(DicomTags.BitsAllocated), Int(DicomTags.BitsStored), Int(DicomTags.HighBit),
            Int(DicomTags.PixelRepresentation), Int(DicomTags.SamplesPerPixel, 1), Int(DicomTags.PlanarConfiguration),
            data.GetString(DicomTags.PhotometricInterpretation) ?? "");
        // The reader turns big-endian values round itself.
        var syntax = file.TransferSyntax.IsBigEndian ? DicomUids.ExplicitVRLittleEndian : file.TransferSyntax.Uid;
        var frames = Int(DicomTags.NumberOfFrames, 1);
        if (pixels is not DicomEncapsulatedPixelData encapsulated)
        {
            var length = description.FrameLength;
            return new DicomPixels(syntax, description, [.. Enumerable.Range(0, Math.Min(frames, pixels.Bytes.Length / length)).Select(f => pixels.Bytes.Slice(f * length, length))]);
        }

        return new DicomPixels(syntax, description, frames == 1
            ? [Join(encapsulated.Fragments)]
            : encapsulated.Fragments.Count == frames ? [.. encapsulated.Fragments] : [Join(encapsulated.Fragments)]);
    }

    public DecodedFrame Decode(int frame = 0) => PixelDecoder.Decode(Syntax, Description, Frames[frame]);

    private static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> fragments)
    {
        using var joined = new MemoryStream();
        foreach (var fragment in fragments) joined.Write(fragment.Span);
        return joined.ToArray();
    }
}
