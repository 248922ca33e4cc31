namespace Pirogov.Deidentification;

/// <summary>
/// Options of the Basic Profile (PS3.15 E.3). None is the strictest. Pixel data are cleaned by a person in the review, which is
/// recorded where it was done.
/// </summary>
[Flags]
public enum DeidentificationOptions
{
    None = 0,

    /// <summary>Overlays of regions and the shapes of annotations stay; their texts are cleaned.</summary>
    CleanGraphics = 1,

    /// <summary>Reports and other structured content stay; their texts are cleaned.</summary>
    CleanStructuredContent = 2,

    /// <summary>Descriptions and comments stay without names and identifiers.</summary>
    CleanDescriptors = 4,
    RetainFullDates = 8,

    /// <summary>Dates are moved by a number of whole weeks of the patient's own.</summary>
    RetainModifiedDates = 16,

    /// <summary>Age (above 89 as 90), sex, size, weight and the like.</summary>
    RetainPatientCharacteristics = 32,
    RetainDeviceIdentity = 64,
    RetainUids = 128,

    /// <summary>Private attributes that the standard lists as safe.</summary>
    RetainSafePrivate = 256,
    RetainInstitutionIdentity = 512,
}
