using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Strings;

namespace Pirogov.Platform.Access;

public sealed record UnknownLanguage(string Culture) : Refusal("platform.unknown-language", 422);

/// <summary>Too short, or lacking a kind of character: the rules stand in the message.</summary>
public sealed record WeakPassword(int Length) : Refusal("platform.weak-password", 422);

public sealed record WrongCurrentPassword() : Refusal("platform.wrong-current-password", 403);

/// <summary>What people see and change of their own account.</summary>
[Needs(PlatformRights.OwnAccount)]
public sealed class OwnAccount(PirogovDb db, UserManager<Account> users, CurrentActor actor, AuditTrail audit)
{
    public sealed record View(
        Guid Id, string Login, string? Email, string FullName, string Culture, string? Organisation, IReadOnlyList<Role> Roles, bool HasSecondFactor);

    public sealed record Change(string FullName, string Culture);

    public sealed record PasswordChange(string Current, string Next);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/account", (OwnAccount use, CancellationToken cancellation) => use.Show(cancellation)).Needs(typeof(OwnAccount))
            .WithName("getOwnAccount").WithSummary("The signed-in person's own account.");
        api.MapPut("/account", (OwnAccount use, Change change, CancellationToken cancellation) => use.Rename(change, cancellation).ToHttp()).Needs(typeof(OwnAccount))
            .WithName("changeOwnAccount").WithSummary("Changes one's own name and language.");
        api.MapPost("/account/password", (OwnAccount use, PasswordChange change, CancellationToken cancellation) =>
            use.ChangePassword(change, cancellation).ToHttp()).Needs(typeof(OwnAccount)).WithName("changeOwnPassword").WithSummary("Changes one's own password.");
    }

    public async Task<View> Show(CancellationToken cancellation)
    {
        var account = await Mine(cancellation);
        var organisation = await db.Set<Organisation>().AsNoTracking().Where(o => o.Id == account.OrganisationId).Select(o => o.Name).SingleOrDefaultAsync(cancellation);
        return new(account.Id, account.UserName!, account.Email, account.FullName, account.Culture, organisation,
            [.. account.Roles.Select(r => r.Role).Order()], account.TwoFactorEnabled);
    }

    public async Task<Outcome<Done>> Rename(Change change, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(change);
        var account = await Mine(cancellation);
        if (account.Present(change.FullName) is { } refusal)
            return refusal;
        if (!Localizer.Cultures.Contains(change.Culture))
            return new UnknownLanguage(change.Culture);
        account.Culture = change.Culture;
        audit.Note("platform.account-changed", "account", account.Id);
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    public async Task<Outcome<Done>> ChangePassword(PasswordChange change, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(change);
        var account = await Mine(cancellation);
        audit.Note("platform.password-changed", "account", account.Id);
        var result = await users.ChangePasswordAsync(account, change.Current, change.Next);
        if (result.Succeeded)
            return Done.Value;
        return result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch))
            ? new WrongCurrentPassword()
            : new WeakPassword(users.Options.Password.RequiredLength);
    }

    private Task<Account> Mine(CancellationToken cancellation) => db.Users.SingleAsync(a => a.Id == actor.Actor.AccountId, cancellation);
}
