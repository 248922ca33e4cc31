using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Access;

/// <param name="LockedUntil">After too many failed attempts; null when the account is open.</param>
public sealed record AccountView(
    Guid Id, string Login, string? Email, string FullName, OrganisationId? OrganisationId, string? Organisation, IReadOnlyList<Role> Roles, bool IsDisabled,
    DateTimeOffset? LockedUntil, bool HasSecondFactor);

/// <summary>Everybody who has an account, found by any part of the name, the login or the e-mail address.</summary>
[Needs(PlatformRights.ManageAccounts)]
public sealed class SeeAccounts(PirogovDb db, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts", (SeeAccounts use, string? text, EnumWord<Role>? role, int? page, int? size, CancellationToken cancellation) =>
            use.List(text, role?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeAccounts)).WithName("listAccounts").WithSummary("Accounts by name.");
        api.MapGet("/accounts/{id:guid}", (SeeAccounts use, Guid id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeAccounts)).WithName("getAccount").WithSummary("One account.");
    }

    public async Task<Page<AccountView>> List(string? text, Role? role, int page, int size, CancellationToken cancellation)
    {
        var accounts = db.Users.AsNoTracking();
        foreach (var word in (text ?? "").ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries))
            accounts = accounts.Where(a => a.NormalizedFullName.Contains(word) || a.NormalizedUserName!.Contains(word) || a.NormalizedEmail!.Contains(word));
        if (role is { } wanted)
            accounts = accounts.Where(a => a.Roles.Any(r => r.Role == wanted));
        var found = await accounts.OrderBy(a => a.NormalizedFullName).ThenBy(a => a.Id).ToPage(page, size, cancellation);
        return new(await View(found.Items, cancellation), found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<AccountView>> One(Guid id, CancellationToken cancellation) =>
        await db.Users.AsNoTracking().SingleOrDefaultAsync(a => a.Id == id, cancellation) is { } account
            ? (await View([account], cancellation))[0]
            : new NotFound("account");

    private async Task<IReadOnlyList<AccountView>> View(IReadOnlyList<Account> accounts, CancellationToken cancellation)
    {
        var ids = accounts.Where(a => a.OrganisationId is not null).Select(a => a.OrganisationId!.Value).Distinct().ToArray();
        var names = await db.Set<Organisation>().AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => o.Name, cancellation);
        var now = time.GetUtcNow();
        return [.. accounts.Select(a => new AccountView(a.Id, a.UserName!, a.Email, a.FullName, a.OrganisationId,
            a.OrganisationId is { } o ? names.GetValueOrDefault(o) : null, [.. a.Roles.Select(r => r.Role).Order()], a.IsDisabled,
            a.LockoutEnd > now ? a.LockoutEnd : null, a.TwoFactorEnabled))];
    }
}
