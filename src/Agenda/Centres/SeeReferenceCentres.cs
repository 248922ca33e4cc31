using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Agenda.Centres;

/// <summary>Centres by code, and one in full.</summary>
[Needs(AgendaRights.SeeCentres)]
internal sealed class SeeReferenceCentres(PirogovDb db)
{
    public sealed record View(
        ReferenceCentreId Id, int Revision, string Code, string Name, OrganisationId? OrganisationId, string? Organisation,
        IReadOnlyList<CentreReadiness> Readiness);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/centres", (SeeReferenceCentres use, EnumWord<DataKind>? dataKind, int? page, int? size, CancellationToken cancellation) =>
                use.List(dataKind?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeReferenceCentres)).WithName("listReferenceCentres").WithSummary("Reference centres by code");
        api.MapGet("/centres/{id}", (SeeReferenceCentres use, ReferenceCentreId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeReferenceCentres)).WithName("getReferenceCentre").WithSummary("One reference centre");
    }

    /// <param name="dataKind">Only centres that say something of this kind.</param>
    public async Task<Page<View>> List(DataKind? dataKind, int page, int size, CancellationToken cancellation)
    {
        var centres = db.Set<ReferenceCentre>().AsNoTracking();
        if (dataKind is not null)
            centres = centres.Where(c => c.Readiness.Any(r => r.DataKind == dataKind));
        var found = await centres.OrderBy(c => c.Code).ToPage(page, size, cancellation);
        var names = await OrganisationNames(found.Items, cancellation);
        return new([.. found.Items.Select(c => ToView(c, names))], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<View>> One(ReferenceCentreId id, CancellationToken cancellation)
    {
        if (await db.Set<ReferenceCentre>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } centre)
            return new NotFound("reference-centre");
        return ToView(centre, await OrganisationNames([centre], cancellation));
    }

    public async Task<IReadOnlyList<Organisation>> Organisations(CancellationToken cancellation) =>
        await db.Set<Organisation>().AsNoTracking().OrderBy(o => o.Name).ToArrayAsync(cancellation);

    private async Task<Dictionary<OrganisationId, string>> OrganisationNames(IEnumerable<ReferenceCentre> centres, CancellationToken cancellation)
    {
        var ids = centres.Where(c => c.OrganisationId is not null).Select(c => c.OrganisationId!.Value).Distinct().ToArray();
        return await db.Set<Organisation>().AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => o.Name, cancellation);
    }

    private static View ToView(ReferenceCentre c, Dictionary<OrganisationId, string> names) => new(c.Id, c.Revision, c.Code, c.Name, c.OrganisationId,
        c.OrganisationId is { } o ? names.GetValueOrDefault(o) : null, [.. c.Readiness.OrderBy(r => r.DataKind)]);
}
