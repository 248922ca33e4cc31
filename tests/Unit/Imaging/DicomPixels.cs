using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Unit.Imaging;

/// <summary>The pixels of a real file: its description and the bytes of each frame.</summary>
internal sealed record DicomPixels(string Syntax, PixelDescription Description, ReadOnlyMemory<byte>[] Frames)
{
    public static DicomPixels? Read(string path)
    {
        var file = DicomReader.ReadFile(path);
        if (file.Dataset.Find(DicomTags.PixelData) is null) return null;
        var image = DicomImage.Open(file);
        // The reader turns big-endian values round itself.
        var syntax = file.TransferSyntax.IsEncapsulated ? file.TransferSyntax.Uid : DicomUids.ExplicitVRLittleEndian;
        return new DicomPixels(syntax, image.Description, [.. Enumerable.Range(0, image.Frames).Select(image.Stored)]);
    }

    public DecodedFrame Decode(int frame = 0) => PixelDecoder.Decode(Syntax, Description, Frames[frame]);
}
