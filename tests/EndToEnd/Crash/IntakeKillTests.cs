using System.Collections.Concurrent;
using System.IO.Hashing;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Crash;

/// <summary>SIGKILL in the middle of receiving, and again while the batch is being closed.</summary>
[Collection(OnTheDemo.Name)]
public sealed class IntakeKillTests(DemoPlatform demo)
{
    private const int Series = 3;
    private const int Slices = 16;

    [Fact]
    public async Task A_batch_that_was_interrupted_by_a_kill_is_whole_after_sending_it_again()
    {
        var platform = demo.Process;
        var engineer = await demo.As("engineer");
        var files = Enumerable.Range(0, Series).SelectMany(s => PhantomCt.Generate(new PhantomOptions(9100 + s, 128, Slices)).Files
            .Select((f, k) => (Name: $"series-{s}/{k:D3}.dcm", Bytes: DicomWriter.ToBytes(f)))).ToArray();
        var batch = (string)(await engineer.Post("/api/v1/batches", new { centre = "DEMO1", name = "Прерванная партия" }))["id"]!;

        var sent = new ConcurrentBag<string>();
        var sending = Send(engineer, batch, files, sent);
        while (sent.Count < files.Length / 3)
            await Task.Delay(5);
        await platform.Kill();
        await sending;
        Assert.InRange(sent.Count, files.Length / 3, files.Length - 1);

        await platform.Start();
        var known = (await engineer.Post($"/api/v1/batches/{batch}/known", new { files = files.Select(f => Hash(f.Bytes)) }))["known"]!
            .AsArray().Select(n => (string)n!).ToHashSet();
        Assert.Empty(files.Where(f => sent.Contains(f.Name)).Select(f => Hash(f.Bytes)).Except(known));
        foreach (var (name, bytes) in files)
        {
            var outcome = (string)(await engineer.Send($"/api/v1/batches/{batch}/files", bytes))["outcome"]!;
            Assert.Equal(known.Contains(Hash(bytes)) ? "duplicate" : "accepted", outcome);
        }

        var job = (await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!;
        await platform.Kill();
        await platform.Start();
        await engineer.Job(job);
        var cases = await engineer.Items($"/api/v1/cases?batch={batch}&size=200");
        Assert.Equal([Slices, Slices, Slices], cases.Select(c => (int)c["instanceCount"]!));
        var instances = await StoredBytes.Query(platform.DataFolder, $"SELECT COUNT(*) || ' ' || COUNT(DISTINCT \"SopInstanceUid\") FROM archive_instance WHERE lower(\"BatchId\") = '{batch}'");
        Assert.Equal([$"{files.Length} {files.Length}"], instances);
        await StoredBytes.AreWhole(platform.DataFolder);
        var verified = await (await demo.As("office")).Get($"/api/v1/evidence/verify?kind=batch&subject={batch}");
        Assert.True((bool)verified["isWhole"]!, verified.ToJsonString());
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(XxHash128.Hash(bytes));

    /// <summary>Four at a time until the platform is gone.</summary>
    private static Task Send(Api engineer, string batch, (string Name, byte[] Bytes)[] files, ConcurrentBag<string> sent)
    {
        var queue = new ConcurrentQueue<(string Name, byte[] Bytes)>(files);
        return Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (queue.TryDequeue(out var file))
            {
                try
                {
                    await engineer.Send($"/api/v1/batches/{batch}/files", file.Bytes);
                    sent.Add(file.Name);
                }
                catch (HttpRequestException)
                {
                    return;
                }
            }
        })));
    }
}
