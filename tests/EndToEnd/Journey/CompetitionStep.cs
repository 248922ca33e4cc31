using System.IO.Compression;
using System.Text;
using Pirogov.Imaging;

namespace Pirogov.EndToEnd.Journey;

/// <summary>A competition on the version: a team, a submission that is turned away, one that is scored, the boards.</summary>
internal static class CompetitionStep
{
    private const string TeamName = "Пороговая команда";

    public static async Task Announce(Walk walk)
    {
        var page = walk["office"].Page;
        await page.Open("/competitions/new", "competition-new");
        await page.Type("title-ru", "Печень на КТ");
        await page.Type("title-en", "Liver on CT");
        await page.Type("description-ru", "Найдите печень и образования на КТ.");
        await page.Type("description-en", "Find the liver and its lesions on CT.");
        await walk.Look(page, "competition-form");
        await page.Act("save-competition");
        await page.Ready("competition");
        walk.Competition = page.IdInAddress();
        await page.Act("open-competition");
        await page.Locator("[data-action='close-competition']").WaitForAsync();
        await walk.Look(page, "competition-open");
    }

    public static async Task MakeATeam(Walk walk)
    {
        var page = (await walk.SignIn("lead")).Page;
        await page.Open($"/competitions/{walk.Competition}/team", "competition-team");
        await page.Type("team-name", TeamName);
        await page.Act("make-team");
        foreach (var (login, role) in new[] { ("developer", "Developer"), ("observer", "Observer") })
        {
            await page.Type("invitee", login);
            await page.SelectOptionAsync("[data-field='invitee-role']", role);
            await page.Act("invite");
            await page.Locator("[data-invitation]").Filter(new() { HasText = AgendaStep.NameOf(login) }).WaitForAsync();
        }

        await walk.Look(page, "team-with-invitations");
        foreach (var login in new[] { "developer", "observer" })
        {
            var invited = (await walk.SignIn(login)).Page;
            await invited.Open("/invitations", "invitations");
            await walk.Look(invited, $"invitation-of-{login}");
            await invited.Act("accept");
            await invited.Ready("competition-team");
        }

        await Expect(walk["observer"].Page.Locator("[data-note='observer']")).ToBeVisibleAsync();
        await Expect(walk["observer"].Page.Locator("[data-list='members'] li")).ToHaveCountAsync(3);
    }

    public static async Task Submit(Walk walk)
    {
        var (_, page, api) = walk["developer"];
        var folder = Directory.CreateTempSubdirectory("submission-").FullName;
        try
        {
            await page.Open($"/competitions/{walk.Competition}/team", "competition-team");
            var wrong = Path.Combine(folder, "wrong-cases.zip");
            using (var archive = ZipFile.Open(wrong, ZipArchiveMode.Create))
                archive.CreateEntry("case-9999.nii.gz");
            await page.SetInputFilesAsync("input[data-field='submission-file']", wrong);
            await Expect(page.Locator("[role='alert'] [data-fault]").First).ToBeVisibleAsync();
            await walk.Look(page, "submission-turned-away");

            var good = Path.Combine(folder, "threshold.zip");
            await Predict(walk, api, good);
            await page.SetInputFilesAsync("input[data-field='submission-file']", good);
            var row = page.Locator("[data-submission][data-state='scored']");
            await row.WaitForAsync(new() { Timeout = 180_000 });
            await Expect(row.Locator("[data-figures='public'] [data-metric]").First).ToBeVisibleAsync();
            Assert.Equal(0, await row.Locator("[data-figures='hidden']").CountAsync());
            await walk.Look(page, "submission-scored");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static async Task Close(Walk walk)
    {
        var page = walk["office"].Page;
        await page.Open($"/competitions/{walk.Competition}", "competition");
        await Tab(page, 2);
        await Expect(page.Locator($"[data-board] tr[data-team='{TeamName}'][data-rank='1']")).ToBeVisibleAsync();
        await walk.Look(page, "public-board");
        await Tab(page, 3);
        await Expect(page.Locator("[data-empty='private-board']")).ToBeVisibleAsync();
        await page.Act("close-competition");
        await page.Agree();
        await Expect(page.Locator("[data-action='close-competition']")).ToHaveCountAsync(0);
        await page.Open($"/competitions/{walk.Competition}", "competition");
        await Tab(page, 3);
        await Expect(page.Locator($"[data-board] tr[data-team='{TeamName}'][data-rank='1']")).ToBeVisibleAsync();
        await walk.Look(page, "private-board");
    }

    private static Task Tab(IPage page, int number) => page.Locator("[role='tab']").Nth(number).ClickAsync();

    /// <summary>Soft tissue by its Hounsfield units on the images as the team pulls them, a block of it as the lesion.</summary>
    private static async Task Predict(Walk walk, Api api, string path)
    {
        var template = Encoding.UTF8.GetString(await api.Bytes($"/api/v1/competitions/{walk.Competition}/template"));
        await using var zip = await ZipFile.OpenAsync(path, ZipArchiveMode.Create);
        foreach (var name in template.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[0]))
        {
            var image = await api.Bytes($"/api/v1/datasets/{DatasetStep.Slug}/versions/1/files/test/{name.Replace(".nii.gz", "", StringComparison.Ordinal)}/image.nii.gz");
            using var bytes = new MemoryStream(image);
            await using var entry = await zip.CreateEntry(name).OpenAsync();
            NiftiWriter.Write(entry, Threshold(NiftiReader.Read(bytes)), gzip: true);
        }
    }

    private static NiftiImage Threshold(NiftiImage image)
    {
        var (grid, values) = (image.Grid, image.Values());
        var labels = new MaskVolume(grid);
        for (var slice = 0; slice < grid.Slices; slice++)
        {
            var tissue = new bool[grid.FrameLength];
            var block = new bool[grid.FrameLength];
            for (var i = 0; i < tissue.Length; i++)
            {
                var (row, column, value) = (i / grid.Columns, i % grid.Columns, values[slice * grid.FrameLength + i]);
                tissue[i] = value is >= 0 and <= 150 && column < grid.Columns / 2;
                block[i] = Math.Abs(row - grid.Rows / 2) < grid.Rows / 12 && Math.Abs(column - grid.Columns * 2 / 3) < grid.Columns / 12;
            }

            labels.Paint(slice, RunLengthMask.FromBits(tissue, grid.Rows, grid.Columns), 1);
            labels.Paint(slice, RunLengthMask.FromBits(block, grid.Rows, grid.Columns), 2);
        }

        return NiftiImage.FromMask(labels, image.Affine);
    }
}
