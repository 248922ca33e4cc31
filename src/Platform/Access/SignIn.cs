using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Access;

/// <summary>The same answer for "no such account", "wrong password" and "disabled": names cannot be tried out.</summary>
public sealed record WrongCredentials() : Refusal("platform.wrong-credentials", 403);

public sealed record AccountLocked(int Minutes) : Refusal("platform.account-locked", 403);

public sealed record WrongCode() : Refusal("platform.wrong-code", 403);

/// <summary>The password was right, and a code of the second factor is needed too.</summary>
public sealed record SecondFactorNeeded() : Refusal("platform.second-factor-needed", 403);

/// <summary>The first step was not made, or too long ago.</summary>
public sealed record SignInExpired() : Refusal("platform.sign-in-expired", 403);

/// <summary>The institution's answer was not to be trusted, or no open account belongs to it.</summary>
public sealed record OutsideSignInRefused() : Refusal("platform.outside-sign-in-refused", 403);

public enum SignInStep
{
    Done,
    SecondFactor,
}

/// <summary>Refuses disabled accounts wherever Identity asks whether an account may come in.</summary>
internal sealed class AccountSignIn(
    UserManager<Account> users, IHttpContextAccessor http, IUserClaimsPrincipalFactory<Account> principals, IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> log, IAuthenticationSchemeProvider schemes, IUserConfirmation<Account> confirmation)
    : SignInManager<Account>(users, http, principals, options, log, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(Account user) => !user.IsDisabled && await base.CanSignInAsync(user);
}

/// <summary>Opens a session in the browser: password, then the second factor where one is set up.</summary>
internal sealed class SignIn(
    SignInManager<Account> session, UserManager<Account> users, SignInRate rate, PirogovDb db, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    private static readonly Account Nobody = new();
    private static readonly string NobodysHash = new PasswordHasher<Account>().HashPassword(Nobody, Guid.CreateVersion7().ToString());

    public async Task<Outcome<SignInStep>> WithPassword(string login, string password, string origin, CancellationToken cancellation)
    {
        if (rate.Refuses(origin, login) is { } wait)
            return wait;
        if (await Find(login) is not { } account)
        {
            // The same work as for an account that exists, so that the answer's time tells nothing.
            users.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash, password);
            return await Refuse(null, new WrongCredentials(), origin, cancellation);
        }

        var result = await session.PasswordSignInAsync(account, password, isPersistent: false, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
            return SignInStep.SecondFactor;
        return result.Succeeded
            ? await Welcome(account, origin, "password", cancellation)
            : await Refuse(account, result.IsLockedOut ? Locked(account) : new WrongCredentials(), origin, cancellation);
    }

    /// <param name="code">Six digits of the authenticator, or one of the recovery codes.</param>
    public async Task<Outcome<SignInStep>> WithCode(string code, string origin, CancellationToken cancellation)
    {
        if (await session.GetTwoFactorAuthenticationUserAsync() is not { } account)
            return new SignInExpired();
        if (rate.Refuses(origin, account.Id.ToString()) is { } wait)
            return wait;
        var typed = SecondFactor.Normalise(code);
        var result = SecondFactor.LooksLikeAuthenticator(typed)
            ? await session.TwoFactorAuthenticatorSignInAsync(typed, isPersistent: false, rememberClient: false)
            : await session.TwoFactorRecoveryCodeSignInAsync(typed);
        return result.Succeeded
            ? await Welcome(account, origin, "second-factor", cancellation)
            : await Refuse(account, result.IsLockedOut ? Locked(account) : new WrongCode(), origin, cancellation);
    }

    /// <summary>
    /// Checks the password and, where it is set up, the code without opening a session: for the command line, which
    /// trades them for a token. Failures count towards the lock as they do in the browser.
    /// </summary>
    public async Task<Outcome<Account>> Check(string login, string password, string? code, string origin, CancellationToken cancellation)
    {
        if (rate.Refuses(origin, login) is { } wait)
            return wait;
        if (await Find(login) is not { } account)
        {
            users.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash, password);
            return await Refuse<Account>(null, new WrongCredentials(), origin, cancellation);
        }

        var result = await session.CheckPasswordSignInAsync(account, password, lockoutOnFailure: true);
        if (!result.Succeeded)
            return await Refuse<Account>(account, result.IsLockedOut ? Locked(account) : new WrongCredentials(), origin, cancellation);
        if (!account.TwoFactorEnabled)
            return account;
        if (string.IsNullOrWhiteSpace(code))
            return new SecondFactorNeeded();
        if (!await SecondFactor.Accepts(users, account, code))
        {
            await users.AccessFailedAsync(account);
            return await Refuse<Account>(account, new WrongCode(), origin, cancellation);
        }

        await users.ResetAccessFailedCountAsync(account);
        return account;
    }

    /// <summary>Notes an institution's sign-in that opened nothing here.</summary>
    /// <param name="account">Null when nobody here answers to it.</param>
    internal async Task NoteOutsideRefusal(Account? account, string origin, CancellationToken cancellation) =>
        await Refuse(account, new OutsideSignInRefused(), origin, cancellation);

    internal async Task<Outcome<SignInStep>> Welcome(Account account, string origin, string means, CancellationToken cancellation)
    {
        actor.Become(new Actor(account.Id, account.FullName, account.OrganisationId, account.Roles.Select(r => r.Role).ToHashSet(), origin));
        if (!Culture.IsChosen(session.Context))
            Culture.Remember(session.Context, account.Culture);
        audit.Note("platform.signed-in", "account", account.Id, new { means });
        await db.SaveChangesAsync(cancellation);
        return SignInStep.Done;
    }

    private Task<Outcome<SignInStep>> Refuse(Account? account, Refusal refusal, string origin, CancellationToken cancellation) =>
        Refuse<SignInStep>(account, refusal, origin, cancellation);

    private async Task<Outcome<T>> Refuse<T>(Account? account, Refusal refusal, string origin, CancellationToken cancellation)
    {
        // A count that lost against a parallel attempt's must not take the note with it.
        foreach (var lost in db.ChangeTracker.Entries<Account>().Where(e => e.State == EntityState.Modified))
            lost.State = EntityState.Unchanged;
        // What was typed as a name is never noted: people type passwords there.
        actor.Become(Actor.System with { Origin = origin });
        audit.Note("platform.sign-in-refused", "account", account?.Id.ToString() ?? "unknown", new { reason = refusal.Code });
        await db.SaveChangesAsync(cancellation);
        return Outcome<T>.No(refusal);
    }

    private AccountLocked Locked(Account account) =>
        new((int)Math.Ceiling(Math.Max(1, ((account.LockoutEnd ?? time.GetUtcNow()) - time.GetUtcNow()).TotalMinutes)));

    private async Task<Account?> Find(string login) =>
        await users.FindByNameAsync(login.Trim()) ?? await users.FindByEmailAsync(login.Trim());
}

/// <summary>Codes of the second factor as people type them.</summary>
internal static class SecondFactor
{
    public static string Normalise(string code) => code.Replace(" ", "", StringComparison.Ordinal).Trim();

    public static bool LooksLikeAuthenticator(string code) => code.Length == 6 && code.All(char.IsAsciiDigit);

    public static async Task<bool> Accepts(UserManager<Account> users, Account account, string code)
    {
        var typed = Normalise(code);
        return LooksLikeAuthenticator(typed)
            ? await users.VerifyTwoFactorTokenAsync(account, users.Options.Tokens.AuthenticatorTokenProvider, typed)
            : (await users.RedeemTwoFactorRecoveryCodeAsync(account, typed)).Succeeded;
    }
}

/// <summary>Only an address on this host may follow a sign-in.</summary>
public static class ReturnAddress
{
    public static string Local(string? address) =>
        address is ['/', ..] and not ['/', '/' or '\\', ..] && !address.Any(char.IsControl) ? address : "/";
}
