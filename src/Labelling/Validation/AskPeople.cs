using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
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
        var readers = await rules.WithRoom(project, [.. project.Of(ReadingMode.Read).Except(known)], cancellation);
        return [.. readers.Qualified.Where(r => readers.MayRead(r, one))];
    }
}

/// <summary>Gives an adjudicator's or a validator's place in a case to somebody.</summary>
internal sealed class Deciders(PirogovDb db, LeastLoaded leastLoaded, OwnCentres centres, ActiveExperts active, TimeProvider time)
{
    /// <summary>
    /// Joins the caller's next <c>SaveChanges</c>. The place goes to the least loaded of those who never had the case; from whom it was taken before comes
    /// back to it only where nobody else is left, for nobody has two rows in one case. Whoever skipped it does not.
    /// </summary>
    /// <param name="slot">The level of a validator.</param>
    /// <returns>None where nobody may have it: the case waits for a newcomer.</returns>
    public async Task<Reading?> Ask(LabellingProject project, ProjectCase one, ReadingMode mode, int slot, CancellationToken cancellation)
    {
        var (now, level) = (time.Now(), mode == ReadingMode.Validate ? slot : 0);
        var had = await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == one.ProjectId && r.CaseId == one.CaseId).ToDictionaryAsync(r => r.AccountId, cancellation);
        var pool = await Disinterested(project, one, await Of(project, mode, level, cancellation), cancellation);
        if (await leastLoaded.Of(project, [.. pool.Where(p => !had.ContainsKey(p))], cancellation) is { } next)
        {
            var reading = new Reading(one, next, mode, slot, now, mode == ReadingMode.Validate && project.Levels[level - 1].MayCorrect);
            db.Add(reading);
            return reading;
        }

        if (await leastLoaded.Of(project, [.. pool.Where(p => had.TryGetValue(p, out var left) && left.LeftAt is not null && left.ReasonLeft != ReasonLeft.Skipped && left.Mode == mode)], cancellation) is not { } former)
            return null;
        had[former].ComeBack(slot, now);
        return had[former];
    }

    /// <returns>Those who have the part and can do its work.</returns>
    public Task<IReadOnlyList<Guid>> Of(LabellingProject project, ReadingMode mode, int level, CancellationToken cancellation) => active.Of(project.Of(mode, level), cancellation);

    /// <summary>Where the project keeps the cases of one's own centre from its readers, it keeps them from who decides, too.</summary>
    public async Task<IReadOnlyList<Guid>> Disinterested(LabellingProject project, ProjectCase one, IReadOnlyList<Guid> pool, CancellationToken cancellation)
    {
        if (project.Terms.OwnCentre)
            return pool;
        var own = await centres.Of(pool, cancellation);
        return [.. pool.Where(p => !own.TryGetValue(p, out var theirs) || !theirs.Contains(one.CentreId))];
    }
}

/// <summary>Puts a case before an adjudicator: first when readings disagree, again when a decision comes back.</summary>
internal sealed class AskAdjudicator(PirogovDb db, Deciders deciders, Documents documents, VersionedDocuments versioned, CaseDigests digests, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>. Whoever decided and is in the project no more keeps what they did, and another decides.</summary>
    public async Task About(ProjectCase one, CancellationToken cancellation)
    {
        digests.Ask(one);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var asked = await db.Set<Reading>().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Adjudicate).OrderByDescending(r => r.Slot).FirstOrDefaultAsync(cancellation);
        var decides = asked is not null && (await deciders.Of(project, ReadingMode.Adjudicate, 0, cancellation)).Contains(asked.AccountId)
            ? asked : await deciders.Ask(project, one, ReadingMode.Adjudicate, (asked?.Slot ?? 0) + 1, cancellation);
        if (decides is null)
            return;
        if (decides == asked)
            decides.Return(time.Now());
        await GoOn(decides, one, project.SchemaVersionId, cancellation);
    }

    /// <summary>
    /// Work goes on from what people made of the case last: a validator's correction or another's decision is not undone by an older revision of
    /// one's own, and it comes under the project's present version of the schema.
    /// </summary>
    private async Task GoOn(Reading reading, ProjectCase one, SchemaVersionId version, CancellationToken cancellation)
    {
        if (await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstOrDefaultAsync(cancellation) is not { } newest)
            return;
        var (document, open) = await versioned.LoadToGoOn(newest.DocumentMd5, newest.SchemaVersionId, version, cancellation);
        // What the readings agree about is decided anew, unless the version asks about it: the comparison no more has what it asks about.
        if (newest.Origin == ConsensusOrigin.Automatic && open.Count == 0)
            return;
        var own = await db.Set<ReadingRevision>().Where(r => r.ReadingId == reading.Id && r.Number == reading.Revision)
            .Select(r => new { r.DocumentSha256, r.SchemaVersionId }).SingleOrDefaultAsync(cancellation);
        var stored = await documents.Put(document, cancellation);
        if (own?.DocumentSha256 == stored.Sha256 && own.SchemaVersionId == version && open.Count == 0)
            return;
        db.Add(reading.GoOnFrom(stored, version, one.ContentSha256, time.Now()));
        db.RemoveRange(await db.Set<PendingLabel>().Where(p => p.ReadingId == reading.Id).ToArrayAsync(cancellation));
        await versioned.Ask(reading.Id, open, cancellation);
    }
}
