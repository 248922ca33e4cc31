using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Catalogue;

/// <summary>Pages through the public files of a version.</summary>
[Needs(DatasetsRights.Pull)]
internal sealed class ListFiles(PirogovDb db, DatasetAccess access)
{
    public sealed record Row(string Path, long Size, string Md5, string Sha256);

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/datasets/{slug}/versions/{number:int}/files",
        (ListFiles use, string slug, int number, string? under, int? page, int? size, CancellationToken cancellation) =>
            use.Handle(slug, number, under, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(ListFiles)).WithSummary("Lists the files of a version, optionally those whose path begins with 'under'.");

    public async Task<Outcome<Page<Row>>> Handle(string slug, int number, string? under, int page, int size, CancellationToken cancellation)
    {
        if (await access.FindPullable(slug, cancellation) is not { } dataset)
            return new NotFound("dataset");
        var version = await db.Set<DatasetVersion>().AsNoTracking()
            .SingleOrDefaultAsync(v => v.DatasetId == dataset.Id && v.Number == number && v.State == VersionState.Published, cancellation);
        if (version is null)
            return new NotFound("dataset-version");
        var prefix = under ?? "";
        return await db.Set<DatasetFile>().AsNoTracking()
            .Where(f => f.VersionId == version.Id && f.Audience != Audience.Hidden && f.Path.StartsWith(prefix))
            .OrderBy(f => f.Path).Select(f => new Row(f.Path, f.Size, f.Md5, f.Sha256)).ToPage(page, size, cancellation);
    }
}
