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
    CompetitionId CompetitionId, string TitleRu, string TitleEn, SubmissionId SubmissionId, string TeamName, ClinicalTaskId? ClinicalTaskId,
    DatasetVersionId DatasetVersionId, string Metric, double Score, double ScoreLow, double ScoreHigh);

/// <summary>Published through the outbox when a competition has ended and its private board stands.</summary>
public sealed record CompetitionClosed(CompetitionId CompetitionId, Winner? Winner);

/// <summary>What the rooms below may ask of competitions.</summary>
public interface ICompetitions
{
    /// <returns>Null before the end, or when nobody has a score.</returns>
    Task<Winner?> WinnerOf(CompetitionId id, CancellationToken cancellation);

    /// <summary>Whether the account is in the team that made the submission.</summary>
    Task<bool> IsOwn(SubmissionId id, Guid accountId, CancellationToken cancellation);
}

public static class CompetitionEvidence
{
    public const string Submission = "submission";
    public const string Score = "score";
}
