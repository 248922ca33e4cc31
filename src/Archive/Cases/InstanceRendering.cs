using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Archive.Cases;

/// <summary>An 8-bit picture of a frame through the windows that the file itself carries.</summary>
internal static class InstanceRendering
{
    /// <param name="index">Frame, from 0.</param>
    /// <param name="window">Null takes the file's first window, or one from the values.</param>
    /// <returns>JPEG, or null when the frame is absent or its pixels cannot be read.</returns>
    public static byte[]? Jpeg(DicomFile file, int index, int maxSide, VoiWindow? window = null, int quality = 85)
    {
        if (Decode(file, index) is not { } frame)
            return null;
        var dataset = file.Dataset;
        try
        {
            return Preview.Jpeg(frame.Samples, frame.Description, new PreviewOptions
            {
                Slope = dataset.GetDouble(DicomTags.RescaleSlope) ?? 1,
                Intercept = dataset.GetDouble(DicomTags.RescaleIntercept) ?? 0,
                Window = window ?? OwnWindow(dataset),
                MaxSide = maxSide,
                PixelPadding = dataset.GetInt(DicomTags.PixelPaddingValue),
                Palette = Palette(dataset, frame.Description),
                PixelAspect = Aspect(dataset),
                Quality = quality,
            });
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    /// <returns>Native samples, or null when the frame is absent or cannot be decoded.</returns>
    public static DecodedFrame? Decode(DicomFile file, int index)
    {
        if (InstancePixels.Describe(file.Dataset) is not { } description || InstancePixels.Frame(file, index) is not { } bytes)
            return null;
        // The reader has turned big endian values round already.
        var syntax = file.TransferSyntax.IsEncapsulated ? file.TransferSyntax.Uid : DicomUids.ExplicitVRLittleEndian;
        try
        {
            return PixelDecoder.Decode(syntax, description, bytes);
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    private static VoiWindow? OwnWindow(DicomDataset dataset) =>
        dataset.GetDoubles(DicomTags.WindowCenter) is [var center, ..] && dataset.GetDoubles(DicomTags.WindowWidth) is [> 0 and var width, ..]
            ? new(center, width, dataset.GetString(DicomTags.VOILUTFunction) switch
            {
                "SIGMOID" => VoiFunction.Sigmoid,
                "LINEAR_EXACT" => VoiFunction.LinearExact,
                _ => VoiFunction.Linear,
            })
            : null;

    private static ColorPalette? Palette(DicomDataset dataset, PixelDescription description)
    {
        if (description.PhotometricInterpretation != "PALETTE COLOR"
            || dataset.GetDoubles(DicomTags.RedPaletteColorLookupTableDescriptor) is not [var entries, var first, var bits])
            return null;
        ReadOnlySpan<byte> Table(DicomTag tag) => dataset.Find(tag) is { } table ? table.Bytes.Span : default;
        return ColorPalette.FromDicom([(int)entries, (int)first, (int)bits], Table(DicomTags.RedPaletteColorLookupTableData),
            Table(DicomTags.GreenPaletteColorLookupTableData), Table(DicomTags.BluePaletteColorLookupTableData));
    }

    private static double Aspect(DicomDataset dataset) =>
        dataset.GetDoubles(DicomTags.PixelSpacing) is [> 0 and var row, > 0 and var column] ? row / column : 1;
}
