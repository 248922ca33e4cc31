using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;

namespace Pirogov.Labelling.Agreement;

/// <summary>Readings of a case as the project's version of the schema sees them, held against one another.</summary>
/// <param name="Undisputed">What all agree about.</param>
/// <param name="Agreeing">Those that agree, by their places; none where the rules ask for more.</param>
internal sealed record MadeComparison(
    IReadOnlyList<ReadingRevision> Revisions, IReadOnlyList<ComparedDocument> Readings, ComparisonResult Compared, BuildConsensus Builder, BuildConsensus.Result Undisputed,
    IReadOnlyList<int> Agreeing)
{
    public Task<BuildConsensus.Result> Consensus(CancellationToken cancellation) => Builder.OfAgreement(Compared.Detail, Readings, Agreeing, cancellation);
}

/// <summary>Compares revisions of one case, and keeps what comes of it as the case's newest comparison.</summary>
internal sealed class MakeComparison(
    PirogovDb db, ICases cases, Documents documents, VersionedDocuments versioned, ComparisonStore files, AnswerModels models, ReaderSkills skills, Sealing sealing, EvidenceChain chain, TimeProvider time)
{
    /// <param name="revisions">In the order of their letters.</param>
    public async Task<MadeComparison> Of(
        LabellingProject project, ProjectCase one, IReadOnlyList<(Reading Reading, ReadingRevision Revision)> revisions, JobProgress? progress, CancellationToken cancellation)
    {
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        await Tell(10, "labelling.job.reading-masks");
        var readings = new List<ComparedDocument>(revisions.Count);
        foreach (var (_, revision) in revisions)
            readings.Add(await versioned.Open(revision, project.SchemaVersionId, ownOnly: true, cancellation));
        await Tell(20, "labelling.job.comparing");
        var (rules, order) = (project.Consensus, await FrameOrder.Of(cases, one.CaseId, cancellation));
        var given = await models.Keep(one, schema, [.. revisions.Zip(readings, (r, d) => (r.Reading.AccountId, d.Document))], cancellation);
        var modelled = await models.Of(one, schema, rules, [.. revisions.Select(r => r.Reading.AccountId)], given, cancellation);
        var settled = modelled.Keys.ToHashSet();
        var compared = await new CompareDocuments(schema, rules, project.ThresholdOf, order, measureSurfaces: true).Compare(one.Id.Value, readings, cancellation, settled);
        await Tell(60, "labelling.job.fusing");
        var builder = new BuildConsensus(schema, rules, order, modelled, await skills.Of(one, schema, rules, [.. revisions.Select(r => r.Reading.AccountId)], cancellation));
        return new([.. revisions.Select(r => r.Revision)], readings, compared, builder, await builder.OfUndisputed(compared, readings, cancellation),
            compared.Figures.Agreeing(project.ThresholdOf, rules, settled));

        Task Tell(int percent, string message) => progress?.Tell(percent, message, cancellation) ?? Task.CompletedTask;
    }

    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public async Task<(Comparison Comparison, EvidenceReference Link)> Record(ProjectCase one, MadeComparison made, CancellationToken cancellation)
    {
        await documents.Keep(made.Undisputed.NewMasks, cancellation);
        var kept = new ComparisonFiles(await files.Put(made.Compared.Detail with { Undisputed = made.Undisputed.Provenance }, cancellation),
            await files.Put(made.Compared.Regions, cancellation), await files.Put(made.Undisputed.Document, cancellation));
        var earlier = await db.Set<Comparison>().Where(c => c.ProjectCaseId == one.Id).OrderBy(c => c.Round).ToArrayAsync(cancellation);
        foreach (var comparedBefore in earlier)
            comparedBefore.Supersede();
        var comparison = new Comparison(one, earlier.Length + 1, made.Revisions.Select(r => r.Id), made.Compared.Figures, made.Agreeing.Count > 0, kept, time.Now());
        db.Add(comparison);
        var standsOn = new List<EvidenceReference?>();
        foreach (var revision in made.Revisions)
            standsOn.Add(await chain.Find(LabellingEvidence.Reading, revision.Id, cancellation));
        return (comparison, sealing.Record(LabellingEvidence.Comparison, comparison.Id, comparison.Facts(), standsOn, [kept.Detail]));
    }
}
