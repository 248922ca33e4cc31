using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Documents;
using Pirogov.Datasets.Versions;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Catalogue;

/// <summary>The catalogue, and one dataset with its versions and passports. Unpublished versions are shown to those who freeze.</summary>
[Needs(DatasetsRights.See)]
internal sealed class SeeDatasets(PirogovDb db, ObjectStore store, DatasetAccess access, DatasetsOptions options)
{
    public sealed record Row(
        string Slug, Bilingual Name, Bilingual Description, string Licence, ClinicalTaskId? ClinicalTaskId, int? LatestVersion, DateTimeOffset? FrozenAt, int Cases, int Versions);

    public sealed record VersionRow(
        DatasetVersionId Id, int Number, VersionState State, DateTimeOffset FrozenAt, DateTimeOffset? PublishedAt, ReleaseId ReleaseId, JobId JobId,
        string ManifestSha256, string Commit, IReadOnlyDictionary<Split, int> Cases);

    public sealed record One(
        string Slug, Bilingual Name, Bilingual Description, Bilingual Terms, string Licence, ClinicalTaskId? ClinicalTaskId, bool MayPull, string PublicUrl,
        IReadOnlyList<VersionRow> Versions);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/datasets", (SeeDatasets use, string? text, int? page, int? size, CancellationToken cancellation) =>
            use.List(text, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeDatasets)).WithName("listDatasets").WithSummary("Lists the datasets.");
        api.MapGet("/datasets/{slug}", (SeeDatasets use, string slug, CancellationToken cancellation) => use.Find(slug, cancellation).ToHttp())
            .Needs(typeof(SeeDatasets)).WithName("getDataset").WithSummary("A dataset and its versions.");
        api.MapGet("/datasets/{slug}/versions/{number:int}", (SeeDatasets use, string slug, int number, CancellationToken cancellation) =>
            use.Version(slug, number, cancellation).ToHttp()).Needs(typeof(SeeDatasets)).WithName("getDatasetVersion").WithSummary("One version of a dataset.");
        api.MapGet("/datasets/{slug}/versions/{number:int}/passport", (SeeDatasets use, string slug, int number, CancellationToken cancellation) =>
            use.Passport(slug, number, cancellation).ToHttp()).Needs(typeof(SeeDatasets)).WithName("getDatasetPassport").WithSummary("The passport of a version.");
    }

    public async Task<Page<Row>> List(string? text, int page, int size, CancellationToken cancellation)
    {
        var (seesUnfinished, wanted) = (access.IsStaff, text?.Trim().ToUpperInvariant() ?? "");
        var published = db.Set<DatasetVersion>().Where(v => v.State == VersionState.Published);
        var found = await db.Set<Dataset>().AsNoTracking()
            .Where(d => (seesUnfinished || published.Any(v => v.DatasetId == d.Id)) && (wanted == "" || d.SearchText.Contains(wanted)))
            .OrderByDescending(d => d.CreatedAt).ThenBy(d => d.Slug).ToPage(page, size, cancellation);
        var ids = found.Items.Select(d => d.Id).ToArray();
        var versions = await published.AsNoTracking().Where(v => ids.Contains(v.DatasetId))
            .Select(v => new { v.DatasetId, v.Number, v.FrozenAt, Cases = db.Set<DatasetCase>().Count(c => c.VersionId == v.Id) }).ToArrayAsync(cancellation);
        return new([.. found.Items.Select(d =>
        {
            var own = versions.Where(v => v.DatasetId == d.Id).OrderBy(v => v.Number).ToArray();
            return new Row(d.Slug, d.Name, d.Description, d.Licence, d.ClinicalTaskId, own.LastOrDefault()?.Number, own.LastOrDefault()?.FrozenAt, own.LastOrDefault()?.Cases ?? 0, own.Length);
        })], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<One>> Find(string slug, CancellationToken cancellation)
    {
        if (await db.Set<Dataset>().AsNoTracking().SingleOrDefaultAsync(d => d.Slug == slug, cancellation) is not { } dataset)
            return new NotFound("dataset");
        var rows = await Rows(dataset.Id, cancellation);
        if (rows.Count == 0)
            return new NotFound("dataset");
        return new One(dataset.Slug, dataset.Name, dataset.Description, dataset.Terms, dataset.Licence, dataset.ClinicalTaskId,
            await access.MayPull(dataset.Id, cancellation), options.PublicUrl, rows);
    }

    public async Task<Outcome<VersionRow>> Version(string slug, int number, CancellationToken cancellation)
    {
        var outcome = await Find(slug, cancellation);
        if (outcome.IsRefused(out var refusal))
            return refusal;
        return outcome.Value.Versions.FirstOrDefault(v => v.Number == number) is { } version ? version : new NotFound("dataset-version");
    }

    public async Task<Outcome<Passport>> Passport(string slug, int number, CancellationToken cancellation)
    {
        var md5 = await (from f in db.Set<DatasetFile>()
                         join v in db.Set<DatasetVersion>() on f.VersionId equals v.Id
                         join d in db.Set<Dataset>() on v.DatasetId equals d.Id
                         where d.Slug == slug && v.Number == number && v.State == VersionState.Published && f.Path == "passport.json"
                         select f.Md5).SingleOrDefaultAsync(cancellation);
        return md5 is null ? new NotFound("dataset-version") : Documents.Passport.FromJson(await store.Read(md5, cancellation));
    }

    private async Task<IReadOnlyList<VersionRow>> Rows(DatasetId dataset, CancellationToken cancellation)
    {
        var seesUnfinished = access.IsStaff;
        var versions = await db.Set<DatasetVersion>().AsNoTracking()
            .Where(v => v.DatasetId == dataset && (seesUnfinished || v.State == VersionState.Published)).OrderByDescending(v => v.Number).ToArrayAsync(cancellation);
        var ids = versions.Select(v => v.Id).ToArray();
        var counts = await db.Set<DatasetCase>().Where(c => ids.Contains(c.VersionId)).GroupBy(c => new { c.VersionId, c.Split })
            .Select(g => new { g.Key.VersionId, g.Key.Split, Cases = g.Count() }).ToArrayAsync(cancellation);
        return [.. versions.Select(v => new VersionRow(v.Id, v.Number, v.State, v.FrozenAt, v.PublishedAt, v.ReleaseId, v.JobId, v.ManifestSha256, v.Commit,
            counts.Where(c => c.VersionId == v.Id).ToDictionary(c => c.Split, c => c.Cases)))];
    }
}
