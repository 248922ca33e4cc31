using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Access;

/// <summary>Opens the way in again: for whom the lock fell, who forgot the password or lost the second factor.</summary>
[Needs(PlatformRights.ManageAccounts)]
public sealed class RestoreAccess(PirogovDb db, UserManager<Account> users, AuditTrail audit, TimeProvider time)
{
    public sealed record NewPassword(string Password);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/accounts/{id:guid}/unlock", (RestoreAccess use, Guid id, CancellationToken cancellation) => use.Unlock(id, cancellation).ToHttp())
            .Needs(typeof(RestoreAccess)).WithName("unlockAccount").WithSummary("Lifts the lock after failed attempts.");
        api.MapPost("/accounts/{id:guid}/password", (RestoreAccess use, Guid id, NewPassword request, CancellationToken cancellation) =>
            use.ResetPassword(id, request, cancellation).ToHttp())
            .Needs(typeof(RestoreAccess)).WithName("resetPassword").WithSummary("Sets a new password; ends sessions and tokens.");
        api.MapPost("/accounts/{id:guid}/second-factor/reset", (RestoreAccess use, Guid id, CancellationToken cancellation) =>
            use.ResetSecondFactor(id, cancellation).ToHttp())
            .Needs(typeof(RestoreAccess)).WithName("resetSecondFactor").WithSummary("Takes the second factor away.");
    }

    public async Task<Outcome<Done>> Unlock(Guid id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } account)
            return new NotFound("account");
        audit.Note("platform.account-unlocked", "account", id);
        account.AccessFailedCount = 0;
        await users.SetLockoutEndDateAsync(account, null);
        return Done.Value;
    }

    /// <summary>Whoever had the old password may hold sessions and tokens: both end.</summary>
    public async Task<Outcome<Done>> ResetPassword(Guid id, NewPassword request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await Find(id, cancellation) is not { } account)
            return new NotFound("account");
        foreach (var validator in users.PasswordValidators)
        {
            if (!(await validator.ValidateAsync(users, account, request.Password)).Succeeded)
                return new WeakPassword(users.Options.Password.RequiredLength);
        }

        account.PasswordHash = users.PasswordHasher.HashPassword(account, request.Password);
        account.CloseSessions();
        var now = time.Now();
        foreach (var token in await db.Set<PersonalAccessToken>().Where(t => t.AccountId == id && t.RevokedAt == null).ToArrayAsync(cancellation))
            token.Revoke(now);
        audit.Note("platform.password-reset", "account", id);
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    public async Task<Outcome<Done>> ResetSecondFactor(Guid id, CancellationToken cancellation)
    {
        if (await Find(id, cancellation) is not { } account)
            return new NotFound("account");
        audit.Note("platform.second-factor-reset", "account", id);
        account.ForgetUsedCodes();
        await users.SetTwoFactorEnabledAsync(account, false);
        await users.ResetAuthenticatorKeyAsync(account);
        return Done.Value;
    }

    private Task<Account?> Find(Guid id, CancellationToken cancellation) => db.Users.SingleOrDefaultAsync(a => a.Id == id, cancellation);
}
