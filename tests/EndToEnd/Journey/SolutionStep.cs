using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Journey;

/// <summary>The winner on the track of nine stages, and its chain verified three ways, whole and broken.</summary>
internal static class SolutionStep
{
    private static readonly string[] Links = ["batch", "reading", "agreement", "consensus", "validation", "release", "dataset-version", "submission", "score"];

    public static async Task Follow(Walk walk)
    {
        var page = walk["office"].Page;
        await walk["office"].Api.Until("/api/v1/solutions", s => s["items"]!.AsArray().Count == 1);
        await page.Open("/solutions", "solutions");
        await page.Locator("[data-solution]").ClickAsync();
        await page.Ready("solution");
        walk.Solution = page.IdInAddress();
        await Expect(page.Locator("[data-stage]")).ToHaveCountAsync(9);
        await page.Act("verify");
        await page.Locator("[data-verdict='whole']").WaitForAsync(new() { Timeout = 180_000 });
        await walk.Look(page, "solution-verified");
    }

    public static async Task VerifyAndBreak(Walk walk)
    {
        await Verify(walk, whole: true);
        var path = await StoredImage(walk);
        var bytes = await File.ReadAllBytesAsync(path);
        try
        {
            var changed = (byte[])bytes.Clone();
            changed[^1] ^= 1;
            await File.WriteAllBytesAsync(path, changed);
            await Verify(walk, whole: false);
            var page = walk["office"].Page;
            await page.Open($"/solutions/{walk.Solution}", "solution");
            await page.Act("verify");
            await page.Locator("[data-verdict='broken']").WaitForAsync(new() { Timeout = 180_000 });
            await walk.Look(page, "solution-broken");
        }
        finally
        {
            await File.WriteAllBytesAsync(path, bytes);
        }

        await Verify(walk, whole: true);
    }

    private static async Task Verify(Walk walk, bool whole)
    {
        var api = walk["office"].Api;
        var answer = await api.Get($"/api/v1/solutions/{walk.Solution}/verify");
        var faults = string.Join('\n', answer["links"]!.AsArray().Where(l => l!["fault"] is not null).Select(l => l!.ToJsonString()));
        Assert.True((bool)answer["isWhole"]! == whole, faults);
        var kinds = answer["links"]!.AsArray().Select(l => (string)l!["kind"]!).ToHashSet();
        Assert.Empty(Links.Except(kinds));
        if (!whole)
            Assert.Contains("fileChanged", faults, StringComparison.Ordinal);
        var cli = await Tool.Pirogov(walk.Platform.Address, api.Token, "verify", walk.Solution);
        Assert.True(cli.ExitCode == (whole ? 0 : 1), cli.Output + cli.Errors);
    }

    /// <summary>An image that the version gives away: the whole chain stands on it.</summary>
    private static async Task<string> StoredImage(Walk walk)
    {
        var files = await walk["manager"].Api.Items($"/api/v1/datasets/{DatasetStep.Slug}/versions/1/files?under=train/&size=200");
        var md5 = (string)files.First(f => ((string)f["path"]!).EndsWith(".dcm", StringComparison.Ordinal))["md5"]!;
        return Path.Combine(walk.Platform.DataFolder, "store", "files", "md5", md5[..2], md5[2..]);
    }
}
