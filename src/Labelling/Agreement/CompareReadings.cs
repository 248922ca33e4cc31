using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Agreement;

/// <summary>Compares the blind readings of a case and sends it on: to the validators with a consensus, to one more reader, or to an adjudicator.</summary>
internal sealed class CompareReadings(
    PirogovDb db, MakeComparison comparisons, Documents documents, ComparisonStore files, Sealing sealing, AskValidators askValidators, AskAdjudicator askAdjudicator, AskReader askReader,
    JobQueue jobs, AuditTrail audit, TimeProvider time) : DurableJob<CompareReadings.Payload>
{
    /// <param name="ForAdjudicator">A manager wants the case decided by a person, however far the readings agree.</param>
    internal sealed record Payload(ProjectCaseId Id, bool ForAdjudicator = false);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == payload.Id, cancellation);
        if (one.State != ProjectCaseState.Comparing)
            return;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        if (project.State == ProjectState.Cancelled)
            return;
        var made = await comparisons.Of(project, one, await Revisions(project, one, cancellation), progress, cancellation);
        if (await db.Set<LabellingProject>().Where(p => p.Id == project.Id).Select(p => p.SchemaVersionId).SingleAsync(cancellation) != project.SchemaVersionId)
        {
            // The project went over to the next version meanwhile: the readings are compared as that one sees them.
            jobs.Enqueue<CompareReadings, Payload>(payload, "labelling-case", one.Id);
            await db.SaveChangesAsync(cancellation);
            return;
        }

        var (comparison, link) = await comparisons.Record(one, made, cancellation);
        if (comparison.Agreed && project.Rule == AdjudicationRule.OnDisagreement && !payload.ForAdjudicator)
            await Agree(one, comparison, project.SchemaVersionId, await made.Consensus(cancellation), link, cancellation);
        else if (comparison.Agreed || payload.ForAdjudicator || !await askReader.OneMore(project, one, cancellation))
            await Adjudicate(one, cancellation);
        audit.Note("labelling.readings-compared", "labelling-case", one.Id, new { comparison.Agreed, comparison.Round });
        await db.SaveChangesAsync(cancellation);
    }

    private async Task Adjudicate(ProjectCase one, CancellationToken cancellation)
    {
        if (one.SendToAdjudication(time.Now()) is null)
            await askAdjudicator.About(one, cancellation);
    }

    private async Task Agree(
        ProjectCase one, Comparison comparison, SchemaVersionId version, BuildConsensus.Result made, EvidenceReference link, CancellationToken cancellation)
    {
        if (one.AgreeAutomatically(time.Now()) is not null)
            return;
        await documents.Keep(made.NewMasks, cancellation);
        var stored = await documents.Put(made.Document, cancellation);
        var provenance = await files.Put(made.Provenance, cancellation);
        var vouched = await documents.FilesOf(new(stored.Md5, stored.Sha256, stored.Size), made.Document, cancellation);
        var consensus = new Consensus(one, 1, comparison, null, vouched[0], provenance, version, time.Now());
        db.Add(consensus);
        sealing.Record(LabellingEvidence.Consensus, consensus.Id, consensus.Facts(), [link], [.. vouched, provenance]);
        jobs.Enqueue<MeasureSources, MeasureSources.Payload>(new(consensus.Id), "labelling-case", one.Id);
        await askValidators.From(one, 1, cancellation);
    }

    /// <summary>What each blind reader handed in last, or, where the project says so, before they saw what a model found.</summary>
    private async Task<IReadOnlyList<(Reading Reading, ReadingRevision Revision)>> Revisions(LabellingProject project, ProjectCase one, CancellationToken cancellation)
    {
        var readings = await db.Set<Reading>().AsNoTracking().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).ToArrayAsync(cancellation);
        var found = new List<(Reading, ReadingRevision)>(readings.Length);
        foreach (var reading in Reading.InBlindOrder(readings))
        {
            var number = reading.RevisionFor(project.Passes.Compared);
            found.Add((reading, await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == reading.Id && r.Number == number, cancellation)));
        }

        return found;
    }
}

/// <summary>What comparisons and consensuses keep beside their rows, as canonical JSON in the store.</summary>
internal sealed class ComparisonStore(ObjectStore store)
{
    public async Task<EvidenceFile> Put<T>(T value, CancellationToken cancellation)
    {
        var bytes = value is LabelDocument document
            ? document.ToCanonical()
            : System.Text.Encoding.UTF8.GetBytes(CanonicalJson.Write(JsonSerializer.SerializeToNode(value, PlatformJson.Options)!));
        var stored = await store.Put(bytes, cancellation);
        return new(stored.Md5, stored.Sha256, stored.Size);
    }

    public async Task<T> Read<T>(string md5, CancellationToken cancellation) =>
        JsonSerializer.Deserialize<T>(await store.Read(md5, cancellation), PlatformJson.Options)!;

    /// <summary>Of the schema under which the readings were compared: what was read under an earlier one was brought over to it.</summary>
    public async Task<SchemaVersionId> Version(Comparison comparison, CancellationToken cancellation) =>
        SchemaVersionId.TryParse((await Read<LabelDocument>(comparison.DraftMd5, cancellation)).SchemaVersion, out var version)
            ? version : throw new InvalidDataException($"The draft of comparison {comparison.Id} names no version of a schema.");

    public Task<ComparisonDetail> Detail(Comparison comparison, CancellationToken cancellation) => Read<ComparisonDetail>(comparison.DetailMd5, cancellation);

    public Task<Dictionary<Guid, IReadOnlyList<RegionFrame>>> Regions(Comparison comparison, CancellationToken cancellation) =>
        Read<Dictionary<Guid, IReadOnlyList<RegionFrame>>>(comparison.RegionsMd5, cancellation);
}
