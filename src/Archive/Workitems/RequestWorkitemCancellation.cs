using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>UPS-RS Request Workitem Cancellation (PS3.18 11.8, PS3.4 CC.2.2), with or without a reason.</summary>
[Needs(ArchiveRights.DoWork)]
internal sealed class RequestWorkitemCancellation(Worklist items, PirogovDb db, EventOutbox outbox, AuditTrail audit, CurrentActor actor, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapPost("/workitems/{workitem}/cancelrequest",
            (RequestWorkitemCancellation use, HttpContext http, string workitem, CancellationToken cancellation) => use.Handle(http, workitem, cancellation))
        .Needs(typeof(RequestWorkitemCancellation)).WithMetadata(new RequestSizeLimitAttribute(Worklist.LargestBody));

    public async Task<IResult> Handle(HttpContext http, string uid, CancellationToken cancellation)
    {
        var reason = new DicomDataset();
        if (http.Request.ContentType is not null)
        {
            if ((await Worklist.Read(http.Request, cancellation)).IsRefused(out var unread, out var given))
                return unread.ToHttp();
            reason = given!;
        }

        if (await items.Find(uid, cancellation) is not { } found)
            return new NotFound("workitem").ToHttp();
        await items.Clean(reason, found.CentreId, cancellation);
        var (refusal, warning, isAsked) = found.RequestCancellation(reason, time.Now());
        if (refusal is not null)
            return refusal.ToHttp(http);
        http.Warn(warning);
        if (warning is not null)
            return Results.Accepted();
        outbox.Add(isAsked ? WorkitemReport.OfCancelRequest(found, reason, actor.Actor.Name) : WorkitemReport.OfState(found));
        audit.Note("archive.workitem-cancel-requested", "workitem", uid);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            http.Warn(WorkitemWarnings.Inconsistent);
            return new Conflict().ToHttp();
        }

        return Results.Accepted();
    }
}
