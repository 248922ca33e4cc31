using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

internal sealed record NothingToRead() : Refusal("labelling.nothing-to-read", 409);

internal sealed record AssignmentIsPaused() : Refusal("labelling.assignment-is-paused", 409);

internal sealed record TrainingFailed() : Refusal("labelling.training-failed", 409);

internal sealed record TrainingAwaitsScores() : Refusal("labelling.training-awaits-scores", 409);

/// <summary>
/// Gives a person the next place in a project's queue. Whoever asks at the same moment is served one after another, under the
/// lock of the project's row; that nobody gets a place which another has is held by the unique index on case and place, and that
/// nobody is twice in a case by the one on case and person.
/// </summary>
internal sealed class HandOut(
    PirogovDb db, HandOutGate gate, PersonLock persons, Capacity capacity, ReaderRules rules, NextPlace places, GoldDraw gold, Examination examination, Rounds rounds, Documents documents,
    VersionedDocuments versioned, AuditTrail audit, TimeProvider time)
{
    private const int Attempts = 5;

    /// <summary>What this hand-out found out stays, whether or not there is anything for who asked: reservations that ran out, a training that has ended.</summary>
    private bool isKept;

    /// <summary>Saves; nothing of the caller's may wait to be saved.</summary>
    public async Task<Outcome<Reading>> To(Guid person, ProjectId id, CancellationToken cancellation)
    {
        if (await IsInVain(person, id, cancellation))
            return new NothingToRead();
        using var turn = await gate.Enter(id, cancellation);
        for (var attempt = 1; ; attempt++)
        {
            db.ChangeTracker.Clear();
            isKept = false;
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
                await db.Set<LabellingProject>().Where(p => p.Id == id).ExecuteUpdateAsync(s => s.SetProperty(p => p.HandedOut, p => p.HandedOut + 1), cancellation);
                await persons.Take(person, cancellation);
                var given = await Give(person, id, cancellation);
                if (given.IsRefused(out _))
                {
                    await Keep(id, transaction, cancellation);
                    return given;
                }

                await db.SaveChangesAsync(cancellation);
                await transaction.CommitAsync(cancellation);
                return given;
            }
            catch (Exception lost) when (lost is DbUpdateException or DbException)
            {
                // Another process stood between: the manager took the person off, or a reading moved on.
                if (attempt < Attempts)
                    continue;
                if (!lost.IsOvertaken())
                    throw;
                return new Conflict();
            }
        }
    }

    /// <summary>
    /// No case of the project is being read, and the person holds none. Towards a project's end dozens ask again and again: they are told so without the
    /// lock for which everybody's work would wait.
    /// </summary>
    private async Task<bool> IsInVain(Guid person, ProjectId id, CancellationToken cancellation) =>
        !await db.Set<ProjectCase>().AnyAsync(c => c.ProjectId == id && c.State == ProjectCaseState.Reading && !c.IsGold, cancellation)
        && await db.Set<LabellingProject>().AnyAsync(p => p.Id == id && p.State == ProjectState.Running && p.Distribution == Distribution.Queue
            && p.Members.Any(m => m.AccountId == person && m.Mode == ReadingMode.Read && m.Standing == MemberStanding.Admitted), cancellation)
        && !await db.Set<Reading>().AnyAsync(r => r.ProjectId == id && r.AccountId == person && r.Mode == ReadingMode.Read
            && r.State != ReadingState.Submitted && r.State != ReadingState.Locked, cancellation);

    private async Task<Outcome<Reading>> Give(Guid person, ProjectId id, CancellationToken cancellation)
    {
        var now = time.Now();
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { Distribution: Distribution.Queue } project
            || project.Member(person) is not { Mode: ReadingMode.Read } member || member.Standing == MemberStanding.Removed)
            return new NotFound("labelling-project");
        if (Closed(project, member) is { } closed)
            return closed;
        await ReturnExpired(id, person, now, cancellation);
        if (await Held(person, project, now, cancellation) is { } held)
            return held;
        if (await capacity.Lacks(project, person, cancellation) is { } full)
            return full;
        var able = await rules.Of(project, [person], cancellation);
        if (able.Lacking.TryGetValue(person, out var lack))
            return lack;
        if (member.Standing == MemberStanding.Training)
            return await Train(project, person, able, now, cancellation);
        if (await ComeBack(project, person, now, cancellation) is { } back)
            return back;
        if (await places.For(project, person, able, cancellation) is not { } next)
            return new NothingToRead();
        var control = await gold.Draw(project, person, able, next, cancellation);
        return control is null
            ? Add(Reading.Reserve(next, person, await FreeSlot(next, cancellation), ReadingPurpose.Work, next.DueAt, project.Terms.ReservedMinutes, now))
            : Add(Reading.Reserve(control, person, await gold.NextNumber(control, cancellation), ReadingPurpose.Control, next.DueAt, project.Terms.ReservedMinutes, now));
    }

    private static Refusal? Closed(LabellingProject project, ProjectMember member) => (project.State, member.Standing) switch
    {
        (not ProjectState.Running, _) => new ProjectIsNotRunning(project.State),
        (_, MemberStanding.Paused) => new AssignmentIsPaused(),
        (_, MemberStanding.NotAdmitted) => new TrainingFailed(),
        _ => null,
    };

    /// <summary>Others' reservations on which nothing happened: their places are free again.</summary>
    private async Task ReturnExpired(ProjectId id, Guid person, DateTimeOffset now, CancellationToken cancellation)
    {
        var left = await db.Set<Reading>().Where(r => r.ProjectId == id && Reading.OpenStates.Contains(r.State) && r.AccountId != person && r.ReservedUntil < now)
            .ToArrayAsync(cancellation);
        foreach (var reading in left)
        {
            if (rounds.EndSecondPass(reading))
                continue;
            reading.Leave(ReasonLeft.Expired, now);
            audit.Note("labelling.reservation-expired", "reading", reading.Id, new { reading.Revision });
        }

        if (left.Length == 0)
            return;
        isKept = true;
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>There was nothing for who asked.</summary>
    private async Task Keep(ProjectId id, IDbContextTransaction transaction, CancellationToken cancellation)
    {
        if (!isKept)
            return;
        await db.Set<LabellingProject>().Where(p => p.Id == id).ExecuteUpdateAsync(s => s.SetProperty(p => p.HandedOut, p => p.HandedOut - 1), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Asking again does not give a second one: whoever holds as many as they may gets the first of them back.</summary>
    private async Task<Reading?> Held(Guid person, LabellingProject project, DateTimeOffset now, CancellationToken cancellation)
    {
        var open = await db.Set<Reading>().Where(r => r.ProjectId == project.Id && r.AccountId == person && r.Mode == ReadingMode.Read && r.State != ReadingState.Submitted
            && r.State != ReadingState.Locked && !db.Set<ProjectCase>().Any(c => c.Id == r.ProjectCaseId && c.AsideAt != null)).OrderBy(r => r.OfferedAt).ThenBy(r => r.Id).ToArrayAsync(cancellation);
        if (open.Length < project.Terms.MostOpen)
            return null;
        open[0].Renew(now);
        return open[0];
    }

    private async Task<Outcome<Reading>> Train(LabellingProject project, Guid person, QualifiedReaders able, DateTimeOffset now, CancellationToken cancellation)
    {
        var read = await db.Set<Reading>().CountAsync(r => r.ProjectId == project.Id && r.AccountId == person && r.Purpose == ReadingPurpose.Training, cancellation);
        if (read >= project.Terms.Trained.Cases)
            return await Examine(project, person, now, cancellation);
        if (await gold.ForTraining(project, person, able, cancellation) is { } one)
            return Add(Reading.Reserve(one, person, await gold.NextNumber(one, cancellation), ReadingPurpose.Training, null, project.Terms.ReservedMinutes, now));
        // What was skipped or ran out comes again when nothing else is left, for the training has to end.
        if (await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == project.Id && r.AccountId == person && r.Purpose == ReadingPurpose.Training && r.LeftAt != null
                && db.Set<GoldCase>().Any(g => g.ProjectCaseId == r.ProjectCaseId && g.RetiredAt == null)).OrderBy(r => r.LeftAt).FirstOrDefaultAsync(cancellation) is not { } left)
            return new NothingToRead();
        left.ComeBack(left.Slot, now);
        return left;
    }

    /// <summary>Whoever has read enough and is in training still: the plan asks for less by now, or they were here before.</summary>
    private async Task<Outcome<Reading>> Examine(LabellingProject project, Guid person, DateTimeOffset now, CancellationToken cancellation)
    {
        var scores = await db.Set<GoldScore>().Where(s => s.ProjectId == project.Id && s.AccountId == person && s.Purpose == ReadingPurpose.Training)
            .OrderByDescending(s => s.At).ThenByDescending(s => s.ReadingId).ToArrayAsync(cancellation);
        var member = await db.Set<ProjectMember>().SingleAsync(m => m.ProjectId == project.Id && m.AccountId == person, cancellation);
        examination.Hold(project, member, scores, now);
        if (member.Standing == MemberStanding.Training)
            return new TrainingAwaitsScores();
        await db.SaveChangesAsync(cancellation);
        isKept = true;
        return await Give(person, project.Id, cancellation);
    }

    /// <summary>What the person had begun before the reservation ran out comes first, while its place is free.</summary>
    private async Task<Reading?> ComeBack(LabellingProject project, Guid person, DateTimeOffset now, CancellationToken cancellation)
    {
        var left = await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == project.Id && r.AccountId == person && r.LeftAt != null
            && r.ReasonLeft == ReasonLeft.Expired && r.Purpose != ReadingPurpose.Training).OrderByDescending(r => r.Revision > 0).ThenBy(r => r.Id).ToArrayAsync(cancellation);
        foreach (var reading in left)
        {
            if (await Revive(reading, now, cancellation))
                return reading;
        }

        return null;
    }

    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    /// <returns>False when the place has gone to another.</returns>
    public async Task<bool> Revive(Reading reading, DateTimeOffset now, CancellationToken cancellation)
    {
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        if (await PlaceFor(reading, one, cancellation) is not { } slot)
            return false;
        reading.ComeBack(slot, now);
        await BringOver(reading, one, now, cancellation);
        audit.Note("labelling.reservation-revived", "reading", reading.Id, new { reading.Revision });
        return true;
    }

    /// <summary>In a control case each has a place of their own, which nobody takes meanwhile.</summary>
    private async Task<int?> PlaceFor(Reading left, ProjectCase one, CancellationToken cancellation)
    {
        if (left.Purpose == ReadingPurpose.Control)
            return await db.Set<GoldCase>().AnyAsync(g => g.ProjectCaseId == one.Id && g.RetiredAt == null, cancellation) ? left.Slot : null;
        return one is { State: ProjectCaseState.Reading, AsideAt: null } && await FreeSlot(one, cancellation) is var slot && slot <= one.ReadersWanted ? slot : null;
    }

    /// <summary>A project that went over to another version meanwhile passed this draft by: it follows now, and its reader is asked what the others were.</summary>
    private async Task BringOver(Reading reading, ProjectCase one, DateTimeOffset now, CancellationToken cancellation)
    {
        var wanted = await db.Set<LabellingProject>().Where(p => p.Id == reading.ProjectId).Select(p => p.SchemaVersionId).SingleAsync(cancellation);
        if (await db.Set<ReadingRevision>().AsNoTracking().SingleOrDefaultAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation) is not { } saved
            || saved.SchemaVersionId == wanted)
            return;
        var (document, open) = await versioned.LoadToGoOn(saved.DocumentMd5, saved.SchemaVersionId, wanted, cancellation);
        db.Add(reading.GoOnFrom(await documents.Put(document, cancellation), wanted, one.ContentSha256, now));
        await versioned.Ask(reading.Id, open, cancellation);
    }

    private async Task<int> FreeSlot(ProjectCase one, CancellationToken cancellation)
    {
        var taken = await db.Set<Reading>().Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read).Select(r => r.Slot).ToArrayAsync(cancellation);
        return Enumerable.Range(1, taken.Length + 1).First(n => !taken.Contains(n));
    }

    private Reading Add(Reading reading)
    {
        db.Add(reading);
        audit.Note("labelling.reading-handed-out", "reading", reading.Id);
        return reading;
    }
}
