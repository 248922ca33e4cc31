using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;

namespace Pirogov.Datasets.Versions;

/// <summary>The labelling releases that can be frozen, newest first.</summary>
[Needs(DatasetsRights.Freeze)]
internal sealed class SeeReleases(IReleases releases, IAgenda agenda)
{
    public sealed record Row(ReleaseId Id, string ProjectName, int Number, DateTimeOffset ReleasedAt, ClinicalTaskId? ClinicalTaskId, int Cases, IReadOnlyList<ReleasedClass> Classes);

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/datasets/releases",
        (SeeReleases use, CancellationToken cancellation) => use.List(cancellation))
        .Needs(typeof(SeeReleases)).WithName("listReleasesToFreeze").WithSummary("Lists the labelling releases that can be frozen.");

    public async Task<IReadOnlyList<Row>> List(CancellationToken cancellation) =>
        [.. (await releases.All(cancellation)).OrderByDescending(r => r.ReleasedAt)
            .Select(r => new Row(r.Id, r.ProjectName, r.Number, r.ReleasedAt, r.ClinicalTaskId, r.Cases.Count, r.Classes))];

    public Task<IReadOnlyList<ClinicalTaskSummary>> Tasks(CancellationToken cancellation) => agenda.Tasks(cancellation);
}
