using System.Text;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dimse;

/// <summary>What the archive can tell at each level of a query (PS3.4 C.6.1.1 and C.6.2.1).</summary>
internal static class DimseAnswer
{
    public static DicomDataset Patient(IReadOnlyList<Case> cases) => Text()
        .Set(DicomTags.PatientName, cases[0].PatientPseudonym)
        .Set(DicomTags.PatientID, cases[0].PatientPseudonym)
        .Set(DicomTags.PatientSex, cases[0].PatientSex ?? "")
        .Set(DicomTags.PatientBirthDate, cases[0].PatientBirthDate ?? "")
        .Set(DicomTags.NumberOfPatientRelatedStudies, cases.Select(c => c.StudyInstanceUid).Distinct().Count())
        .Set(DicomTags.NumberOfPatientRelatedSeries, cases.SelectMany(c => c.Series).Select(s => s.SeriesInstanceUid).Distinct().Count())
        .Set(DicomTags.NumberOfPatientRelatedInstances, cases.Sum(c => c.InstanceCount));

    public static DicomDataset Study(IReadOnlyList<Case> cases)
    {
        var series = cases.SelectMany(c => c.Series).ToArray();
        return Text()
            .Set(DicomTags.StudyDate, cases[0].StudyDate ?? "")
            .Set(DicomTags.StudyTime, cases[0].StudyTime ?? "")
            .Set(DicomTags.StudyID, cases[0].StudyId)
            .Set(DicomTags.ReferringPhysicianName, cases[0].ReferringPhysician)
            .Set(DicomTags.PatientBirthDate, cases[0].PatientBirthDate ?? "")
            .Set(DicomTags.AccessionNumber, cases[0].AccessionNumber)
            .Set(DicomTags.ModalitiesInStudy, series.Select(s => s.Modality).Distinct())
            .Set(DicomTags.StudyDescription, cases[0].Description)
            .Set(DicomTags.PatientName, cases[0].PatientPseudonym)
            .Set(DicomTags.PatientID, cases[0].PatientPseudonym)
            .Set(DicomTags.PatientSex, cases[0].PatientSex ?? "")
            .Set(DicomTags.PatientAge, cases[0].PatientAge ?? "")
            .Set(DicomTags.StudyInstanceUid, cases[0].StudyInstanceUid)
            .Set(DicomTags.NumberOfStudyRelatedSeries, series.Select(s => s.SeriesInstanceUid).Distinct().Count())
            .Set(DicomTags.NumberOfStudyRelatedInstances, cases.Sum(c => c.InstanceCount));
    }

    public static DicomDataset Of(IReadOnlyList<Series> parts)
    {
        var first = parts[0];
        var answer = Text()
            .Set(DicomTags.SeriesDate, first.SeriesDate ?? "")
            .Set(DicomTags.SeriesTime, first.SeriesTime ?? "")
            .Set(DicomTags.PerformedProcedureStepStartDate, first.StepStartDate ?? "")
            .Set(DicomTags.PerformedProcedureStepStartTime, first.StepStartTime ?? "")
            .Set(DicomTags.Modality, first.Modality)
            .Set(DicomTags.Manufacturer, first.Manufacturer)
            .Set(DicomTags.SeriesDescription, first.Description)
            .Set(DicomTags.ManufacturerModelName, first.ManufacturerModel)
            .Set(DicomTags.BodyPartExamined, first.BodyPart)
            .Set(DicomTags.StudyInstanceUid, first.StudyInstanceUid)
            .Set(DicomTags.SeriesInstanceUid, first.SeriesInstanceUid)
            .Set(DicomTags.NumberOfSeriesRelatedInstances, parts.Sum(s => s.InstanceCount));
        if (first.RequestAttributes.Length > 0)
            answer.Set(Requests(first.RequestAttributes));
        return first.SeriesNumber is { } number ? answer.Set(DicomTags.SeriesNumber, number) : answer;
    }

    /// <param name="items">In the DICOM JSON model, as they are kept.</param>
    private static DicomElement Requests(string items) =>
        DicomJson.Parse(Encoding.UTF8.GetBytes($"{{\"{DicomTags.RequestAttributesSequence.Hex}\":{{\"vr\":\"SQ\",\"Value\":{items}}}}}")).Find(DicomTags.RequestAttributesSequence)!;

    public static DicomDataset Of(Instance instance) => Text()
        .Set(DicomTags.SopClassUid, instance.SopClassUid)
        .Set(DicomTags.SopInstanceUid, instance.SopInstanceUid)
        .Set(DicomTags.StudyInstanceUid, instance.StudyInstanceUid)
        .Set(DicomTags.SeriesInstanceUid, instance.SeriesInstanceUid)
        .Set(DicomTags.InstanceNumber, instance.InstanceNumber)
        .Set(DicomTags.Rows, instance.Rows)
        .Set(DicomTags.Columns, instance.Columns)
        .Set(DicomTags.BitsAllocated, instance.BitsAllocated)
        .Set(DicomTags.NumberOfFrames, instance.Frames);

    private static DicomDataset Text() => new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
}
