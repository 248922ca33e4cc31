using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Platform;

/// <summary>A person's authenticator app, at the host's own clock.</summary>
internal static class Authenticator
{
    /// <returns>The secret of the account that has a second factor from now on.</returns>
    public static async Task<string> SetUp(PirogovApp app, string name)
    {
        var (id, _) = await app.Person(name, [Role.Expert]);
        return await app.InScope(async services =>
        {
            var users = services.GetRequiredService<UserManager<Account>>();
            var account = (await users.FindByIdAsync(id.ToString()))!;
            await users.ResetAuthenticatorKeyAsync(account);
            await users.SetTwoFactorEnabledAsync(account, true);
            return (await users.GetAuthenticatorKeyAsync(account))!;
        });
    }

    /// <param name="ahead">Steps into the future: a second code without half a minute's wait.</param>
    public static string Code(PirogovApp app, string secret, int ahead = 0) =>
        OneTimeCodes.Code(OneTimeCodes.FromBase32(secret), app.Services.GetRequiredService<TimeProvider>().Now().ToUnixTimeSeconds() / 30 + ahead);
}
