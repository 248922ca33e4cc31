using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

/// <summary>Whoever reads, decides or validates gives a case up: it goes on to another, and the manager sees why.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SkipReading(PirogovDb db, CurrentActor actor, Replacement replacement, Rounds rounds, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(SkipReason Reason, string? Text = null);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/readings/{id}/skip",
            (SkipReading use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(SkipReading)).WithName("skipReading").WithSummary("Gives a case up with a reason; another gets it.");

    public async Task<Outcome<Done>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        if (!Enum.IsDefined(request.Reason))
            return new Missing("reason");
        if (rounds.EndSecondPass(reading))
            return await db.TrySave(cancellation) is { } overtaken ? overtaken : Done.Value;
        var slot = reading.Slot;
        if (reading.Skip(request.Reason, request.Text, time.Now()) is { } refusal)
            return refusal;
        audit.Note("labelling.reading-skipped", "reading", id, new { request.Reason, reading.Revision });
        return await replacement.Save(reading, slot, null, cancellation);
    }
}

/// <summary>Puts another into the place that a person left.</summary>
internal sealed class Replacement(PirogovDb db, ReaderRules rules, Validation.LeastLoaded leastLoaded, Validation.Deciders deciders, EventOutbox outbox, TimeProvider time)
{
    /// <summary>
    /// Saves. In a queue the place is simply free; where everything is assigned it goes to the one with the least work who may
    /// have it, and waits for the manager when there is none.
    /// </summary>
    /// <param name="chosen">Whom the manager names.</param>
    public async Task<Outcome<Done>> Save(Reading left, int slot, Guid? chosen, CancellationToken cancellation)
    {
        try
        {
            // The place is given up before another takes it: the index on places sees one row after the other.
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            outbox.Add(new ReaderLeft(left.ProjectId));
            await db.SaveChangesAsync(cancellation);
            var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == left.ProjectCaseId, cancellation);
            if (left.Mode != ReadingMode.Read && chosen is null)
            {
                await deciders.Ask(await Project(left, cancellation), one, left.Mode, slot, cancellation);
                await db.SaveChangesAsync(cancellation);
            }
            else if (await Successor(left, chosen, cancellation) is { } next)
            {
                db.Add(InPlaceOf(left, one, slot, next));
                await db.SaveChangesAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
            return Done.Value;
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new Conflict();
        }
    }

    /// <summary>Saves: somebody for a place that was left before, and that nobody could take then.</summary>
    /// <returns>None, or why it went to nobody: somebody was faster with the place, or with the person.</returns>
    public async Task<DbUpdateException?> Fill(Reading left, Guid next, CancellationToken cancellation)
    {
        db.Add(InPlaceOf(left, await db.Set<ProjectCase>().SingleAsync(c => c.Id == left.ProjectCaseId, cancellation), left.Slot, next));
        return await db.SaveUnlessMoved(cancellation);
    }

    private Reading InPlaceOf(Reading left, ProjectCase one, int slot, Guid next) => left.ReservedMinutes is { } minutes
        ? Reading.Reserve(one, next, slot, ReadingPurpose.Work, one.DueAt, minutes, time.Now())
        : new Reading(one, next, left.Mode, slot, time.Now(), left.MayDraw);

    private async Task<Guid?> Successor(Reading left, Guid? chosen, CancellationToken cancellation)
    {
        if (left.Purpose != ReadingPurpose.Work)
            return null;
        if (chosen is not null)
            return chosen;
        var project = await Project(left, cancellation);
        return project.Distribution == Distribution.Queue ? null : await leastLoaded.Of(project, await Able(project, left, cancellation), cancellation);
    }

    private Task<LabellingProject> Project(Reading left, CancellationToken cancellation) =>
        db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == left.ProjectId, cancellation);

    /// <summary>Those of the same part who may have the case and never had it.</summary>
    public async Task<IReadOnlyList<Guid>> Able(LabellingProject project, Reading left, CancellationToken cancellation)
    {
        var had = await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == left.ProjectId && r.CaseId == left.CaseId).Select(r => r.AccountId).ToArrayAsync(cancellation);
        var pool = (await deciders.Of(project, left.Mode, left.Mode == ReadingMode.Validate ? left.Slot : 0, cancellation)).Except(had).ToArray();
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == left.ProjectCaseId, cancellation);
        if (left.Mode != ReadingMode.Read)
            return await deciders.Disinterested(project, one, pool, cancellation);
        var able = await rules.Of(project, pool, cancellation);
        return [.. able.Qualified.Where(p => able.MayRead(p, one))];
    }
}
