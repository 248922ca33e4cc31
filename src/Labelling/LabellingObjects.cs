using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling;

/// <summary>Documents and masks of every revision ever saved, and the releases made of them.</summary>
internal sealed class LabellingObjects : IObjectReferences
{
    public IEnumerable<IQueryable<string>> In(PirogovDb db) =>
    [
        db.Set<ReadingRevision>().Select(r => r.DocumentMd5),
        db.Set<MaskBlob>().Select(m => m.Md5),
        db.Set<Consensus>().Select(c => c.DocumentMd5),
        db.Set<Release>().Select(r => r.ManifestMd5),
        db.Set<ReleasedCase>().Select(c => c.DocumentMd5),
        db.Set<SealedFile>().Select(f => f.Md5),
    ];
}
