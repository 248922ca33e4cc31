using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Imaging;

namespace Pirogov.EndToEnd.Crash;

/// <summary>SIGKILL while a dataset version is being frozen and while a submission is being scored.</summary>
[Collection(OnTheDemo.Name)]
public sealed class JobKillTests(DemoPlatform demo)
{
    private const string Slug = "demo-ct-organs";
    private const int Attempts = 5;

    [Fact]
    public async Task Freezing_that_was_killed_ends_with_one_whole_version()
    {
        var manager = await demo.As("manager");
        var release = (string)(await manager.Items("/api/v1/labelling-releases"))[0]["id"]!;
        await KilledWhileRunning(manager, async () => (await manager.Post($"/api/v1/datasets/{Slug}/versions", new
        {
            releaseId = release,
            split = new { train = 0.5, publicTest = 0.25, hiddenTest = 0.25, seed = 1810 },
        }))["jobId"]!);

        var versions = (await manager.Get($"/api/v1/datasets/{Slug}"))["versions"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, versions.Count), versions.Select(v => (int)v!["number"]!).Order());
        Assert.All(versions, v => Assert.Equal("published", (string)v!["state"]!));
        var newest = versions.MaxBy(v => (int)v!["number"]!)!;
        await IsWhole("dataset-version", (string)newest["id"]!);
        await StoredBytes.AreWhole(demo.Process.DataFolder);
    }

    [Fact]
    public async Task Scoring_that_was_killed_ends_with_one_score()
    {
        var lead = await demo.As("lead");
        var competitions = await lead.Items("/api/v1/competitions?size=50");
        var open = (string)competitions.Single(c => (string)c["phase"]! == "open")["id"]!;
        await lead.Post($"/api/v1/competitions/{open}/teams", new { name = "Непотопляемые" });
        var predictions = await Predictions(lead, open);
        var submission = "";
        await KilledWhileRunning(lead, async () =>
        {
            var answer = await lead.Send($"/api/v1/competitions/{open}/submissions?name=masks.zip", predictions);
            submission = (string)answer["id"]!;
            return answer["jobId"]!;
        });

        var scored = (await lead.Items($"/api/v1/competitions/{open}/submissions?size=50")).Single(s => (string)s["id"]! == submission);
        Assert.Equal("scored", (string)scored["state"]!);
        Assert.NotEmpty(scored["public"]!.AsArray());
        await IsWhole("score", submission);
    }

    /// <summary>Kills while the job runs; where the job was faster than the hand, another one is asked for.</summary>
    private async Task KilledWhileRunning(Api person, Func<Task<JsonNode>> ask)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var job = await ask();
            var running = await person.Until($"/api/v1/jobs/{job}", j => (string)j["state"]! is not "queued");
            if ((string)running["state"]! == "running")
            {
                await demo.Process.Kill();
                await demo.Process.Start();
                await person.Job(job);
                var after = await person.Get($"/api/v1/jobs/{job}");
                Assert.True((int)after["attempts"]! > 1, after.ToJsonString());
                return;
            }

            await person.Job(job);
        }

        Assert.Fail($"{Attempts} jobs in a row had ended before they could be killed.");
    }

    private async Task IsWhole(string kind, string subject)
    {
        var verified = await (await demo.As("office")).Get($"/api/v1/evidence/verify?kind={kind}&subject={subject}");
        Assert.True((bool)verified["isWhole"]!, verified.ToJsonString());
        Assert.Single(await StoredBytes.Query(demo.Process.DataFolder, $"SELECT \"Sha256\" FROM evidence_record WHERE \"Kind\" = '{kind}' AND lower(\"Subject\") = '{subject}'"));
    }

    private static async Task<byte[]> Predictions(Api lead, string competition)
    {
        var template = Encoding.UTF8.GetString(await lead.Bytes($"/api/v1/competitions/{competition}/template"));
        using var zip = new MemoryStream();
        await using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in template.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[0]))
            {
                var path = $"/api/v1/datasets/{Slug}/versions/1/files/test/{name.Replace(".nii.gz", "", StringComparison.Ordinal)}/image.nii.gz";
                using var bytes = new MemoryStream(await lead.Bytes(path));
                var image = NiftiReader.Read(bytes);
                var values = image.Values();
                var labels = new MaskVolume(image.Grid, [.. values.Select(v => v is >= 88 and <= 121 ? (byte)1 : (byte)0)]);
                await using var entry = await archive.CreateEntry(name).OpenAsync();
                NiftiWriter.Write(entry, NiftiImage.FromMask(labels, image.Affine), gzip: true);
            }
        }

        return zip.ToArray();
    }
}
