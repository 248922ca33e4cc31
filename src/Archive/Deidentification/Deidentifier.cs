using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.Archive.Deidentification;

/// <summary>
/// Applies a confidentiality profile (PS3.15 Annex E) to an instance. Beyond the profile's rows it drops what cannot be
/// judged: private and unknown attributes, values whose VR contradicts the dictionary, overlays as a whole, and text
/// that repeats an identifying value of this instance. No I/O, no clock: the outcome is a function of file and key.
/// </summary>
internal static class Deidentifier
{
    public static DeidentificationOutcome Apply(DicomFile file, DeidentificationProfile profile, Pseudonyms pseudonyms)
    {
        if (RefusalRules.Check(file) is { } reason)
        {
            return new DeidentificationRefused(reason);
        }

        var source = file.Dataset;
        // Without a Patient ID nothing tells that two studies are of one patient: each gets a pseudonym of its own.
        var patient = source.GetString(DicomTags.PatientID) is { } id
            ? pseudonyms.Patient(id) : pseudonyms.Patient("study " + source.GetString(DicomTags.StudyInstanceUid));
        var run = new DeidentificationRun(profile, pseudonyms, patient, IdentifyingText.Of(source));
        var dataset = run.Apply(source);
        dataset
            .Set(DicomTags.SopClassUid, file.SopClassUid!)
            .Set(DicomTags.SopInstanceUid, pseudonyms.Uid(file.SopInstanceUid!))
            .Set(DicomTags.PatientName, patient)
            .Set(DicomTags.PatientID, patient)
            .Set(DicomTags.PatientIdentityRemoved, "YES")
            .Set(DicomTags.DeidentificationMethod, $"{profile.Name} PS3.15 {profile.Version}")
            .SetItems(DicomTags.DeidentificationMethodCodeSequence, new DicomDataset()
                .Set(DicomTags.CodeValue, "113100")
                .Set(DicomTags.CodingSchemeDesignator, "DCM")
                .Set(DicomTags.CodeMeaning, "Basic Application Confidentiality Profile"))
            .Set(DicomTags.LongitudinalTemporalInformationModified, "REMOVED");
        return new Deidentified(DicomFile.Create(dataset, file.TransferSyntax.Uid), patient, run.Counts);
    }
}
