using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
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

/// <summary>Puts a consensus before the next level that is to see it; behind the last, the case is validated.</summary>
internal sealed class AskValidators(PirogovDb db, LeastLoaded leastLoaded, TimeProvider time)
{
    /// <summary>So many verdicts are needed before a level's returned share says anything.</summary>
    public const int FewestVerdicts = 10;

    /// <summary>Joins the caller's next <c>SaveChanges</c>. The case is in validation.</summary>
    /// <param name="level">The first that may see it, from 1.</param>
    public async Task From(ProjectCase one, int level, CancellationToken cancellation)
    {
        var (now, project) = (time.Now(), await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation));
        var levels = project.Levels;
        for (; level <= levels.Count; level++)
        {
            var asked = await db.Set<Reading>().SingleOrDefaultAsync(
                r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Validate && r.Slot == level, cancellation);
            if (asked is null && !await Wants(levels[level - 1], one, level, cancellation))
                continue;
            if (one.EnterLevel(level, now) is not null)
                return;
            // Whoever returned the case sees what came of it.
            asked?.OfferAgain(now);
            if (asked is null)
                db.Add(new Reading(one, (await leastLoaded.Of(project, project.Of(ReadingMode.Validate, level), cancellation))!.Value, ReadingMode.Validate, level, now));
            return;
        }

        _ = one.PassValidation(now);
    }

    private async Task<bool> Wants(ValidationLevel level, ProjectCase one, int number, CancellationToken cancellation) =>
        IsSampled(one, number, level.Share) || level.WidenAbove is { } limit && await ReturnedShare(one, number, cancellation) > limit;

    /// <summary>By a hash of case and level: the draw can be repeated, and neither reader nor validator can foresee or choose it.</summary>
    internal static bool IsSampled(ProjectCase one, int level, double share)
    {
        var hash = SHA256.HashData([.. one.Id.Value.ToByteArray(), (byte)level]);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash) < share * (1L << 32);
    }

    private async Task<double> ReturnedShare(ProjectCase one, int level, CancellationToken cancellation)
    {
        var verdicts = from v in db.Set<Verdict>()
                       join c in db.Set<ProjectCase>() on v.ProjectCaseId equals c.Id
                       where c.ProjectId == one.ProjectId && v.Level == level
                       select v.Accepted;
        var judged = await verdicts.CountAsync(cancellation);
        return judged < FewestVerdicts ? 0 : await verdicts.CountAsync(accepted => !accepted, cancellation) / (double)judged;
    }
}

/// <summary>Gives a case in disagreement to one more blind reader.</summary>
internal sealed class AskReader(PirogovDb db, LeastLoaded leastLoaded, TimeProvider time)
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
        db.Add(new Reading(one, next, ReadingMode.Read, readers.Length + 1, time.Now()));
        return true;
    }
}

/// <summary>Puts a case before an adjudicator: first when readings disagree, again when a decision comes back.</summary>
internal sealed class AskAdjudicator(PirogovDb db, LeastLoaded leastLoaded, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public async Task About(ProjectCase one, CancellationToken cancellation)
    {
        var now = time.Now();
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Adjudicate, cancellation) is { } asked)
        {
            asked.Return(now);
            return;
        }

        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        db.Add(new Reading(one, (await leastLoaded.Of(project, project.Of(ReadingMode.Adjudicate), cancellation))!.Value, ReadingMode.Adjudicate, 1, now));
    }
}
