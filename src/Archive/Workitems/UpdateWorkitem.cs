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

/// <summary>UPS-RS Update Workitem (PS3.18 11.6, PS3.4 CC.2.6).</summary>
[Needs(ArchiveRights.DoWork)]
internal sealed class UpdateWorkitem(Worklist items, WorkitemIdentity identity, PirogovDb db, WorkitemNews news, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapPost("/workitems/{workitem}",
            (UpdateWorkitem use, HttpContext http, string workitem, CancellationToken cancellation) => use.Handle(http, workitem, cancellation))
        .Needs(typeof(UpdateWorkitem)).WithMetadata(new RequestSizeLimitAttribute(Worklist.LargestBody));

    public async Task<IResult> Handle(HttpContext http, string uid, CancellationToken cancellation)
    {
        if ((await Worklist.Read(http.Request, cancellation)).IsRefused(out var unread, out var given))
            return http.RefuseUpdate(unread);
        if (WorkitemRequirements.FaultOfChange(given!) is { } wrong)
            return http.RefuseUpdate(new WorkitemMalformed(wrong.Keyword));
        var transaction = Worklist.UidOf(http.Request, "transaction-uid", "transaction") ?? given!.GetString(DicomTags.TransactionUid);
        if (await items.Find(uid, cancellation) is not { } found)
            return http.RefuseUpdate(new NotFound("workitem"));
        var isModified = await identity.Clean(given!, found.CentreId, found.Read(), cancellation);
        if (found.Update(given!, transaction, time.Now()) is { } refusal)
            return http.RefuseUpdate(refusal);
        await news.Tell(found, WorkitemReport.OfUpdate(found, given!), cancellation);
        audit.Note("archive.workitem-updated", "workitem", uid, new { attributes = given!.Select(e => e.Tag.Hex) });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            return http.RefuseUpdate(new Conflict());
        }

        http.Warn(isModified ? WorkitemWarnings.UpdatedModified : null);
        return Results.Ok();
    }
}
