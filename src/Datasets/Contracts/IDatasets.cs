using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Database;

namespace Pirogov.Datasets.Contracts;

public readonly record struct DatasetVersionId(Guid Value) : IEntityId<DatasetVersionId>
{
    public static DatasetVersionId From(Guid value) => new(value);
    public static bool TryParse(string? text, out DatasetVersionId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public enum Split
{
    Train,
    PublicTest,
    HiddenTest,
}

/// <param name="Slug">Name in addresses: <c>/git/{slug}.git</c>, <c>/dvc/{slug}</c>.</param>
public sealed record DatasetVersionSummary(
    DatasetVersionId Id, string Slug, string Name, int Number, DateTimeOffset FrozenAt, ClinicalTaskId? ClinicalTaskId, string ManifestSha256,
    IReadOnlyDictionary<Split, int> Cases, IReadOnlyList<string> Classes, IReadOnlyList<TargetQuestion> Questions);

public sealed record TargetQuestion(string Id, string Type, IReadOnlyList<string> Options);

/// <summary>
/// The truth of one case: what a prediction is scored against. Never leaves the server for a test part.
/// </summary>
/// <param name="Name">The case's name inside the dataset (not its label in the archive): what predictions are named by.</param>
/// <param name="LabelNiftiMd5">A uint8 label volume on the case's grid: 0 background, k the k-th of <see cref="DatasetVersionSummary.Classes"/>; null without masks.</param>
public sealed record CaseTruth(
    CaseId CaseId, string Name, string PatientPseudonym, Split Split, string? LabelNiftiMd5, IReadOnlyDictionary<string, string?> Answers);

/// <summary>What the rooms below may ask of the datasets.</summary>
public interface IDatasets
{
    Task<IReadOnlyList<DatasetVersionSummary>> Published(CancellationToken cancellation);

    Task<DatasetVersionSummary?> Find(DatasetVersionId id, CancellationToken cancellation);

    Task<IReadOnlyList<CaseTruth>> Truth(DatasetVersionId id, CancellationToken cancellation);

    /// <summary>Lets the members of a team pull the dataset (train whole, tests without labels).</summary>
    Task Admit(DatasetVersionId id, Guid accountId, CancellationToken cancellation);
}

public static class DatasetEvidence
{
    public const string Version = "dataset-version";
}
