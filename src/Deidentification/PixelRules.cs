using System.Buffers;
using System.Collections.Frozen;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Deidentification;

/// <param name="Refusal">It cannot be made safe.</param>
/// <param name="Review">A person has to look at the pixels first.</param>
internal sealed record PixelVerdict(DeidentificationRefusalReason? Refusal, DeidentificationRefusalReason? Review, IReadOnlyList<PixelRegion> Suggested)
{
    public static readonly PixelVerdict Pass = new(null, null, []);
}

/// <summary>
/// What header cleaning alone cannot make safe: pixels with text in them, which a person must see, and documents, which stay
/// outside unless structured content is cleaned. Classes known to carry neither as a rule pass.
/// </summary>
public static class PixelRules
{
    /// <summary>As many as a person can look through, and as a review takes.</summary>
    public const int MostRegions = 50;

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

    private static readonly FrozenSet<string> StructuredReports = FrozenSet.ToFrozenSet<string>([
        DicomUids.BasicTextSRStorage, DicomUids.EnhancedSRStorage, DicomUids.ComprehensiveSRStorage, DicomUids.Comprehensive3DSRStorage,
        DicomUids.XRayRadiationDoseSRStorage, DicomUids.RadiopharmaceuticalRadiationDoseSRStorage, DicomUids.MammographyCADSRStorage,
        DicomUids.ChestCADSRStorage, DicomUids.ColonCADSRStorage, DicomUids.KeyObjectSelectionDocumentStorage, DicomUids.AcquisitionContextSRStorage,
        DicomUids.EnhancedXRayRadiationDoseSRStorage, DicomUids.PatientRadiationDoseSRStorage,
    ], StringComparer.Ordinal);

    /// <summary>Those that refer to images and draw on them; blending and volumetric ones hold references that nobody here resolves.</summary>
    private static readonly FrozenSet<string> PresentationStates = FrozenSet.ToFrozenSet<string>([
        DicomUids.GrayscaleSoftcopyPresentationStateStorage, DicomUids.ColorSoftcopyPresentationStateStorage, DicomUids.PseudoColorSoftcopyPresentationStateStorage,
        DicomUids.XAXRFGrayscaleSoftcopyPresentationStateStorage, DicomUids.VariableModalityLUTSoftcopyPresentationStateStorage,
    ], StringComparer.Ordinal);

    /// <summary>How scanners call their sheets of text, in English and in Russian. "Dose" and "screening" alone say how an image was made.</summary>
    private static readonly string[] CaptureWords =
    [
        "SCREEN SAVE", "SCREENSAVE", "SCREENSHOT", "SCREEN SHOT", "SCREEN CAPTURE", "PATIENT PROTOCOL", "EXAM PROTOCOL", "DOSE REPORT", "DOSE INFO", "DOSE SUMMARY", "DOSE PAGE", "DOSE RECORD",
        "DOSE SHEET", "ПРОТОКОЛ", "ОТЧЕТ", "ОТЧЁТ", "ДОЗА", "ДОЗЫ", "ДОЗОВ", "ЭКРАН", "СКРИНШОТ",
    ];

    private static readonly SearchValues<string> AnyCaptureWord = SearchValues.Create(CaptureWords, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the further values of Image Type say of them.</summary>
    private static readonly SearchValues<string> CaptureTypes =
        SearchValues.Create(["SCREEN", "SAVE", "REPORT", "DOSE_INFO", "DOSE INFO", "PROTOCOL", "SOM5 PROT", "SOM7 PROT"], StringComparison.OrdinalIgnoreCase);

    /// <summary>What a CT or PET makes of its own slices without text on them (PS3.3 C.8.16.1.3, and what makers write).</summary>
    private static readonly FrozenSet<string> Reformatted = FrozenSet.ToFrozenSet<string>(
        ["AXIAL", "LOCALIZER", "MPR", "REFORMATTED", "CORONAL", "SAGITTAL", "OBLIQUE", "CURVED", "AVERAGE", "MIN_IP", "MAX_IP", "MIP", "MINIP", "VOLUME"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What MR makes besides (PS3.3 C.8.3.1.1.1, and what makers write): maps and sums.</summary>
    private static readonly FrozenSet<string> Calculated = FrozenSet.ToFrozenSet<string>(
    [
        .. Reformatted, "DENSITY MAP", "DIFFUSION MAP", "IMAGE ADDITION", "MODULUS SUBTRACT", "PHASE MAP", "PHASE SUBTRACT", "PROJECTION IMAGE", "T1 MAP", "T2 MAP", "VELOCITY MAP",
        "ADC", "FA", "TRACE", "TRACEW", "DIFFUSION", "COMBINED", "SUB", "SUBTRACTION", "M", "P", "R", "I", "T1", "T2", "T2_STAR",
    ], StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, FrozenSet<string>> Slices = new Dictionary<string, FrozenSet<string>>
    {
        [DicomUids.CTImageStorage] = Reformatted,
        [DicomUids.PositronEmissionTomographyImageStorage] = Reformatted,
        [DicomUids.MRImageStorage] = Calculated,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Projections = FrozenSet.ToFrozenSet<string>(
    [
        DicomUids.NuclearMedicineImageStorage, DicomUids.ComputedRadiographyImageStorage, DicomUids.XRayAngiographicImageStorage,
        DicomUids.DigitalXRayImageStorageForPresentation, DicomUids.DigitalXRayImageStorageForProcessing,
    ], StringComparer.Ordinal);

    /// <summary>Contours, reports and presentation states, the latter two where an option takes them: what they have of pixels goes.</summary>
    public static bool IsWithoutPixels(string? sopClassUid) => sopClassUid is not null
        && (sopClassUid == DicomUids.RTStructureSetStorage || StructuredReports.Contains(sopClassUid) || PresentationStates.Contains(sopClassUid));

    internal static PixelVerdict Judge(DicomFile file, DeidentificationOptions options)
    {
        var dataset = file.Dataset;
        if (!DicomUid.IsValid(file.SopInstanceUid) || !DicomUid.IsValid(file.SopClassUid)
            || dataset.GetString(DicomTags.StudyInstanceUid) is null || dataset.GetString(DicomTags.SeriesInstanceUid) is null)
        {
            return Refused(DeidentificationRefusalReason.MissingUid);
        }

        var reason = Accepted.Contains(file.SopClassUid!) ? (DeidentificationRefusalReason?)null
            : StructuredReports.Contains(file.SopClassUid!) && options.HasFlag(DeidentificationOptions.CleanStructuredContent) ? null
            : PresentationStates.Contains(file.SopClassUid!) && options.HasFlag(DeidentificationOptions.CleanGraphics) ? null
            : ReasonOf(DicomUids.Find(file.SopClassUid)?.Keyword ?? "");
        if (reason is not null and not DeidentificationRefusalReason.BurnedInTextUsual)
        {
            return Refused(reason.Value);
        }

        // Of pixels that cannot be opened nobody can say what is in them besides pixels, nor mask them.
        if (DicomUids.Find(file.TransferSyntax.Uid) is not { Type: "Transfer Syntax" } || (HasPixels(dataset) && !PixelDecoder.CanDecode(file.TransferSyntax.Uid)))
        {
            return Refused(DeidentificationRefusalReason.UnsupportedTransferSyntax);
        }

        return HasOverlayInPixels(dataset) ? Refused(DeidentificationRefusalReason.OverlayInPixelData) : IsWithoutPixels(file.SopClassUid) ? PixelVerdict.Pass : Look(file, reason);
    }

    private static bool HasPixels(DicomDataset dataset) =>
        dataset.Contains(DicomTags.PixelData) || dataset.Contains(DicomTags.FloatPixelData) || dataset.Contains(DicomTags.DoubleFloatPixelData);

    private static PixelVerdict Look(DicomFile file, DeidentificationRefusalReason? usual)
    {
        var dataset = file.Dataset;
        var suggested = BurnedInFilters.Regions(file);
        var reason = string.Equals(dataset.GetString(DicomTags.BurnedInAnnotation), "YES", StringComparison.OrdinalIgnoreCase) ? DeidentificationRefusalReason.BurnedInAnnotation
            : ShowsLabel(file) ? DeidentificationRefusalReason.SpecimenLabel
            : IsScreenCapture(dataset) || IsSheet(file) ? DeidentificationRefusalReason.ScreenCapture
            : usual ?? (suggested.Count > 0 ? DeidentificationRefusalReason.BurnedInByDevice : null);
        return reason is null ? PixelVerdict.Pass : new(null, reason, Together(suggested, UltrasoundRegions.Around(dataset)));
    }

    /// <summary>What lies around is suggested as a whole or not at all: a part of it would look like the whole.</summary>
    internal static IReadOnlyList<PixelRegion> Together(IReadOnlyList<PixelRegion> known, IReadOnlyList<PixelRegion> around) =>
        known.Count + around.Count <= MostRegions ? [.. known, .. around] : [.. known.Take(MostRegions)];

    private static PixelVerdict Refused(DeidentificationRefusalReason reason) => new(reason, null, []);

    private static DeidentificationRefusalReason ReasonOf(string keyword)
    {
        string[] documents = ["Encapsulated", "SR", "Report", "Document", "PresentationState", "Log", "Notes"];
        string[] burnedIn = ["Ultrasound", "SecondaryCapture", "VL", "Video", "Ophthalmic", "Intravascular"];
        return documents.Any(d => keyword.Contains(d, StringComparison.Ordinal)) ? DeidentificationRefusalReason.FreeTextDocument
            : burnedIn.Any(b => keyword.Contains(b, StringComparison.Ordinal)) ? DeidentificationRefusalReason.BurnedInTextUsual
            : DeidentificationRefusalReason.UnsupportedSopClass;
    }

    /// <summary>
    /// Whole slide images (PS3.3 C.8.12.4): the glass's label bears the patient's name or number; an overview shows it. Only tiles of the tissue
    /// itself, and thumbnails made of them, are of a kind that does not.
    /// </summary>
    private static bool ShowsLabel(DicomFile file)
    {
        var dataset = file.Dataset;
        return dataset.GetString(DicomTags.SpecimenLabelInImage) is { } told && !told.Equals("NO", StringComparison.OrdinalIgnoreCase)
            || (file.SopClassUid == DicomUids.VLWholeSlideMicroscopyImageStorage && (dataset.GetStrings(DicomTags.ImageType).ElementAtOrDefault(2) ?? "").ToUpperInvariant() is not ("VOLUME" or "THUMBNAIL"));
    }

    /// <summary>
    /// Saved screens, dose sheets and protocols that scanners store as CT or MR images, and digitised film: told by
    /// Image Type, Series Description and Conversion Type.
    /// </summary>
    private static bool IsScreenCapture(DicomDataset dataset)
    {
        return dataset.GetStrings(DicomTags.ImageType).Skip(2).Any(t => t.AsSpan().ContainsAny(CaptureTypes))
            || Array.Exists(TextReadingsOf(dataset, DicomTags.SeriesDescription), d => d.AsSpan().ContainsAny(AnyCaptureWord) && Array.Exists(CaptureWords, w => HasWord(d, w)))
            || dataset.GetString(DicomTags.ConversionType) is "DV" or "DF" or "SD" or "SI";
    }

    /// <summary>
    /// Sheets of text that a device stores as images of its own kind: as CT, MR or PET they lie nowhere in the patient, or are made of images and
    /// no reformatting of them; as scintigrams and radiographs they are made of images.
    /// </summary>
    private static bool IsSheet(DicomFile file)
    {
        var (dataset, type) = (file.Dataset, file.Dataset.GetStrings(DicomTags.ImageType));
        var isMade = type.ElementAtOrDefault(1) == "SECONDARY";
        if (Projections.Contains(file.SopClassUid!))
        {
            return isMade;
        }

        return Slices.TryGetValue(file.SopClassUid!, out var made)
            && (dataset.GetDoubles(DicomTags.ImagePositionPatient) is not [_, _, _] || (isMade && !made.Contains(type.ElementAtOrDefault(2) ?? "")));
    }

    private static string[] TextReadingsOf(DicomDataset dataset, DicomTag tag) => dataset.Find(tag) is { } element ? TextReadings.Of(dataset, element) : [];

    /// <summary>Not inside another word: LOWDOSE and низкодозная say how an image was made.</summary>
    private static bool HasWord(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (at == 0 || !char.IsLetter(text[at - 1]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Overlays in unused bits of the pixels (retired) may be text: those whose Overlay Bits Allocated is not 1, whose Overlay Bit Position
    /// is not 0, or which have rows but no data of their own.
    /// </summary>
    private static bool HasOverlayInPixels(DicomDataset dataset) => dataset.Any(e => e.Tag.Group is >= 0x6000 and <= 0x60FF && e.Tag.Element switch
    {
        0x0100 => dataset.GetInt(e.Tag) is not 1,
        0x0102 => dataset.GetInt(e.Tag) is not (0 or null),
        0x0010 => !dataset.Contains(new DicomTag(e.Tag.Group, 0x3000)),
        _ => false,
    });
}
