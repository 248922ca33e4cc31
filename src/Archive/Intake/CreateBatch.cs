using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

[Needs(ArchiveRights.Send)]
internal sealed class CreateBatch(PirogovDb db, IAgenda agenda, CentreAccess access, CentreProfiles profiles, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    private const string Gateway = "Gateway";

    /// <param name="Centre">Its code or its id.</param>
    /// <param name="EndsWhenQuiet">Nobody will close it: it ends as those of the platform's own doors do.</param>
    public sealed record Request(string Centre, string Name, bool EndsWhenQuiet = false);

    public sealed record Response(BatchId Id, string Name, BatchState State, string CentreCode);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches",
            (CreateBatch use, Request request, CancellationToken cancellation) => use.Handle(request, cancellation, request.EndsWhenQuiet ? Gateway : null).ToCreated(r => $"/api/v1/batches/{r.Id}"))
        .Needs(typeof(CreateBatch)).WithSummary("Open a batch for a centre's files");

    /// <param name="door">Whose batch of the day it is; null where somebody named it.</param>
    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation, string? door = null)
    {
        if (string.IsNullOrWhiteSpace(request.Centre))
            return new Missing("centre");
        var centre = ReferenceCentreId.TryParse(request.Centre, out var id)
            ? await agenda.FindCentre(id, cancellation) : await agenda.FindCentre(request.Centre, cancellation);
        if (centre is null || !await access.SendsFor(centre.Id, cancellation))
            return new NotFound("reference-centre");
        var opened = Batch.Open(centre, request.Name, await profiles.Of(centre.Id, cancellation), actor.Actor.AccountId, time.Now());
        if (opened.IsRefused(out var refusal))
            return refusal;
        // A sending that was interrupted is repeated with the same name and goes on where it was.
        var (name, mine) = (opened.Value.Name, actor.Actor.AccountId);
        if (await db.Set<Batch>().AsNoTracking().FirstOrDefaultAsync(
                b => b.CentreId == centre.Id && b.Name == name && b.CreatedBy == mine && b.Door == door && b.State == BatchState.Open, cancellation) is { } begun)
            return new Response(begun.Id, begun.Name, begun.State, begun.CentreCode);
        var batch = opened.Value;
        if (door is not null)
            batch.OfTheDay(door);
        db.Add(batch);
        audit.Note("archive.batch-opened", "batch", batch.Id, new { centre = centre.Code });
        await db.SaveChangesAsync(cancellation);
        return new Response(batch.Id, batch.Name, batch.State, batch.CentreCode);
    }

    /// <summary>Centres for which the current person may send.</summary>
    public async Task<IReadOnlyList<ReferenceCentreSummary>> Centres(CancellationToken cancellation)
    {
        var all = await agenda.Centres(cancellation);
        if (access.SendsForEverybody)
            return all;
        var own = await access.Own(cancellation);
        return [.. all.Where(c => own.Contains(c.Id))];
    }
}
