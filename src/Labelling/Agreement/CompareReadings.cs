using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;

namespace Pirogov.Labelling.Agreement;

/// <summary>Compares the blind readings of a case and sends it on: to the validator with a consensus, or to the adjudicator.</summary>
internal sealed class CompareReadings(
    PirogovDb db, Documents documents, Sealing sealing, EvidenceChain chain, AskValidator askValidator, AskAdjudicator askAdjudicator, AuditTrail audit,
    TimeProvider time) : DurableJob<CompareReadings.Payload>
{
    internal sealed record Payload(ProjectCaseId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == payload.Id, cancellation);
        if (one.State != ProjectCaseState.Comparing)
            return;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        var (first, second) = await Revisions(one, cancellation);
        await progress.Tell(10, "labelling.job.reading-masks", cancellation);
        var (a, b) = (await Open(first, cancellation), await Open(second, cancellation));
        await progress.Tell(60, "labelling.job.comparing", cancellation);
        var comparison = new Comparison(one, first.Id, second.Id, CompareDocuments.Compare(schema, a, b), project.Threshold, time.Now());
        db.Add(comparison);
        var link = sealing.Record(LabellingEvidence.Comparison, comparison.Id, comparison.Facts(),
            [await chain.Find(LabellingEvidence.Reading, first.Id, cancellation), await chain.Find(LabellingEvidence.Reading, second.Id, cancellation)], []);
        if (comparison.Agreed && project.Rule == AdjudicationRule.OnDisagreement)
            await Agree(one, comparison, first, AutomaticConsensus.Build(schema, a, b), link, cancellation);
        else if (one.SendToAdjudication(time.Now()) is null)
            await askAdjudicator.About(one, cancellation);
        audit.Note("labelling.readings-compared", "labelling-case", one.Id, new { comparison.Agreed });
        await db.SaveChangesAsync(cancellation);
    }

    private async Task Agree(
        ProjectCase one, Comparison comparison, ReadingRevision first, AutomaticConsensus.Result made, EvidenceReference link, CancellationToken cancellation)
    {
        if (one.AgreeAutomatically(time.Now()) is not null)
            return;
        await documents.Keep(made.NewMasks, cancellation);
        var stored = await documents.Put(made.Document, cancellation);
        var files = await documents.FilesOf(new(stored.Md5, stored.Sha256, stored.Size), made.Document, cancellation);
        var consensus = new Consensus(one, 1, comparison, null, files[0], first.SchemaVersionId, time.Now());
        db.Add(consensus);
        sealing.Record(LabellingEvidence.Consensus, consensus.Id, consensus.Facts(), [link], files);
        await askValidator.About(one, cancellation);
    }

    private async Task<(ReadingRevision First, ReadingRevision Second)> Revisions(ProjectCase one, CancellationToken cancellation)
    {
        var readings = await db.Set<Reading>().AsNoTracking().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).ToArrayAsync(cancellation);
        var found = new List<ReadingRevision>();
        foreach (var reading in Reading.InBlindOrder(readings))
            found.Add(await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation));
        return (found[0], found[1]);
    }

    private async Task<OpenDocument> Open(ReadingRevision revision, CancellationToken cancellation)
    {
        var document = await documents.Load(revision.DocumentMd5, cancellation);
        return new(document, await documents.Decode(document, cancellation));
    }
}
