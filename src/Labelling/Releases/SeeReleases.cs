using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Releases;

internal sealed record ReleaseListRow(ReleaseId Id, string ProjectName, int Number, DateTimeOffset ReleasedAt, int Cases, string Sha256);

internal sealed record ReleasedCaseRow(CaseId CaseId, string Label, string DocumentSha256, int Masks, int Objects);

internal sealed record ReleasePage(ReleaseSummary Release, ProjectId ProjectId, IReadOnlyList<ReleasedCaseRow> Cases);

/// <summary>Released labels, for those who build datasets from them.</summary>
[Needs(LabellingRights.SeeReleases)]
internal sealed class SeeReleases(PirogovDb db, IReleases releases, Documents documents, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-releases", (SeeReleases use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeReleases)).WithName("listLabellingReleases").WithSummary("Releases, the newest first.");
        api.MapGet("/labelling-releases/{id}", (SeeReleases use, ReleaseId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeReleases)).WithName("getLabellingRelease").WithSummary("A release: classes, agreement, cases and hashes.");
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
        var ids = release.Cases.Select(c => c.ProjectCaseId).ToArray();
        var labels = await db.Set<ProjectCase>().Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Label, cancellation);
        var rows = new List<ReleasedCaseRow>();
        foreach (var one in release.Cases)
        {
            var document = await documents.Load(one.DocumentMd5, cancellation);
            rows.Add(new(one.CaseId, labels[one.ProjectCaseId], one.DocumentSha256, document.Masks.Count, document.Objects.Count));
        }

        return new ReleasePage(summary, release.ProjectId, [.. rows.OrderBy(r => r.Label, StringComparer.Ordinal)]);
    }

    public async Task<Outcome<LabelDocument>> Labels(ReleaseId id, CaseId caseId, CancellationToken cancellation)
    {
        if (await releases.Labels(id, caseId, cancellation) is not { } labels)
            return new NotFound("labelling-release");
        audit.Note("labelling.released-labels-read", "labelling-release", id, new { Case = caseId });
        await db.SaveChangesAsync(cancellation);
        return await documents.WithRuns(await documents.Load(labels.DocumentMd5, cancellation), cancellation);
    }
}
