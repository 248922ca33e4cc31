using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Journey;

/// <summary>
/// Every page in both languages, one in each theme, as somebody whose page it is: it becomes ready, its
/// console is clean, and axe finds nothing serious.
/// </summary>
[Collection(OnTheDemo.Name)]
public sealed partial class ScreenshotTests(DemoPlatform demo, Browser browser)
{
    private sealed record Sight(string Name, string Login, string Address, string Ready = "[data-ready='true']");

    private const string Workbench = "body[data-ready='true']";

    [Theory]
    [InlineData("ru", "light")]
    [InlineData("en", "dark")]
    public async Task Every_page_is_ready_clean_and_accessible(string language, string theme)
    {
        var faults = new ConcurrentQueue<string>();
        // A page waits more than it works: two people look at once.
        await Parallel.ForEachAsync((await Sights()).GroupBy(s => s.Login), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (group, _) =>
        {
            var page = await SignIn(group.Key, language, theme);
            var console = new List<string>();
            page.Console += (_, message) =>
            {
                if (message.Type == "error")
                    console.Add(message.Text);
            };
            page.PageError += (_, error) => console.Add(error);
            foreach (var sight in group)
            {
                console.Clear();
                var found = await See(page, sight, language, theme);
                foreach (var fault in found.Concat(console.Select(c => "console: " + c)))
                    faults.Enqueue($"{sight.Name} ({language}, {theme}): {fault}");
            }

            await page.Context.CloseAsync();
        });

        Assert.True(faults.IsEmpty, string.Join(Environment.NewLine, faults));
    }

    private static async Task<IReadOnlyList<string>> See(IPage page, Sight sight, string language, string theme)
    {
        try
        {
            await page.GotoAsync(sight.Address);
            await page.Locator(sight.Ready).First.WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 30_000 });
        }
        catch (Exception late) when (late is TimeoutException or PlaywrightException)
        {
            return ["not ready: " + late.Message.Split('\n')[0]];
        }

        await Picture(page, language, theme == "dark" ? $"{sight.Name}-dark" : sight.Name);
        var unfilled = Placeholder().Matches(await page.InnerTextAsync("body")).Select(m => "not filled: " + m.Value);
        var result = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        return [.. unfilled, .. result.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"axe {v.Id}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html[..Math.Min(n.Html.Length, 160)]))}")];
    }

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex Placeholder();

    private static Task<byte[]> Picture(IPage page, string language, string name) => page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Browser.ScreenshotFolder, language, name + ".png"),
        FullPage = !page.Url.Contains("/workbench/", StringComparison.Ordinal),
    });

    private async Task<IPage> SignIn(string login, string language, string theme)
    {
        var page = await browser.NewPage(demo.Process.Address, language == "ru" ? "ru-RU" : "en-GB", theme == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        await page.Context.AddCookiesAsync([new() { Name = "pirogov.theme", Value = theme, Url = demo.Process.Address.ToString() }]);
        await page.GotoAsync($"/culture/{language}?returnTo=/");
        if (login == "")
            return page;
        await page.Open("/sign-in");
        await page.FillAsync("#sign-in-login", login);
        await page.FillAsync("#sign-in-password", DemoPlatform.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync(demo.Process.Address.ToString());
        return page;
    }

    private async Task<IReadOnlyList<Sight>> Sights()
    {
        var (admin, office, manager) = (await demo.As("admin"), await demo.As("office"), await demo.As("manager"));
        var task = await First(office, "/api/v1/clinical-tasks");
        var batch = await First(await demo.As("engineer"), "/api/v1/batches");
        var one = await First(await demo.As("engineer"), "/api/v1/cases");
        var aside = await WithFilesAside(await demo.As("engineer"));
        var competition = (await office.Items("/api/v1/competitions?size=50")).Single(c => (string)c["phase"]! == "ended")["id"]!;
        var open = (await office.Items("/api/v1/competitions?size=50")).Single(c => (string)c["phase"]! == "open")["id"]!;
        var reading = (await (await demo.As("expert1")).Get("/api/v1/readings"))["open"]!.AsArray().FirstOrDefault()?["id"];
        var (adjudication, validation) = (await Finished("expert3", "adjudicate"), await Finished("expert4", "validate"));
        var result = (await (await demo.As("expert2")).Items("/api/v1/reading-results?size=50"))[0]["readingId"]!;
        var (secondPass, disputed, import) = await SecondPassProject.In(demo);
        var projects = await manager.Items("/api/v1/labelling-projects?size=50");
        var ofProjects = new List<JsonNode>();
        foreach (var project in projects)
            ofProjects.Add((await manager.Items($"/api/v1/labelling-projects/{project["id"]}/cases"))[0]["id"]!);
        return
        [
            new("showcase", "", "/"), new("sign-in", "", "/sign-in"), new("help", "", "/help"), new("problems", "", "/problems"),
            new("start-of-administrator", "admin", "/"), new("accounts", "admin", "/admin/accounts"),
            new("account", "admin", $"/admin/accounts/{await First(admin, "/api/v1/accounts")}"),
            new("organisations", "admin", "/admin/organisations"), new("audit", "admin", "/admin/audit"), new("jobs", "admin", "/jobs"),
            new("own-account", "admin", "/account"), new("own-password", "admin", "/account/password"),
            new("own-second-factor", "admin", "/account/second-factor"), new("own-tokens", "admin", "/account/tokens"),
            new("start-of-office", "office", "/"), new("clinical-tasks", "office", "/agenda/tasks"), new("clinical-task", "office", $"/agenda/tasks/{task}"),
            new("clinical-task-new", "office", "/agenda/tasks/new"), new("centres", "office", "/agenda/centres"),
            new("competitions", "office", "/competitions"), new("competition-new", "office", "/competitions/new"),
            new("competition-ended", "office", $"/competitions/{competition}"), new("competition-open", "office", $"/competitions/{open}"),
            new("solutions", "office", "/solutions"), new("solution", "office", $"/solutions/{await First(office, "/api/v1/solutions")}"),
            new("datasets", "office", "/datasets"), new("dataset", "office", "/datasets/demo-ct-organs"),
            new("start-of-engineer", "engineer", "/"), new("batches", "engineer", "/archive/batches"), new("batch-new", "engineer", "/archive/batches/new"),
            new("batch", "engineer", $"/archive/batches/{batch}"), new("cases", "engineer", "/archive/cases"), new("case", "engineer", $"/archive/cases/{one}"),
            new("batch-with-files-aside", "engineer", $"/archive/batches/{aside}"), new("review", "engineer", $"/archive/batches/{aside}/review"),
            new("deidentification", "engineer", "/archive/deidentification"),
            new("viewer", "engineer", $"/workbench/radiology/case/{one}", Workbench),
            new("start-of-manager", "manager", "/"), new("schemas", "manager", "/labelling/schemas"),
            new("schema", "manager", $"/labelling/schemas/{await First(manager, "/api/v1/labelling-schemas")}"),
            new("schema-new", "manager", "/labelling/schemas/new"), new("projects", "manager", "/labelling/projects"), new("project-new", "manager", "/labelling/projects/new"),
            .. projects.Select((p, i) => new Sight($"project-{i + 1}", "manager", $"/labelling/projects/{p["id"]}")),
            .. projects.SelectMany((p, i) => new[] { "progress", "quality", "plan", "rules", "release", "second-pass" }.Select(part => new Sight($"project-{i + 1}-{part}", "manager", $"/labelling/projects/{p["id"]}/{part}"))),
            .. projects.Select((p, i) => new Sight($"assignment-{i + 1}", "manager", $"/labelling/projects/{p["id"]}/assignment")),
            .. projects.Zip(ofProjects).Select((p, i) => new Sight($"project-{i + 1}-case", "manager", $"/labelling/projects/{p.First["id"]}/cases/{p.Second}")),
            new("case-in-adjudication", "manager", $"/labelling/projects/{secondPass}/cases/{disputed}"), new("cases-add", "manager", $"/labelling/projects/{secondPass}/cases/add"),
            new("import", "manager", $"/labelling/imports/{import}"),
            new("experts", "manager", "/labelling/experts"), new("expert", "manager", $"/labelling/experts/{(await manager.Items("/api/v1/experts?size=50"))[0]["accountId"]}"),
            new("payments", "manager", "/labelling/payments"),
            new("releases", "manager", "/labelling/releases"), new("release", "manager", $"/labelling/releases/{await First(manager, "/api/v1/labelling-releases")}"),
            new("dataset-new", "manager", "/datasets/new"),
            new("start-of-expert", "expert1", "/"), new("queue", "expert1", "/labelling/queue"), new("work", "expert1", "/labelling/work"), new("reading-files", "expert1", $"/labelling/readings/{reading}/files"), new("results", "expert1", "/labelling/results"), new("result", "expert2", $"/labelling/results/{result}"),
            new("result-in-workbench", "expert2", $"/workbench/radiology/{result}/result", Workbench), new("adjudication", "expert3", $"/workbench/radiology/{adjudication}", Workbench),
            new("validation", "expert4", $"/workbench/radiology/{validation}", Workbench), new("reading", "expert1", $"/workbench/radiology/{reading}", Workbench),
            new("start-of-lead", "lead", "/"), new("team", "lead", $"/competitions/{competition}/team"), new("invitations", "developer", "/invitations"),
        ];
    }

    private async Task<JsonNode> Finished(string login, string mode) =>
        (await (await demo.As(login)).Get("/api/v1/readings"))["finished"]!.AsArray().First(r => (string)r!["mode"]! == mode)!["id"]!;

    /// <summary>An open batch of two pictures that somebody has captured from a screen: each waits for a person's look.</summary>
    private static async Task<JsonNode> WithFilesAside(Api engineer)
    {
        var batch = (await engineer.Post("/api/v1/batches", new { centre = "DEMO1", name = "Снимки с экрана" }))["id"]!;
        foreach (var file in PhantomCt.Generate(new PhantomOptions(61, 256, 2)).Files)
        {
            file.Dataset.Set(DicomTags.SopClassUid, DicomUids.SecondaryCaptureImageStorage).Set(DicomTags.ImageType, "DERIVED\\SECONDARY\\SCREEN SAVE");
            var captured = DicomFile.Create(file.Dataset, DicomUids.ExplicitVRLittleEndian);
            await engineer.Send($"/api/v1/batches/{batch}/files", DicomWriter.ToBytes(captured));
        }

        return batch;
    }

    private static async Task<JsonNode> First(Api person, string list)
    {
        var answer = await person.Get(list);
        return (answer as JsonArray ?? answer["items"]!.AsArray())[0]!["id"]!;
    }
}
