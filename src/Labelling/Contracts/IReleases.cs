using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Contracts;

public readonly record struct ReleaseId(Guid Value) : IEntityId<ReleaseId>
{
    public static ReleaseId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReleaseId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public readonly record struct ReadingId(Guid Value) : IEntityId<ReadingId>
{
    public static ReadingId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReadingId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>Text in both languages.</summary>
public sealed record Bilingual(string Ru, string En)
{
    public string In(string culture) => culture == "en" ? En : Ru;
}

public sealed record ReleasedClass(string Id, Bilingual Name, string Color);

public sealed record ReleasedQuestion(string Id, Bilingual Text, string Type, IReadOnlyList<ReleasedOption> Options);

public sealed record ReleasedOption(string Id, Bilingual Text);

public sealed record ReleaseSummary(
    ReleaseId Id, string ProjectName, int Number, DateTimeOffset ReleasedAt, ClinicalTaskId? ClinicalTaskId, string SchemaName, string Sha256,
    IReadOnlyList<ReleasedClass> Classes, IReadOnlyList<ReleasedQuestion> Questions, IReadOnlyList<CaseId> Cases, IReadOnlyDictionary<string, double?> Agreement);

/// <param name="Cases">How many: a list names none of them.</param>
public sealed record ListedRelease(
    ReleaseId Id, string ProjectName, int Number, DateTimeOffset ReleasedAt, ClinicalTaskId? ClinicalTaskId, int Cases, IReadOnlyList<ReleasedClass> Classes);

/// <summary>One class's mask on one frame: a blob in the run-length format of <c>Pirogov.Imaging.Masks</c>.</summary>
public sealed record ReleasedMask(string Class, string SopInstanceUid, int Frame, int Rows, int Columns, string Md5, string Sha256, long Size);

/// <param name="Answers">Question id → value as text (choices by option id); "uncertain" and "cannot assess" are null.</param>
/// <param name="DocumentMd5">The canonical JSON of the validated labels, in the store.</param>
public sealed record ReleasedLabels(
    CaseId CaseId, string DocumentMd5, string DocumentSha256, long DocumentSize, IReadOnlyList<ReleasedMask> Masks, IReadOnlyDictionary<string, string?> Answers);

/// <summary>What the rooms below may ask of labelling.</summary>
public interface IReleases
{
    /// <summary>The newest first.</summary>
    Task<Page<ListedRelease>> List(int page, int size, CancellationToken cancellation);

    Task<ReleaseSummary?> Find(ReleaseId id, CancellationToken cancellation);

    Task<ReleasedLabels?> Labels(ReleaseId id, CaseId caseId, CancellationToken cancellation);
}

public static class LabellingEvidence
{
    public const string Reading = "reading";
    public const string Comparison = "agreement";
    public const string Consensus = "consensus";
    public const string Validation = "validation";
    public const string Release = "release";
}
