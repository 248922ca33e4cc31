using System.Buffers.Binary;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Datasets.Building;

/// <summary>Frames of one DICOM file as numbers after the Modality LUT's rescale (PS3.3 C.11.1): for CT, Hounsfield units.</summary>
internal sealed class FrameSamples
{
    private readonly DicomFile file;
    private readonly PixelDescription description;

    public FrameSamples(DicomFile file)
    {
        this.file = file;
        var data = file.Dataset;
        int Number(DicomTag tag, int absent = 0) => data.GetInt(tag) ?? absent;
        description = new PixelDescription(Number(DicomTags.Rows), Number(DicomTags.Columns), Number(DicomTags.BitsAllocated), Number(DicomTags.BitsStored),
            Number(DicomTags.HighBit), Number(DicomTags.PixelRepresentation), Number(DicomTags.SamplesPerPixel, 1), Number(DicomTags.PlanarConfiguration),
            data.GetString(DicomTags.PhotometricInterpretation) ?? "MONOCHROME2");
    }

    /// <summary>Value = slope × stored + intercept, from the frame's own functional group where there is one.</summary>
    public (double Slope, double Intercept) Rescale(int frame)
    {
        var groups = file.Dataset.GetItems(DicomTags.PerFrameFunctionalGroupsSequence);
        var shared = file.Dataset.GetItems(DicomTags.SharedFunctionalGroupsSequence);
        var source = (groups.Count >= frame ? Transformation(groups[frame - 1]) : null)
            ?? (shared is [var first, ..] ? Transformation(first) : null) ?? file.Dataset;
        return (source.GetDouble(DicomTags.RescaleSlope) is { } slope and not 0 ? slope : 1, source.GetDouble(DicomTags.RescaleIntercept) ?? 0);

        static DicomDataset? Transformation(DicomDataset group) =>
            group.GetItems(DicomTags.PixelValueTransformationSequence) is [var item, ..] ? item : null;
    }

    /// <param name="frame">From 1.</param>
    /// <param name="values">rows × columns values, row-major.</param>
    /// <exception cref="ImagingException">The frame is damaged or not grey.</exception>
    public void Read(int frame, Span<float> values)
    {
        var decoded = Decode(frame);
        var (slope, intercept) = Rescale(frame);
        var (shift, bits) = (decoded.Description.HighBit + 1 - decoded.Description.BitsStored, decoded.Description.BitsStored);
        var (mask, sign) = ((1L << bits) - 1, decoded.Description.IsSigned ? 1L << (bits - 1) : 0);
        for (var i = 0; i < values.Length; i++)
        {
            long stored = decoded.Description.BitsAllocated switch
            {
                8 => decoded.Samples[i],
                16 => BinaryPrimitives.ReadUInt16LittleEndian(decoded.Samples.AsSpan(i * 2)),
                32 => BinaryPrimitives.ReadUInt32LittleEndian(decoded.Samples.AsSpan(i * 4)),
                var allocated => throw new ImagingException(ImagingFault.Unsupported, $"Bits Allocated {allocated} is not read as values."),
            };
            // What stands above or below the stored bits is an overlay of old files (PS3.5 8.1.2).
            stored = (stored >> shift) & mask;
            values[i] = (float)(slope * ((stored ^ sign) - sign) + intercept);
        }
    }

    private DecodedFrame Decode(int frame)
    {
        if (description.SamplesPerPixel != 1)
            throw new ImagingException(ImagingFault.Unsupported, "A colour image is not a volume of values.");
        var decoded = file.Dataset.Find(DicomTags.PixelData) switch
        {
            DicomEncapsulatedPixelData encapsulated => PixelDecoder.Decode(file.TransferSyntax.Uid, description, EncapsulatedFrames.Get(encapsulated, frame, Frames)),
            // The reader has turned big-endian values round and inflated what was deflated.
            { } native => PixelDecoder.Decode(DicomUids.ExplicitVRLittleEndian, description, Slice(native.Bytes, frame)),
            null => throw new ImagingException(ImagingFault.Truncated, "The file has no pixel data."),
        };
        return decoded;
    }

    private int Frames => Math.Max(1, file.Dataset.GetInt(DicomTags.NumberOfFrames) ?? 1);

    private ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> all, int frame)
    {
        long from = (long)(frame - 1) * description.Validated().FrameLength;
        return from < all.Length ? all[(int)from..] : default;
    }
}
