using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Datasets;

public abstract class PullingTests : IAsyncLifetime
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private const string Slug = "liver-pulled";
    private readonly DatasetsApp app;

    protected PullingTests(DatasetsApp app)
    {
        this.app = app;
        Skip.If(app is DatasetsOnS3App && !S3Server.IsPresent, S3Server.Absent);
    }

    public async Task InitializeAsync()
    {
        await Once.WaitAsync();
        try
        {
            _ = app.Services;
            if (!await app.InDatabase(db => db.Set<Dataset>().AnyAsync(d => d.Slug == Slug)))
            {
                await app.Freeze(Slug, await app.Made.Make(app, 6));
                await app.Settle();
            }
        }
        finally
        {
            Once.Release();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task<HttpClient> Admitted(string name = "admitted-developer")
    {
        var client = await app.As(Role.Developer, name);
        var (id, _) = await app.Person(name, [Role.Developer]);
        await app.InScope(async s =>
        {
            var datasets = s.GetRequiredService<IDatasets>();
            await datasets.Admit((await datasets.Published(default)).Single(v => v.Slug == Slug).Id, id, default);
            return 0;
        });
        return client;
    }

    [SkippableFact]
    public async Task A_clone_with_a_token_holds_the_documents_of_every_version_as_a_tag()
    {
        var client = await Admitted();
        var folder = Directory.CreateTempSubdirectory("pirogov-clone-").FullName;
        var address = Address(client, client.DefaultRequestHeaders.Authorization!.Parameter!);
        Assert.Equal((0, ""), await Git(folder, "clone", "--quiet", "--branch", "v1", "-c", "advice.detachedHead=false", address, "two"));
        Assert.Equal((0, ""), await Git(folder, "-c", "protocol.version=0", "clone", "--quiet", address, "zero"));
        foreach (var clone in new[] { "two", "zero" })
        {
            var names = Directory.EnumerateFiles(Path.Combine(folder, clone), "*", SearchOption.AllDirectories)
                .Select(p => Path.GetRelativePath(Path.Combine(folder, clone), p)).Where(p => !p.StartsWith(".git/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
            Assert.Equal([".dvc/.gitignore", ".dvc/config", ".dvcignore", ".gitignore", "README.md", "croissant.json", "labels.json", "manifest.json", "passport.json", "test.dvc", "train.dvc"], names);
        }

        var manifest = await File.ReadAllBytesAsync(Path.Combine(folder, "two", "manifest.json"));
        var version = await app.InDatabase(db => db.Set<DatasetVersion>().FirstAsync());
        Assert.Equal(version.ManifestSha256, Convert.ToHexStringLower(SHA256.HashData(manifest)));
        Assert.Contains($"url = http://127.0.0.1:8080/dvc/{Slug}", await File.ReadAllTextAsync(Path.Combine(folder, "two", ".dvc", "config")), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(folder, "two", "README.md"), "changed");
        await Git(Path.Combine(folder, "two"), "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qam", "x");
        Assert.NotEqual(0, (await Git(Path.Combine(folder, "two"), "push", "--quiet", "origin", "HEAD:refs/heads/other")).ExitCode);
    }

    [SkippableFact]
    public async Task Whatever_dvc_would_pull_reproduces_the_manifest()
    {
        var client = await Admitted();
        var manifest = JsonDocument.Parse(await client.GetByteArrayAsync($"/api/v1/datasets/{Slug}/versions/1/files/manifest.json")).RootElement
            .GetProperty("files").EnumerateArray().ToDictionary(f => f.GetProperty("path").GetString()!, f => f);
        var pulled = new HashSet<string>();
        foreach (var directory in new[] { "train", "test" })
        {
            var tracked = await client.GetStringAsync($"/api/v1/datasets/{Slug}/versions/1/files/{directory}.dvc");
            var listing = tracked.Split('\n')[1]["- md5: ".Length..];
            using var head = await client.SendAsync(new(HttpMethod.Head, Object(listing)));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            var range = new HttpRequestMessage(HttpMethod.Get, Object(listing)) { Headers = { Range = new RangeHeaderValue(0, head.Content.Headers.ContentLength!.Value - 1) } };
            using var partial = await client.SendAsync(range);
            Assert.Equal(HttpStatusCode.PartialContent, partial.StatusCode);
            var bytes = await partial.Content.ReadAsByteArrayAsync();
            Assert.Equal(listing, Convert.ToHexStringLower(MD5.HashData(bytes)) + ".dir");
            foreach (var entry in JsonDocument.Parse(bytes).RootElement.EnumerateArray())
            {
                var path = $"{directory}/{entry.GetProperty("relpath").GetString()}";
                var file = await client.GetByteArrayAsync(Object(entry.GetProperty("md5").GetString()!));
                Assert.Equal(manifest[path].GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(file)));
                Assert.Equal(manifest[path].GetProperty("size").GetInt64(), file.Length);
                var plain = await client.GetByteArrayAsync($"/api/v1/datasets/{Slug}/versions/1/files/{path}");
                Assert.Equal(file, plain);
                pulled.Add(path);
            }
        }

        Assert.Equal(manifest.Keys.Where(p => p != "labels.json").Order(StringComparer.Ordinal), pulled.Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/dvc/{Slug}/files/md5")).StatusCode);
    }

    [SkippableFact]
    public async Task Hidden_labels_and_answers_are_unreachable_even_for_staff()
    {
        var hidden = await app.InDatabase(db => db.Set<DatasetFile>().AsNoTracking().Where(f => f.Audience == Audience.Hidden).ToArrayAsync());
        Assert.Equal(3 + 2, hidden.Length);
        foreach (var client in new[] { await Admitted(), await app.As(Role.DataEngineer) })
        {
            foreach (var file in hidden)
            {
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(Object(file.Md5))).StatusCode);
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/datasets/{Slug}/versions/1/files/{file.Path}")).StatusCode);
            }

            var listed = await client.GetStringAsync($"/api/v1/datasets/{Slug}/versions/1/files?size=200");
            Assert.DoesNotContain("hidden/", listed, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Without_a_token_401_and_without_admission_404()
    {
        var stranger = await app.As(Role.Developer, "stranger");
        var data = await app.InDatabase(db => db.Set<DatasetFile>().AsNoTracking().FirstAsync(f => f.Audience == Audience.Data));
        string[] doors = [$"/git/{Slug}.git/info/refs?service=git-upload-pack", Object(data.Md5), $"/api/v1/datasets/{Slug}/versions/1/files/manifest.json", $"/api/v1/datasets/{Slug}/versions/1/files"];
        foreach (var door in doors)
        {
            using var unknown = await app.Nobody().GetAsync(door);
            Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
            Assert.Contains("Basic", unknown.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(door)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await (await app.As(Role.CentreRepresentative)).GetAsync(door)).StatusCode);
        }

        var folder = Directory.CreateTempSubdirectory("pirogov-clone-").FullName;
        Assert.NotEqual(0, (await Git(folder, "clone", "--quiet", Address(stranger, stranger.DefaultRequestHeaders.Authorization!.Parameter!), "x")).ExitCode);
    }

    [Theory]
    [InlineData("GET", "info/refs?service=git-receive-pack")]
    [InlineData("POST", "git-receive-pack")]
    [InlineData("GET", "info/refs")]
    [InlineData("GET", "HEAD")]
    [InlineData("GET", "objects/info/packs")]
    [InlineData("GET", "config")]
    public async Task Nothing_but_fetching_reaches_git(string method, string service)
    {
        var client = await Admitted();
        using var answer = await client.SendAsync(new(new HttpMethod(method), $"/git/{Slug}.git/{service}"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [SkippableFact]
    public async Task A_lost_repository_comes_back_with_the_same_commit()
    {
        var client = await Admitted();
        var before = await client.GetStringAsync($"/git/{Slug}.git/info/refs?service=git-upload-pack");
        Directory.Delete(Path.Combine(app.DataFolder, "git", Slug + ".git"), recursive: true);
        Assert.Equal(before, await client.GetStringAsync($"/git/{Slug}.git/info/refs?service=git-upload-pack"));
    }

    [SkippableFact]
    public async Task The_pages_show_the_catalogue_the_passport_and_how_to_pull()
    {
        var (staff, stranger) = (await app.As(Role.DataEngineer), await app.As(Role.Developer, "stranger"));
        Assert.Contains($"data-dataset=\"{Slug}\"", await staff.GetStringAsync("/datasets"), StringComparison.Ordinal);
        Assert.Contains("data-field=\"release\"", await staff.GetStringAsync("/datasets/new"), StringComparison.Ordinal);
        var page = await staff.GetStringAsync($"/datasets/{Slug}");
        Assert.Contains("data-passport=\"classes\"", page, StringComparison.Ordinal);
        Assert.Contains($"/git/{Slug}.git", page, StringComparison.Ordinal);
        var closed = await stranger.GetStringAsync($"/datasets/{Slug}");
        Assert.Contains("data-hint=\"not-admitted\"", closed, StringComparison.Ordinal);
        Assert.DoesNotContain($"/git/{Slug}.git", closed, StringComparison.Ordinal);
        foreach (var shown in new[] { page, closed, await staff.GetStringAsync("/datasets/new") })
            Assert.DoesNotContain(">datasets.", shown, StringComparison.Ordinal);
    }

    private static string Object(string md5) => $"/dvc/{Slug}/files/md5/{md5[..2]}/{md5[2..]}";

    private static string Address(HttpClient client, string token) => $"http://token:{token}@{client.BaseAddress!.Authority}/git/{Slug}.git";

    private static async Task<(int ExitCode, string Errors)> Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        var (errors, _) = (git.StandardError.ReadToEndAsync(), git.StandardOutput.ReadToEndAsync());
        await git.WaitForExitAsync();
        return (git.ExitCode, await errors);
    }
}

public sealed class PullingFromAFolder(DatasetsOnSqliteApp app) : PullingTests(app), IClassFixture<DatasetsOnSqliteApp>;

public sealed class PullingFromABucket(DatasetsOnS3App app) : PullingTests(app), IClassFixture<DatasetsOnS3App>;
