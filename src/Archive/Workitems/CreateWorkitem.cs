using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Dicomweb;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>UPS-RS Create Workitem (PS3.18 11.4, PS3.4 CC.2.5).</summary>
[Needs(ArchiveRights.DoWork)]
internal sealed class CreateWorkitem(Worklist items, WorkitemIdentity identity, PirogovDb db, WorkitemNews news, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapPost("/workitems",
            (CreateWorkitem use, HttpContext http, CancellationToken cancellation) => use.Handle(http, cancellation))
        .Needs(typeof(CreateWorkitem)).WithMetadata(new RequestSizeLimitAttribute(Worklist.LargestBody));

    public async Task<IResult> Handle(HttpContext http, CancellationToken cancellation)
    {
        if ((await Worklist.Read(http.Request, cancellation)).IsRefused(out var unread, out var given))
            return unread.ToHttp();
        var uid = Worklist.UidOf(http.Request, "workitem") ?? given!.GetString(DicomTags.SopInstanceUid) ?? Worklist.NewUid();
        if (Fault(uid, given!) is { } fault)
            return fault.ToHttp();
        var named = http.Request.Query["centre"].FirstOrDefault() ?? http.Request.Headers["X-Pirogov-Centre"].FirstOrDefault();
        if ((await items.Centre(named, cancellation)).IsRefused(out var nowhere, out var planned))
            return nowhere.ToHttp();
        var centre = planned!;
        var isModified = await identity.Clean(given!, centre.Id, null, cancellation);
        isModified |= WorkitemRequirements.Complete(given!, centre.Code);
        var made = Workitem.Of(uid, centre.Id, given!, time.Now());
        db.Add(made);
        await news.Tell(made, WorkitemReport.OfNew(made), cancellation);
        audit.Note("archive.workitem-created", "workitem", uid);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new WorkitemExists().ToHttp();
        }

        http.Warn(isModified ? WorkitemWarnings.Modified : null);
        return Results.Created($"{DicomModels.Root(http)}/workitems/{uid}", null);
    }

    private static WorkitemMalformed? Fault(string uid, DicomDataset given)
    {
        // PS3.18 has it in the query or in the payload: in both, it is one.
        if (!Worklist.IsUid(uid) || WorkitemSubscription.IsGlobal(uid) || (given.GetString(DicomTags.SopInstanceUid) ?? uid) != uid)
            return new(DicomTags.SopInstanceUid.Keyword);
        return WorkitemRequirements.FaultOfNew(given) is { } tag ? new(tag.Keyword) : null;
    }
}
