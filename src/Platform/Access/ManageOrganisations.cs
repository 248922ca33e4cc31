using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Access;

public sealed record OrganisationExists(string Name) : Refusal("platform.organisation-exists", 409);

/// <summary>Hospitals, institutes, companies and authorities: listed, added, renamed.</summary>
[Needs(PlatformRights.ManageAccounts)]
public sealed class ManageOrganisations(PirogovDb db, AuditTrail audit)
{
    public sealed record Request(string Name);

    public sealed record View(OrganisationId Id, string Name, int Accounts);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/organisations", (ManageOrganisations use, string? text, int? page, int? size, CancellationToken cancellation) =>
            use.List(text, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(ManageOrganisations)).WithName("listOrganisations").WithSummary("Organisations by name.");
        api.MapPost("/organisations", (ManageOrganisations use, Request request, CancellationToken cancellation) =>
            use.Add(request, cancellation).ToCreated(o => $"/api/v1/organisations/{o.Id}"))
            .Needs(typeof(ManageOrganisations)).WithName("createOrganisation").WithSummary("Adds an organisation.");
        api.MapPut("/organisations/{id}", (ManageOrganisations use, OrganisationId id, Request request, CancellationToken cancellation) =>
            use.Rename(id, request, cancellation).ToHttp())
            .Needs(typeof(ManageOrganisations)).WithName("renameOrganisation").WithSummary("Renames an organisation.");
    }

    public async Task<Page<View>> List(string? text, int page, int size, CancellationToken cancellation)
    {
        var word = (text ?? "").Trim().ToUpperInvariant();
        return await db.Set<Organisation>().AsNoTracking().Where(o => word == "" || o.NormalizedName.Contains(word)).OrderBy(o => o.NormalizedName)
            .Select(o => new View(o.Id, o.Name, db.Users.Count(a => a.OrganisationId == o.Id))).ToPage(page, size, cancellation);
    }

    public async Task<Outcome<View>> Add(Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Organisation.Check(request.Name) is { } refusal)
            return refusal;
        var organisation = new Organisation(request.Name);
        db.Add(organisation);
        audit.Note("platform.organisation-added", "organisation", organisation.Id);
        return await Save(cancellation) ? new View(organisation.Id, organisation.Name, 0) : new OrganisationExists(organisation.Name);
    }

    public async Task<Outcome<Done>> Rename(OrganisationId id, Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Organisation.Check(request.Name) is { } refusal)
            return refusal;
        if (await db.Set<Organisation>().SingleOrDefaultAsync(o => o.Id == id, cancellation) is not { } organisation)
            return new NotFound("organisation");
        organisation.Rename(request.Name);
        audit.Note("platform.organisation-renamed", "organisation", id);
        return await Save(cancellation) ? Done.Value : new OrganisationExists(organisation.Name);
    }

    private async Task<bool> Save(CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
            return true;
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return false;
        }
    }
}
