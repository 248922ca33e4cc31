using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// A project has gone over to the next version of its schema: what a case's comparison says is said again in the words of that version. The case
/// stays where it is, and so does what was decided: disagreements keep their ids as long as what they are about keeps its name.
/// </summary>
internal sealed class CompareAgain(
    PirogovDb db, MakeComparison comparisons, ComparisonStore files, CaseDigests digests, JobQueue jobs, AuditTrail audit) : DurableJob<CompareAgain.Payload>
{
    internal sealed record Payload(ProjectCaseId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == payload.Id, cancellation);
        await Of(one, progress, cancellation);
    }

    /// <summary>Saves. Does nothing where the newest comparison is one of the project's version.</summary>
    public async Task Of(ProjectCase one, JobProgress? progress, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        // A round that is being compared, or will be, is compared under the new version anyway.
        if (one.State == ProjectCaseState.Comparing
            || await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.ProjectCaseId == one.Id && c.IsCurrent, cancellation) is not { } before
            || await files.Version(before, cancellation) == project.SchemaVersionId)
            return;
        var made = await comparisons.Of(project, one, await Sources(before, cancellation), progress, cancellation);
        var (comparison, _) = await comparisons.Record(one, made, cancellation);
        var told = made.Compared.Detail.Disagreements.Select(d => d.Id).ToArray();
        foreach (var decision in await db.Set<Decision>().Where(d => d.ComparisonId == before.Id && told.Contains(d.Disagreement)).ToArrayAsync(cancellation))
            decision.StandUnder(comparison);
        digests.Ask(one);
        audit.Note("labelling.compared-again", "labelling-case", one.Id, new { comparison.Round, Version = project.SchemaVersionId });
        await MeasureAgain(one, cancellation);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Those that were compared: who has begun to read since has no part in it.</summary>
    private async Task<IReadOnlyList<(Reading, ReadingRevision)>> Sources(Comparison comparison, CancellationToken cancellation)
    {
        var ids = comparison.SourceIds.ToArray();
        var found = await (from v in db.Set<ReadingRevision>().AsNoTracking()
                           join r in db.Set<Reading>().AsNoTracking() on v.ReadingId equals r.Id
                           where ids.Contains(v.Id)
                           select new { Reading = r, Revision = v }).ToDictionaryAsync(f => f.Revision.Id, cancellation);
        return [.. ids.Select(id => (found[id].Reading, found[id].Revision))];
    }

    /// <summary>How near the readings came to the consensus is told by class: under the names of the new version.</summary>
    private async Task MeasureAgain(ProjectCase one, CancellationToken cancellation)
    {
        var newest = await db.Set<Consensus>().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).Select(c => (Guid?)c.Id).FirstOrDefaultAsync(cancellation);
        if (newest is not { } consensus)
            return;
        db.RemoveRange(await db.Set<SourceScore>().Where(s => s.ConsensusId == consensus).ToArrayAsync(cancellation));
        jobs.Enqueue<MeasureSources, MeasureSources.Payload>(new(consensus), "labelling-case", one.Id);
    }
}
