using System.Security.Claims;

namespace Pirogov.Platform.Access;

/// <summary>What the interface shows of the person who is signed in.</summary>
public static class SignedIn
{
    public static string FullName(this ClaimsPrincipal person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return person.FindFirstValue(Actor.FullNameClaim) is { Length: > 0 } name ? name : person.Identity?.Name ?? "";
    }

    public static IReadOnlyList<Role> RolesInOrder(this ClaimsPrincipal person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return [.. person.FindAll(ClaimTypes.Role).Select(c => Enum.Parse<Role>(c.Value)).Order()];
    }
}
