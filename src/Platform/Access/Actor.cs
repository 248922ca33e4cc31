using System.Security.Claims;

namespace Pirogov.Platform.Access;

/// <summary>Who is doing something now, in which roles and from where.</summary>
public sealed record Actor(Guid AccountId, string Name, OrganisationId? OrganisationId, IReadOnlySet<Role> Roles, string Origin)
{
    /// <summary>The platform itself, in jobs and in event handlers.</summary>
    public static readonly Actor System = new(Guid.Empty, "system", null, new HashSet<Role>(), "internal");

    public bool Is(Role role) => Roles.Contains(role);

    public bool IsAny(params ReadOnlySpan<Role> roles)
    {
        foreach (var role in roles)
        {
            if (Roles.Contains(role))
                return true;
        }

        return false;
    }

    internal const string OrganisationClaim = "pirogov:organisation";
    internal const string FullNameClaim = "pirogov:name";
    internal const string ScopeClaim = "pirogov:scope";
    internal const string CultureClaim = "pirogov:culture";

    public static Actor? From(ClaimsPrincipal principal, string origin)
    {
        ArgumentNullException.ThrowIfNull(principal);
        if (principal.Identity is not { IsAuthenticated: true } || !Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
            return null;
        var organisation = Guid.TryParse(principal.FindFirstValue(OrganisationClaim), out var o) ? new OrganisationId(o) : (OrganisationId?)null;
        var roles = principal.FindAll(ClaimTypes.Role).Select(c => Enum.Parse<Role>(c.Value)).ToHashSet();
        return new(id, principal.FindFirstValue(FullNameClaim) ?? "", organisation, roles, origin);
    }
}

/// <summary>The actor of this scope: set once, by the request, the page's circuit or the job that opened the scope.</summary>
public sealed class CurrentActor
{
    private Actor? actor;

    public bool IsKnown => actor is not null;

    public Actor Actor => actor ?? throw new InvalidOperationException("Nobody is signed in: the endpoint lacks its right.");

    public static implicit operator Actor(CurrentActor current)
    {
        ArgumentNullException.ThrowIfNull(current);
        return current.Actor;
    }

    public Actor ToActor() => Actor;

    public void Become(Actor who) => actor = who;
}
