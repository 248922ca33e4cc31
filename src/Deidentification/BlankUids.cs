using System.Security.Cryptography;
using System.Text;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// Exports exist that blank the UIDs of study and series. A Frame of Reference belongs to one examination of one patient
/// (PS3.3 C.7.4.1.1.1), so the two are made from it: the same for every instance of the series, whenever it comes. Without one
/// nothing tells which images belong together, and the file stays refused.
/// </summary>
public static class BlankUids
{
    public const string InstanceFromMetaHeader = "uid-from-meta-header";
    public const string SeriesFromFrameOfReference = "uids-from-frame-of-reference";

    /// <returns>Warnings for the report.</returns>
    public static IReadOnlyList<string> Fill(DicomFile file)
    {
        var warnings = new List<string>();
        var dataset = file.Dataset;
        if (dataset.GetString(DicomTags.SopInstanceUid) is null && file.SopInstanceUid is not null)
            warnings.Add(InstanceFromMetaHeader);
        if (dataset.GetString(DicomTags.FrameOfReferenceUid) is not { } frame)
            return warnings;
        if (dataset.GetString(DicomTags.StudyInstanceUid) is null)
        {
            dataset.Set(DicomTags.StudyInstanceUid, Made("study", frame));
            warnings.Add(SeriesFromFrameOfReference);
        }

        if (dataset.GetString(DicomTags.SeriesInstanceUid) is null)
        {
            dataset.Set(DicomTags.SeriesInstanceUid, Made("series", frame, dataset.GetString(DicomTags.Modality), dataset.GetString(DicomTags.SeriesNumber),
                dataset.GetString(DicomTags.SeriesDescription)));
            warnings.Add(SeriesFromFrameOfReference);
        }

        return [.. warnings.Distinct()];
    }

    private static string Made(params string?[] parts) => DicomUid.FromBytes(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
