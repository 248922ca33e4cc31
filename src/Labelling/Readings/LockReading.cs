using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Readings;

/// <summary>
/// Takes a submission into its round: links it to the evidence and locks it. The last of the blind readings closes the
/// round and asks for the comparison; an adjudicator's decision becomes the consensus. A case's submissions are taken in one
/// after another, so two readers who submit at the same moment cannot each take the other for unfinished.
/// </summary>
internal sealed class LockReading(
    PirogovDb db, Sealing sealing, EvidenceChain chain, Documents documents, JobQueue jobs, Rounds rounds, WaitingCases waiting, AskValidators askValidators, Adjudication adjudication,
    ComparisonStore comparisons, ShownPreLabels preLabels, AuditTrail audit, TimeProvider time)
    : IHandle<ReadingSubmitted>
{
    public async Task Handle(ReadingSubmitted happened, CancellationToken cancellation)
    {
        var reading = await db.Set<Reading>().SingleAsync(r => r.Id == happened.Id, cancellation);
        if (!reading.Lock(time.Now()))
            return;
        await Turn.Take(db, reading.ProjectCaseId, cancellation);
        var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        var revision = await db.Set<ReadingRevision>().SingleAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation);
        var document = new EvidenceFile(revision.DocumentMd5, revision.DocumentSha256, revision.DocumentSize);
        var content = await documents.Load(revision.DocumentMd5, cancellation);
        var files = await documents.FilesOf(document, content, cancellation);
        var batch = await chain.Find(ArchiveEvidence.Batch, one.BatchId.Value, cancellation);
        audit.Note("labelling.reading-locked", "reading", reading.Id, new { revision.Number });
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        if (reading.Mode == ReadingMode.Read)
        {
            // Who changes nothing in the second pass hands in the same revision again.
            if (await chain.Find(LabellingEvidence.Reading, revision.Id, cancellation) is null)
                sealing.Record(LabellingEvidence.Reading, revision.Id, ReadingEvidence.Facts(reading, revision), [batch], files);
            if (!await Reveal(project, reading, cancellation))
                await rounds.Close(one, cancellation);
            // This may have been the last that its reader may read of the project, and others wait for just them.
            if (project.Terms.MostReadings is not null)
                await waiting.SendOn(project.Id, cancellation);
        }
        else if (project.State != ProjectState.Cancelled)
        {
            var comparison = await db.Set<Comparison>().SingleAsync(c => c.ProjectCaseId == one.Id && c.IsCurrent, cancellation);
            var compared = await chain.Find(LabellingEvidence.Comparison, comparison.Id, cancellation);
            // Who stands by a decision that came back hands in the same revision again.
            var link = await chain.Find(LabellingEvidence.Reading, revision.Id, cancellation)
                ?? sealing.Record(LabellingEvidence.Reading, revision.Id, ReadingEvidence.Facts(reading, revision), [batch, compared], files);
            await Decide(reading, one, comparison, (revision, content), [compared, link], files, cancellation);
        }
    }

    /// <summary>What was read blind is locked; now the reader sees what a model found and may revise.</summary>
    private async Task<bool> Reveal(LabellingProject project, Reading reading, CancellationToken cancellation)
    {
        if (project.State == ProjectState.Cancelled || project.Passes.Show != PreLabelTime.SecondPass || !await preLabels.Exist(reading.ProjectCaseId, cancellation) || !reading.BeginSecondPass(time.Now()))
            return false;
        audit.Note("labelling.findings-revealed", "reading", reading.Id);
        return true;
    }

    private async Task Decide(
        Reading reading, ProjectCase one, Comparison comparison, (ReadingRevision Row, LabelDocument Content) revision, EvidenceReference?[] standsOn, IReadOnlyList<EvidenceFile> files,
        CancellationToken cancellation)
    {
        var now = time.Now();
        if (one.Adjudicate(now) is not null)
            return;
        var number = await db.Set<Consensus>().CountAsync(c => c.ProjectCaseId == one.Id, cancellation) + 1;
        var provenance = await comparisons.Put(await adjudication.Provenance(reading, comparison, revision.Content, cancellation), cancellation);
        var consensus = new Consensus(one, number, comparison, revision.Row.Id, files[0], provenance, revision.Row.SchemaVersionId, now);
        db.Add(consensus);
        sealing.Record(LabellingEvidence.Consensus, consensus.Id, consensus.Facts(), standsOn, [.. files, provenance]);
        jobs.Enqueue<MeasureSources, MeasureSources.Payload>(new(consensus.Id), "labelling-case", one.Id);
        await askValidators.From(one, Math.Max(1, one.Level), cancellation);
    }
}
