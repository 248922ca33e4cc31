using System.Text.RegularExpressions;

namespace Pirogov.EndToEnd.Journey;

internal sealed record Person(string Login, IPage Page, Api Api);

/// <summary>One platform, its people, each with a browser and a token, and what the steps hand to one another.</summary>
internal sealed partial class Walk(PlatformProcess platform, Browser browser, IncomingFolder incoming) : IAsyncDisposable
{
    public const string Password = "Journey-Password-1";
    private readonly Dictionary<string, Person> people = [];
    private int pictures;

    public PlatformProcess Platform => platform;
    public IncomingFolder Incoming => incoming;

    /// <summary>The HTML of every page that was looked at.</summary>
    public List<(string Address, string Html)> Visited { get; } = [];

    public List<string> ConsoleErrors { get; } = [];

    public string Batch { get; set; } = "";
    public string MainCase { get; set; } = "";
    public string Project { get; set; } = "";
    public string Competition { get; set; } = "";
    public string Solution { get; set; } = "";

    public Person this[string login] => people[login];

    /// <summary>The first administrator, with the password that the platform printed at its first start.</summary>
    public Task<Person> Administrator() => SignIn("admin", FirstPassword().Match(platform.Log()).Value);

    public async Task<Person> SignIn(string login, string password = Password)
    {
        if (people.TryGetValue(login, out var known))
            return known;
        var page = await NewPage();
        await page.Open("/sign-in");
        await page.FillAsync("#sign-in-login", login);
        await page.FillAsync("#sign-in-password", password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync(platform.Address.ToString());
        return people[login] = new(login, page, await Api.Of(platform, login, password));
    }

    public async Task<IPage> NewPage()
    {
        var page = await browser.NewPage(platform.Address);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                ConsoleErrors.Add($"{page.Url}: {message.Text}");
        };
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                ConsoleErrors.Add($"{response.Status} {response.Url} accept: {response.Request.Headers.GetValueOrDefault("accept")}");
        };
        page.PageError += (_, error) => ConsoleErrors.Add($"{page.Url}: {error}");
        return page;
    }

    /// <summary>Keeps a picture of the page and its HTML.</summary>
    public async Task Look(IPage page, string name)
    {
        Visited.Add((page.Url, await page.ContentAsync()));
        await page.ScreenshotAsync(new() { Path = Path.Combine(Browser.ScreenshotFolder, "journey", $"{++pictures:D2}-{name}.png") });
    }

    /// <summary>What each person sees when a step has failed.</summary>
    public async Task LookAtEverybody()
    {
        foreach (var person in people.Values)
            await Look(person.Page, $"failed-{person.Login}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var person in people.Values)
        {
            person.Api.Dispose();
            await person.Page.Context.CloseAsync();
        }
    }

    [GeneratedRegex("Aa1-[0-9a-f]{16}")]
    private static partial Regex FirstPassword();
}
