using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Database;
using Pirogov.Platform.Strings;

namespace Pirogov.Datasets.Catalogue;

/// <summary>What the rooms below see of this one.</summary>
internal sealed class PublishedDatasets(PirogovDb db, TimeProvider time) : IDatasets
{
    public async Task<IReadOnlyList<DatasetVersionSummary>> Published(CancellationToken cancellation) =>
        await Summaries(Visible().OrderByDescending(v => v.FrozenAt), cancellation);

    public async Task<DatasetVersionSummary?> Find(DatasetVersionId id, CancellationToken cancellation) =>
        (await Summaries(Visible().Where(v => v.Id == id), cancellation)).SingleOrDefault();

    public async Task<IReadOnlyList<CaseTruth>> Truth(DatasetVersionId id, CancellationToken cancellation)
    {
        if (!await Visible().AnyAsync(v => v.Id == id, cancellation))
            return [];
        var cases = await db.Set<DatasetCase>().AsNoTracking().Where(c => c.VersionId == id).OrderBy(c => c.Name).ToArrayAsync(cancellation);
        return [.. cases.Select(c => new CaseTruth(c.CaseId, c.Name, c.PatientPseudonym, c.Split, c.LabelMd5, c.ReadAnswers()))];
    }

    public async Task Admit(DatasetVersionId id, Guid accountId, CancellationToken cancellation)
    {
        var dataset = await Visible().Where(v => v.Id == id).Select(v => (DatasetId?)v.DatasetId).SingleOrDefaultAsync(cancellation)
            ?? throw new ArgumentException("No such published version.", nameof(id));
        if (await db.Set<DatasetAdmission>().AnyAsync(a => a.DatasetId == dataset && a.AccountId == accountId, cancellation))
            return;
        var admission = new DatasetAdmission(dataset, accountId, time.Now());
        db.Add(admission);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // Two teams of one person at the same moment: the other call has let them in.
            db.Entry(admission).State = EntityState.Detached;
            if (!await db.Set<DatasetAdmission>().AnyAsync(a => a.DatasetId == dataset && a.AccountId == accountId, cancellation))
                throw;
        }
    }

    private IQueryable<DatasetVersion> Visible() => db.Set<DatasetVersion>().AsNoTracking().Where(v => v.State == VersionState.Published);

    private async Task<IReadOnlyList<DatasetVersionSummary>> Summaries(IQueryable<DatasetVersion> query, CancellationToken cancellation)
    {
        var versions = await query.ToArrayAsync(cancellation);
        var (ids, datasetIds) = (versions.Select(v => v.Id).ToArray(), versions.Select(v => v.DatasetId).Distinct().ToArray());
        var datasets = await db.Set<Dataset>().AsNoTracking().Where(d => datasetIds.Contains(d.Id)).ToDictionaryAsync(d => d.Id, cancellation);
        var counts = await db.Set<DatasetCase>().Where(c => ids.Contains(c.VersionId)).GroupBy(c => new { c.VersionId, c.Split })
            .Select(g => new { g.Key.VersionId, g.Key.Split, Cases = g.Count() }).ToArrayAsync(cancellation);
        return [.. versions.Select(v =>
        {
            var (dataset, targets) = (datasets[v.DatasetId], VersionTargets.Of(v));
            return new DatasetVersionSummary(v.Id, dataset.Slug, dataset.Name.In(Localizer.Culture), v.Number, v.FrozenAt, dataset.ClinicalTaskId, v.ManifestSha256,
                counts.Where(c => c.VersionId == v.Id).ToDictionary(c => c.Split, c => c.Cases), [.. targets.Classes.Select(c => c.Id)],
                [.. targets.Questions.Select(q => new TargetQuestion(q.Id, q.Type, [.. q.Options.Select(o => o.Id)]))]);
        })];
    }
}
