using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Cases;

internal sealed class StoredCases(PirogovDb db, ObjectStore store) : ICases
{
    public async Task<CaseSummary?> Find(CaseId id, CancellationToken cancellation) =>
        await WithSeries().SingleOrDefaultAsync(c => c.Id == id, cancellation) is { } found ? Summarise(found) : null;

    public async Task<IReadOnlyList<CaseSummary>> Find(IReadOnlyCollection<CaseId> ids, CancellationToken cancellation)
    {
        var found = new List<CaseSummary>();
        // Engines bound the number of parameters.
        foreach (var some in ids.Distinct().Chunk(500))
            found.AddRange((await WithSeries().Where(c => some.Contains(c.Id)).ToArrayAsync(cancellation)).Select(Summarise));
        return [.. found.OrderBy(c => c.Label, StringComparer.Ordinal)];
    }

    public async Task<Page<CaseSummary>> Search(CaseQuery query, int page, int size, CancellationToken cancellation)
    {
        var found = await new CaseFilter(query).Of(WithSeries()).OrderBy(c => c.Label).ToPage(page, size, cancellation);
        return new([.. found.Items.Select(Summarise)], found.Number, found.Size, found.Total);
    }

    public async Task<IReadOnlyList<CaseFile>> Files(CaseId id, CancellationToken cancellation)
    {
        var instances = await db.Set<Instance>().AsNoTracking().Where(i => i.CaseId == id).ToArrayAsync(cancellation);
        return [.. instances.OrderBy(i => i.SeriesInstanceUid, StringComparer.Ordinal).ThenBy(i => i.InstanceNumber)
            .ThenBy(i => i.SopInstanceUid, StringComparer.Ordinal).Select(i => new CaseFile(i.StudyInstanceUid, i.SeriesInstanceUid, i.SopInstanceUid,
                i.InstanceNumber, i.Frames, i.Rows, i.Columns, i.Md5, i.Sha256, i.Size))];
    }

    // The archive's doors take DICOM: no case of it holds a text.
    public Task<IReadOnlyList<CaseText>> Texts(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseText>>([]);

    public async Task<VolumeGeometry?> Geometry(CaseId id, string seriesInstanceUid, CancellationToken cancellation) =>
        await Headers(id, seriesInstanceUid, cancellation) is { Count: > 0 } headers ? VolumeGeometry.Assess(headers).Geometry : null;

    public async Task<IReadOnlyList<DicomDataset>> Headers(CaseId id, string seriesInstanceUid, CancellationToken cancellation)
    {
        var metadata = await db.Set<Case>().AsNoTracking().Where(c => c.Id == id).SelectMany(c => c.Series)
            .Where(s => s.SeriesInstanceUid == seriesInstanceUid).Select(s => s.MetadataMd5).FirstOrDefaultAsync(cancellation);
        return metadata is null ? [] : SeriesMetadata.Parse(await store.Read(metadata, cancellation));
    }

    public async Task<IReadOnlyDictionary<string, CaseId>> CasesOf(IReadOnlyCollection<string> sopInstanceUids, CancellationToken cancellation)
    {
        var found = new Dictionary<string, CaseId>();
        // Engines bound the number of parameters.
        foreach (var some in sopInstanceUids.Distinct().Chunk(500))
        {
            foreach (var one in await db.Set<Instance>().AsNoTracking().Where(i => some.Contains(i.ArchivedUid)).Select(i => new { i.ArchivedUid, i.CaseId }).ToArrayAsync(cancellation))
                found[one.ArchivedUid!] = one.CaseId!.Value;
        }

        return found;
    }

    public static CaseSummary Summarise(Case found) => new(found.Id, found.Label, found.DataKind, found.CentreId, found.BatchId, found.PatientPseudonym,
        found.ContentSha256, found.PatientSex, found.PatientAge, found.Title, found.ReceivedAt, [.. found.Series.OrderBy(s => s.Id).Select(Summarise)]);

    public static SeriesSummary Summarise(Series series) => new(series.StudyInstanceUid, series.SeriesInstanceUid, series.Modality, series.Description,
        series.InstanceCount, series.FrameOfReferenceUid, series.Rows, series.Columns);

    private IQueryable<Case> WithSeries() => db.Set<Case>().AsNoTracking().Include(c => c.Series);
}
