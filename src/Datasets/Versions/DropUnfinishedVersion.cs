using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Versions;

/// <summary>
/// Gives up a version that was never published: its number is free again. A job that still builds it finds its rows
/// gone and ends.
/// </summary>
[Needs(DatasetsRights.Freeze)]
internal sealed class DropUnfinishedVersion(PirogovDb db, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapDelete("/datasets/{slug}/versions/{number:int}",
        (DropUnfinishedVersion use, string slug, int number, CancellationToken cancellation) => use.Handle(slug, number, cancellation).ToHttp())
        .Needs(typeof(DropUnfinishedVersion)).WithSummary("Drops a version that was not published.");

    public async Task<Outcome<Done>> Handle(string slug, int number, CancellationToken cancellation)
    {
        var version = await (from v in db.Set<DatasetVersion>()
                             join d in db.Set<Dataset>() on v.DatasetId equals d.Id
                             where d.Slug == slug && v.Number == number
                             select v).SingleOrDefaultAsync(cancellation);
        if (version is null)
            return new NotFound("dataset-version");
        if (version.MayDrop() is { } refusal)
            return refusal;
        db.Remove(version);
        if (!await db.Set<DatasetVersion>().AnyAsync(v => v.DatasetId == version.DatasetId && v.Id != version.Id, cancellation))
            db.Remove(await db.Set<Dataset>().SingleAsync(d => d.Id == version.DatasetId, cancellation));
        audit.Note("datasets.version-dropped", "dataset-version", version.Id, new { slug, number });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
