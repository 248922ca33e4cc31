using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>Which of the sender's files the batch has judged already, so that a broken upload goes on where it stopped.</summary>
[Needs(ArchiveRights.Send)]
internal sealed class FindKnownFiles(PirogovDb db, CentreAccess access, CentreKeys keys)
{
    public sealed record LocalFile(string Name, long Size);

    public sealed record Request(IReadOnlyList<LocalFile> Files);

    public sealed record Response(IReadOnlyList<string> Known);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/known",
            (FindKnownFiles use, BatchId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(FindKnownFiles)).WithSummary("Which of these files need not be sent again");

    public async Task<Outcome<Response>> Handle(BatchId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch
            || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        var centre = await keys.Of(batch.CentreId, cancellation, batch.Options);
        var rows = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == id).Select(f => new { f.NameHmac, f.Size }).ToArrayAsync(cancellation);
        var known = rows.Select(r => (r.NameHmac, r.Size)).ToHashSet();
        return new Response([.. (request.Files ?? []).Where(f => known.Contains((centre.NameHmac(f.Name), f.Size))).Select(f => f.Name)]);
    }
}
