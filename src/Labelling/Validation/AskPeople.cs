using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

/// <summary>The member of a pool who has the least of a project's open work; among equals the one with the least of it altogether.</summary>
internal sealed class LeastLoaded(PirogovDb db)
{
    public async Task<Guid?> Of(LabellingProject project, IReadOnlyCollection<Guid> pool, CancellationToken cancellation)
    {
        var loads = await db.Set<Reading>().Where(r => r.ProjectId == project.Id && pool.Contains(r.AccountId)).GroupBy(r => r.AccountId)
            .Select(g => new { g.Key, Open = g.Count(r => r.State != ReadingState.Submitted && r.State != ReadingState.Locked), All = g.Count() })
            .ToDictionaryAsync(g => g.Key, cancellation);
        return pool.Count == 0 ? null : pool.OrderBy(p => loads.GetValueOrDefault(p)?.Open ?? 0).ThenBy(p => loads.GetValueOrDefault(p)?.All ?? 0).ThenBy(p => p).First();
    }
}

/// <summary>Gives a case in disagreement to one more blind reader.</summary>
internal sealed class AskReader(PirogovDb db, LeastLoaded leastLoaded, CaseDigests digests, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    /// <returns>False when Kmax is reached.</returns>
    public async Task<bool> OneMore(LabellingProject project, ProjectCase one, CancellationToken cancellation)
    {
        var readers = await db.Set<Reading>().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).Select(r => r.AccountId).ToArrayAsync(cancellation);
        if (readers.Length >= project.MostReaders
            || await leastLoaded.Of(project, [.. project.Of(ReadingMode.Read).Except(readers)], cancellation) is not { } next
            || one.AskOneMore(time.Now()) is not null)
            return false;
        digests.Ask(one);
        db.Add(new Reading(one, next, ReadingMode.Read, readers.Length + 1, time.Now()));
        return true;
    }
}

/// <summary>Puts a case before an adjudicator: first when readings disagree, again when a decision comes back.</summary>
internal sealed class AskAdjudicator(PirogovDb db, LeastLoaded leastLoaded, CaseDigests digests, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public async Task About(ProjectCase one, CancellationToken cancellation)
    {
        var now = time.Now();
        digests.Ask(one);
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Adjudicate, cancellation) is { } asked)
        {
            asked.Return(now);
            return;
        }

        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        db.Add(new Reading(one, (await leastLoaded.Of(project, project.Of(ReadingMode.Adjudicate), cancellation))!.Value, ReadingMode.Adjudicate, 1, now));
    }
}
