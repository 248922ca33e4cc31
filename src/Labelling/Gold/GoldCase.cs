using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Gold;

/// <summary>A case whose labels are known: by a consensus of the project, or as somebody gave them.</summary>
internal sealed class GoldCase
{
    public ProjectCaseId ProjectCaseId { get; private set; }
    public ProjectId ProjectId { get; private set; }

    /// <summary>Read openly by newcomers; else it comes unnoticed among the others.</summary>
    public bool IsTraining { get; private set; }
    public string DocumentMd5 { get; private set; } = "";
    public string DocumentSha256 { get; private set; } = "";
    public SchemaVersionId SchemaVersionId { get; private set; }

    /// <summary>None when the labels were given.</summary>
    public Guid? ConsensusId { get; private set; }
    public Guid AddedBy { get; private set; }
    public DateTimeOffset AddedAt { get; private set; }

    /// <summary>From then on nobody gets it any more; what it measured stays.</summary>
    public DateTimeOffset? RetiredAt { get; private set; }

    private GoldCase()
    {
    }

    public GoldCase(ProjectCase one, bool isTraining, EvidenceFile document, SchemaVersionId schema, Guid? consensus, Guid by, DateTimeOffset now) =>
        (ProjectCaseId, ProjectId, IsTraining, DocumentMd5, DocumentSha256, SchemaVersionId, ConsensusId, AddedBy, AddedAt) =
        (one.Id, one.ProjectId, isTraining, document.Md5, document.Sha256, schema, consensus, by, now);

    public void Retire(DateTimeOffset now) => RetiredAt ??= now;
}

/// <summary>How near a reading of a case with known labels came to them.</summary>
internal sealed class GoldScore
{
    public ReadingId ReadingId { get; private set; }
    public ProjectId ProjectId { get; private set; }
    public ProjectCaseId ProjectCaseId { get; private set; }
    public Guid AccountId { get; private set; }
    public ReadingPurpose Purpose { get; private set; }

    /// <summary>From 0 to 1.</summary>
    public double Score { get; private set; }
    public DateTimeOffset At { get; private set; }

    private GoldScore()
    {
    }

    public GoldScore(Reading reading, double score, DateTimeOffset now) => (ReadingId, ProjectId, ProjectCaseId, AccountId, Purpose, Score, At) =
        (reading.Id, reading.ProjectId, reading.ProjectCaseId, reading.AccountId, reading.Purpose, score, now);
}
