using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Competitions.Evidence;

internal sealed class SubmissionLink(PirogovDb db) : IEvidenceSource
{
    public string Kind => CompetitionEvidence.Submission;

    public static EvidenceStatement State(Submission submission) => new(CompetitionEvidence.Submission, submission.Id.Value, new JsonObject
    {
        ["competition"] = submission.CompetitionId.ToString(),
        ["team"] = submission.TeamId.ToString(),
        ["submittedBy"] = submission.SubmittedBy.ToString(),
        ["submittedAt"] = submission.SubmittedAt.UtcDateTime.ToString("O"),
        ["fileSha256"] = submission.Sha256,
        ["size"] = submission.Size,
    },
    submission.VersionEvidence is { } version ? [new(DatasetEvidence.Version, submission.DatasetVersionId.Value, version)] : [],
    [new(submission.Md5!, submission.Sha256!, submission.Size)]);

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation)
    {
        var id = SubmissionId.From(subject);
        var submission = await db.Set<Submission>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancellation);
        return submission is { Md5: not null, Sha256: not null } ? State(submission) : null;
    }
}

internal sealed class ScoreLink(PirogovDb db) : IEvidenceSource
{
    public string Kind => CompetitionEvidence.Score;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation)
    {
        var id = SubmissionId.From(subject);
        var score = await db.Set<Score>().AsNoTracking().Include(s => s.Metrics).Include(s => s.Cases)
            .AsSplitQuery().SingleOrDefaultAsync(s => s.SubmissionId == id, cancellation);
        return score?.State();
    }
}
