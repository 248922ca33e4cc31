using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform;

namespace Pirogov.Datasets.Versions;

/// <summary>What the passport counts of one case.</summary>
/// <param name="Spacing">Between columns, rows and slices, mm.</param>
/// <param name="ClassVolumes">Per class of the release, in its order, ml; empty without masks.</param>
/// <param name="OverlappingVoxels">Voxels that carried an earlier class before a later one was put on top.</param>
internal sealed record CaseFacts(
    string? Sex, string? Age, string? Modality, string? Manufacturer, string? Model, string? Deidentification,
    double? SliceThickness, IReadOnlyList<int> Size, IReadOnlyList<double> Spacing, IReadOnlyList<double> ClassVolumes,
    long OverlappingVoxels, int Instances, string? ImageNote);

/// <summary>A case inside a version: its neutral name there, its split, and its truth.</summary>
internal sealed class DatasetCase
{
    public DatasetVersionId VersionId { get; private set; }

    /// <summary><c>case-0001</c>: shuffled over all splits, so that neither name nor order tells anything.</summary>
    public string Name { get; private set; } = "";

    public CaseId CaseId { get; private set; }
    public string Patient { get; private set; } = "";

    /// <summary>The archive's pseudonym, for resampling by patient; it stays on the server.</summary>
    public string PatientPseudonym { get; private set; } = "";

    public Split Split { get; private set; }
    public bool IsBuilt { get; private set; }
    public string? LabelMd5 { get; private set; }
    public string Answers { get; private set; } = "{}";
    public string Facts { get; private set; } = "";

    private DatasetCase()
    {
    }

    /// <param name="patient">Number inside the dataset, <c>patient-0001</c>.</param>
    public DatasetCase(DatasetVersionId version, CaseId caseId, string name, string patient, string pseudonym, Split split) =>
        (VersionId, CaseId, Name, Patient, PatientPseudonym, Split) = (version, caseId, name, patient, pseudonym, split);

    public void Built(string? labelMd5, IReadOnlyDictionary<string, string?> answers, CaseFacts facts)
    {
        (IsBuilt, LabelMd5) = (true, labelMd5);
        Answers = JsonSerializer.Serialize(new SortedDictionary<string, string?>(answers.ToDictionary(), StringComparer.Ordinal), PlatformJson.Options);
        Facts = JsonSerializer.Serialize(facts, PlatformJson.Options);
    }

    public IReadOnlyDictionary<string, string?> ReadAnswers() => JsonSerializer.Deserialize<Dictionary<string, string?>>(Answers, PlatformJson.Options)!;

    public CaseFacts ReadFacts() => JsonSerializer.Deserialize<CaseFacts>(Facts, PlatformJson.Options)!;
}

internal enum Audience
{
    /// <summary>Images and train labels: listed in the manifest, pulled by DVC.</summary>
    Data,

    /// <summary>Files of the git repository.</summary>
    Document,

    /// <summary>Labels and answers of the tests: never leave the server.</summary>
    Hidden,
}

/// <summary>A file of a version.</summary>
internal sealed class DatasetFile
{
    public DatasetVersionId VersionId { get; private set; }
    public string Path { get; private set; } = "";
    public string Md5 { get; private set; } = "";
    public string Sha256 { get; private set; } = "";
    public long Size { get; private set; }
    public Audience Audience { get; private set; }

    private DatasetFile()
    {
    }

    public DatasetFile(DatasetVersionId version, string path, string md5, string sha256, long size, Audience audience) =>
        (VersionId, Path, Md5, Sha256, Size, Audience) = (version, path, md5, sha256, size, audience);
}

/// <summary>An account that a competition let in.</summary>
internal sealed class DatasetAdmission
{
    public DatasetId DatasetId { get; private set; }
    public Guid AccountId { get; private set; }
    public DateTimeOffset At { get; private set; }

    private DatasetAdmission()
    {
    }

    public DatasetAdmission(DatasetId dataset, Guid account, DateTimeOffset at) => (DatasetId, AccountId, At) = (dataset, account, at);
}
