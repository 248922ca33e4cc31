using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Submissions;
using Pirogov.Datasets.Contracts;
using Pirogov.Imaging;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Competitions.Scoring;

/// <summary>Scores a submission on both test parts. Run again after a crash it gives the same figures; they are written once.</summary>
internal sealed class ScoreSubmission(
    PirogovDb db, ObjectStore store, IDatasets datasets, EvidenceChain evidence, AuditTrail audit, TimeProvider time)
    : DurableJob<ScoreSubmission.Payload>
{
    public sealed record Payload(SubmissionId SubmissionId);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(payload);
        if (await db.Set<Submission>().SingleOrDefaultAsync(s => s.Id == payload.SubmissionId, cancellation) is not { } submission)
            throw new JobRefusedException("competitions.job.submission-gone");
        if (submission.State == SubmissionState.Scored)
            return;
        var competition = await db.Set<Competition>().SingleAsync(c => c.Id == submission.CompetitionId, cancellation);
        var version = await datasets.Find(competition.DatasetVersionId, cancellation)
            ?? throw new JobRefusedException("competitions.job.dataset-gone");
        var truth = (await datasets.Truth(version.Id, cancellation)).Where(t => t.Split != Split.Train).ToDictionary(t => t.Name);
        await progress.Tell(1, "competitions.job.reading", cancellation);
        var results = competition.Kind == CompetitionKind.Masks
            ? await ScoreMasks(competition, submission, version.Classes.Count, truth, progress, cancellation)
            : await ReadProbabilities(submission, truth, cancellation);
        await progress.Tell(95, "competitions.job.intervals", cancellation);
        await Keep(competition, submission, results, truth, cancellation);
    }

    private async Task<List<CaseResult>> ScoreMasks(
        Competition competition, Submission submission, int classes, Dictionary<string, CaseTruth> truth, JobProgress progress, CancellationToken cancellation)
    {
        var results = new List<CaseResult>();
        await using var bytes = await store.OpenRead(submission.Md5!, cancellation);
        using var archive = new ZipArchive(bytes, ZipArchiveMode.Read);
        foreach (var one in truth.Values.Where(t => TestPart.IsKnown(competition, t)).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            await using var label = await store.OpenRead(one.LabelNiftiMd5!, cancellation);
            var expected = NiftiReader.Read(label).ToMask();
            var predicted = MaskArchive.Read(archive, one.Name);
            results.Add(new(one.Name, one.Split, MaskScoring.Score(expected, predicted, classes, competition.Metrics, competition.ToleranceMm), null));
            await progress.Tell(1 + 94 * results.Count / truth.Count, "competitions.job.scoring", cancellation);
        }

        return results;
    }

    private async Task<List<CaseResult>> ReadProbabilities(Submission submission, Dictionary<string, CaseTruth> truth, CancellationToken cancellation)
    {
        await using var bytes = await store.OpenRead(submission.Md5!, cancellation);
        var (_, probabilities) = await ProbabilityTable.Read(bytes, truth.Keys, cancellation);
        return [.. probabilities.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p =>
            new CaseResult(p.Key, truth[p.Key].Split, new Dictionary<Metric, double[]>(), p.Value))];
    }

    private async Task Keep(
        Competition competition, Submission submission, List<CaseResult> results, Dictionary<string, CaseTruth> truth, CancellationToken cancellation)
    {
        var below = await evidence.Find(CompetitionEvidence.Submission, submission.Id.Value, cancellation);
        var score = Score.Of(competition, submission.Id, results, truth, below?.Sha256, time.Now());
        db.Add(score);
        submission.Scored();
        evidence.Record(score.State());
        audit.Note("competitions.submission-scored", CompetitionEvidence.Submission, submission.Id);
        // A second run that got here first holds the same key: this one fails, is tried again and finds the work done.
        await db.SaveChangesAsync(cancellation);
    }
}
