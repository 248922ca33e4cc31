using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Which files the batch has judged already, so that a broken upload goes on where it stopped. They are known by their bytes: two patients'
/// disks hold files of the same names and sizes.
/// </summary>
[Needs(ArchiveRights.Send)]
internal sealed class FindKnownFiles(PirogovDb db, CentreAccess access, CentreKeys keys)
{
    /// <summary>Engines bound the number of parameters.</summary>
    private const int AtOnce = 500;

    /// <param name="Files">XXH128 of each file's bytes: 32 hexadecimal digits. None asks for <see cref="Response.Judged"/> alone.</param>
    public sealed record Request(IReadOnlyList<string> Files);

    /// <param name="Known">Those of the asked that need not be sent again.</param>
    /// <param name="Judged">Files of the batch: where there are none, nothing need be hashed.</param>
    public sealed record Response(IReadOnlyList<string> Known, int Judged);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/known",
            (FindKnownFiles use, BatchId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(FindKnownFiles)).WithSummary("Which of these files need not be sent again");

    public async Task<Outcome<Response>> Handle(BatchId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch
            || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        var centre = await keys.Of(batch.CentreId, cancellation, batch.Options);
        var known = new List<string>();
        foreach (var asked in (request.Files ?? []).Where(f => f is { Length: 32 } && f.All(char.IsAsciiHexDigit)).Distinct().Chunk(AtOnce))
        {
            var marks = asked.ToLookup(f => centre.ContentHmac(Convert.FromHexString(f)));
            var some = marks.Select(m => m.Key).ToArray();
            var found = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == id && some.Contains(f.ContentHmac)).Select(f => f.ContentHmac).ToArrayAsync(cancellation);
            known.AddRange(found.SelectMany(m => marks[m]));
        }

        return new Response(known, await db.Set<IncomingFile>().CountAsync(f => f.BatchId == id, cancellation));
    }
}
