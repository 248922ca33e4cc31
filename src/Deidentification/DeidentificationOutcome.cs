using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>What happened to an attribute (PS3.15 Table E.1-1a, resolved to one action).</summary>
public enum AttributeAction
{
    Kept,
    Removed,
    Emptied,
    Replaced,
    UidRemapped,

    /// <summary>Identifiers in a text were taken out; the rest of the text stays.</summary>
    Cleaned,
    DateMoved,
}

/// <summary>How many elements of one tag, at any depth, an action was done to. Holds no value of the patient.</summary>
public sealed record AttributeCount(DicomTag Tag, AttributeAction Action, int Count);

/// <summary>Why an instance cannot be de-identified without a person looking at it.</summary>
public enum DeidentificationRefusalReason
{
    BurnedInAnnotation,
    BurnedInTextUsual,
    ScreenCapture,
    FreeTextDocument,
    OverlayInPixelData,
    UnsupportedSopClass,
    UnsupportedTransferSyntax,
    MissingUid,

    /// <summary>A filter for this kind of device says that it writes into the image.</summary>
    BurnedInByDevice,

    /// <summary>The image is not described: nobody can say what its pixel data hold.</summary>
    PixelsIndescribable,

    /// <summary>A frame's code stream cannot be followed: nobody can say what it holds besides pixels.</summary>
    PixelsDamaged,

    /// <summary>A whole slide's label, or a picture of the slide with it.</summary>
    SpecimenLabel,
}

/// <summary>
/// The outcome for one instance: <see cref="Deidentified"/>, <see cref="DeidentificationNeedsReview"/> or <see cref="DeidentificationRefused"/>.
/// </summary>
public abstract record DeidentificationOutcome;

/// <summary>A new file without the patient, and what was done per tag.</summary>
public sealed record Deidentified(DicomFile File, string PatientPseudonym, IReadOnlyList<AttributeCount> Counts) : DeidentificationOutcome;

/// <summary>A rectangle of pixels, from the upper left corner of the image.</summary>
public sealed record PixelRegion(int X, int Y, int Width, int Height);

/// <summary>
/// The header is clean, the pixels may show the patient: nobody but a reviewer may see <paramref name="Result"/> before a person has
/// looked at it.
/// </summary>
/// <param name="Suggested">Where devices of this kind write names.</param>
public sealed record DeidentificationNeedsReview(
    Deidentified Result, DeidentificationRefusalReason Reason, IReadOnlyList<PixelRegion> Suggested) : DeidentificationOutcome
{
    public string Code => new DeidentificationRefused(Reason).Code;
}

public sealed record DeidentificationRefused(DeidentificationRefusalReason Reason) : DeidentificationOutcome
{
    /// <summary>Stable code for reports and translations.</summary>
    public string Code => Reason switch
    {
        DeidentificationRefusalReason.BurnedInAnnotation => "burned-in-annotation",
        DeidentificationRefusalReason.BurnedInTextUsual => "burned-in-text-usual",
        DeidentificationRefusalReason.ScreenCapture => "screen-capture",
        DeidentificationRefusalReason.FreeTextDocument => "free-text-document",
        DeidentificationRefusalReason.OverlayInPixelData => "overlay-in-pixel-data",
        DeidentificationRefusalReason.UnsupportedSopClass => "unsupported-sop-class",
        DeidentificationRefusalReason.UnsupportedTransferSyntax => "unsupported-transfer-syntax",
        DeidentificationRefusalReason.MissingUid => "missing-uid",
        DeidentificationRefusalReason.BurnedInByDevice => "burned-in-by-device",
        DeidentificationRefusalReason.PixelsIndescribable => "pixels-indescribable",
        DeidentificationRefusalReason.PixelsDamaged => "pixels-damaged",
        DeidentificationRefusalReason.SpecimenLabel => "specimen-label",
        _ => throw new InvalidOperationException($"No code for {Reason}."),
    };
}
