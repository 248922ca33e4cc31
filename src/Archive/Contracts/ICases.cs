using System.Text.Json.Serialization;
using Pirogov.Agenda.Contracts;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Contracts;

public readonly record struct CaseId(Guid Value) : IEntityId<CaseId>
{
    public static CaseId From(Guid value) => new(value);
    public static bool TryParse(string? text, out CaseId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public readonly record struct BatchId(Guid Value) : IEntityId<BatchId>
{
    public static BatchId From(Guid value) => new(value);
    public static bool TryParse(string? text, out BatchId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <param name="Label">Short and human: centre code and number, such as <c>NMIC1-000017</c>.</param>
/// <param name="PatientPseudonym">The same for one patient of one centre; nothing else of the patient is kept.</param>
/// <param name="ContentSha256">Over the sorted SHA-256 of the case's files: what readings pin.</param>
public sealed record CaseSummary(
    CaseId Id, string Label, DataKind DataKind, ReferenceCentreId CentreId, BatchId BatchId, string PatientPseudonym, string ContentSha256,
    string? PatientSex, string? PatientAge, string Description, DateTimeOffset ReceivedAt, IReadOnlyList<SeriesSummary> Series);

public sealed record SeriesSummary(
    string StudyInstanceUid, string SeriesInstanceUid, string Modality, string Description, int InstanceCount, string? FrameOfReferenceUid, int Rows, int Columns);

/// <summary>A de-identified instance in the store.</summary>
/// <param name="TotalPixelMatrix">Columns and rows of a slide's level 0 (PS3.3 C.8.12.4), which its tiles make up; none for an ordinary image.</param>
public sealed record CaseFile(
    string StudyInstanceUid, string SeriesInstanceUid, string SopInstanceUid, int InstanceNumber, int Frames, int Rows, int Columns,
    string Md5, string Sha256, long Size, (int Columns, int Rows)? TotalPixelMatrix = null);

/// <summary>A de-identified text of a case, normalised to Unicode NFC with line feeds.</summary>
/// <param name="Name">Unique within the case.</param>
public sealed record CaseText(string Name, string Sha256, string Text);

/// <summary>What cases are asked for by; what is null or blank is left open. A member that is none of these is refused: taken for no bound at all, it would find everything.</summary>
/// <param name="Sex">As DICOM spells it: F, M or O.</param>
/// <param name="FewestInstances">Of the whole case.</param>
/// <param name="AgeFrom">Completed years of the patient at the study, this one included; a case whose age nobody knows is found by no bound of age.</param>
/// <param name="AgeTo">As <paramref name="AgeFrom"/>, included too.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CaseQuery(
    string? Text = null, DataKind? DataKind = null, ReferenceCentreId? CentreId = null, BatchId? BatchId = null, string? Modality = null, string? BodyPart = null,
    string? Sex = null, int? FewestInstances = null, int? AgeFrom = null, int? AgeTo = null)
{
    public const int OldestAge = 150;

    /// <returns>Why nothing is to be asked so; null when it may.</returns>
    public AgesUnfit? Fault() => AgeFrom is < 0 or > OldestAge || AgeTo is < 0 or > OldestAge || AgeFrom > AgeTo ? new(OldestAge) : null;
}

/// <summary>Bounds of age that nobody can lie between.</summary>
public sealed record AgesUnfit(int Oldest) : Refusal("archive.ages-unfit", 422);

/// <summary>What the rooms below may ask of the archive.</summary>
public interface ICases
{
    Task<CaseSummary?> Find(CaseId id, CancellationToken cancellation);

    Task<IReadOnlyList<CaseSummary>> Find(IReadOnlyCollection<CaseId> ids, CancellationToken cancellation);

    Task<Page<CaseSummary>> Search(CaseQuery query, int page, int size, CancellationToken cancellation);

    Task<IReadOnlyList<CaseFile>> Files(CaseId id, CancellationToken cancellation);

    /// <returns>The case's texts; none for cases of images.</returns>
    Task<IReadOnlyList<CaseText>> Texts(CaseId id, CancellationToken cancellation);

    /// <returns>The voxel grid of a series, or null when it is not a volume.</returns>
    Task<VolumeGeometry?> Geometry(CaseId id, string seriesInstanceUid, CancellationToken cancellation);

    /// <returns>De-identified headers of a series' instances, without pixels, in the order of their numbers; none when there is no such series.</returns>
    Task<IReadOnlyList<DicomDataset>> Headers(CaseId id, string seriesInstanceUid, CancellationToken cancellation);

    /// <returns>The case of each instance that is in the archive, by SOP Instance UID.</returns>
    Task<IReadOnlyDictionary<string, CaseId>> CasesOf(IReadOnlyCollection<string> sopInstanceUids, CancellationToken cancellation);
}

/// <summary>A room further down tells the archive whom its work lets see a case (an expert whose reading it is).</summary>
public interface ICaseAccessRule
{
    Task<bool> MaySee(Actor actor, CaseId id, CancellationToken cancellation);
}

public static class ArchiveEvidence
{
    public const string Batch = "batch";
}
