using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Journey;

/// <summary>
/// One case from three blind readings to its release, with the mouse and in Russian: a disagreement, adjudication object by object, a return
/// with a pinned reason, the correction, two levels; then a reader sees what became of the case.
/// </summary>
[Collection(OnTheDemo.Name)]
public sealed class CrossLabellingTests(DemoPlatform demo, Browser browser)
{
    private const string Name = "Перекрёстная разметка одного случая";
    private const string Reason = "Край печени у купола срезан.";

    /// <summary>Liver strokes, and where a nodule is marked; the third sees none.</summary>
    private static readonly (string Login, (float, float)[] Liver, (float, float)[] Nodule, string Quality)[] Readers =
    [
        ("expert1", [(0.36f, 0.44f), (0.42f, 0.42f), (0.45f, 0.50f), (0.38f, 0.54f)], [(0.58f, 0.30f), (0.64f, 0.38f)], "good"),
        ("expert2", [(0.38f, 0.50f), (0.46f, 0.46f), (0.50f, 0.54f), (0.42f, 0.60f)], [(0.59f, 0.31f), (0.65f, 0.38f)], "good"),
        ("expert3", [(0.34f, 0.38f), (0.38f, 0.36f), (0.40f, 0.42f)], [], "poor"),
    ];

    private static readonly string[] Names = ["Екатерина Первая", "Василий Второй", "Тамара Третья", "Чеслав Четвёртый", "Вера Проверкина", "Глеб Главный"];
    private readonly ConcurrentQueue<string> errors = new();
    private int pictures;

    [Fact]
    public async Task Three_read_blind_one_decides_two_validate_and_a_reader_sees_what_came_of_it()
    {
        var manager = await demo.As("manager");
        var project = await CrossLabellingProject.Plan(demo, manager, Name, Readers.Select(r => r.Login), Names[4..]);
        var readings = new Dictionary<string, string>();
        foreach (var reader in Readers)
            readings[reader.Login] = await ReadBlind(reader, project, offline: reader.Login == "expert2");
        await CaseIs(manager, project, "adjudication");
        await ManagerSees(project);
        await NobodyLeaks(readings);

        await Adjudicate(project);
        await CaseIs(manager, project, "validation");
        await ReturnPinned(project);
        await CaseIs(manager, project, "adjudication");
        await CorrectWherePinned(project);
        await CaseIs(manager, project, "validation");
        await Accept("validator1", project);
        await Accept("validator2", project);
        await CaseIs(manager, project, "validated");
        await Release(project);
        await CaseIs(manager, project, "released");
        await ResultIsSeen(readings["expert1"]);
        Assert.Empty(errors);
    }

    /// <summary>With the mouse; one of them loses the network in the middle of the work and the page with it, and loses no stroke.</summary>
    private async Task<string> ReadBlind((string Login, (float, float)[] Liver, (float, float)[] Nodule, string Quality) reader, string project, bool offline)
    {
        var (page, answers) = await SignIn(reader.Login);
        var reading = await OpenReading(reader.Login, project);
        var workbench = await WorkbenchPage.Take(page, reading);
        await InstructionIsSeen(page, workbench);
        await workbench.Answer("quality", reader.Quality);
        await workbench.Saved();
        if (offline)
            await page.Context.SetOfflineAsync(true);
        await workbench.Tool("brush");
        await workbench.PickClass("liver");
        await workbench.Stroke(reader.Liver);
        if (reader.Nodule.Length > 0)
        {
            await workbench.Tool("rectangle");
            await workbench.PickClass("nodule");
            await workbench.Stroke(reader.Nodule);
        }

        if (offline)
            workbench = await LoseTheNetwork(page, reading);
        await workbench.Saved();
        await Look(page, $"reading-of-{reader.Login}");
        answers.Enqueue((page.Url, await page.ContentAsync()));
        foreach (var name in Names.Where(n => n != NameOf(reader.Login)))
            Assert.DoesNotContain(answers, a => a.Text.Contains(name, StringComparison.Ordinal));
        await workbench.Submit();
        await page.Context.CloseAsync();
        return reading;
    }

    /// <summary>In words and with a picture, under the class that is chosen and under no other.</summary>
    private static async Task InstructionIsSeen(IPage page, WorkbenchPage workbench)
    {
        var told = page.Locator(".class-row:has([data-class='liver']) .class-instruction");
        await workbench.PickClass("nodule");
        await Expect(told).ToBeHiddenAsync();
        await workbench.PickClass("liver");
        await Expect(told).ToContainTextAsync(CrossLabellingProject.Instruction);
        await Expect(told.Locator("figcaption")).ToHaveTextAsync(CrossLabellingProject.Caption);
        await Expect(told.Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 16);
    }

    private async Task<WorkbenchPage> LoseTheNetwork(IPage page, string reading)
    {
        await page.Locator("#save-state[data-state='offline']").WaitForAsync();
        await Look(page, "offline");
        var (amount, rectangle) = (page.Locator(".class-row:has([data-class='liver']) .class-amount"), page.Locator("[data-object-type='rectangle']"));
        var (drawn, marked) = (await amount.InnerTextAsync(), await rectangle.InnerTextAsync());
        Assert.NotEmpty(drawn);
        // The page dies while the network is away: what it held stands in the browser's journal.
        await page.GotoAsync("about:blank");
        await page.Context.SetOfflineAsync(false);
        errors.Clear();
        await page.GotoAsync($"/workbench/radiology/{reading}");
        var workbench = new WorkbenchPage(page);
        await workbench.Ready();
        await Expect(rectangle).ToHaveCountAsync(1);
        await Expect(rectangle).ToHaveTextAsync(marked, new() { UseInnerText = true });
        await Expect(amount).ToHaveTextAsync(drawn, new() { UseInnerText = true });
        return workbench;
    }

    private async Task ManagerSees(string project)
    {
        var (page, _) = await SignIn("manager");
        await page.Open($"/labelling/projects/{project}", "labelling-project");
        await Expect(page.Locator("[data-list='cases'] tr[data-state='Adjudication']")).ToHaveCountAsync(1);
        await Look(page, "project-with-disagreement");
        await page.Context.CloseAsync();
    }

    /// <summary>Whatever a reader asks for, another's reading is not there, before and after the round.</summary>
    private async Task NobodyLeaks(Dictionary<string, string> readings)
    {
        foreach (var (login, own) in readings)
        {
            var api = await demo.As(login);
            foreach (var theirs in readings.Where(r => r.Key != login).Select(r => r.Value))
            {
                foreach (var tail in new[] { "", "/disagreements", "/heat-map", "/result", "/side-drafts" })
                    Assert.Equal(System.Net.HttpStatusCode.NotFound, await api.Status($"/api/v1/readings/{theirs}{tail}"));
            }

            var view = await api.Get($"/api/v1/readings/{own}");
            Assert.Empty(view["sources"]!.AsArray());
            Assert.Null(view["adjudication"]);
            Assert.Null(view["consensus"]);
            foreach (var tail in new[] { "disagreements", "heat-map", "result" })
                Assert.Equal(System.Net.HttpStatusCode.NotFound, await api.Status($"/api/v1/readings/{own}/{tail}"));
        }
    }

    private async Task Adjudicate(string project)
    {
        var (page, answers) = await SignIn("expert4");
        var workbench = await WorkbenchPage.Take(page, await OpenReading("expert4", project));
        var count = page.Locator(".dispute-count");
        await page.Locator(".dispute.active").WaitForAsync();
        var total = await page.Locator("[data-disagreement]").CountAsync();
        Assert.InRange(total, 3, 12);
        foreach (var letter in new[] { "A", "B", "C" })
            await page.Locator($"[data-pane='source-{letter}']").WaitForAsync();
        await Look(page, "disagreements");

        // The answer by the letter's key, taken back once; then everything else, the nodule drawn anew.
        await page.Locator(".dispute:has-text('Качество')").First.Locator(".dispute-go").ClickAsync();
        await page.Keyboard.PressAsync("1");
        await Expect(count).ToHaveTextAsync($"Решено 1 из {total}");
        await page.Keyboard.PressAsync("u");
        await Expect(count).ToHaveTextAsync($"Решено 0 из {total}");
        await page.Locator(".dispute.active [data-take='B']").ClickAsync();
        await Expect(count).ToHaveTextAsync($"Решено 1 из {total}");
        await page.Locator(".dispute:has-text('Очаг')").First.Locator(".dispute-go").ClickAsync();
        await page.Keyboard.PressAsync("e");
        await workbench.Stroke((0.35f, 0.40f), (0.62f, 0.60f));
        await Expect(page.Locator("[data-object-type='rectangle']")).ToHaveCountAsync(1);
        await Look(page, "drawn-anew");
        await page.Keyboard.PressAsync("e");
        await Expect(count).ToHaveTextAsync($"Решено 2 из {total}");
        await page.CheckAsync("#heat-on");
        await page.Locator("[data-heat-slice]").First.ClickAsync();
        await Look(page, "heat-map");
        for (var decided = 2; decided < total; decided++)
        {
            await page.Locator(".dispute[data-decided='']").First.Locator(".dispute-go").ClickAsync();
            await page.Keyboard.PressAsync("1");
            await Expect(count).ToHaveTextAsync($"Решено {decided + 1} из {total}");
        }

        Assert.All(answers, a => Assert.DoesNotContain(Names.Take(3), name => a.Text.Contains(name, StringComparison.Ordinal)));
        await workbench.Saved();
        await workbench.Submit();
        await page.Context.CloseAsync();
    }

    private async Task ReturnPinned(string project)
    {
        var (page, _) = await SignIn("validator1");
        await WorkbenchPage.Take(page, await OpenReading("validator1", project));
        var here = page.Url;
        await page.Keyboard.PressAsync("n");
        await new WorkbenchPage(page).Stroke((0.40f, 0.46f));
        await page.CheckAsync("#remark-dialog [value='boundary']");
        await page.FillAsync("#remark-text", Reason);
        await Look(page, "remark");
        await page.ClickAsync("#remark-dialog [data-choice='keep']");
        await Expect(page.Locator("[data-remark='1']")).ToContainTextAsync(Reason);
        await page.ClickAsync("#return");
        await Look(page, "return");
        await page.ClickAsync("#return-dialog [data-choice='return']");
        await Expect(page).Not.ToHaveURLAsync(here);
        await page.Context.CloseAsync();
    }

    private async Task CorrectWherePinned(string project)
    {
        var (page, _) = await SignIn("expert4");
        var workbench = await WorkbenchPage.Take(page, await OpenReading("expert4", project));
        await Expect(page.Locator("[data-comment='1'][data-reason='boundary']")).ToContainTextAsync(Reason);
        await page.Locator("[data-comment='1'] [data-action='go-to-place']").ClickAsync();
        await Expect(page.Locator("[data-comment='1']")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("active"));
        await Look(page, "pinned-remark");
        await workbench.Tool("brush");
        await workbench.PickClass("liver");
        await workbench.Stroke((0.42f, 0.46f), (0.55f, 0.52f));
        await workbench.Saved();
        await workbench.Submit();
        await page.Context.CloseAsync();
    }

    private async Task Accept(string login, string project)
    {
        var (page, _) = await SignIn(login);
        var workbench = await WorkbenchPage.Take(page, await OpenReading(login, project));
        // The second level is shown the consensus alone.
        await Expect(page.Locator("[data-pane^='source-']")).ToHaveCountAsync(login == "validator2" ? 0 : 3);
        await Look(page, $"accepted-by-{login}");
        await workbench.Accept();
        await page.Context.CloseAsync();
    }

    private async Task Release(string project)
    {
        var (page, _) = await SignIn("manager");
        await page.Open($"/labelling/projects/{project}", "labelling-project");
        await page.Act("release");
        await page.Agree();
        await page.Locator("[data-release] a").First.ClickAsync();
        await page.Ready("labelling-release");
        await Expect(page.Locator("[data-sha256]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[0-9a-f]{64}$"));
        await Look(page, "release");
        await page.Context.CloseAsync();
    }

    private async Task ResultIsSeen(string reading)
    {
        var (page, _) = await SignIn("expert1");
        await page.Open($"/labelling/results/{reading}", "labelling-result");
        await page.Act("open-result");
        await new WorkbenchPage(page).Ready();
        await Expect(page.Locator("[data-pane='main'] [data-corner='tl']")).ToHaveTextAsync("Моё прочтение");
        await Expect(page.Locator("[data-pane='source-'] [data-corner='tl']")).ToHaveTextAsync("Итог");
        await Expect(page.Locator("[data-comment='1']")).ToContainTextAsync(Reason);
        await Expect(page.Locator("[data-difference]").First).ToBeVisibleAsync();
        await page.Locator("[data-difference]").First.ClickAsync();
        await Look(page, "result-beside-mine");
        await page.Context.CloseAsync();
    }

    /// <summary>A page of this person, and every text that the platform sends it.</summary>
    private async Task<(IPage Page, ConcurrentQueue<(string Url, string Text)> Answers)> SignIn(string login)
    {
        var page = await browser.NewPage(demo.Process.Address, width: 1500, height: 900);
        var answers = new ConcurrentQueue<(string Url, string Text)>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("ERR_INTERNET_DISCONNECTED", StringComparison.Ordinal))
                errors.Enqueue($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => errors.Enqueue($"{page.Url}: {error}");
        page.Response += async (_, response) =>
        {
            if (!response.Url.Contains("/api/", StringComparison.Ordinal) || !response.Headers.GetValueOrDefault("content-type", "").Contains("json", StringComparison.Ordinal))
                return;
            try
            {
                answers.Enqueue((response.Url, await response.TextAsync()));
            }
            catch (PlaywrightException)
            {
                // The page was left before the answer was read here.
            }
        };
        await page.Open("/sign-in");
        await page.FillAsync("#sign-in-login", login);
        await page.FillAsync("#sign-in-password", DemoPlatform.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync(demo.Process.Address.ToString());
        return (page, answers);
    }

    private static string NameOf(string login) => Names[int.Parse(login.AsSpan(^1), System.Globalization.CultureInfo.InvariantCulture) - 1];

    private async Task<string> OpenReading(string login, string project)
    {
        JsonNode[] open = [];
        await (await demo.As(login)).Until("/api/v1/readings", q =>
            (open = [.. q["open"]!.AsArray().Where(r => (string)r!["projectId"]! == project).Select(r => r!)]).Length == 1);
        return (string)open[0]["id"]!;
    }

    private static Task<JsonNode> CaseIs(Api manager, string project, string state) =>
        manager.Until($"/api/v1/labelling-projects/{project}/cases", page => (string)page["items"]![0]!["state"]! == state);

    /// <summary>Every page of the journey speaks Russian.</summary>
    private async Task Look(IPage page, string name)
    {
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "ru");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Browser.ScreenshotFolder, "cross-labelling", $"{++pictures:D2}-{name}.png") });
    }
}
