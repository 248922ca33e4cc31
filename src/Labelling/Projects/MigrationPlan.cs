using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

internal sealed record NoNextVersion() : Refusal("labelling.no-next-version", 409);

/// <summary>What is saved of a reading now, of which there may be many thousands.</summary>
internal sealed record SavedReading(ReadingId Id, CaseId CaseId, int Revision, Guid RevisionId, string DocumentMd5, string CaseSha256);

/// <param name="Open">Readings that go on.</param>
/// <param name="Locked">Handed in, of cases that are not validated.</param>
internal sealed record MigrationPlan(LabellingProject Project, SchemaVersion From, SchemaVersion To, IReadOnlyList<SavedReading> Open, IReadOnlyList<SavedReading> Locked)
{
    public SchemaMigration Changes => To.Migration ?? SchemaMigration.None;

    /// <summary>Labels that nobody can be asked about would have no class.</summary>
    public bool AsksAboutLocked => To.Migration?.Classes.Any(c => c.Split is { Otherwise: null }) is true;

    /// <summary>
    /// A class keeps under its new name what its readings must reach, and each class of a split what the whole had to. Of merged ones the strictest holds: who
    /// had to agree more closely about one of them still has to.
    /// </summary>
    public IReadOnlyDictionary<string, double> Thresholds()
    {
        var own = Project.Thresholds;
        return (from before in From.Content.Classes
                from target in Changes.Targets(before.Id)
                where To.Content.Class(target) is not null
                group before.Id by target into same
                where same.Any(own.ContainsKey)
                select same).ToDictionary(g => g.Key, g => g.Max(Project.ThresholdOf));
    }
}

/// <summary>Finds what the next version of a project's schema concerns.</summary>
internal sealed class MigrationPlans(PirogovDb db, Documents documents)
{
    public async Task<Outcome<MigrationPlan>> Of(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var from = schema.Versions.Single(v => v.Id == project.SchemaVersionId);
        if (schema.Versions.SingleOrDefault(v => v.Number == from.Number + 1 && v.PublishedAt is not null) is not { } next)
            return new NoNextVersion();
        var waiting = await db.Set<PendingLabel>().CountAsync(p => db.Set<Reading>().Any(r => r.Id == p.ReadingId && r.ProjectId == id && Reading.OpenStates.Contains(r.State)), cancellation);
        if (waiting > 0)
            return new LabelsArePending(waiting);
        var unfinished = db.Set<ProjectCase>().Where(c => c.ProjectId == id && c.State != ProjectCaseState.Validated && c.State != ProjectCaseState.Released).Select(c => c.Id);
        var rows = await (from r in db.Set<Reading>()
                          join v in db.Set<ReadingRevision>() on new { Id = r.Id, Number = r.Revision } equals new { Id = v.ReadingId, v.Number }
                          where r.ProjectId == id && unfinished.Contains(r.ProjectCaseId) && (r.Mode != ReadingMode.Validate || r.Revision > r.OfferedRevision)
                          select new { r.State, r.Mode, Saved = new SavedReading(r.Id, r.CaseId, r.Revision, v.Id, v.DocumentMd5, v.CaseSha256) }).AsNoTracking().ToArrayAsync(cancellation);
        var isOpen = rows.ToLookup(r => Reading.OpenStates.Contains(r.State));
        return new MigrationPlan(project, from, next, [.. isOpen[true].Select(r => r.Saved)], [.. isOpen[false].Where(r => r.Mode != ReadingMode.Validate).Select(r => r.Saved)]);
    }

    public async Task<MigratedDocument> Carried(MigrationPlan plan, string md5, bool isLocked, CancellationToken cancellation) =>
        new MigrateDocument(plan.To.Id, plan.To.Content, plan.Changes, isLocked).Apply(await documents.WithRuns(await documents.Load(md5, cancellation), cancellation));
}
