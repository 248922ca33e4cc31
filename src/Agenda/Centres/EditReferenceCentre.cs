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

/// <summary>Changes a centre's name, organisation and readiness; its code stays.</summary>
[Needs(AgendaRights.EditCentres)]
internal sealed class EditReferenceCentre(PirogovDb db, AuditTrail audit)
{
    /// <param name="Revision">As it was read.</param>
    public sealed record Request(int Revision, string Name, OrganisationId? OrganisationId, IReadOnlyList<CentreReadiness>? Readiness);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/centres/{id}",
            (EditReferenceCentre use, ReferenceCentreId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(EditReferenceCentre)).WithSummary("Change a reference centre");

    public async Task<Outcome<Done>> Handle(ReferenceCentreId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<ReferenceCentre>().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } centre)
            return new NotFound("reference-centre");
        if (centre.Revision != request.Revision)
            return new Conflict();
        if (request.OrganisationId is { } organisation && !await db.Set<Organisation>().AnyAsync(o => o.Id == organisation, cancellation))
            return new NotFound("organisation");
        if (centre.Describe(request.Name, request.OrganisationId, request.Readiness ?? []) is { } refusal)
            return refusal;
        audit.Note("agenda.centre-changed", "reference-centre", id, new { centre.Revision });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
