using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Assignment;

/// <summary>Which free place in which case a person is to have next. Asked under the project's lock.</summary>
internal sealed class NextPlace(PirogovDb db)
{
    /// <summary>So many of the most pressing cases are weighed.</summary>
    private const int Weighed = 200;

    private sealed record Weighing(ProjectCase Case, int Held);

    /// <returns>None when no case has a place for this person.</returns>
    public async Task<ProjectCase?> For(LabellingProject project, Guid person, QualifiedReaders rules, CancellationToken cancellation)
    {
        var (id, closed) = (project.Id, rules.Closed(person).ToArray());
        // What was skipped, left or read as a control case is not read again. The filter is lifted from the whole query.
        var known = db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == id && r.AccountId == person).Select(r => r.CaseId);
        var free = await (
            from c in db.Set<ProjectCase>()
            where c.ProjectId == id && c.State == ProjectCaseState.Reading && c.AsideAt == null && !known.Contains(c.CaseId) && !closed.Contains(c.CentreId)
            let held = db.Set<Reading>().Count(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read && r.LeftAt == null)
            where held < c.ReadersWanted
            orderby c.Priority descending, c.DueAt == null, c.DueAt, held descending, c.Label
            select new Weighing(c, held)).AsNoTracking().Take(Weighed).ToArrayAsync(cancellation);
        if (free.Length == 0)
            return null;
        var pressing = free.Where(f => f.Case.Priority == free[0].Case.Priority && f.Case.DueAt == free[0].Case.DueAt).ToArray();
        return await Mix(project, person, pressing, cancellation);
    }

    /// <summary>
    /// A begun case is finished first, unless its readers have met this person more often than others have: then a new one is
    /// opened, so that agreement is measured between many pairs. At most as many stay begun as there are readers.
    /// </summary>
    private async Task<ProjectCase> Mix(LabellingProject project, Guid person, Weighing[] pressing, CancellationToken cancellation)
    {
        var begun = pressing.Where(p => p.Held > 0).ToArray();
        if (begun.Length == 0)
            return pressing[0].Case;
        var together = await Together(project.Id, person, cancellation);
        var ids = begun.Select(b => b.Case.Id).ToArray();
        var holders = (await db.Set<Reading>().Where(r => ids.Contains(r.ProjectCaseId) && r.Mode == ReadingMode.Read)
            .Select(r => new { r.ProjectCaseId, r.AccountId }).ToArrayAsync(cancellation)).ToLookup(r => r.ProjectCaseId, r => r.AccountId);
        int Met(Weighing one) => holders[one.Case.Id].Max(h => together.GetValueOrDefault(h));
        var best = begun.MinBy(Met)!;
        var readers = project.Of(ReadingMode.Read);
        var fewest = readers.Where(r => r != person).Select(r => together.GetValueOrDefault(r)).DefaultIfEmpty().Min();
        var unbegun = pressing.FirstOrDefault(p => p.Held == 0);
        return unbegun is not null && begun.Length < readers.Count && Met(best) > fewest ? unbegun.Case : best.Case;
    }

    private async Task<Dictionary<Guid, int>> Together(ProjectId id, Guid person, CancellationToken cancellation) => await (
        from mine in db.Set<Reading>()
        join other in db.Set<Reading>() on mine.ProjectCaseId equals other.ProjectCaseId
        where mine.ProjectId == id && mine.AccountId == person && mine.Purpose == ReadingPurpose.Work && mine.Mode == ReadingMode.Read
            && other.AccountId != person && other.Mode == ReadingMode.Read
        group other by other.AccountId into met
        select new { met.Key, Times = met.Count() }).ToDictionaryAsync(m => m.Key, m => m.Times, cancellation);
}
