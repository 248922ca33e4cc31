using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

internal sealed record ReadingSubmitted(ReadingId Id);

/// <summary>Hands a revision in for good: the reading is closed to its reader from this moment.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SubmitReading(
    PirogovDb db, CurrentActor actor, AuditTrail audit, EventOutbox outbox, Documents documents, NextReading next, TimeProvider time)
{
    public sealed record Request(int Revision);

    public sealed record Response(ReadingState State, ReadingId? Next);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/readings/{id}/submit",
            (SubmitReading use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(SubmitReading)).WithSummary("Submits the newest revision.");

    public async Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        if (reading.Submit(request.Revision, time.Now()) is { } refusal)
            return refusal;
        var schema = await (from p in db.Set<LabellingProject>()
                            join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id
                            where p.Id == reading.ProjectId
                            select v).AsNoTracking().SingleAsync(cancellation);
        var revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == id && r.Number == reading.Revision, cancellation);
        if (DocumentCheck.CheckComplete(schema.Content, await documents.Load(revision.DocumentMd5, cancellation)) is { } incomplete)
            return incomplete;
        outbox.Add(new ReadingSubmitted(id));
        audit.Note("labelling.reading-submitted", "reading", id, new { revision.Number, revision.DocumentSha256 });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            var now = await db.Set<Reading>().AsNoTracking().SingleAsync(r => r.Id == id, cancellation);
            return now.IsOpen ? new StaleRevision(now.Revision, now.ChangedAt) : new ReadingIsLocked();
        }

        return new Response(reading.State, (await next.After(reading, cancellation))?.Id);
    }
}
