using System.Collections.Concurrent;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Deidentification;

/// <summary>
/// Applies a confidentiality profile (PS3.15 Annex E) to an instance. Beyond the profile's rows it drops what cannot be
/// judged: unknown attributes and values whose VR contradicts the dictionary; and it cleans every text that stays. No I/O, no
/// clock: the outcome is a function of file, profile and key.
/// </summary>
internal sealed class Deidentifier(DeidentificationProfile profile, Pseudonyms pseudonyms)
{
    private readonly ConcurrentDictionary<string, HeaderIdentity> identities = new(StringComparer.Ordinal);

    public DeidentificationOutcome Apply(DicomFile file)
    {
        var verdict = PixelRules.Judge(file, profile.Options);
        if (verdict.Refusal is { } reason)
        {
            return new DeidentificationRefused(reason);
        }

        if (Pixels(file, out var pixels) is { } unknown)
        {
            return new DeidentificationRefused(unknown);
        }

        var done = Clean(file, pixels);
        return verdict.Review is { } why ? new DeidentificationNeedsReview(done, why, verdict.Suggested) : done;
    }

    /// <param name="pixels">Without what is no pixel; null of a file that has none, or is of a kind that shows none.</param>
    private static DeidentificationRefusalReason? Pixels(DicomFile file, out DicomElement? pixels)
    {
        pixels = PixelRules.IsWithoutPixels(file.SopClassUid) ? null : file.Dataset.Find(DicomTags.PixelData) ?? file.Dataset.Find(DicomTags.FloatPixelData) ?? file.Dataset.Find(DicomTags.DoubleFloatPixelData);
        try
        {
            pixels = pixels is null or { IsEmpty: true } ? pixels : BarePixels.Of(file, pixels);
            return null;
        }
        catch (ImagingException fault)
        {
            return fault.Fault is ImagingFault.Malformed or ImagingFault.Truncated ? DeidentificationRefusalReason.PixelsDamaged : DeidentificationRefusalReason.PixelsIndescribable;
        }
    }

    private Deidentified Clean(DicomFile file, DicomElement? pixels)
    {
        var source = file.Dataset;
        var patient = Patient(source);
        var identity = HeaderIdentity.Of(source, profile.Options, identities);
        var run = new DeidentificationRun(profile, pseudonyms, patient, identity, AttributeTypes.Of(file.SopClassUid), pixels);
        var dataset = run.Apply(source);
        var keepsUids = profile.Options.HasFlag(DeidentificationOptions.RetainUids);
        dataset
            .Set(DicomTags.SopClassUid, file.SopClassUid!)
            .Set(DicomTags.SopInstanceUid, keepsUids ? file.SopInstanceUid! : pseudonyms.Uid(file.SopInstanceUid!))
            .Set(DicomTags.PatientName, patient)
            .Set(DicomTags.PatientID, patient)
            .Set(DicomTags.PatientIdentityRemoved, "YES")
            .Set(DicomTags.DeidentificationMethod, profile.Name, "PS3.15 " + profile.Version, "Profile data " + profile.Sha256[..16], $"Rules {DeidentificationProfile.Rules}")
            .SetItems(DicomTags.DeidentificationMethodCodeSequence, profile.Methods.Select(Code))
            .Set(DicomTags.LongitudinalTemporalInformationModified, profile.Options switch
            {
                var o when o.HasFlag(DeidentificationOptions.RetainFullDates) => "UNMODIFIED",
                var o when o.HasFlag(DeidentificationOptions.RetainModifiedDates) => "MODIFIED",
                _ => "REMOVED",
            });
        return new Deidentified(DicomFile.Create(dataset, file.TransferSyntax.Uid), patient, run.Counts);
    }

    /// <summary>
    /// A Patient ID is unique among those of its issuer (PS3.3 C.2.1), so that two departments' number 15 are two patients. Without an ID
    /// nothing tells that two studies are of one patient: each gets a pseudonym of its own.
    /// </summary>
    private string Patient(DicomDataset source)
    {
        if (source.GetString(DicomTags.PatientID) is not { } id)
        {
            return pseudonyms.Patient("study " + source.GetString(DicomTags.StudyInstanceUid));
        }

        var issuer = source.GetString(DicomTags.IssuerOfPatientID)
            ?? (source.GetItems(DicomTags.IssuerOfPatientIDQualifiersSequence) is [var item, ..] ? item.GetString(DicomTags.UniversalEntityID) : null);
        return pseudonyms.Patient(issuer is null ? id : $"{id}\0{issuer}");
    }

    internal static DicomDataset Code(ProfileMethod method) => new DicomDataset()
        .Set(DicomTags.CodeValue, method.Code)
        .Set(DicomTags.CodingSchemeDesignator, "DCM")
        .Set(DicomTags.CodeMeaning, method.Meaning);
}
