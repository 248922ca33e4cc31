using System.IO.Compression;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Journey;

/// <summary>The intake's page alone: archives, the bar, and what becomes of a sending whose page goes away.</summary>
[Collection(OnTheDemo.Name)]
public sealed class IntakePageTests(DemoPlatform demo, Browser browser) : IDisposable
{
    private const string Bar = "document.querySelector('#intake-progress')";

    private readonly string folder = Directory.CreateTempSubdirectory("intake-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_disk_in_an_archive_is_unpacked_in_the_page_and_all_its_images_arrive()
    {
        var path = Path.Combine(folder, "disk.zip");
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            archive.CreateEntry("DICOM/");
            Write(archive, "DICOMDIR", CompressionLevel.Optimal, [1, 2, 3]);
            foreach (var (file, k) in PhantomCt.Generate(new PhantomOptions(611, 64, 6)).Files.Select((f, k) => (f, k)))
                Write(archive, $"DICOM/Снимки {k % 2}/IM{k}", k % 2 == 0 ? CompressionLevel.Optimal : CompressionLevel.NoCompression, DicomWriter.ToBytes(file));
        }

        var (page, batch) = await Intake("Диск в архиве");
        await page.SetInputFilesAsync("#intake-files", path);
        await Done(page);
        await Count(page, "accepted", 6);
        await Count(page, "skipped", 1);
        Assert.True(await page.EvaluateAsync<bool>($"{Bar}.max > 1 && {Bar}.value === {Bar}.max"));
        await page.Context.CloseAsync();
        await Kept(batch, 6);
    }

    [Fact]
    public async Task A_sending_that_is_cut_by_a_reload_goes_on_with_the_files_that_are_missing()
    {
        const int files = 12;
        foreach (var (file, k) in PhantomCt.Generate(new PhantomOptions(612, 64, files)).Files.Select((f, k) => (f, k)))
            DicomWriter.WriteFile(Path.Combine(folder, $"IM{k:D2}"), file);
        var (page, batch) = await Intake("Отправка с перерывом");
        page.Dialog += (_, question) => question.AcceptAsync();
        var (passed, stuck) = (0, new TaskCompletionSource());
        await page.RouteAsync($"**/api/v1/batches/{batch}/files", async route =>
        {
            if (Interlocked.Increment(ref passed) <= 5)
                await route.ContinueAsync();
            else
                stuck.TrySetResult();
        });
        await page.SetInputFilesAsync("#intake-folder", folder);
        await stuck.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await Count(page, "accepted", 5);
        await page.WaitForFunctionAsync($"{Bar}.value > 0 && {Bar}.value < {Bar}.max");
        await page.ReloadAsync();

        var again = 0;
        await page.UnrouteAllAsync();
        await page.RouteAsync($"**/api/v1/batches/{batch}/files", async route =>
        {
            Interlocked.Increment(ref again);
            await route.ContinueAsync();
        });
        await page.Locator("#intake[data-mounted='true']").WaitForAsync();
        await page.SetInputFilesAsync("#intake-folder", folder);
        await Done(page);
        await Count(page, "known", 5);
        await Count(page, "accepted", files - 5);
        Assert.Equal(files - 5, again);
        Assert.True(await page.EvaluateAsync<bool>($"{Bar}.value === {Bar}.max"));
        await page.Context.CloseAsync();
        await Kept(batch, files);
    }

    private async Task<(IPage Page, string Batch)> Intake(string name)
    {
        var batch = (string)(await (await demo.As("engineer")).Post("/api/v1/batches", new { centre = "DEMO1", name }))["id"]!;
        var page = await browser.NewPage(demo.Process.Address);
        await page.SignIn(demo, "engineer");
        await page.GotoAsync($"/archive/batches/{batch}");
        await page.Locator("#intake[data-mounted='true']").WaitForAsync();
        return (page, batch);
    }

    private static Task Done(IPage page) => page.Locator(".intake-stage[data-phase='done']").WaitForAsync();

    private static Task Count(IPage page, string outcome, int count) =>
        Expect(page.Locator($"#intake-summary [data-outcome='{outcome}']")).ToHaveAttributeAsync("data-count", $"{count}");

    private async Task Kept(string batch, int instances)
    {
        var engineer = await demo.As("engineer");
        await engineer.Job((await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!);
        Assert.Equal(instances, (await engineer.Items($"/api/v1/cases?batch={batch}")).Sum(c => (int)c["instanceCount"]!));
    }

    private static void Write(ZipArchive archive, string name, CompressionLevel level, ReadOnlySpan<byte> bytes)
    {
        using var entry = archive.CreateEntry(name, level).Open();
        entry.Write(bytes);
    }
}
