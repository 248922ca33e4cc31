using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Xunit.Abstractions;

namespace Pirogov.EndToEnd.Crash;

/// <summary>
/// An intake of 1,000 instances by each DICOM door at once, SIGKILL at random points of it, of the start that follows and of the closing; the sender
/// goes on where it was. Some wait for a look and some are refused: the former are found clean before the closing. <c>PIROGOV_FAULT_KILLS</c> asks for more kills than the few that fit into every run of the tests.
/// </summary>
[Collection(OnTheDemo.Name)]
public sealed class KilledDoorsTests(DemoPlatform demo, ITestOutputHelper output)
{
    private const int Instances = 1000;

    /// <summary>Sent last; their sender never comes back after its kill.</summary>
    private const int Abandoned = 40;
    private const int KillsOfOneIntake = 25;

    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("PIROGOV_FAULT_KILLS") ?? "3", CultureInfo.InvariantCulture);

    private (int Killed, int Acknowledged, int Refused, int Kept, int Reviewed) figures;

    [Fact]
    public async Task What_the_doors_acknowledged_outlives_every_kill_once_and_whole()
    {
        for (var left = Kills; left > 0; left -= KillsOfOneIntake)
        {
            var engineer = await demo.As("engineer");
            var batch = $"Убитая {left}";
            using var stow = new StowSender(demo.Process, engineer.Token, "DEMO1", batch);
            using var device = new DeviceSender(demo.DimsePort, DemoPlatform.Device);
            await Survive(engineer, [Intake.Of(stow, 20_000 + (left * 50)), Intake.Of(device, 20_025 + (left * 50))], Math.Min(left, KillsOfOneIntake),
                name => name == batch || name.StartsWith(DemoPlatform.Device + " ", StringComparison.Ordinal));
        }

        output.WriteLine($"{figures.Killed} kills, {figures.Acknowledged} instances answered, {figures.Refused} of them refused; {figures.Kept} kept, {figures.Reviewed} of them after a look; none of the acknowledged lost, none twice.");
    }

    private async Task Kill()
    {
        await demo.Process.Kill();
        figures.Killed++;
    }

    private async Task Survive(Api engineer, Intake[] intakes, int kills, Func<string, bool> isOurs)
    {
        await Interrupted(intakes, kills);
        var batches = (await engineer.Items("/api/v1/batches?size=200"))
            .Where(b => isOurs((string)b["name"]!) && (string)b["state"]! == "open").Select(b => (string)b["id"]!).ToArray();
        // A device's batch is of a day: at midnight there are two.
        Assert.InRange(batches.Length, 2, 3);
        await Review(engineer, batches);
        await CloseKilled(engineer, batches);
        await SweepAll();
        await StoredBytes.AreWhole(demo.Process.DataFolder);
        await Holds(engineer, batches, intakes);
    }

    private async Task Interrupted(Intake[] intakes, int kills)
    {
        var sending = Task.WhenAll(intakes.Select(i => i.Sender.Send(i.First, CancellationToken.None)));
        for (var kill = 1; kill < kills; kill++)
        {
            var now = intakes.Sum(i => i.Sender.Count);
            await KillAt(intakes, now + RandomNumberGenerator.GetInt32(1, Math.Max(2, (intakes.Length * Instances * kill / kills) - now)), sending);
            if (RandomNumberGenerator.GetInt32(4) == 0)
            {
                // Again while it starts.
                demo.Process.Launch();
                await Task.Delay(RandomNumberGenerator.GetInt32(100, 2500));
                await Kill();
            }

            await demo.Process.Start();
        }

        await sending;
        Assert.All(intakes, i => Assert.Equal(Instances, i.Sender.Count));
        using var gone = new CancellationTokenSource();
        var parting = Task.WhenAll(intakes.Select(i => i.Sender.Send(i.Abandoned, gone.Token)));
        await KillAt(intakes, (intakes.Length * Instances) + RandomNumberGenerator.GetInt32(1, Abandoned), parting);
        await gone.CancelAsync();
        await parting;
        await demo.Process.Start();
    }

    private async Task KillAt(Intake[] intakes, int acknowledged, Task sending)
    {
        while (intakes.Sum(i => i.Sender.Count) < acknowledged && !sending.IsCompleted)
            await Task.Delay(1);
        await Task.Delay(RandomNumberGenerator.GetInt32(30));
        await Kill();
    }

    private async Task Review(Api engineer, string[] batches)
    {
        foreach (var batch in batches)
        {
            foreach (var item in await engineer.Items($"/api/v1/batches/{batch}/review"))
            {
                await engineer.Bytes($"/api/v1/batches/{batch}/review/{item["id"]}/image");
                await engineer.Post($"/api/v1/batches/{batch}/review/{item["id"]}", new { decision = "accepted" });
                figures.Reviewed++;
            }
        }
    }

    private async Task CloseKilled(Api engineer, string[] batches)
    {
        var jobs = new List<JsonNode>();
        foreach (var batch in batches)
            jobs.Add((await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!);
        await Task.Delay(RandomNumberGenerator.GetInt32(1500));
        await Kill();
        await demo.Process.Start();
        foreach (var job in jobs)
            await engineer.Job(job);
        foreach (var batch in batches)
        {
            var verified = await (await demo.As("office")).Get($"/api/v1/evidence/verify?kind=batch&subject={batch}");
            Assert.True((bool)verified["isWhole"]!, verified.ToJsonString());
        }
    }

    /// <summary>Everything in the store looks two days old, so that the sweep removes what nobody names.</summary>
    private async Task SweepAll()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(demo.Process.DataFolder, "store", "files"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));
        var admin = await demo.As("admin");
        await admin.Job((await admin.Post("/api/v1/store/sweeps"))["jobId"]!);
    }

    private async Task Holds(Api engineer, string[] batches, Intake[] intakes)
    {
        var expected = intakes.SelectMany(i => i.All).ToDictionary(i => i.PixelSha256, i => i.SopInstanceUid);
        using var http = demo.Process.Client(engineer.Token);
        http.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/dicom; transfer-syntax=*"));
        var found = new Dictionary<string, string>();
        foreach (var row in await StoredBytes.Rows(demo.Process.DataFolder,
            $"SELECT \"StudyInstanceUid\", \"SeriesInstanceUid\", \"SopInstanceUid\", \"Sha256\" FROM archive_instance WHERE lower(\"BatchId\") IN ({Listed(batches)})"))
        {
            var bytes = await http.GetByteArrayAsync($"/dicomweb/studies/{row[0]}/series/{row[1]}/instances/{row[2]}");
            Assert.Equal(row[3], Convert.ToHexStringLower(SHA256.HashData(bytes)));
            var file = DicomReader.Read(bytes);
            Assert.Equal(row[2], file.SopInstanceUid);
            // Fails where an instance stands twice.
            found.Add(expected[IncomingStudies.PixelsOf(file)], row[2]);
        }

        var refused = intakes.SelectMany(i => i.All).Where(i => i.Fate == Fate.Refused).Select(i => i.SopInstanceUid).ToHashSet();
        Assert.Empty(refused.Intersect(found.Keys));
        var toldSo = 0;
        foreach (var acknowledged in intakes.Select(i => i.Sender.Acknowledged))
        {
            Assert.Empty(acknowledged.Keys.Except(refused).Except(found.Keys));
            Assert.All(acknowledged.Where(a => a.Value is not null), a => Assert.Equal(a.Value, found[a.Key]));
            figures.Acknowledged += acknowledged.Count;
            toldSo += acknowledged.Keys.Count(refused.Contains);
        }

        figures.Kept += found.Count;
        figures.Refused += toldSo;
        Assert.InRange(await Refusals(batches), toldSo, refused.Count);
        await ListsOnly(engineer, found);
    }

    /// <returns>How many files the batches name as refused; all say why.</returns>
    private async Task<int> Refusals(string[] batches)
    {
        var rows = await StoredBytes.Rows(demo.Process.DataFolder,
            $"SELECT DISTINCT \"ContentHmac\", \"Reason\" FROM archive_incoming_file WHERE \"Verdict\" = 'Refused' AND lower(\"BatchId\") IN ({Listed(batches)})");
        Assert.All(rows, r => Assert.Equal("cut-short", r[1]));
        return rows.Count;
    }

    private static string Listed(string[] batches) => string.Join(',', batches.Select(b => $"'{b}'"));

    /// <summary>What a search finds are the same instances.</summary>
    private static async Task ListsOnly(Api engineer, Dictionary<string, string> found)
    {
        var listed = new HashSet<string>();
        foreach (var study in (await engineer.Get("/dicomweb/studies?limit=1000")).AsArray().Select(s => Value(s!, "0020000D")))
        {
            foreach (var instance in (await engineer.Get($"/dicomweb/studies/{study}/instances?limit=1000")).AsArray())
                Assert.True(listed.Add(Value(instance!, "00080018")));
        }

        Assert.Empty(found.Values.Except(listed));
    }

    private static string Value(JsonNode dataset, string tag) => (string)dataset[tag]!["Value"]![0]!;

    private sealed record Intake(ResumingSender Sender, IncomingInstance[] All)
    {
        public IncomingInstance[] First => All[..Instances];

        public IncomingInstance[] Abandoned => All[Instances..];

        public static Intake Of(ResumingSender sender, int firstSeed) => new(sender, IncomingStudies.Make(firstSeed, Instances + KilledDoorsTests.Abandoned));
    }
}
