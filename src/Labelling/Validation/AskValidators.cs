using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Validation;

/// <summary>Puts a consensus before the next level that is to see it; behind the last, the case is validated.</summary>
internal sealed class AskValidators(PirogovDb db, Deciders deciders, EventOutbox outbox, CaseDigests digests, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>. The case is in validation.</summary>
    /// <param name="level">The first that may see it, from 1.</param>
    public async Task From(ProjectCase one, int level, CancellationToken cancellation)
    {
        var (now, project) = (time.Now(), await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation));
        var (levels, settled) = (project.Levels, await Settled(one, cancellation));
        if (IsNewlyDecided(one))
            digests.Ask(one);
        for (; level <= levels.Count; level++)
        {
            if (settled.Contains(level))
                continue;
            // Lots are filled by one hand: two cases that arrive at the same moment do not fight for a place.
            if (levels[level - 1].Lot is not null)
            {
                if (one.EnterLevel(level, now) is null)
                    outbox.Add(new LevelReached(one.Id, level));
                return;
            }

            var asked = await Asked(one, level, cancellation);
            if (asked is null && !IsSampled(one, level, levels[level - 1].Share))
                continue;
            await Offer(project, one, level, asked, cancellation);
            return;
        }

        if (one.PassValidation(now) is null && !IsNewlyDecided(one))
            digests.Ask(one);
    }

    /// <summary>Joins the caller's next <c>SaveChanges</c>. Whoever returned the case sees what came of it.</summary>
    public async Task Offer(LabellingProject project, ProjectCase one, int level, CancellationToken cancellation) =>
        await Offer(project, one, level, await Asked(one, level, cancellation), cancellation);

    /// <summary>By a hash of case and level: the draw can be repeated, and neither reader nor validator can foresee or choose it.</summary>
    internal static bool IsSampled(ProjectCase one, int level, double share)
    {
        var hash = SHA256.HashData([.. one.Id.Value.ToByteArray(), (byte)level]);
        return BinaryPrimitives.ReadUInt32LittleEndian(hash) < share * (1L << 32);
    }

    private async Task Offer(LabellingProject project, ProjectCase one, int level, Reading? asked, CancellationToken cancellation)
    {
        var now = time.Now();
        if (one.EnterLevel(level, now) is not null)
            return;
        if (asked is not null && !(await deciders.Of(project, ReadingMode.Validate, level, cancellation)).Contains(asked.AccountId))
        {
            asked.HandOver(now);
            asked = null;
        }

        var offered = asked ?? await deciders.Ask(project, one, ReadingMode.Validate, level, cancellation);
        if (offered is null)
            return;
        offered.OfferAgain(now);
        // They were asked about a draft of before: the validator begins with the consensus.
        db.RemoveRange(await db.Set<PendingLabel>().Where(p => p.ReadingId == offered.Id).ToArrayAsync(cancellation));
    }

    /// <summary>The consensus is made in this very transaction, and in no table yet.</summary>
    private bool IsNewlyDecided(ProjectCase one) =>
        db.ChangeTracker.Entries<Consensus>().Any(c => c.State == EntityState.Added && c.Entity.ProjectCaseId == one.Id);

    private Task<Reading?> Asked(ProjectCase one, int level, CancellationToken cancellation) => db.Set<Reading>().SingleOrDefaultAsync(
        r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Validate && r.Slot == level, cancellation);

    /// <summary>The levels that have let this very consensus pass: after a lot below was rejected, they are not asked the same again.</summary>
    private async Task<HashSet<int>> Settled(ProjectCase one, CancellationToken cancellation)
    {
        if (IsNewlyDecided(one))
            return [];
        var newest = await db.Set<Consensus>().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).Select(c => c.Id).FirstOrDefaultAsync(cancellation);
        return [.. await db.Set<Verdict>().Where(v => v.ConsensusId == newest && v.Kind != VerdictKind.Returned).Select(v => v.Level).ToArrayAsync(cancellation)];
    }
}
