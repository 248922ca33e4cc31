using Pirogov.Agenda.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;

namespace Pirogov.Competitions.Contracts;

public readonly record struct CompetitionId(Guid Value) : IEntityId<CompetitionId>
{
    public static CompetitionId From(Guid value) => new(value);
    public static bool TryParse(string? text, out CompetitionId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public readonly record struct SubmissionId(Guid Value) : IEntityId<SubmissionId>
{
    public static SubmissionId From(Guid value) => new(value);
    public static bool TryParse(string? text, out SubmissionId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <param name="Score">On the hidden test, with its 95 % bootstrap interval.</param>
public sealed record Winner(
    CompetitionId CompetitionId, string CompetitionTitle, SubmissionId SubmissionId, string TeamName, ClinicalTaskId? ClinicalTaskId,
    DatasetVersionId DatasetVersionId, string Metric, double Score, double ScoreLow, double ScoreHigh);

/// <summary>Published through the outbox when a competition has ended and its private board stands.</summary>
public sealed record CompetitionClosed(CompetitionId CompetitionId, Winner? Winner);

/// <summary>What the rooms below may ask of competitions.</summary>
public interface ICompetitions
{
    Task<Winner?> WinnerOf(CompetitionId id, CancellationToken cancellation);
}

public static class CompetitionEvidence
{
    public const string Submission = "submission";
    public const string Score = "score";
}
