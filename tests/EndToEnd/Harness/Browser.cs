using Microsoft.Playwright;

namespace Pirogov.EndToEnd.Harness;

/// <summary>Debian's Chromium, driven by Playwright; screenshots go to artifacts/screenshots.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    /// <summary>Milliseconds: a machine that runs the whole suite is slow.</summary>
    private const float Patience = 60_000;

    private IPlaywright? playwright;
    private IBrowser? browser;

    public static string ScreenshotFolder { get; } = Directory.CreateDirectory(Path.Combine(RepositoryRoot(), "artifacts", "screenshots")).FullName;

    public async Task InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Patience);
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Arguments });
    }

    /// <summary>A fresh profile: cookies of nobody, Russian unless said otherwise.</summary>
    public async Task<IPage> NewPage(Uri address, string locale = "ru-RU", ColorScheme scheme = ColorScheme.Light, int width = 1366, int height = 768)
    {
        var context = await browser!.NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            Locale = locale,
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = height },
        });
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    public async Task DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Pirogov.slnx")))
            folder = folder.Parent;
        return folder.FullName;
    }
}
