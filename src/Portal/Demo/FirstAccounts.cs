using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Portal.Demo;

/// <summary>One account of the demonstration; their logins are their roles.</summary>
internal sealed record DemoAccount(string Login, string FullName, string Organisation, params Role[] Roles);

/// <summary>
/// Whom the first start makes: the demonstration's people, or one administrator with a password of its own. Nobody
/// else can make the first account, and a database that has accounts is left alone.
/// </summary>
internal static class FirstAccounts
{
    /// <summary>Known to everybody: the demonstration listens on 127.0.0.1 and holds synthetic data.</summary>
    public const string DemoPassword = "Pirogov-1810";

    public const string Institute = "Демонстрационный институт хирургии";
    public const string Office = "Демонстрационный офис ИИ";
    public const string Laboratory = "Демонстрационная лаборатория";

    public static readonly DemoAccount[] Demo =
    [
        new("admin", "Анна Администратова", Office, Role.Administrator),
        new("office", "Олег Офицеров", Office, Role.AiOffice),
        new("engineer", "Игорь Инженеров", Institute, Role.DataEngineer),
        new("manager", "Мария Разметкина", Institute, Role.LabellingManager),
        new("expert1", "Екатерина Первая", Institute, Role.Expert),
        new("expert2", "Василий Второй", Institute, Role.Expert),
        new("expert3", "Тамара Третья", Institute, Role.Expert),
        new("expert4", "Чеслав Четвёртый", Institute, Role.Expert),
        new("centre", "Юлия Центрова", Institute, Role.CentreRepresentative),
        new("lead", "Леонид Командин", Laboratory, Role.TeamLead),
        new("developer", "Рита Разработкина", Laboratory, Role.Developer),
        new("observer", "Никита Наблюдаев", Laboratory, Role.Observer),
    ];

    /// <returns>The first account and its password where it is not the demonstration, or null when there are accounts already.</returns>
    public static async Task<string?> Make(IServiceProvider services, bool demo)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        if (await db.Users.AnyAsync())
            return null;
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (demo)
        {
            await MakeDemo(db, users);
            return "";
        }

        var password = "Aa1-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await Add(users, new("admin", "Администратор", "", Role.Administrator), null, password);
        return $"admin  {password}";
    }

    private static async Task MakeDemo(PirogovDb db, UserManager<Account> users)
    {
        var organisations = Demo.Select(a => a.Organisation).Distinct().ToDictionary(name => name, name => new Organisation(name));
        db.AddRange(organisations.Values);
        await db.SaveChangesAsync();
        foreach (var account in Demo)
            await Add(users, account, organisations[account.Organisation].Id, DemoPassword);
    }

    private static async Task Add(UserManager<Account> users, DemoAccount person, OrganisationId? organisation, string password)
    {
        var account = new Account
        {
            UserName = person.Login,
            Email = $"{person.Login}@demo.example",
            EmailConfirmed = true,
            FullName = person.FullName,
            OrganisationId = organisation,
        };
        foreach (var role in person.Roles)
            account.Grant(role);
        var made = await users.CreateAsync(account, password);
        if (!made.Succeeded)
            throw new InvalidOperationException(string.Join(", ", made.Errors.Select(e => e.Code)));
    }
}
