using System.Linq.Expressions;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;

namespace Pirogov.Archive.Dicomweb;

/// <summary>What a search returns of a study, as one case holds it.</summary>
internal sealed record StudyRow(
    CaseId Case, string StudyInstanceUid, string PatientPseudonym, string? PatientSex, string? PatientBirthDate, string? StudyDate, string? StudyTime,
    string AccessionNumber, string StudyId, string ReferringPhysician, string TimezoneOffset, string Description, string Modalities, int SeriesCount, int InstanceCount)
{
    public static Expression<Func<Case, StudyRow>> Of { get; } = c => new StudyRow(
        c.Id, c.StudyInstanceUid, c.PatientPseudonym, c.PatientSex, c.PatientBirthDate, c.StudyDate, c.StudyTime, c.AccessionNumber, c.StudyId, c.ReferringPhysician,
        c.TimezoneOffset, c.Description, c.Modalities, c.SeriesCount, c.InstanceCount);

    /// <summary>One study of several cases; its series are counted by who knows which of them are the same.</summary>
    public static StudyRow Merge(IReadOnlyList<StudyRow> parts, int seriesCount) => parts[0] with
    {
        Modalities = $"\\{string.Join('\\', parts.SelectMany(p => p.EachModality).Distinct())}\\",
        SeriesCount = seriesCount,
        InstanceCount = parts.Sum(p => p.InstanceCount),
    };

    public string[] EachModality => Modalities.Split('\\', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The same of a series.</summary>
internal sealed record SeriesRow(
    string StudyInstanceUid, string SeriesInstanceUid, int? SeriesNumber, string Modality, string Description, string BodyPart, string Manufacturer,
    string ManufacturerModel, string? SeriesDate, string? SeriesTime, string? StepStartDate, string? StepStartTime, string RequestAttributes, int InstanceCount,
    string MetadataMd5)
{
    public static SeriesRow Of(Series s) => new(
        s.StudyInstanceUid, s.SeriesInstanceUid, s.SeriesNumber, s.Modality, s.Description, s.BodyPart, s.Manufacturer, s.ManufacturerModel, s.SeriesDate,
        s.SeriesTime, s.StepStartDate, s.StepStartTime, s.RequestAttributes, s.InstanceCount, s.MetadataMd5);
}

/// <summary>One answer of a search: what stands in it of each level, and where its headers lie.</summary>
/// <param name="Metadata">The series' DICOM JSON in the store; null where no field of it was asked for.</param>
internal sealed record FoundRow(StudyRow? Study, SeriesRow? Series, Instance? Instance, string? Metadata);
