using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Competitions.Submissions;

public enum SubmissionState
{
    /// <summary>Turned away at the door; nothing of it is stored and the daily limit is untouched.</summary>
    Rejected,

    /// <summary>Stored, waiting for its score.</summary>
    Accepted,

    Scored,
}

internal sealed record SubmittedFile(string Name, string Md5, string Sha256, long Size);

internal sealed class Submission
{
    public const int FileNameLimit = 200;

    public SubmissionId Id { get; private set; } = EntityId.New<SubmissionId>();
    public CompetitionId CompetitionId { get; private set; }
    public DatasetVersionId DatasetVersionId { get; private set; }
    public TeamId TeamId { get; private set; }
    public Guid SubmittedBy { get; private set; }
    public DateTimeOffset SubmittedAt { get; private set; }
    public DateOnly Day { get; private set; }

    /// <summary>1 to the daily limit; null when rejected. Unique with team and day, so that two at once cannot both be the last one.</summary>
    public int? Ordinal { get; private set; }

    public string FileName { get; private set; } = "";
    public long Size { get; private set; }
    public string? Md5 { get; private set; }
    public string? Sha256 { get; private set; }
    public SubmissionState State { get; private set; }
    public List<DoorFault> Faults { get; private set; } = [];
    public int FaultCount { get; private set; }
    public JobId? JobId { get; private set; }

    /// <summary>The record of the dataset version that this submission stands on.</summary>
    public string? VersionEvidence { get; private set; }

    private Submission()
    {
    }

    internal static Submission Accept(
        Competition competition, TeamId team, Guid by, DateTimeOffset now, DateOnly day, int ordinal, SubmittedFile file, string? versionEvidence) => new()
        {
            CompetitionId = competition.Id,
            DatasetVersionId = competition.DatasetVersionId,
            TeamId = team,
            SubmittedBy = by,
            SubmittedAt = now,
            Day = day,
            Ordinal = ordinal,
            FileName = Shorten(file.Name),
            Size = file.Size,
            Md5 = file.Md5,
            Sha256 = file.Sha256,
            State = SubmissionState.Accepted,
            VersionEvidence = versionEvidence,
        };

    public static Submission Reject(Competition competition, TeamId team, Guid by, DateTimeOffset now, string fileName, long size, DoorReport report) => new()
    {
        CompetitionId = competition.Id,
        DatasetVersionId = competition.DatasetVersionId,
        TeamId = team,
        SubmittedBy = by,
        SubmittedAt = now,
        Day = competition.DayOf(now),
        FileName = Shorten(fileName),
        Size = size,
        State = SubmissionState.Rejected,
        Faults = [.. report.Faults],
        FaultCount = report.Count,
    };

    public void ScoredBy(JobId job) => JobId = job;

    public void Scored() => State = SubmissionState.Scored;

    private static string Shorten(string name) => name.Length > FileNameLimit ? name[..FileNameLimit] : name;
}
