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

/// <summary>UPS-RS Change Workitem State (PS3.18 11.7, PS3.4 CC.2.1): to take an item, to complete it, to give it up.</summary>
[Needs(ArchiveRights.DoWork)]
internal sealed class ChangeWorkitemState(Worklist items, PirogovDb db, WorkitemNews news, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapPut("/workitems/{workitem}/state",
            (ChangeWorkitemState use, HttpContext http, string workitem, CancellationToken cancellation) => use.Handle(http, workitem, cancellation))
        .Needs(typeof(ChangeWorkitemState)).WithMetadata(new RequestSizeLimitAttribute(Worklist.LargestBody));

    public async Task<IResult> Handle(HttpContext http, string uid, CancellationToken cancellation)
    {
        if ((await Worklist.Read(http.Request, cancellation)).IsRefused(out var unread, out var given))
            return http.RefuseMove(unread);
        if (WorkitemStates.Parse(given!.GetString(DicomTags.ProcedureStepState)) is not { } to)
            return http.RefuseMove(new WorkitemMalformed(DicomTags.ProcedureStepState.Keyword));
        var transaction = given.GetString(DicomTags.TransactionUid);
        if (transaction is not null && !Worklist.IsUid(transaction))
            return http.RefuseMove(new WorkitemMalformed(DicomTags.TransactionUid.Keyword));
        if (await items.Find(uid, cancellation) is not { } found)
            return http.RefuseMove(new NotFound("workitem"));
        var (refusal, warning) = found.Move(to, transaction, time.Now());
        if (refusal is not null)
            return http.RefuseMove(refusal);
        http.Warn(warning);
        if (warning is not null)
            return Results.Ok();
        await news.Tell(found, [WorkitemReport.OfState(found)], cancellation);
        audit.Note("archive.workitem-moved", "workitem", uid, new { state = to.Spell() });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody was first: what is refused now is refused for what the item has become.
            await db.Entry(found).ReloadAsync(cancellation);
            return http.RefuseMove(found.Move(to, transaction, time.Now()).Refusal ?? new Conflict());
        }

        return Results.Ok();
    }
}
