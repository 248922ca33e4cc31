namespace Pirogov.EndToEnd.Journey;

/// <summary>The radiology workbench under a reader's hand.</summary>
internal sealed class WorkbenchPage(IPage page)
{
    public Task Ready() => page.Locator("body[data-ready='true']").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>From the queue into the reading, by its link.</summary>
    public static async Task<WorkbenchPage> Take(IPage page, string reading)
    {
        await page.Open("/labelling/queue", "labelling-queue");
        await page.Locator($"tr[data-reading='{reading}'] a[href^='/workbench/']").ClickAsync();
        await page.WaitForURLAsync($"**/workbench/radiology/{reading}");
        var workbench = new WorkbenchPage(page);
        await workbench.Ready();
        return workbench;
    }

    public Task Tool(string tool) => page.Locator($".rail-button[data-tool='{tool}']").ClickAsync();

    public Task PickClass(string id) => page.Locator($".class-pick[data-class='{id}']").ClickAsync();

    public async Task Layout(string layout)
    {
        await page.Locator($"[data-layout-button='{layout}']").ClickAsync();
        await page.Locator($"#stage[data-layout='{layout}']").WaitForAsync();
    }

    /// <summary>Presses the button at the first place, moves through the others, lets go; places are shares of the pane.</summary>
    public async Task Stroke(params (float X, float Y)[] places)
    {
        var box = (await page.Locator("[data-pane='main'] .pane-surface").BoundingBoxAsync())!;
        foreach (var (place, i) in places.Select((p, i) => (p, i)))
        {
            await page.Mouse.MoveAsync(box.X + place.X * box.Width, box.Y + place.Y * box.Height, new() { Steps = i == 0 ? 1 : 8 });
            if (i == 0)
                await page.Mouse.DownAsync();
        }

        await page.Mouse.UpAsync();
    }

    public Task Answer(string question, string option) => page.CheckAsync($"[data-question='{question}'] input[value='{option}']");

    public Task CopyClass(string id, string source) => page.Locator($"[data-copy-class='{id}'][data-copy-source='{source}']").ClickAsync();

    /// <summary>Waits until the server has everything.</summary>
    public async Task<int> Saved()
    {
        await page.Locator("#save-state[data-state='saved']").WaitForAsync();
        var revision = int.Parse((await page.Locator("body").GetAttributeAsync("data-saved-revision"))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(revision > 0, "Nothing was saved.");
        return revision;
    }

    public async Task Submit()
    {
        var here = page.Url;
        await page.ClickAsync("#submit");
        await page.ClickAsync("#submit-dialog [data-choice='submit']");
        await Left(here);
    }

    public async Task Accept()
    {
        var here = page.Url;
        await page.ClickAsync("#accept");
        await Left(here);
    }

    public async Task Return(string comment)
    {
        var here = page.Url;
        await page.ClickAsync("#return");
        await page.FillAsync("#return-comment", comment);
        await page.ClickAsync("#return-dialog [data-choice='return']");
        await Left(here);
    }

    /// <summary>The next case opens in place, or the queue when it was the last.</summary>
    private Task Left(string here) => Expect(page).Not.ToHaveURLAsync(here);
}
