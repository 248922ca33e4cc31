using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pirogov.Platform.Strings;

namespace Pirogov.Portal.Demo;

/// <summary>What a person at the terminal wants to read: the address and whom to sign in as.</summary>
internal static class Welcome
{
    public static void PrintWhenStarted(this WebApplication app, string? firstAccounts, bool demo) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        Console.WriteLine();
        Console.WriteLine($"Pirogov  {string.Join("  ", addresses)}");
        if (demo)
        {
            Console.WriteLine($"Демонстрационные учётные записи, пароль {FirstAccounts.DemoPassword} / Demo accounts, password {FirstAccounts.DemoPassword}");
            PrintAccounts(app.Services.GetRequiredService<Localizer>());
            if (firstAccounts is not null)
                Console.WriteLine("Демонстрационные данные (синтетические) готовятся / synthetic demo content is being prepared: /jobs");
        }
        else if (firstAccounts is not null)
        {
            Console.WriteLine($"Первая учётная запись / first account: {firstAccounts}");
        }

        Console.WriteLine("Ctrl-C — остановить / stop");
    });
    private static void PrintAccounts(Localizer words)
    {
        foreach (var account in FirstAccounts.Demo)
        {
            string RoleIn(string culture) => words.All(culture)[$"platform.role.{account.Roles[0]}"].GetString()!;
            Console.WriteLine($"  {account.Login,-10} {RoleIn("ru"),-22} {RoleIn("en"),-22} {account.FullName}");
        }
    }
}
