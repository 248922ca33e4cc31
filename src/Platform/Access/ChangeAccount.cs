using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Access;

/// <summary>Administrators neither disable themselves nor give up their own role: somebody must keep the keys.</summary>
public sealed record KeepsTheKeys() : Refusal("platform.keeps-the-keys", 409);

/// <summary>Another person's name, organisation and roles, and whether the account is open at all.</summary>
[Needs(PlatformRights.ManageAccounts)]
public sealed class ChangeAccount(PirogovDb db, CurrentActor actor, AuditTrail audit)
{
    public sealed record Request(string FullName, OrganisationId? OrganisationId, IReadOnlyList<Role> Roles, bool IsDisabled);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/accounts/{id:guid}", (ChangeAccount use, Guid id, Request request, CancellationToken cancellation) =>
        use.Handle(id, request, cancellation).ToHttp()).Needs(typeof(ChangeAccount)).WithSummary("Changes name, organisation, roles; disables or enables.");

    public async Task<Outcome<Done>> Handle(Guid id, Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await db.Users.SingleOrDefaultAsync(a => a.Id == id, cancellation) is not { } account)
            return new NotFound("account");
        var roles = request.Roles ?? [];
        if (id == actor.Actor.AccountId && (request.IsDisabled || !roles.Contains(Role.Administrator)))
            return new KeepsTheKeys();
        if (account.Present(request.FullName) is { } refusal)
            return refusal;
        if (request.OrganisationId is { } organisation && !await db.Set<Organisation>().AnyAsync(o => o.Id == organisation, cancellation))
            return new UnknownOrganisation();
        account.OrganisationId = request.OrganisationId;
        account.IsDisabled = request.IsDisabled;
        account.HoldRoles(roles);
        audit.Note(request.IsDisabled ? "platform.account-disabled" : "platform.account-changed", "account", id, new { roles });
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }
}
