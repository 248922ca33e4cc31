using System.IO.Compression;
using System.Text.RegularExpressions;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Journey;

/// <summary>A hospital's folder goes in; cases without a patient come out.</summary>
internal static partial class IntakeStep
{
    public static async Task SendTheFolder(Walk walk)
    {
        var engineer = await walk.SignIn("engineer");
        var page = engineer.Page;
        walk.Batch = await OpenBatch(page, "КТ печени, первая партия");
        var progress = page.Locator("#intake-status:not(:empty)").WaitForAsync();
        await page.SetInputFilesAsync("#intake-folder", walk.Incoming.Path);
        await progress;
        await walk.Look(page, "intake-sending");
        await page.Locator(".intake-stage[data-phase='done']").WaitForAsync(new() { Timeout = 180_000 });
        await page.ClickAsync("#intake-finish");
        await Complete(page);
        await Expect(page.Locator("[data-figure='accepted']")).ToHaveTextAsync($"{walk.Incoming.Files}");
        await Expect(page.Locator("[data-figure='refused']")).ToHaveTextAsync("0");
        await walk.Look(page, "batch-report");
        await page.Act("see-cases");
        await page.Ready("archive-cases");
        await Expect(page.Locator("[data-case]")).ToHaveCountAsync(walk.Incoming.Series.Count);
        await page.WaitForFunctionAsync("[...document.querySelectorAll('[data-case] img')].length > 0 && [...document.querySelectorAll('[data-case] img')].every(i => i.complete && i.naturalWidth > 0)");
        Assert.Equal(walk.Incoming.Series.Count, await page.Locator("[data-case] img").CountAsync());
        await walk.Look(page, "cases");
        var cases = await engineer.Api.Items($"/api/v1/cases?batch={walk.Batch}&size=200");
        var main = cases.MaxBy(c => (int)c["instanceCount"]!)!;
        walk.MainCase = (string)main["id"]!;
        await page.Open($"/archive/cases/{walk.MainCase}", "archive-case");
        await page.Act("show-attributes");
        await page.Locator("[data-list='attributes']").WaitForAsync();
        await walk.Look(page, "case-with-attributes");
    }

    /// <summary>A cut file, an archive that is a bomb and a text that is called an image, in one folder with good files.</summary>
    public static async Task SendABadFolder(Walk walk)
    {
        var page = (await walk.SignIn("engineer")).Page;
        var folder = Directory.CreateTempSubdirectory("incoming-bad-").FullName;
        try
        {
            var good = PhantomCt.Generate(new PhantomOptions(601, 64, 3)).Files;
            for (var k = 0; k < good.Count; k++)
                DicomWriter.WriteFile(Path.Combine(folder, $"good-{k}.dcm"), good[k]);
            var whole = await File.ReadAllBytesAsync(walk.Incoming.Series[0][0]);
            await File.WriteAllBytesAsync(Path.Combine(folder, "cut.dcm"), whole[..(whole.Length / 2)]);
            await File.WriteAllTextAsync(Path.Combine(folder, "letter.dcm"), "Это не снимок.");
            WriteBomb(Path.Combine(folder, "bomb.zip"));
            await OpenBatch(page, "Папка с повреждёнными файлами");
            await page.SetInputFilesAsync("#intake-folder", folder);
            await page.Locator(".intake-stage[data-phase='done']").WaitForAsync();
            foreach (var bad in new[] { "cut.dcm", "letter.dcm", "bomb.zip" })
            {
                var row = page.Locator("tr[data-outcome='refused']").Filter(new() { HasText = bad });
                await Expect(row).ToHaveCountAsync(1);
                await Expect(row.Locator("td").Last).ToHaveTextAsync(RussianWord());
            }

            await Expect(page.Locator("tr[data-outcome='accepted']")).ToHaveCountAsync(good.Count);
            await walk.Look(page, "intake-refusals");
            await page.ClickAsync("#intake-finish");
            await Complete(page);
            await Expect(page.Locator("[data-list='refused'] tbody tr").First).ToBeVisibleAsync();
            await walk.Look(page, "batch-report-with-refusals");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> OpenBatch(IPage page, string name)
    {
        await page.Open("/archive/batches/new", "archive-new-batch");
        await page.Type("name", name);
        await page.Act("create-batch");
        await page.Locator("#intake[data-mounted='true']").WaitForAsync();
        return page.IdInAddress();
    }

    private static Task Complete(IPage page) =>
        page.Locator("[data-part='batch-report'][data-ready='true'][data-state='complete']").WaitForAsync(new() { Timeout = 180_000 });

    private static void WriteBomb(string path)
    {
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using var entry = archive.CreateEntry("image.dcm", CompressionLevel.SmallestSize).Open();
        var nothing = new byte[1 << 20];
        for (var megabytes = 0; megabytes < 64; megabytes++)
            entry.Write(nothing);
    }

    [GeneratedRegex("[а-яё]{4,}")]
    private static partial Regex RussianWord();
}
