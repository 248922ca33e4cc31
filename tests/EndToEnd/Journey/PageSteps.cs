namespace Pirogov.EndToEnd.Journey;

/// <summary>What hands do on the platform's pages, by the hooks that every page sets.</summary>
internal static class PageSteps
{
    /// <summary>Waits until the page with this name has its data and is alive.</summary>
    public static Task Ready(this IPage page, string name) =>
        page.Locator($"[data-page='{name}'][data-ready='true']").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    public static async Task Open(this IPage page, string address, string? name = null)
    {
        await page.GotoAsync(address);
        await (name is null
            ? page.Locator("[data-ready='true']").First.WaitForAsync(new() { State = WaitForSelectorState.Attached })
            : page.Ready(name));
    }

    /// <summary>As one of the demonstration's people.</summary>
    public static async Task SignIn(this IPage page, DemoPlatform demo, string login)
    {
        await page.Open("/sign-in");
        await page.FillAsync("#sign-in-login", login);
        await page.FillAsync("#sign-in-password", DemoPlatform.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync(demo.Process.Address.ToString());
    }

    public static Task Act(this IPage page, string action) => page.Locator($"[data-action='{action}']").First.ClickAsync();

    /// <summary>Presses the yes of the question that is open.</summary>
    public static Task Agree(this IPage page) => page.Locator(".mud-dialog .mud-message-box__yes-button").ClickAsync();

    public static async Task Type(this ILocator within, string field, string text)
    {
        var input = within.Locator(
            $"input[data-field='{field}'], textarea[data-field='{field}'], [data-field='{field}'] input, [data-field='{field}'] textarea").First;
        await input.FillAsync(text);
        await input.BlurAsync();
    }

    public static Task Type(this IPage page, string field, string text) => page.Locator("body").Type(field, text);

    /// <summary>Chooses in a drop-down list. One of many choices, whose items bear boxes, stays open until it is left.</summary>
    public static async Task Choose(this IPage page, string field, params string[] options)
    {
        await page.Locator($".mud-select:has([data-field='{field}']), .mud-select[data-field='{field}']").First.ClickAsync();
        var list = page.Locator(".mud-popover-open .mud-list-item");
        foreach (var option in options)
            await list.Filter(new() { HasText = option }).First.ClickAsync();
        // The list hears the keyboard a moment after it has opened.
        for (var tries = 0; tries < 20 && await list.Locator(".mud-icon-root").CountAsync() > 0; tries++)
        {
            await page.Keyboard.PressAsync("Escape");
            await page.WaitForTimeoutAsync(200);
        }

        await Expect(list).ToHaveCountAsync(0);
    }

    /// <summary>The identifier at the end of the address.</summary>
    public static string IdInAddress(this IPage page) => new Uri(page.Url).Segments[^1].TrimEnd('/');
}
