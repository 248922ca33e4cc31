using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Datasets.Catalogue;

/// <summary>Gives a file of a published version by its path: data and documents, never the hidden part.</summary>
[Needs(DatasetsRights.Pull)]
internal sealed class DownloadFile(PirogovDb db, ObjectStore store, DatasetAccess access, PullJournal journal, AuditTrail audit, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapMethods("/datasets/{slug}/versions/{number:int}/files/{**path}", ["GET", "HEAD"],
        (DownloadFile use, string slug, int number, string path, CancellationToken cancellation) => use.Handle(slug, number, path, cancellation))
        .Needs(typeof(DownloadFile)).WithSummary("Downloads a file of a version by its path; ranges are served.").WithMetadata(new GivesBytes("application/octet-stream"));

    public async Task<IResult> Handle(string slug, int number, string path, CancellationToken cancellation)
    {
        var file = await access.FindPullable(slug, cancellation) is not { } dataset
            ? null
            : await (from f in db.Set<DatasetFile>().AsNoTracking()
                     join v in db.Set<DatasetVersion>() on f.VersionId equals v.Id
                     where v.DatasetId == dataset.Id && v.Number == number && v.State == VersionState.Published && f.Path == path && f.Audience != Audience.Hidden
                     select f).SingleOrDefaultAsync(cancellation);
        if (file is null)
            return new NotFound("dataset-file").ToHttp();
        await journal.Note(audit, db, actor.Actor.AccountId, file.VersionId, file.Path, cancellation);
        return await Give(store, file.Md5, TypeOf(file.Path), Path.GetFileName(file.Path), cancellation);
    }

    internal static async Task<IResult> Give(ObjectStore store, string md5, string type, string? name, CancellationToken cancellation) =>
        Results.File(await store.OpenRead(md5, cancellation), type, name, entityTag: new EntityTagHeaderValue($"\"{md5}\""), enableRangeProcessing: true);

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".json" => "application/json",
        ".csv" => "text/csv; charset=utf-8",
        ".md" => "text/markdown; charset=utf-8",
        ".dcm" => "application/dicom",
        ".gz" => "application/gzip",
        _ => "application/octet-stream",
    };
}
