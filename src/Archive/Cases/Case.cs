using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Cases;

/// <summary>One study of one batch: what is read, labelled and scored as a whole.</summary>
internal sealed class Case
{
    private readonly List<Series> series = [];

    public CaseId Id { get; private set; } = EntityId.New<CaseId>();
    public ReferenceCentreId CentreId { get; private set; }
    public int Number { get; private set; }
    public string Label { get; private set; } = "";
    public BatchId BatchId { get; private set; }
    public DataKind DataKind { get; private set; }
    public string StudyInstanceUid { get; private set; } = "";
    public string PatientPseudonym { get; private set; } = "";
    public string? PatientSex { get; private set; }
    public string? PatientAge { get; private set; }

    /// <summary>Completed years; null where the header has no age, or one that is none.</summary>
    public int? PatientAgeYears { get; private set; }
    public string AccessionNumber { get; private set; } = "";
    public string Description { get; private set; } = "";

    /// <summary>YYYYMMDD and HHMMSS as de-identified; null when the profile emptied them.</summary>
    public string? StudyDate { get; private set; }
    public string? StudyTime { get; private set; }
    public string? PatientBirthDate { get; private set; }
    public string StudyId { get; private set; } = "";
    public string ReferringPhysician { get; private set; } = "";
    public string TimezoneOffset { get; private set; } = "";

    /// <summary>Of all series, each between backslashes: <c>\CT\SR\</c>.</summary>
    public string Modalities { get; private set; } = "";
    public int SeriesCount { get; private set; }
    public string ContentSha256 { get; private set; } = "";
    public int InstanceCount { get; private set; }
    public DateTimeOffset ReceivedAt { get; private set; }

    /// <summary>Label, descriptions, modality, body part and scanner in capitals: SQLite folds no Cyrillic.</summary>
    public string SearchText { get; private set; } = "";
    public IReadOnlyList<Series> Series => series;

    private Case()
    {
    }

    /// <param name="study">Header of the study's first instance.</param>
    /// <param name="sha256">Of every file of the case.</param>
    public static Case Of(Batch batch, int number, DicomDataset study, IReadOnlyList<Series> series, IReadOnlyCollection<string> sha256, DateTimeOffset now)
    {
        var made = new Case
        {
            CentreId = batch.CentreId,
            Number = number,
            Label = string.Create(CultureInfo.InvariantCulture, $"{batch.CentreCode}-{number:D6}"),
            BatchId = batch.Id,
            DataKind = study.GetString(DicomTags.Modality) == "SM" ? DataKind.Pathology : DataKind.Radiology,
            StudyInstanceUid = study.GetString(DicomTags.StudyInstanceUid)!,
            PatientPseudonym = study.GetColumn(DicomTags.PatientID, 64) ?? "",
            PatientSex = study.GetColumn(DicomTags.PatientSex, 16),
            PatientAge = study.GetColumn(DicomTags.PatientAge, 16),
            PatientAgeYears = Moment.Years(study.GetString(DicomTags.PatientAge)),
            AccessionNumber = study.GetColumn(DicomTags.AccessionNumber, 64) ?? "",
            ContentSha256 = ContentOf(sha256),
            InstanceCount = sha256.Count,
            ReceivedAt = now,
        };
        made.Index(study, series.Select(s => s.Modality));
        made.Description = study.GetColumn(DicomTags.StudyDescription) ?? series.Select(s => s.Description).FirstOrDefault(d => d.Length > 0) ?? "";
        made.series.AddRange(series);
        made.SearchText = string.Join('\n', series.SelectMany(s => new[] { s.Description, s.Modality, s.BodyPart, s.Manufacturer, s.ManufacturerModel })
            .Concat([made.Label, made.Description, made.PatientPseudonym]).Where(t => t.Length > 0).Distinct()).ToUpperInvariant();
        return made;
    }

    /// <summary>What searches by DICOM's keys need beside the rest (PS3.18 Table 10.6.1-5).</summary>
    /// <param name="study">Header of the study's first instance.</param>
    /// <param name="modalities">Of each series.</param>
    public void Index(DicomDataset study, IEnumerable<string> modalities)
    {
        string[] each = [.. modalities];
        (StudyDate, StudyTime) = (Moment.Date(study.GetString(DicomTags.StudyDate)), Moment.Time(study.GetString(DicomTags.StudyTime)));
        PatientBirthDate = Moment.Date(study.GetString(DicomTags.PatientBirthDate));
        StudyId = study.GetColumn(DicomTags.StudyID) ?? "";
        ReferringPhysician = study.GetColumn(DicomTags.ReferringPhysicianName) ?? "";
        TimezoneOffset = study.GetColumn(DicomTags.TimezoneOffsetFromUTC, 16) ?? "";
        Modalities = $"\\{string.Join('\\', each.Distinct())}\\";
        SeriesCount = each.Length;
    }

    /// <summary>The description, or modality and body part: the profile removes what people typed.</summary>
    public string Title => Description.Length > 0 ? Description : string.Join(' ', Series.OrderBy(s => s.Id).Select(s => s.Modality).Distinct()
        .Concat(Series.OrderBy(s => s.Id).Select(s => s.BodyPart).Where(p => p.Length > 0).Distinct()));

    /// <summary>SHA-256 over the files' SHA-256 in ordinal order, one a line.</summary>
    public static string ContentOf(IEnumerable<string> sha256) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sha256.Order(StringComparer.Ordinal)))));
}

/// <summary>A series of a case, with what was made of it once: metadata, thumbnail, judgement of its geometry.</summary>
internal sealed class Series
{
    public long Id { get; init; }
    public string StudyInstanceUid { get; init; } = "";
    public string SeriesInstanceUid { get; init; } = "";
    public int? SeriesNumber { get; init; }
    public string Modality { get; init; } = "";
    public string Description { get; init; } = "";
    public string BodyPart { get; init; } = "";
    public string Manufacturer { get; init; } = "";
    public string ManufacturerModel { get; init; } = "";
    public int InstanceCount { get; init; }

    /// <summary>YYYYMMDD and HHMMSS as de-identified; null when the profile emptied them.</summary>
    public string? SeriesDate { get; init; }
    public string? SeriesTime { get; init; }
    public string? StepStartDate { get; init; }
    public string? StepStartTime { get; init; }

    /// <summary>Request Attributes Sequence (0040,0275) as DICOM JSON, with the two ids that searches return; blank when there is none.</summary>
    public string RequestAttributes { get; init; } = "";

    /// <summary>How the series was read; one that was read otherwise is read again when the platform starts.</summary>
    public int Reading { get; init; }
    public string? FrameOfReferenceUid { get; init; }
    public int Rows { get; init; }
    public int Columns { get; init; }

    /// <summary>Distances between columns, rows and slices in mm, when the series is a volume.</summary>
    public double? ColumnSpacing { get; init; }
    public double? RowSpacing { get; init; }
    public double? SliceSpacing { get; init; }

    /// <summary>Codes of what is wrong with the series as a volume, separated by commas.</summary>
    public string QualityNotes { get; init; } = "";

    /// <summary>In the store: JPEG of the middle slice.</summary>
    public string? ThumbnailMd5 { get; init; }

    /// <summary>In the store: DICOM JSON of every instance in the order of their numbers, without pixel data.</summary>
    public string MetadataMd5 { get; init; } = "";

    public bool IsVolume => SliceSpacing is not null;
}
