using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Agenda.Centres;

[Needs(AgendaRights.EditCentres)]
internal sealed class CreateReferenceCentre(PirogovDb db, AuditTrail audit)
{
    public sealed record Request(string Code, string Name, OrganisationId? OrganisationId, IReadOnlyList<CentreReadiness>? Readiness);

    public sealed record Response(ReferenceCentreId Id, string Code);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/centres",
            (CreateReferenceCentre use, Request request, CancellationToken cancellation) =>
                use.Handle(request, cancellation).ToCreated(r => $"/api/v1/centres/{r.Id}"))
        .Needs(typeof(CreateReferenceCentre)).WithSummary("Enter a reference centre");

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        var made = ReferenceCentre.Create(request.Code, request.Name, request.OrganisationId, request.Readiness ?? []);
        if (made.IsRefused(out var refusal))
            return refusal;
        var centre = made.Value;
        if (centre.OrganisationId is { } organisation && !await db.Set<Organisation>().AnyAsync(o => o.Id == organisation, cancellation))
            return new NotFound("organisation");
        if (await db.Set<ReferenceCentre>().AnyAsync(c => c.Code == centre.Code, cancellation))
            return new CentreCodeTaken(centre.Code);
        db.Add(centre);
        audit.Note("agenda.centre-created", "reference-centre", centre.Id, new { centre.Code });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            // The unique index decided between two that came at once.
            return new CentreCodeTaken(centre.Code);
        }

        return new Response(centre.Id, centre.Code);
    }
}
