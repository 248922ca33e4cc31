using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Review;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Cases;

/// <summary>Instances, what was made of them for lists and viewers, and what waits sealed for a reviewer.</summary>
internal sealed class ArchiveObjects : IObjectReferences
{
    public IEnumerable<IQueryable<string>> In(PirogovDb db) =>
    [
        db.Set<Instance>().Select(i => i.Md5),
        db.Set<Series>().Select(s => s.MetadataMd5),
        db.Set<QuarantinedFile>().Select(f => f.Md5),
        db.Set<Series>().Where(s => s.ThumbnailMd5 != null).Select(s => s.ThumbnailMd5!),
    ];
}
