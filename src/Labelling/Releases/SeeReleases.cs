using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Releases;

internal sealed record ReleaseListRow(ReleaseId Id, string ProjectName, int Number, DateTimeOffset ReleasedAt, int Cases, string Sha256);

internal sealed record ReleasedCaseRow(CaseId CaseId, string Label, string DocumentSha256, int Masks, int Objects);

internal sealed record ReleasedRelation(string Id, Bilingual Name);

/// <param name="Masks">Of all cases.</param>
/// <param name="Relations">Types of the release's version of the schema.</param>
internal sealed record ReleasePage(
    ReleaseSummary Release, ProjectId ProjectId, DataKind DataKind, int Masks, int Objects, IReadOnlyList<ReleasedRelation> Relations, ReliabilityReport Report, ChangeTotals? Changes);

/// <summary>The change list without its cases, which page.</summary>
internal sealed record ChangeTotals(
    int Since, string SinceSha256, IReadOnlyList<string> ScopeAdded, IReadOnlyList<string> ScopeRemoved, int Added, int Removed, int Changed, int Unchanged, IReadOnlyList<ItemChanges> Items);

/// <summary>Released labels, for those who build datasets from them.</summary>
[Needs(LabellingRights.SeeReleases)]
internal sealed class SeeReleases(PirogovDb db, IReleases releases, Documents documents, ObjectStore store, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-releases", (SeeReleases use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeReleases)).WithName("listLabellingReleases").WithSummary("Releases, the newest first.");
        api.MapGet("/labelling-releases/{id}", (SeeReleases use, ReleaseId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeReleases)).WithName("getLabellingRelease").WithSummary("A release: classes, agreement, reliability report, what changed, hashes.");
        api.MapGet("/labelling-releases/{id}/cases", (SeeReleases use, ReleaseId id, int? page, int? size, CancellationToken cancellation) =>
            use.Cases(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeReleases)).WithName("listReleasedCases").WithSummary("The cases of a release.");
        api.MapGet("/labelling-releases/{id}/changes", (SeeReleases use, ReleaseId id, int? page, int? size, CancellationToken cancellation) =>
            use.Changes(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeReleases)).WithName("listReleaseChanges").WithSummary("What changed since the earlier release, case by case and class by class.");
        api.MapGet("/labelling-releases/{id}/cases/{caseId}", (SeeReleases use, ReleaseId id, CaseId caseId, CancellationToken cancellation) =>
            use.Labels(id, caseId, cancellation).ToHttp())
            .Needs(typeof(SeeReleases)).WithName("getReleasedCase").WithSummary("The released labels of one case, masks with their runs.");
    }

    public async Task<Page<ReleaseListRow>> List(int page, int size, CancellationToken cancellation) => await (
        from r in db.Set<Release>().AsNoTracking()
        join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
        orderby r.ReleasedAt descending
        select new ReleaseListRow(r.Id, p.Name, r.Number, r.ReleasedAt, r.Cases.Count, r.Sha256)).ToPage(page, size, cancellation);

    public async Task<Outcome<ReleasePage>> One(ReleaseId id, CancellationToken cancellation)
    {
        if (await releases.Find(id, cancellation) is not { } summary)
            return new NotFound("labelling-release");
        var release = await db.Set<Release>().AsNoTracking().SingleAsync(r => r.Id == id, cancellation);
        var report = await Read<ReliabilityReport>(release.ReportMd5, cancellation);
        var changes = release.ChangesMd5 is { } md5 ? await Read<ChangeList>(md5, cancellation) : null;
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == release.SchemaVersionId), cancellation);
        var relations = schema.Versions.Single(v => v.Id == release.SchemaVersionId).Content.Relations ?? [];
        return new ReleasePage(summary, release.ProjectId, schema.DataKind, release.Cases.Sum(c => c.Masks), release.Cases.Sum(c => c.Objects),
            [.. relations.Select(r => new ReleasedRelation(r.Id, r.Name))], report, changes is null ? null
            : new(changes.Since, changes.SinceSha256, changes.ScopeAdded, changes.ScopeRemoved, changes.Added, changes.Removed, changes.Changed, changes.Unchanged, changes.Items));
    }

    public async Task<Outcome<Page<ReleasedCaseRow>>> Cases(ReleaseId id, int page, int size, CancellationToken cancellation)
    {
        if (!await db.Set<Release>().AnyAsync(r => r.Id == id, cancellation))
            return new NotFound("labelling-release");
        return await (from c in db.Set<ReleasedCase>().AsNoTracking()
                      join p in db.Set<ProjectCase>() on c.ProjectCaseId equals p.Id
                      where c.ReleaseId == id
                      orderby p.Label, p.Id
                      select new ReleasedCaseRow(c.CaseId, p.Label, c.DocumentSha256, c.Masks, c.Objects)).ToPage(page, size, cancellation);
    }

    /// <summary>Of a project's first release nothing has changed.</summary>
    public async Task<Outcome<Page<CaseChange>>> Changes(ReleaseId id, int page, int size, CancellationToken cancellation)
    {
        if (await db.Set<Release>().Where(r => r.Id == id).Select(r => new { r.ChangesMd5 }).SingleOrDefaultAsync(cancellation) is not { } release)
            return new NotFound("labelling-release");
        return Page.Of(release.ChangesMd5 is { } md5 ? (await Read<ChangeList>(md5, cancellation)).Cases : [], page, size);
    }

    public async Task<Outcome<LabelDocument>> Labels(ReleaseId id, CaseId caseId, CancellationToken cancellation)
    {
        if (await releases.Labels(id, caseId, cancellation) is not { } labels)
            return new NotFound("labelling-release");
        audit.Note("labelling.released-labels-read", "labelling-release", id, new { Case = caseId });
        await db.SaveChangesAsync(cancellation);
        return await documents.WithRuns(await documents.Load(labels.DocumentMd5, cancellation), cancellation);
    }

    private async Task<T> Read<T>(string md5, CancellationToken cancellation) => JsonSerializer.Deserialize<T>(await store.Read(md5, cancellation), PlatformJson.Options)!;
}
