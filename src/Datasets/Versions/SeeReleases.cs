using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Datasets.Versions;

/// <summary>The labelling releases that can be frozen, newest first.</summary>
[Needs(DatasetsRights.Freeze)]
internal sealed class SeeReleases(IReleases releases, IAgenda agenda)
{
    public sealed record Row(ReleaseId Id, string ProjectName, int Number, DateTimeOffset ReleasedAt, ClinicalTaskId? ClinicalTaskId, int Cases, IReadOnlyList<ReleasedClass> Classes);

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/datasets/releases",
        (SeeReleases use, int? page, int? size, CancellationToken cancellation) => use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
        .Needs(typeof(SeeReleases)).WithName("listReleasesToFreeze").WithSummary("Lists the labelling releases that can be frozen.");

    public async Task<Page<Row>> List(int page, int size, CancellationToken cancellation) => (await releases.List(page, size, cancellation))
        .Of(r => new Row(r.Id, r.ProjectName, r.Number, r.ReleasedAt, r.ClinicalTaskId, r.Cases, r.Classes));

    /// <summary>One that a link leads to, which may be older than those that are listed.</summary>
    public async Task<Row?> Find(ReleaseId id, CancellationToken cancellation) =>
        await releases.Find(id, cancellation) is { } r ? new(r.Id, r.ProjectName, r.Number, r.ReleasedAt, r.ClinicalTaskId, r.Cases.Count, r.Classes) : null;

    public Task<IReadOnlyList<ClinicalTaskSummary>> Tasks(CancellationToken cancellation) => agenda.Tasks(cancellation);
}
