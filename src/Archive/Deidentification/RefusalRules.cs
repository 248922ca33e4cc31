using System.Collections.Frozen;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.Archive.Deidentification;

/// <summary>
/// What the Basic Profile cannot make safe without looking: pixels with text in them and documents of free text. Only
/// classes known to carry neither as a rule are let in.
/// </summary>
internal static class RefusalRules
{
    private static readonly FrozenSet<string> Accepted = FrozenSet.ToFrozenSet<string>([
        DicomUids.CTImageStorage, DicomUids.EnhancedCTImageStorage, DicomUids.LegacyConvertedEnhancedCTImageStorage,
        DicomUids.MRImageStorage, DicomUids.EnhancedMRImageStorage, DicomUids.LegacyConvertedEnhancedMRImageStorage,
        DicomUids.EnhancedMRColorImageStorage,
        DicomUids.PositronEmissionTomographyImageStorage, DicomUids.EnhancedPETImageStorage,
        DicomUids.LegacyConvertedEnhancedPETImageStorage, DicomUids.NuclearMedicineImageStorage,
        DicomUids.ComputedRadiographyImageStorage,
        DicomUids.DigitalXRayImageStorageForPresentation, DicomUids.DigitalXRayImageStorageForProcessing,
        DicomUids.DigitalMammographyXRayImageStorageForPresentation, DicomUids.DigitalMammographyXRayImageStorageForProcessing,
        DicomUids.BreastTomosynthesisImageStorage, DicomUids.XRay3DAngiographicImageStorage,
        DicomUids.XRayAngiographicImageStorage, DicomUids.XRayRadiofluoroscopicImageStorage,
        DicomUids.EnhancedXAImageStorage, DicomUids.EnhancedXRFImageStorage,
        DicomUids.VLWholeSlideMicroscopyImageStorage,
        DicomUids.SegmentationStorage, DicomUids.ParametricMapStorage,
        DicomUids.RTDoseStorage, DicomUids.RTStructureSetStorage, DicomUids.RTImageStorage,
    ], StringComparer.Ordinal);

    public static DeidentificationRefusalReason? Check(DicomFile file)
    {
        var dataset = file.Dataset;
        if (!DicomUid.IsValid(file.SopInstanceUid) || !DicomUid.IsValid(file.SopClassUid)
            || dataset.GetString(DicomTags.StudyInstanceUid) is null || dataset.GetString(DicomTags.SeriesInstanceUid) is null)
        {
            return DeidentificationRefusalReason.MissingUid;
        }

        if (string.Equals(dataset.GetString(DicomTags.BurnedInAnnotation), "YES", StringComparison.OrdinalIgnoreCase))
        {
            return DeidentificationRefusalReason.BurnedInAnnotation;
        }

        if (!Accepted.Contains(file.SopClassUid!))
        {
            return ReasonOf(DicomUids.Find(file.SopClassUid)?.Keyword ?? "");
        }

        if (DicomUids.Find(file.TransferSyntax.Uid) is not { Type: "Transfer Syntax" })
        {
            return DeidentificationRefusalReason.UnsupportedTransferSyntax;
        }

        return IsScreenCapture(dataset) ? DeidentificationRefusalReason.ScreenCapture
            : HasOverlayInPixels(dataset) ? DeidentificationRefusalReason.OverlayInPixelData : null;
    }

    private static DeidentificationRefusalReason ReasonOf(string keyword)
    {
        string[] documents = ["Encapsulated", "SR", "Report", "Document", "PresentationState", "Log", "Notes"];
        string[] burnedIn = ["Ultrasound", "SecondaryCapture", "VL", "Video", "Ophthalmic", "Intravascular"];
        return documents.Any(d => keyword.Contains(d, StringComparison.Ordinal)) ? DeidentificationRefusalReason.FreeTextDocument
            : burnedIn.Any(b => keyword.Contains(b, StringComparison.Ordinal)) ? DeidentificationRefusalReason.BurnedInTextUsual
            : DeidentificationRefusalReason.UnsupportedSopClass;
    }

    /// <summary>
    /// Saved screens, dose sheets and protocols that scanners store as CT or MR images, and digitised film: told by
    /// Image Type, Series Description and Conversion Type.
    /// </summary>
    private static bool IsScreenCapture(DicomDataset dataset)
    {
        string[] signs = ["SCREEN", "SAVE", "REPORT", "DOSE_INFO", "PROTOCOL"];
        var type = dataset.GetStrings(DicomTags.ImageType).Skip(2);
        var description = dataset.GetString(DicomTags.SeriesDescription) ?? "";
        return type.Any(t => signs.Any(s => t.Contains(s, StringComparison.OrdinalIgnoreCase)))
            || description.Contains("SCREEN SAVE", StringComparison.OrdinalIgnoreCase)
            || description.Contains("PATIENT PROTOCOL", StringComparison.OrdinalIgnoreCase)
            || description.Contains("DOSE REPORT", StringComparison.OrdinalIgnoreCase)
            || dataset.GetString(DicomTags.ConversionType) is "DV" or "DF" or "SD" or "SI";
    }

    /// <summary>Overlays in unused bits of the pixels (retired; Overlay Bits Allocated above 1) may be text.</summary>
    private static bool HasOverlayInPixels(DicomDataset dataset) => dataset.Any(e =>
        e.Tag.Group is >= 0x6000 and <= 0x60FF && e.Tag.Element == 0x0100 && dataset.GetInt(e.Tag) is not 1);
}
