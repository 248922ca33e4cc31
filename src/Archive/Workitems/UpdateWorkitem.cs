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

/// <summary>UPS-RS Update Workitem (PS3.18 11.6, PS3.4 CC.2.6).</summary>
[Needs(ArchiveRights.DoWork)]
internal sealed class UpdateWorkitem(Worklist items, PirogovDb db, EventOutbox outbox, AuditTrail audit, TimeProvider time)
{
    private const string Modified = "The Workitem was updated with modifications.";

    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapPost("/workitems/{workitem}",
            (UpdateWorkitem use, HttpContext http, string workitem, CancellationToken cancellation) => use.Handle(http, workitem, cancellation))
        .Needs(typeof(UpdateWorkitem)).WithMetadata(new RequestSizeLimitAttribute(Worklist.LargestBody));

    public async Task<IResult> Handle(HttpContext http, string uid, CancellationToken cancellation)
    {
        if ((await Worklist.Read(http.Request, cancellation)).IsRefused(out var unread, out var given))
            return unread.ToHttp();
        if (WorkitemRequirements.FaultOfChange(given!) is { } wrong)
            return new WorkitemMalformed(wrong.Keyword).ToHttp(http);
        var transaction = Worklist.UidOf(http.Request, "transaction-uid", "transaction") ?? given!.GetString(DicomTags.TransactionUid);
        if (await items.Find(uid, cancellation) is not { } found)
            return new NotFound("workitem").ToHttp();
        var isModified = await items.Clean(given!, found.CentreId, cancellation);
        if (found.Update(given!, transaction, time.Now()) is { } refusal)
            return refusal.ToHttp(http);
        foreach (var report in WorkitemReport.OfUpdate(found, given!))
            outbox.Add(report);
        audit.Note("archive.workitem-updated", "workitem", uid, new { attributes = given!.Select(e => e.Tag.Hex) });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            http.Warn(WorkitemWarnings.Inconsistent);
            return new Conflict().ToHttp();
        }

        http.Warn(isModified ? Modified : null);
        return Results.Ok();
    }
}
