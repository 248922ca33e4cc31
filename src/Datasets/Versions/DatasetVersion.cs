using System.Security.Cryptography;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Versions;

public enum VersionState
{
    Freezing,
    Published,
}

public sealed record VersionIsPublished(int Number) : Refusal("datasets.version-is-published", 409);

public sealed record VersionIsBeingFrozen(int Number) : Refusal("datasets.version-is-being-frozen", 409);

/// <summary>A directory as DVC tracks it: the address of its listing, the bytes of all files together, their number.</summary>
internal sealed record DirectoryOut(string Md5, long Size, int Files)
{
    public static readonly DirectoryOut None = new("", 0, 0);
}

/// <summary>What the job has built: everything that is fixed when the version is published.</summary>
internal sealed record BuiltVersion(string ManifestMd5, string ManifestSha256, string HiddenCommitment, DirectoryOut Train, DirectoryOut Test, string Commit);

/// <summary>
/// One immutable version. Whatever the result depends on (time, secret salt, split, names) is settled when freezing is
/// asked for, so that building it again after a crash gives the same bytes and the same commit.
/// </summary>
internal sealed class DatasetVersion
{
    public DatasetVersionId Id { get; private set; } = EntityId.New<DatasetVersionId>();
    public DatasetId DatasetId { get; private set; }
    public int Number { get; private set; }
    public VersionState State { get; private set; }
    public ReleaseId ReleaseId { get; private set; }
    public double TrainFraction { get; private set; }
    public double PublicTestFraction { get; private set; }
    public double HiddenTestFraction { get; private set; }
    public long Seed { get; private set; }

    /// <summary>Never published: without it nobody can try guesses against the commitment to the hidden files.</summary>
    public string HiddenSalt { get; private set; } = "";

    public DateTimeOffset FrozenAt { get; private set; }
    public Guid FrozenBy { get; private set; }
    public JobId JobId { get; private set; }
    public DateTimeOffset? PublishedAt { get; private set; }
    public string ManifestMd5 { get; private set; } = "";
    public string ManifestSha256 { get; private set; } = "";
    public string HiddenCommitment { get; private set; } = "";
    public DirectoryOut Train { get; private set; } = DirectoryOut.None;
    public DirectoryOut Test { get; private set; } = DirectoryOut.None;
    public string Commit { get; private set; } = "";

    /// <summary>The release's link of evidence as it was when the version was published; empty when there was none.</summary>
    public string ReleaseEvidence { get; private set; } = "";

    /// <summary>JSON of the release's classes and questions: a version is read without asking labelling again.</summary>
    public string Targets { get; private set; } = "";

    private DatasetVersion()
    {
    }

    public static DatasetVersion Ask(DatasetId dataset, int number, ReleaseId release, SplitChoice split, string targets, Guid by, DateTimeOffset now) => new()
    {
        DatasetId = dataset,
        Number = number,
        ReleaseId = release,
        TrainFraction = split.Train,
        PublicTestFraction = split.PublicTest,
        HiddenTestFraction = split.HiddenTest,
        Seed = split.Seed,
        HiddenSalt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
        Targets = targets,
        FrozenBy = by,
        FrozenAt = now,
    };

    public string Tag => $"v{Number}";

    public void BuiltBy(JobId job) => JobId = job;

    /// <summary>Two versions of the same patients may have been asked for at the same moment: neither may give away the other's hidden part.</summary>
    /// <param name="hiddenElsewhere">Pseudonyms in the hidden parts of other datasets' versions.</param>
    public static Refusal? MayPublish(IEnumerable<DatasetCase> cases, IReadOnlySet<string> hiddenElsewhere)
    {
        var given = cases.Where(c => c.Split is not Split.HiddenTest).Select(c => c.PatientPseudonym).Distinct().Count(hiddenElsewhere.Contains);
        return given > 0 ? new PatientsAreHiddenElsewhere(given) : null;
    }

    public void Publish(BuiltVersion built, string releaseEvidence, DateTimeOffset now)
    {
        if (State is VersionState.Published)
            throw new InvalidOperationException("A published version never changes.");
        (State, PublishedAt, ReleaseEvidence) = (VersionState.Published, now, releaseEvidence);
        (ManifestMd5, ManifestSha256, HiddenCommitment) = (built.ManifestMd5, built.ManifestSha256, built.HiddenCommitment);
        (Train, Test, Commit) = (built.Train, built.Test, built.Commit);
    }

    public Refusal? MayDrop() => State is VersionState.Published ? new VersionIsPublished(Number) : null;
}
