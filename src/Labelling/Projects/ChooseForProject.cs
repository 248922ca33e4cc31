using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Projects;

internal sealed record Expert(Guid AccountId, string Name, string? Organisation);

internal sealed record ProjectChoices(
    IReadOnlyList<Expert> Experts, IReadOnlyList<SchemaView> Schemas, IReadOnlyList<ClinicalTaskSummary> Tasks, IReadOnlyList<ReferenceCentreSummary> Centres);

/// <summary>What a manager chooses from when planning a project.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ChooseForProject(PirogovDb db, ICases cases, IAgenda agenda)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-experts", (ChooseForProject use, CancellationToken cancellation) =>
        use.Experts(cancellation)).Needs(typeof(ChooseForProject)).WithName("listLabellingExperts").WithSummary("Experts who can read, adjudicate or validate.");

    public async Task<IReadOnlyList<Expert>> Experts(CancellationToken cancellation)
    {
        var found = await (
            from a in db.Set<Account>().AsNoTracking()
            from o in db.Set<Organisation>().Where(o => o.Id == a.OrganisationId).DefaultIfEmpty()
            where !a.IsDisabled && a.Roles.Any(r => r.Role == Role.Expert)
            select new Expert(a.Id, a.FullName, o == null ? null : o.Name)).ToArrayAsync(cancellation);
        // Sorted here and not by the engine: SQLite orders Cyrillic by code points.
        return [.. found.OrderBy(e => e.Name, StringComparer.CurrentCulture)];
    }

    public async Task<ProjectChoices> All(CancellationToken cancellation)
    {
        var schemas = await db.Set<LabellingSchema>().AsNoTracking().OrderBy(s => s.NormalizedName).ToArrayAsync(cancellation);
        return new(await Experts(cancellation),
            [.. schemas.SelectMany(s => s.Versions.Where(v => v.PublishedAt is not null).OrderByDescending(v => v.Number).Select(v => SchemaView.Of(s, v)))],
            await agenda.Tasks(cancellation), await agenda.Centres(cancellation));
    }

    public Task<Page<CaseSummary>> Cases(CaseQuery query, int page, int size, CancellationToken cancellation) => cases.Search(query, page, size, cancellation);
}
