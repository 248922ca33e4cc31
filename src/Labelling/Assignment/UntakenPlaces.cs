using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Assignment;

/// <summary>Blind places of a running project that none of its members may take: too few are qualified, or they know the case already.</summary>
internal sealed class UntakenPlaces(PirogovDb db, ReaderRules rules)
{
    private sealed record Free(ProjectCase Case, int Places);

    public async Task<int> Of(LabellingProject project, CancellationToken cancellation)
    {
        if (project.State != ProjectState.Running)
            return 0;
        var free = await (
            from c in db.Set<ProjectCase>().AsNoTracking()
            where c.ProjectId == project.Id && c.State == ProjectCaseState.Reading && c.AsideAt == null
            let held = db.Set<Reading>().Count(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read)
            where held < c.ReadersWanted
            select new Free(c, c.ReadersWanted - held)).ToArrayAsync(cancellation);
        // Where everything is assigned, whoever could take a place was given it.
        return free.Length == 0 || project.Distribution == Distribution.Assigned ? free.Sum(f => f.Places) : await InQueue(project, free, cancellation);
    }

    private async Task<int> InQueue(LabellingProject project, Free[] free, CancellationToken cancellation)
    {
        // Who is in training is going to read; whoever let a reservation run out may come back.
        Guid[] pool = [.. project.Members.Where(m => m is { Mode: ReadingMode.Read, Standing: MemberStanding.Admitted or MemberStanding.Training }).Select(m => m.AccountId)];
        var readers = await rules.Of(project, pool, cancellation);
        var known = (await (from r in db.Set<Reading>().IgnoreQueryFilters()
                            join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
                            where r.ProjectId == project.Id && (c.State == ProjectCaseState.Reading || c.IsGold) && r.ReasonLeft != ReasonLeft.Expired
                            select new { r.CaseId, r.AccountId }).ToArrayAsync(cancellation)).ToLookup(r => r.CaseId, r => r.AccountId);
        return free.Sum(f => Math.Max(0, f.Places - Able(f.Case, [.. known[f.Case.CaseId]])));

        int Able(ProjectCase one, HashSet<Guid> had) => readers.Qualified.Count(r => !had.Contains(r) && readers.MayRead(r, one));
    }
}
