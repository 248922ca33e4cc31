using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Access;

/// <summary>Secrets of second factors as they lie in the database: a copy of it makes no codes.</summary>
internal sealed class SecondFactorSeal(IDataProtectionProvider protection)
{
    public const string Mark = "sealed:";

    private readonly IDataProtector protector = protection.CreateProtector("platform.second-factor");

    public string? Close(string? value) => value is null ? null : Mark + protector.Protect(value);

    public string? Open(string? value) =>
        value is not null && value.StartsWith(Mark, StringComparison.Ordinal) ? protector.Unprotect(value[Mark.Length..]) : value;
}

/// <summary>Accounts as Identity keeps them, but for authenticator keys and recovery codes, which are sealed.</summary>
internal sealed class SealedAccountStore(PirogovDb db, IDataProtectionProvider protection) : UserOnlyStore<Account, PirogovDb, Guid>(db)
{
    private readonly SecondFactorSeal seal = new(protection);

    public override Task SetTokenAsync(Account user, string loginProvider, string name, string? value, CancellationToken cancellationToken) =>
        base.SetTokenAsync(user, loginProvider, name, seal.Close(value), cancellationToken);

    public override async Task<string?> GetTokenAsync(Account user, string loginProvider, string name, CancellationToken cancellationToken) =>
        seal.Open(await base.GetTokenAsync(user, loginProvider, name, cancellationToken));
}
