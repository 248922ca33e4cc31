using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace Pirogov.EndToEnd.Journey;

/// <summary>A manager acts on one case by its page, and gives open work to a person of their choice.</summary>
[Collection(OnTheDemo.Name)]
public sealed class CasePageTests(DemoPlatform demo, Browser browser)
{
    private const string Reason = "Двойник другого случая";

    [Fact]
    public async Task A_case_is_set_aside_and_taken_up_again_by_keyboard_and_open_work_is_given_to_a_chosen_person()
    {
        var (project, one, _) = await SecondPassProject.In(demo);
        var page = await SignIn("manager");
        await page.Open($"/labelling/projects/{project}/cases/{one}", "labelling-project-case");
        await Press(page, "set-aside");
        await page.Type("case-comment", Reason);
        await Look(page, "case-setting-aside");
        await Press(page, "confirm");
        await Expect(page.Locator("[data-aside]")).ToContainTextAsync(Reason);
        await Look(page, "case-aside");
        await page.Open($"/labelling/projects/{project}", "labelling-project");
        await Press(page, "show-aside");
        await Expect(page.Locator("[data-list='cases'] tbody tr")).ToHaveCountAsync(1);
        await page.Open($"/labelling/projects/{project}/cases/{one}", "labelling-project-case");
        await Press(page, "take-up");
        await Expect(page.Locator("[data-aside]")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-list='remarks']")).ToContainTextAsync(Reason);

        await page.Open($"/labelling/projects/{project}/assignment", "labelling-assignment");
        await Press(page, "reassign");
        await Expect(page.Locator("[data-section='reassign']")).ToBeVisibleAsync();
        await Look(page, "assignment-reassigning");
        await page.Context.CloseAsync();

        var adjudicator = await SignIn("expert3");
        await adjudicator.Open("/labelling/queue", "labelling-queue");
        await adjudicator.Locator("tr[data-mode='Adjudicate'] [data-action='skip']").First.ClickAsync();
        await Expect(adjudicator.Locator("[data-section='skip']")).ToBeVisibleAsync();
        await Look(adjudicator, "queue-skipping-adjudication");
        await adjudicator.Context.CloseAsync();
    }

    private static async Task Press(IPage page, string action)
    {
        var button = page.Locator($"[data-action='{action}']").First;
        await button.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
    }

    private async Task<IPage> SignIn(string login)
    {
        var page = await browser.NewPage(demo.Process.Address);
        await page.Open("/sign-in");
        await page.FillAsync("#sign-in-login", login);
        await page.FillAsync("#sign-in-password", DemoPlatform.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync(demo.Process.Address.ToString());
        return page;
    }

    private static async Task Look(IPage page, string name)
    {
        // What still moves or fades has not its own colour yet.
        await page.EvaluateAsync("Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < Infinity).map(a => a.finished.catch(() => {})))");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Browser.ScreenshotFolder, "ru", name + ".png"), FullPage = true });
        var found = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.DoesNotContain(found.Violations, v => v.Impact is "serious" or "critical");
    }
}
