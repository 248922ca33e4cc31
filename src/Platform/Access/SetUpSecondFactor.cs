using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Access;

/// <summary>
/// The second factor of one's own account: a time-based code (RFC 6238) and ten recovery codes, each of which works
/// once. Done in the browser only, so that a stolen token cannot move it.
/// </summary>
[Needs(PlatformRights.OwnAccount)]
public sealed class SetUpSecondFactor(PirogovDb db, UserManager<Account> users, CurrentActor actor, AuditTrail audit)
{
    private const int RecoveryCodeCount = 10;

    /// <param name="Address">The <c>otpauth://</c> address that the QR code shows.</param>
    public sealed record Offer(string Secret, string Address);

    public async Task<Outcome<Offer>> Begin(CancellationToken cancellation)
    {
        var account = await Mine(cancellation);
        var secret = await users.GetAuthenticatorKeyAsync(account);
        if (string.IsNullOrEmpty(secret))
        {
            await users.ResetAuthenticatorKeyAsync(account);
            secret = await users.GetAuthenticatorKeyAsync(account);
        }

        var label = Uri.EscapeDataString($"Pirogov:{account.UserName}");
        return new Offer(InFours(secret!), $"otpauth://totp/{label}?secret={secret}&issuer=Pirogov&digits=6");
    }

    /// <returns>The recovery codes, shown this once.</returns>
    public async Task<Outcome<IReadOnlyList<string>>> Confirm(string code, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(code);
        var account = await Mine(cancellation);
        if (!await users.VerifyTwoFactorTokenAsync(account, users.Options.Tokens.AuthenticatorTokenProvider, SecondFactor.Normalise(code)))
            return new WrongCode();
        audit.Note("platform.second-factor-set", "account", account.Id);
        await users.SetTwoFactorEnabledAsync(account, true);
        var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(account, RecoveryCodeCount);
        return Outcome<IReadOnlyList<string>>.Of([.. codes!]);
    }

    public async Task<Outcome<Done>> Remove(string password, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(password);
        var account = await Mine(cancellation);
        if (!await users.CheckPasswordAsync(account, password))
            return new WrongCurrentPassword();
        audit.Note("platform.second-factor-removed", "account", account.Id);
        account.ForgetUsedCodes();
        await users.SetTwoFactorEnabledAsync(account, false);
        await users.ResetAuthenticatorKeyAsync(account);
        return Done.Value;
    }

    private Task<Account> Mine(CancellationToken cancellation) => db.Users.SingleAsync(a => a.Id == actor.Actor.AccountId, cancellation);

    private static string InFours(string secret)
    {
        var text = new StringBuilder();
        for (var i = 0; i < secret.Length; i += 4)
            text.Append(text.Length == 0 ? "" : " ").Append(secret.AsSpan(i, Math.Min(4, secret.Length - i)));
        return text.ToString();
    }
}
