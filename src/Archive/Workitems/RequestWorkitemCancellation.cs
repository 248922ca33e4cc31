using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>UPS-RS Request Workitem Cancellation (PS3.18 11.8, PS3.4 CC.2.2), with or without a reason.</summary>
[Needs(ArchiveRights.DoWork)]
internal sealed class RequestWorkitemCancellation(Worklist items, WorkitemIdentity identity, PirogovDb db, WorkitemNews news, AuditTrail audit, CurrentActor actor, TimeProvider time)
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
            if (WorkitemRequirements.FaultOfCodes(given!) is { } wrong)
                return new WorkitemMalformed(wrong.Keyword).ToHttp();
            reason = given!;
        }

        if (await items.Find(uid, cancellation) is not { } found)
            return new NotFound("workitem").ToHttp();
        await identity.Clean(reason, found.CentreId, found.Read(), cancellation);
        var (refusal, warning, passed) = found.RequestCancellation(reason, time.Now());
        if (refusal is not null)
            return http.RefuseCancellation(refusal);
        http.Warn(warning);
        if (warning is not null)
            return Results.Accepted();
        await news.Tell(found, [WorkitemReport.OfCancelRequest(found, reason, actor.Actor.Name), .. passed.Select(state => WorkitemReport.OfState(found, state))], cancellation);
        audit.Note("archive.workitem-cancel-requested", "workitem", uid);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody was first: what the request means is read anew.
            await db.Entry(found).ReloadAsync(cancellation);
            return http.RefuseCancellation(found.RequestCancellation(reason, time.Now()).Refusal ?? new Conflict());
        }

        return Results.Accepted();
    }
}
