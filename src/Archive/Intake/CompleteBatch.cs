using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Review;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Makes a closed batch's cases, one a study. What takes long goes into the content-addressed store first and may be done
/// again; rows, evidence and event are then committed together.
/// </summary>
internal sealed class CompleteBatch(
    PirogovDb db, SeriesAssembly assembly, BatchEvidence statement, Quarantine quarantine, EvidenceChain evidence, EventOutbox outbox, AuditTrail audit, TimeProvider time)
    : DurableJob<CompleteBatch.Payload>
{
    public sealed record Payload(BatchId BatchId);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var batch = await db.Set<Batch>().SingleAsync(b => b.Id == payload.BatchId, cancellation);
        if (batch.State != BatchState.Closing)
            return;
        await quarantine.Release(batch.Id, cancellation);
        var instances = await WithoutThoseArchivedElsewhere(batch.Id, cancellation);
        var studies = new List<(Instance[] Instances, AssembledSeries[] Series)>();
        var done = 0;
        foreach (var study in instances.GroupBy(i => i.StudyInstanceUid).OrderBy(s => s.Min(i => i.Id)))
        {
            var series = new List<AssembledSeries>();
            foreach (var group in study.GroupBy(i => i.SeriesInstanceUid))
            {
                await progress.Tell(95 * done / instances.Count, "archive.job.assembling", cancellation);
                series.Add(await assembly.Assemble(group, cancellation));
                done += group.Count();
            }

            studies.Add(([.. study], [.. series.OrderBy(s => s.Series.SeriesNumber ?? int.MaxValue).ThenBy(s => s.Series.SeriesInstanceUid, StringComparer.Ordinal)]));
        }

        await progress.Tell(96, "archive.job.committing", cancellation);
        await Commit(batch, studies, cancellation);
    }

    /// <summary>Another batch may have brought the same instance and been completed since: here it becomes a duplicate, or is refused where it differs.</summary>
    private async Task<List<Instance>> WithoutThoseArchivedElsewhere(BatchId batch, CancellationToken cancellation)
    {
        var instances = await db.Set<Instance>().Where(i => i.BatchId == batch).ToListAsync(cancellation);
        var elsewhere = await db.Set<Instance>().Where(i => i.BatchId == batch)
            .Join(db.Set<Instance>(), i => i.SopInstanceUid, o => o.ArchivedUid, (i, o) => new { i.SopInstanceUid, o.Sha256, o.SentSha256 })
            .ToDictionaryAsync(e => e.SopInstanceUid, cancellation);
        if (elsewhere.Count == 0)
            return instances;
        var files = (await db.Set<IncomingFile>().Where(f => f.BatchId == batch && f.Verdict == FileVerdict.Accepted).ToArrayAsync(cancellation))
            .Where(f => f.SopInstanceUid is { } uid && elsewhere.ContainsKey(uid)).ToDictionary(f => f.SopInstanceUid!);
        var duplicates = instances.Where(i => elsewhere.ContainsKey(i.SopInstanceUid)).ToArray();
        foreach (var duplicate in duplicates)
        {
            var file = files[duplicate.SopInstanceUid];
            var other = elsewhere[duplicate.SopInstanceUid];
            // What is not kept is not called a duplicate. Two reviews of one original may have masked it otherwise.
            _ = other.Sha256 == duplicate.Sha256 || (other.SentSha256 is { } sent && sent == duplicate.SentSha256) ? file.Repeat(duplicate.SopInstanceUid) : file.Refuse(new(FileRefused.SameUidOtherContent));
        }

        db.RemoveRange(duplicates);
        return [.. instances.Except(duplicates)];
    }

    private async Task Commit(Batch batch, List<(Instance[] Instances, AssembledSeries[] Series)> studies, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var number = await db.Set<Case>().Where(c => c.CentreId == batch.CentreId).MaxAsync(c => (int?)c.Number, cancellation) ?? 0;
        var cases = new List<Case>();
        foreach (var (instances, series) in studies)
        {
            var made = Case.Of(batch, ++number, series[0].First, [.. series.Select(s => s.Series)], [.. instances.Select(i => i.Sha256)], time.Now());
            foreach (var instance in instances)
                instance.Archive(made.Id);
            cases.Add(made);
        }

        db.AddRange(cases);
        batch.Complete(time.Now());
        // Removals and rewritten verdicts first: the sums are taken from what stands.
        await db.SaveChangesAsync(cancellation);
        var tallies = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == batch.Id && f.Actions != "").Select(f => f.Actions).ToArrayAsync(cancellation);
        db.AddRange(ActionTally.Sum(batch.Id, tallies));
        await db.SaveChangesAsync(cancellation);
        await db.Set<IncomingFile>().Where(f => f.BatchId == batch.Id).ExecuteUpdateAsync(s => s.SetProperty(f => f.Actions, ""), cancellation);
        evidence.Record((await statement.State(batch.Id.Value, cancellation))!);
        outbox.Add(new BatchCompleted(batch.Id, batch.CentreId, [.. cases.Select(c => c.Id)]));
        audit.Note("archive.batch-completed", "batch", batch.Id, new { cases = cases.Count });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
