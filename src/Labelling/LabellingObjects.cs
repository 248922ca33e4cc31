using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Exchange;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling;

/// <summary>Documents and masks of every revision ever saved, what was sent beside them, what comparisons found, the releases made of all this, and what goes in and out.</summary>
internal sealed class LabellingObjects : IObjectReferences
{
    public IEnumerable<IQueryable<string>> In(PirogovDb db) =>
    [
        db.Set<ReadingRevision>().Select(r => r.DocumentMd5),
        db.Set<MaskBlob>().Select(m => m.Md5),
        db.Set<SideDraft>().Where(d => d.DocumentMd5 != "").Select(d => d.DocumentMd5),
        db.Set<PreLabel>().Select(p => p.DocumentMd5),
        db.Set<Comparison>().Select(c => c.DetailMd5),
        db.Set<Comparison>().Select(c => c.RegionsMd5),
        db.Set<Comparison>().Select(c => c.DraftMd5),
        db.Set<Consensus>().Select(c => c.DocumentMd5),
        db.Set<Consensus>().Where(c => c.ProvenanceMd5 != null).Select(c => c.ProvenanceMd5!),
        db.Set<GoldCase>().Select(g => g.DocumentMd5),
        db.Set<Release>().Select(r => r.ManifestMd5),
        db.Set<Release>().Select(r => r.ReportMd5),
        db.Set<Release>().Where(r => r.ChangesMd5 != null).Select(r => r.ChangesMd5!),
        db.Set<ReleasedCase>().Select(c => c.DocumentMd5),
        db.Set<SealedFile>().Select(f => f.Md5),
        db.Set<LabelImport>().Where(i => i.UploadMd5 != null).Select(i => i.UploadMd5!),
        db.Set<LabelImport>().Where(i => i.TakenMd5 != null).Select(i => i.TakenMd5!),
        db.Set<LabelImport>().Where(i => i.LeftMd5 != null).Select(i => i.LeftMd5!),
        db.Set<LabelExport>().Where(e => e.Md5 != null).Select(e => e.Md5!),
    ];
}
