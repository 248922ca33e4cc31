using Pirogov.Dicom;

namespace Pirogov.Archive.Deidentification;

/// <summary>
/// The identifying words of one instance. Technicians type the patient's name into fields the profile keeps; a kept text
/// that repeats one of these words is replaced. Shorter words than four letters match by chance and are left out.
/// </summary>
internal sealed class IdentifyingText
{
    private const int ShortestWord = 4;

    private readonly string[] _words;

    private IdentifyingText(IEnumerable<string> words)
    {
        _words = [.. words.Where(w => w.Length >= ShortestWord).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    public static IdentifyingText Of(DicomDataset dataset)
    {
        DicomTag[] names =
        [
            DicomTags.PatientName, DicomTags.OtherPatientNames, DicomTags.PatientBirthName, DicomTags.PatientMotherBirthName,
            DicomTags.ReferringPhysicianName, DicomTags.PerformingPhysicianName, DicomTags.OperatorsName, DicomTags.PhysiciansOfRecord,
            DicomTags.NameOfPhysiciansReadingStudy,
        ];
        DicomTag[] identifiers =
        [
            DicomTags.PatientID, DicomTags.OtherPatientIDs, DicomTags.AccessionNumber, DicomTags.StudyID, DicomTags.PatientBirthDate,
            DicomTags.InstitutionName, DicomTags.StationName, DicomTags.DeviceSerialNumber,
        ];
        return new IdentifyingText(
            names.SelectMany(dataset.GetStrings).SelectMany(n => n.Split(['^', '=', ' ', ',', '.'], StringSplitOptions.RemoveEmptyEntries))
                .Concat(identifiers.SelectMany(dataset.GetStrings)));
    }

    public bool IsRepeatedIn(DicomDataset dataset, DicomElement element)
    {
        if (element.Vr is not (DicomVr.LO or DicomVr.LT or DicomVr.SH or DicomVr.ST or DicomVr.UT or DicomVr.UC or DicomVr.PN
            or DicomVr.AE or DicomVr.UR))
        {
            return false;
        }

        return dataset.GetStrings(element.Tag).Any(v => _words.Any(w => v.Contains(w, StringComparison.OrdinalIgnoreCase)));
    }
}
