using System.Collections.Frozen;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Deidentification;

/// <summary>
/// Bytes and words that nothing but the maker's program reads. Of one that is not known to be numbers nobody can say what it is: it may be a
/// serial number, a place, a voice, a page of text, a signed name. What stays is named here; pixels and planes of overlays are judged elsewhere.
/// </summary>
internal static class BinaryValues
{
    /// <summary>Without these an object shows something else: colours and grays, points of surfaces, tracks and annotations.</summary>
    private static readonly FrozenSet<DicomTag> Numbers = FrozenSet.ToFrozenSet<DicomTag>([
        DicomTags.GrayLookupTableData, DicomTags.LUTData, DicomTags.BlendingLookupTableData,
        DicomTags.RedPaletteColorLookupTableData, DicomTags.GreenPaletteColorLookupTableData, DicomTags.BluePaletteColorLookupTableData, DicomTags.AlphaPaletteColorLookupTableData,
        DicomTags.LargeRedPaletteColorLookupTableData, DicomTags.LargeGreenPaletteColorLookupTableData, DicomTags.LargeBluePaletteColorLookupTableData,
        DicomTags.SegmentedRedPaletteColorLookupTableData, DicomTags.SegmentedGreenPaletteColorLookupTableData, DicomTags.SegmentedBluePaletteColorLookupTableData,
        DicomTags.SegmentedAlphaPaletteColorLookupTableData,
        DicomTags.TrianglePointIndexList, DicomTags.EdgePointIndexList, DicomTags.VertexPointIndexList, DicomTags.PrimitivePointIndexList,
        DicomTags.LongPrimitivePointIndexList, DicomTags.LongTrianglePointIndexList, DicomTags.LongEdgePointIndexList, DicomTags.LongVertexPointIndexList,
        DicomTags.RecommendedDisplayCIELabValueList, DicomTags.TrackPointIndexList, DicomTags.AnnotationIndexList,
    ]);

    /// <summary>OF and OD are numbers as FL and FD are.</summary>
    public static bool IsOf(DicomVr vr) => vr is DicomVr.OB or DicomVr.OW or DicomVr.OL or DicomVr.OV or DicomVr.UN;

    public static (AttributeAction Action, DicomElement? Replacement) Keep(DicomElement element)
    {
        var tag = element.Tag;
        // The plane of a region, which whoever asks has told from other overlays.
        if (element.IsEmpty || Numbers.Contains(tag) || (tag.Group is >= 0x6000 and <= 0x60FF && tag.Element == 0x3000))
        {
            return (AttributeAction.Kept, element);
        }

        if (tag != DicomTags.ICCProfile || BareIccProfile.Of(element.Bytes) is not { } bare)
        {
            return (AttributeAction.Removed, null);
        }

        return bare.Span.SequenceEqual(element.Bytes.Span) ? (AttributeAction.Kept, element) : (AttributeAction.Cleaned, new DicomElement(tag, element.Vr, bare));
    }
}
