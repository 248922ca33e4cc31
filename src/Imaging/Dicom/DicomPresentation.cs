using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>
/// What a file says of how a frame is shown. In multi-frame objects the frame's own functional group comes first, then the
/// shared one, then the data set itself (PS3.3 C.7.6.16).
/// </summary>
internal static class DicomPresentation
{
    public static PreviewOptions Of(DicomDataset data, PixelDescription description, int frame)
    {
        var transformation = Group(data, frame, DicomTags.PixelValueTransformationSequence);
        var voi = Group(data, frame, DicomTags.FrameVOILUTSequence);
        var slope = transformation.GetDouble(DicomTags.RescaleSlope) ?? 1;
        var intercept = transformation.GetDouble(DicomTags.RescaleIntercept) ?? 0;
        var isGray = description.SamplesPerPixel == 1 && description.PhotometricInterpretation != "PALETTE COLOR";
        return new PreviewOptions
        {
            // A slope of nought would make everything one gray.
            Slope = slope == 0 ? 1 : slope,
            Intercept = intercept,
            ModalityTable = isGray ? Table(data, DicomTags.ModalityLUTSequence, description.IsSigned) : null,
            Window = Window(voi),
            VoiTable = isGray ? Table(voi, DicomTags.VOILUTSequence, IsBelowZero(data, description, slope, intercept)) : null,
            PixelPadding = Signed(data, DicomTags.PixelPaddingValue, description),
            PixelPaddingLimit = Signed(data, DicomTags.PixelPaddingRangeLimit, description),
            Palette = description.PhotometricInterpretation == "PALETTE COLOR" ? Palette(data, description.IsSigned) : null,
            PixelAspect = Aspect(Group(data, frame, DicomTags.PixelMeasuresSequence)),
        };
    }

    /// <summary>The item that holds a macro for a frame: of its own group, of the shared one, or the data set.</summary>
    public static DicomDataset Group(DicomDataset data, int frame, DicomTag macro)
    {
        var own = data.GetItems(DicomTags.PerFrameFunctionalGroupsSequence);
        return (frame < own.Count ? own[frame].GetItems(macro) : []) is [var first, ..] ? first
            : data.GetItems(DicomTags.SharedFunctionalGroupsSequence) is [var all, ..] && all.GetItems(macro) is [var shared, ..] ? shared : data;
    }

    private static VoiWindow? Window(DicomDataset voi) =>
        voi.GetDoubles(DicomTags.WindowCenter) is [var center, ..] && voi.GetDoubles(DicomTags.WindowWidth) is [> 0 and var width, ..]
        && double.IsFinite(center) && double.IsFinite(width)
            ? new(center, width, voi.GetString(DicomTags.VOILUTFunction) switch
            {
                "SIGMOID" => VoiFunction.Sigmoid,
                "LINEAR_EXACT" => VoiFunction.LinearExact,
                _ => VoiFunction.Linear,
            })
            : null;

    private static LookupTable? Table(DicomDataset data, DicomTag sequence, bool signed) =>
        data.GetItems(sequence) is [var item, ..] && Descriptor(item, DicomTags.LUTDescriptor, signed) is { } descriptor
            ? LookupTable.FromDicom(descriptor, item.Find(DicomTags.LUTData) is { } table ? table.Bytes.Span : default) : null;

    private static ColorPalette? Palette(DicomDataset data, bool signed)
    {
        if (Descriptor(data, DicomTags.RedPaletteColorLookupTableDescriptor, signed) is not { } descriptor) return null;
        ReadOnlySpan<byte> Bytes(DicomTag tag) => data.Find(tag) is { } table ? table.Bytes.Span : default;
        return data.Contains(DicomTags.RedPaletteColorLookupTableData)
            ? ColorPalette.FromDicom(
                descriptor, Bytes(DicomTags.RedPaletteColorLookupTableData), Bytes(DicomTags.GreenPaletteColorLookupTableData), Bytes(DicomTags.BluePaletteColorLookupTableData))
            : ColorPalette.FromDicom(
                descriptor, Bytes(DicomTags.SegmentedRedPaletteColorLookupTableData), Bytes(DicomTags.SegmentedGreenPaletteColorLookupTableData),
                Bytes(DicomTags.SegmentedBluePaletteColorLookupTableData), segmented: true);
    }

    // The second number is signed when the values are that go in, or when its VR says so, which is a guess in implicit syntaxes.
    private static int[]? Descriptor(DicomDataset data, DicomTag tag, bool signed) => data.GetDoubles(tag) is [var entries, var first, var bits]
        ? [(int)entries & 0xFFFF, signed || data.Find(tag)!.Vr == DicomVr.SS ? (short)(int)first : (int)first & 0xFFFF, (int)bits] : null;

    /// <summary>A VOI LUT takes what the Modality LUT gives (PS3.3 C.11.2.1.1): unsigned pixels of a CT become Hounsfield units.</summary>
    private static bool IsBelowZero(DicomDataset data, PixelDescription description, double slope, double intercept) => description.IsSigned
        || (!data.Contains(DicomTags.ModalityLUTSequence) && Math.Min(intercept, (slope * ((1L << description.BitsStored) - 1)) + intercept) < 0);

    private static int? Signed(DicomDataset data, DicomTag tag, PixelDescription description) => data.GetInt(tag) is { } value
        ? description.IsSigned ? (short)value : value & 0xFFFF : null;

    private static double Aspect(DicomDataset measures) =>
        measures.GetDoubles(DicomTags.PixelSpacing) is [> 0 and var row, > 0 and var column] ? row / column
        : measures.GetDoubles(DicomTags.PixelAspectRatio) is [> 0 and var vertical, > 0 and var horizontal] ? vertical / horizontal : 1;
}
