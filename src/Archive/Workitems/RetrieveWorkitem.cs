using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Dicomweb;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>UPS-RS Retrieve Workitem (PS3.18 11.5): everything but the lock.</summary>
[Needs(ArchiveRights.SeeWork)]
internal sealed class RetrieveWorkitem(Worklist items, PirogovDb db, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapGet("/workitems/{workitem}",
            (RetrieveWorkitem use, HttpContext http, string workitem, CancellationToken cancellation) => use.Handle(http, workitem, cancellation))
        .Needs(typeof(RetrieveWorkitem));

    public async Task<IResult> Handle(HttpContext http, string uid, CancellationToken cancellation)
    {
        var accept = new Acceptance(http.Request);
        if (!DicomModels.IsTaken(accept))
            return new NotAcceptable().ToHttp();
        if (await items.Find(uid, cancellation) is not { } found)
            return new NotFound("workitem").ToHttp();
        audit.Note("archive.workitem-read", "workitem", uid);
        await db.SaveChangesAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentLocation = $"{DicomModels.Root(http)}/workitems/{uid}";
        return DicomModels.TakesJson(accept) ? Results.Text($"[{found.Dataset}]", DicomModels.Json) : DicomModels.One(accept, found.Read(), StatusCodes.Status200OK);
    }
}
