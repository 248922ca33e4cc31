using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Catalogue;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Dvc;

/// <summary>
/// The read side of a DVC HTTP remote. An address is served only when a published version of this very dataset lists
/// it: the store below is one for everything, hidden labels included.
/// </summary>
[Needs(DatasetsRights.Pull)]
internal sealed class PullObject(PirogovDb db, ObjectStore store, DatasetAccess access, PullJournal journal, AuditTrail audit, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder routes) => routes.MapMethods(
        "/dvc/{slug}/files/md5/{head:length(2)}/{rest:minlength(30):maxlength(34)}", ["GET", "HEAD"],
        (PullObject use, string slug, string head, string rest, CancellationToken cancellation) => use.Handle(slug, head + rest, cancellation))
        .Needs(typeof(PullObject)).ExcludeFromDescription();

    public async Task<IResult> Handle(string slug, string md5, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(md5);
        if (await access.FindPullable(slug, cancellation) is not { } dataset)
            return new NotFound("dataset").ToHttp();
        var published = db.Set<DatasetVersion>().AsNoTracking().Where(v => v.DatasetId == dataset.Id && v.State == VersionState.Published);
        var listed = md5.EndsWith(".dir", StringComparison.Ordinal)
            ? await published.Where(v => v.Train.Md5 == md5 || v.Test.Md5 == md5).Select(v => new { v.Id, Path = "listing" }).FirstOrDefaultAsync(cancellation)
            : await (from f in db.Set<DatasetFile>().AsNoTracking()
                     join v in published on f.VersionId equals v.Id
                     where f.Md5 == md5 && f.Audience == Audience.Data
                     select new { v.Id, f.Path }).FirstOrDefaultAsync(cancellation);
        if (listed is null)
            return new NotFound("object").ToHttp();
        await journal.Note(audit, db, actor.Actor.AccountId, listed.Id, listed.Path, cancellation);
        return await DownloadFile.Give(store, md5, "application/octet-stream", null, cancellation);
    }
}
