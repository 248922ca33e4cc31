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

/// <summary>Compares the blind readings of a case and sends it on: to the validators with a consensus, to one more reader, or to an adjudicator.</summary>
internal sealed class CompareReadings(
    PirogovDb db, Documents documents, Sealing sealing, EvidenceChain chain, AskValidators askValidators, AskAdjudicator askAdjudicator, AskReader askReader, AuditTrail audit,
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
        var revisions = await Revisions(one, cancellation);
        await progress.Tell(10, "labelling.job.reading-masks", cancellation);
        var readings = new List<OpenDocument>(revisions.Count);
        foreach (var revision in revisions)
            readings.Add(await Open(revision, cancellation));
        await progress.Tell(60, "labelling.job.comparing", cancellation);
        var figures = CompareDocuments.Compare(schema, readings);
        var agreeing = figures.AgreeingMajority(c => project.Thresholds.GetValueOrDefault(c, project.Threshold));
        var (comparison, link) = await Record(one, revisions, figures, agreeing.Count > 0, cancellation);
        if (comparison.Agreed && project.Rule == AdjudicationRule.OnDisagreement)
            await Agree(one, comparison, revisions[0], AutomaticConsensus.Build(schema, [.. agreeing.Select(i => readings[i])]), link, cancellation);
        else if (comparison.Agreed || !await askReader.OneMore(project, one, cancellation))
            await Adjudicate(one, cancellation);
        audit.Note("labelling.readings-compared", "labelling-case", one.Id, new { comparison.Agreed, comparison.Round });
        await db.SaveChangesAsync(cancellation);
    }

    private async Task<(Comparison Comparison, EvidenceReference Link)> Record(
        ProjectCase one, IReadOnlyList<ReadingRevision> revisions, Figures figures, bool agreed, CancellationToken cancellation)
    {
        var earlier = await db.Set<Comparison>().Where(c => c.ProjectCaseId == one.Id).OrderBy(c => c.Round).ToArrayAsync(cancellation);
        foreach (var comparedBefore in earlier)
            comparedBefore.Supersede();
        var comparison = new Comparison(one, earlier.Length + 1, revisions.Select(r => r.Id), figures, agreed, time.Now());
        db.Add(comparison);
        var standsOn = new List<EvidenceReference?>();
        foreach (var revision in revisions)
            standsOn.Add(await chain.Find(LabellingEvidence.Reading, revision.Id, cancellation));
        return (comparison, sealing.Record(LabellingEvidence.Comparison, comparison.Id, comparison.Facts(), standsOn, []));
    }

    private async Task Adjudicate(ProjectCase one, CancellationToken cancellation)
    {
        if (one.SendToAdjudication(time.Now()) is null)
            await askAdjudicator.About(one, cancellation);
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
        await askValidators.From(one, 1, cancellation);
    }

    private async Task<IReadOnlyList<ReadingRevision>> Revisions(ProjectCase one, CancellationToken cancellation)
    {
        var readings = await db.Set<Reading>().AsNoTracking().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).ToArrayAsync(cancellation);
        var found = new List<ReadingRevision>(readings.Length);
        foreach (var reading in Reading.InBlindOrder(readings))
            found.Add(await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation));
        return found;
    }

    private async Task<OpenDocument> Open(ReadingRevision revision, CancellationToken cancellation)
    {
        var document = await documents.Load(revision.DocumentMd5, cancellation);
        return new(document, await documents.Decode(document, cancellation));
    }
}
