using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Journey;

/// <summary>The release becomes a frozen version that anybody admitted can pull and check.</summary>
internal static class DatasetStep
{
    public const string Slug = "ct-liver";

    public static async Task Freeze(Walk walk)
    {
        var page = walk["manager"].Page;
        await page.Open("/datasets/new", "dataset-new");
        await page.Type("seed", "1810");
        await page.Act("preview-split");
        await page.Locator("[data-preview='split']").WaitForAsync();
        await page.Type("slug", Slug);
        await page.Type("name-ru", "КТ печени");
        await page.Type("name-en", "CT of the liver");
        await page.Type("description-ru", "Печень и образования, две слепые разметки, арбитраж, валидация.");
        await page.Type("description-en", "Liver and lesions: two blind readings, arbitration, validation.");
        await page.Type("licence", "CC-BY-4.0");
        await page.Type("terms-ru", "Указывать источник.");
        await page.Type("terms-en", "Name the source.");
        await walk.Look(page, "freeze-wizard");
        await page.Act("freeze");
        await page.Ready("dataset");
        await page.Locator("[data-version='1']").WaitForAsync(new() { Timeout = 180_000 });
        await page.Open($"/datasets/{Slug}", "dataset");
        await page.Locator("[data-passport='parts']").WaitForAsync();
        await Expect(page.Locator("[data-passport='parts'] tbody tr")).ToHaveCountAsync(3);
        await walk.Look(page, "passport");
    }

    /// <summary>Clones the repository with a token, pulls every listed file by HTTP, and hashes what came.</summary>
    public static async Task Pull(Walk walk)
    {
        var api = walk["manager"].Api;
        var clone = Directory.CreateTempSubdirectory("clone-").FullName;
        try
        {
            var url = $"http://token:{api.Token}@{walk.Platform.Address.Authority}/git/{Slug}.git";
            var cloned = await Tool.Run("git", ["clone", "--branch", "v1", url, clone], new Dictionary<string, string> { ["GIT_TERMINAL_PROMPT"] = "0" });
            Assert.True(cloned.ExitCode == 0, cloned.Errors);
            var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(clone, "manifest.json")))!;
            var files = manifest["files"]!.AsArray();
            Assert.True(files.Count > walk.Incoming.Series.Count);
            foreach (var file in files)
                await Check(api, clone, file!);
            foreach (var path in Directory.EnumerateFiles(clone, "*", SearchOption.AllDirectories))
            {
                if (!path.Contains(".git" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                    walk.Visited.Add((Path.GetFileName(path), await File.ReadAllTextAsync(path)));
            }
        }
        finally
        {
            Directory.Delete(clone, recursive: true);
        }
    }

    private static async Task Check(Api api, string clone, JsonNode file)
    {
        var (path, md5, sha256) = ((string)file["path"]!, (string)file["md5"]!, (string)file["sha256"]!);
        var bytes = await api.Bytes($"/api/v1/datasets/{Slug}/versions/1/files/{path}");
        Assert.Equal((long)file["size"]!, bytes.LongLength);
        Assert.True(Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256, path);
        // Documents travel in the repository, the images and labels by the DVC remote.
        if (path.StartsWith("train/", StringComparison.Ordinal) || path.StartsWith("test/", StringComparison.Ordinal))
        {
            var remote = await api.Bytes($"/dvc/{Slug}/files/md5/{md5[..2]}/{md5[2..]}");
            Assert.True(Convert.ToHexStringLower(SHA256.HashData(remote)) == sha256, $"{path} from the DVC remote");
        }
        else
        {
            Assert.True(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(clone, path)))) == sha256, $"{path} in the repository");
        }
    }
}
