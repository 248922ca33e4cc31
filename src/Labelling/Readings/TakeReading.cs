using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Readings;

/// <summary>Takes an offer up; opening the workbench does it.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class TakeReading(PirogovDb db, CurrentActor actor, OwnReading own, AuditTrail audit, TimeProvider time)
{
    public sealed record Response(ReadingId Id, ReadingState State, string CaseLabel);

    internal static void Map(IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        api.MapPost("/readings/{id}/take", (TakeReading use, ReadingId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
            .Needs(typeof(TakeReading)).WithSummary("Takes an offered reading up.");
        routes.MapGet("/workbench/radiology/{readingId}", async (TakeReading use, ReadingId readingId, CancellationToken cancellation) =>
            {
                var taken = await use.Handle(readingId, cancellation);
                return taken.IsRefused(out var refusal)
                    ? refusal.ToHttp()
                    : new WorkbenchPage("radiology", taken.Value.CaseLabel, new { readingId, home = "/labelling/queue" });
            })
            .Needs(typeof(TakeReading)).ExcludeFromDescription();
    }

    public async Task<Outcome<Response>> Handle(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var opened = await own.Open(id, me, cancellation);
        if (opened.IsRefused(out var gone))
            return gone;
        var reading = opened.Value;
        var label = await db.Set<ProjectCase>().Where(c => c.Id == reading.ProjectCaseId).Select(c => c.Label).SingleAsync(cancellation);
        if (!reading.IsOpen || reading.State != ReadingState.Offered && reading.ReservedUntil is null)
            return new Response(id, reading.State, label);
        // What is offered for good is begun by taking it; what the queue reserved was handed out before the pause.
        if (reading is { State: ReadingState.Offered, ReservedUntil: null }
            && await db.Set<LabellingProject>().Where(p => p.Id == reading.ProjectId).Select(p => p.State).SingleAsync(cancellation) is ProjectState.Paused and var held)
            return new ProjectIsNotRunning(held);
        reading.Take(time.Now());
        audit.Note("labelling.reading-taken", "reading", id);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another tab took it a moment ago: it is taken all the same.
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            // Between the look and the return another took the place.
            return new ReservationHasExpired();
        }

        return new Response(id, reading.State, label);
    }
}
