using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

/// <summary>
/// The member of a pool who has the least of a project's open work; among equals the one with the least of it altogether. Who is away today
/// comes after those who are not.
/// </summary>
internal sealed class LeastLoaded(PirogovDb db, TimeProvider time)
{
    public async Task<Guid?> Of(LabellingProject project, IReadOnlyCollection<Guid> pool, CancellationToken cancellation)
    {
        var loads = await db.Set<Reading>().Where(r => r.ProjectId == project.Id && pool.Contains(r.AccountId)).GroupBy(r => r.AccountId)
            .Select(g => new { g.Key, Open = g.Count(r => r.State != ReadingState.Submitted && r.State != ReadingState.Locked), All = g.Count() })
            .ToDictionaryAsync(g => g.Key, cancellation);
        var today = DateOnly.FromDateTime(time.Now().UtcDateTime);
        var away = (await db.Set<ExpertProfile>().AsNoTracking().Where(p => pool.Contains(p.AccountId)).ToArrayAsync(cancellation))
            .Where(p => p.Availability.IsOff(today)).Select(p => p.AccountId).ToHashSet();
        return pool.Count == 0 ? null : pool.OrderBy(away.Contains).ThenBy(p => loads.GetValueOrDefault(p)?.Open ?? 0).ThenBy(p => loads.GetValueOrDefault(p)?.All ?? 0).ThenBy(p => p).First();
    }
}

/// <summary>Gives a case in disagreement to one more blind reader.</summary>
internal sealed class AskReader(PirogovDb db, LeastLoaded leastLoaded, ReaderRules rules, CaseDigests digests, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>. In a queue the case waits for whoever asks next.</summary>
    /// <returns>False when Kmax is reached, or nobody is left who may read it.</returns>
    public async Task<bool> OneMore(LabellingProject project, ProjectCase one, CancellationToken cancellation)
    {
        var slots = await db.Set<Reading>().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).Select(r => r.Slot).ToArrayAsync(cancellation);
        if (slots.Length >= one.MostReaders || await Able(project, one, cancellation) is not { Length: > 0 } able || one.AskOneMore(time.Now()) is not null)
            return false;
        digests.Ask(one);
        if (project.Distribution == Distribution.Assigned)
            db.Add(new Reading(one, (await leastLoaded.Of(project, able, cancellation))!.Value, ReadingMode.Read, slots.Max() + 1, time.Now()));
        return true;
    }

    private async Task<Guid[]> Able(LabellingProject project, ProjectCase one, CancellationToken cancellation)
    {
        // Whoever left the case, or knows it as a control, does not read it again.
        var known = await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == one.ProjectId && r.CaseId == one.CaseId).Select(r => r.AccountId).ToArrayAsync(cancellation);
        var readers = await rules.Of(project, [.. project.Of(ReadingMode.Read).Except(known)], cancellation);
        return [.. readers.Qualified.Where(r => readers.MayRead(r, one))];
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
