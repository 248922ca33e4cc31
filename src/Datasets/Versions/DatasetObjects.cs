using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Versions;

/// <summary>Files of every version, its listings as DVC reads them, its manifest.</summary>
internal sealed class DatasetObjects : IObjectReferences
{
    public IEnumerable<IQueryable<string>> In(PirogovDb db) =>
    [
        db.Set<DatasetFile>().Select(f => f.Md5),
        db.Set<DatasetCase>().Where(c => c.LabelMd5 != null).Select(c => c.LabelMd5!),
        db.Set<DatasetVersion>().Select(v => v.ManifestMd5),
        db.Set<DatasetVersion>().Select(v => v.Train.Md5),
        db.Set<DatasetVersion>().Select(v => v.Test.Md5),
    ];
}
