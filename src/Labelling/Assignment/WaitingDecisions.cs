using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Assignment;

/// <summary>Cases that stand before an adjudicator or a level and that nobody could be given: when somebody comes for the part, they go to them.</summary>
internal sealed class WaitingDecisions(PirogovDb db, AskAdjudicator askAdjudicator, AskValidators askValidators)
{
    /// <summary>Those for which there is nobody: whoever may be asked has skipped the case, or had another part in it. What is set aside asks for nobody.</summary>
    public async Task<IReadOnlyList<ProjectCase>> Of(LabellingProject project, CancellationToken cancellation)
    {
        if (project.State is ProjectState.Planned or ProjectState.Cancelled)
            return [];
        var open = db.Set<Reading>().Where(r => r.ProjectId == project.Id && r.State != ReadingState.Locked);
        var found = await db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == project.Id && c.AsideAt == null
            && (c.State == ProjectCaseState.Adjudication && !open.Any(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Adjudicate)
                || c.State == ProjectCaseState.Validation && c.Level > 0 && !open.Any(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Validate && r.Slot == c.Level)))
            .OrderBy(c => c.Label).ToArrayAsync(cancellation);
        var levels = project.Levels;
        var inLots = found.Where(c => c.State == ProjectCaseState.Validation && levels[c.Level - 1].Lot is not null).Select(c => c.Id).ToArray();
        if (inLots.Length == 0)
            return found;
        // Before a case has its place in a lot, or when its place is not in the sample, nobody is asked.
        var wanted = (await db.Set<LotCase>().Where(l => inLots.Contains(l.ProjectCaseId) && (l.IsSampled || l.IsWidened)).Select(l => new { l.ProjectCaseId, l.Level })
            .ToArrayAsync(cancellation)).Select(l => (l.ProjectCaseId, l.Level)).ToHashSet();
        return [.. found.Where(c => !inLots.Contains(c.Id) || wanted.Contains((c.Id, c.Level)))];
    }

    /// <summary>To whoever may have them now: of a part more people may do, or in more cases. Saves case by case: each is offered to whoever has the least by then.</summary>
    /// <returns>None, or what ended the offering of a case: somebody moved it at this moment. The others are offered.</returns>
    public async Task<DbUpdateException?> OfferAll(ProjectId id, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        if (project.State is ProjectState.Planned or ProjectState.Cancelled)
            return null;
        var lost = await Each(Waiting(id, ReadingMode.Adjudicate).Where(c => c.State == ProjectCaseState.Adjudication), one => askAdjudicator.About(one, cancellation), cancellation);
        for (var number = 1; number <= project.Levels.Count; number++)
        {
            var level = number;
            var here = Waiting(id, ReadingMode.Validate).Where(c => c.State == ProjectCaseState.Validation && c.Level == level);
            // Of a lot only those are looked at that its sample, or its rejection, asked for.
            if (project.Levels[level - 1].Lot is not null)
                here = here.Where(c => db.Set<LotCase>().Any(l => l.ProjectCaseId == c.Id && l.Level == level && l.IsGood == null && (l.IsSampled || l.IsWidened)));
            lost = await Each(here, one => askValidators.Offer(project, one, level, cancellation), cancellation) ?? lost;
        }

        return lost;
    }

    /// <summary>What is handed in and not taken in yet goes on by itself.</summary>
    private IQueryable<ProjectCase> Waiting(ProjectId id, ReadingMode mode)
    {
        var open = db.Set<Reading>().Where(r => r.ProjectId == id && r.Mode == mode && r.State != ReadingState.Locked);
        return db.Set<ProjectCase>().Where(c => c.ProjectId == id && !open.Any(r => r.ProjectCaseId == c.Id));
    }

    private async Task<DbUpdateException?> Each(IQueryable<ProjectCase> waiting, Func<ProjectCase, Task> offer, CancellationToken cancellation)
    {
        DbUpdateException? lost = null;
        foreach (var id in await waiting.OrderBy(c => c.Label).Select(c => c.Id).ToArrayAsync(cancellation))
        {
            // Looked at anew: whoever moved it on meanwhile has offered it.
            if (await waiting.SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } one)
                continue;
            await offer(one);
            lost = await db.SaveUnlessMoved(cancellation) ?? lost;
        }

        return lost;
    }
}
