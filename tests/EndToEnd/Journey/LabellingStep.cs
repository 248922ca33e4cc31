using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Journey;

/// <summary>A schema, a project, two blind readings, arbitration, validation, release.</summary>
internal static class LabellingStep
{
    private const string SchemaName = "Печень и образования";

    public static async Task DesignTheSchema(Walk walk)
    {
        var page = (await walk.SignIn("manager")).Page;
        await page.Open("/labelling/schemas/new", "labelling-schema");
        await page.Type("schema-name", SchemaName);
        foreach (var (place, id, ru, en) in new[] { (0, "liver", "Печень", "Liver"), (1, "lesion", "Образование", "Lesion") })
        {
            await page.Act("add-class");
            var card = page.Locator($"[data-class='{place}']");
            await card.Type("class-id", id);
            await card.Type("class-ru", ru);
            await card.Type("class-en", en);
        }

        await page.Act("add-question");
        var question = page.Locator("[data-question='0']");
        await question.Type("question-id", "quality");
        await question.Type("question-ru", "Качество исследования");
        await question.Type("question-en", "Image quality");
        foreach (var (place, id, ru) in new[] { (0, "good", "хорошее"), (1, "poor", "плохое") })
        {
            var option = question.Locator($"[data-option='{place}']");
            await option.Type("option-id", id);
            await option.Type("option-ru", ru);
            await option.Type("option-en", id);
        }

        await page.Locator("[data-faults='0']").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await walk.Look(page, "schema");
        await page.Act("publish-schema");
        await page.Locator("[data-published='true']").WaitForAsync();
    }

    public static async Task StartTheProject(Walk walk)
    {
        var page = (await walk.SignIn("manager")).Page;
        await page.Open("/labelling/projects/new", "labelling-project-form");
        await page.Type("project-name", "Разметка печени");
        await page.Choose("project-task", AgendaStep.TaskTitle);
        await page.Type("project-instructions", "Обведите печень кистью на одном срезе. Образование — отдельным классом.");
        await page.Act("choose-all");
        await page.Locator($"[data-chosen='{walk.Incoming.Series.Count}']").WaitForAsync();
        await page.Choose("project-readers", AgendaStep.NameOf("expert1"), AgendaStep.NameOf("expert2"));
        await page.Choose("project-adjudicator", AgendaStep.NameOf("expert3"));
        await page.Choose("project-validator", AgendaStep.NameOf("expert4"));
        await walk.Look(page, "project-form");
        await page.Act("create-project");
        await page.Ready("labelling-project");
        walk.Project = page.IdInAddress();
        await page.Act("start-project");
        await page.Agree();
        await page.Locator("[data-project-state='Running']").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await walk.Look(page, "project-started");
    }

    /// <summary>The main case is drawn with the mouse by both, differently; the others come from the experts' programs and agree.</summary>
    public static async Task ReadBlind(Walk walk)
    {
        await Draw(walk, "expert1", [(0.38f, 0.84f), (0.43f, 0.80f)]);
        await Draw(walk, "expert2", [(0.63f, 0.56f), (0.66f, 0.64f)]);
        foreach (var (login, shift) in new[] { ("expert1", 0), ("expert2", 1) })
        {
            foreach (var reading in await Labels.Open(walk[login].Api, walk.Project))
                await Labels.Read(walk[login].Api, (string)reading["id"]!, shift);
        }
    }

    public static async Task Arbitrate(Walk walk)
    {
        var manager = walk["manager"];
        await CasesBecome(walk, states => states.Count(s => s == "adjudication") == 1 && states.Count(s => s == "validation") == states.Length - 1);
        await manager.Page.Open($"/labelling/projects/{walk.Project}", "labelling-project");
        await walk.Look(manager.Page, "project-with-disagreement");
        var expert = await walk.SignIn("expert3");
        var workbench = await WorkbenchPage.Take(expert.Page, await OnlyReading(walk, "expert3"));
        await workbench.Layout("compare");
        foreach (var pane in new[] { "source-A", "source-B", "main" })
            await expert.Page.Locator($"[data-pane='{pane}']").WaitForAsync();
        await workbench.CopyClass("liver", "A");
        await workbench.CopyClass("lesion", "B");
        await workbench.Layout("stack");
        await workbench.Tool("brush");
        await workbench.PickClass("liver");
        await workbench.Stroke((0.40f, 0.56f), (0.43f, 0.60f));
        await workbench.Answer("quality", "good");
        await workbench.Saved();
        await workbench.Layout("compare");
        await walk.Look(expert.Page, "arbitration-side-by-side");
        await workbench.Submit();
    }

    /// <summary>The validator sends the arbitrated case back once, then accepts everything.</summary>
    public static async Task Validate(Walk walk)
    {
        await CasesBecome(walk, states => states.All(s => s == "validation"));
        var validator = await walk.SignIn("expert4");
        var main = await ReadingOfMainCase(walk, "expert4");
        var workbench = await WorkbenchPage.Take(validator.Page, main);
        await walk.Look(validator.Page, "validation");
        await workbench.Return("Край печени у ворот не дорисован.");
        await CorrectTheReturned(walk);
        await CasesBecome(walk, states => states.All(s => s == "validation"));
        workbench = await WorkbenchPage.Take(validator.Page, await ReadingOfMainCase(walk, "expert4"));
        await workbench.Accept();
        while (await Labels.Open(validator.Api, walk.Project) is [var open, ..])
            await validator.Api.Post($"/api/v1/readings/{open["id"]}/accept");
        await CasesBecome(walk, states => states.All(s => s == "validated"));
    }

    public static async Task Release(Walk walk)
    {
        var page = walk["manager"].Page;
        await page.Open($"/labelling/projects/{walk.Project}", "labelling-project");
        await page.Act("release");
        await page.Agree();
        await page.Locator("[data-release] a").First.ClickAsync();
        await page.Ready("labelling-release");
        await Expect(page.Locator("[data-list='cases'] tbody tr")).ToHaveCountAsync(walk.Incoming.Series.Count);
        await walk.Look(page, "release");
    }

    private static async Task Draw(Walk walk, string login, (float, float)[] lesion)
    {
        var expert = await walk.SignIn(login);
        var workbench = await WorkbenchPage.Take(expert.Page, await ReadingOfMainCase(walk, login));
        await workbench.Tool("brush");
        await workbench.PickClass("liver");
        await workbench.Stroke((0.30f, 0.62f), (0.36f, 0.56f), (0.42f, 0.64f), (0.34f, 0.74f));
        await workbench.PickClass("lesion");
        await workbench.Stroke(lesion);
        await workbench.Answer("quality", "good");
        await workbench.Saved();
        await walk.Look(expert.Page, $"reading-of-{login}");
        await workbench.Submit();
    }

    private static async Task CorrectTheReturned(Walk walk)
    {
        var expert = walk["expert3"];
        var workbench = await WorkbenchPage.Take(expert.Page, await OnlyReading(walk, "expert3"));
        await Expect(expert.Page.GetByText("Край печени у ворот не дорисован.")).ToBeVisibleAsync();
        await workbench.Tool("brush");
        await workbench.PickClass("liver");
        await workbench.Stroke((0.32f, 0.70f), (0.36f, 0.76f));
        await workbench.Saved();
        await walk.Look(expert.Page, "returned-and-corrected");
        await workbench.Submit();
    }

    private static async Task<string> OnlyReading(Walk walk, string login) => (string)Assert.Single(await Labels.Open(walk[login].Api, walk.Project))["id"]!;

    private static async Task<string> ReadingOfMainCase(Walk walk, string login)
    {
        foreach (var reading in await Labels.Open(walk[login].Api, walk.Project))
        {
            var view = await walk[login].Api.Get($"/api/v1/readings/{reading["id"]}");
            if ((string)view["case"]!["id"]! == walk.MainCase)
                return (string)reading["id"]!;
        }

        throw new InvalidOperationException($"{login} has no open reading of the main case.");
    }

    private static Task<JsonNode> CasesBecome(Walk walk, Func<string[], bool> wanted) =>
        walk["manager"].Api.Until($"/api/v1/labelling-projects/{walk.Project}/cases?size=200",
            page => wanted([.. page["items"]!.AsArray().Select(c => (string)c!["state"]!)]));
}
