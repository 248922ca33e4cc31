using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pirogov.Dicom;
using Pirogov.Integration.Archive;

namespace Pirogov.Integration.Hospital;

/// <summary>One file that nothing can be done with must not hold the others.</summary>
public sealed class GatewayTroubleTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task An_ultrasound_whose_pixels_end_early_waits_for_a_person_and_the_next_file_is_sent()
    {
        await using var platform = await StandInPlatform.Start();
        platform.Mend();
        await using var gateway = new GatewayProcess(scratch, platform.Address, "token", "T1");
        await gateway.Configure(more: new { maskSuggested = true });
        var cut = SyntheticCt.Slice(950, 0, 0).Set(DicomTags.SopClassUid, DicomUids.UltrasoundImageStorage).Set(DicomTags.Modality, "US")
            .Set(DicomTags.Manufacturer, "GE Healthcare").Set(DicomTags.ManufacturerModelName, "LOGIQ9")
            .Set(DicomTags.Rows, 480).Set(DicomTags.Columns, 640).Set(DicomTags.PixelData, DicomVr.OW, new byte[64]);
        scratch.Write("in/1.dcm", SyntheticCt.File(cut));
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("original") == 1);
        scratch.Write("in/2.dcm", SyntheticCt.File(SyntheticCt.Slice(950, 1, 3)));
        await gateway.Until(() => gateway.Noted("sent") == 1);
        Assert.Equal((1, 0), (gateway.Count("quarantine"), await gateway.Stop()));
    }

    [Fact]
    public async Task A_file_that_the_platform_fails_at_goes_aside_and_the_others_are_sent()
    {
        await using var platform = await StandInPlatform.Start();
        await using var gateway = new GatewayProcess(scratch, platform.Address, "token", "T2");
        await gateway.Configure(watch: new { settleSeconds = 0.1, rescanSeconds = 0.5 });
        scratch.Write("in/0.dcm", SyntheticCt.File(SyntheticCt.Slice(951, 0, 0)));
        await gateway.Start();
        // Alone in the queue nothing tells whether the file is at fault or the platform: it stays.
        await gateway.Until(() => platform.Failed > 6);
        Assert.Equal((1, 0), (gateway.Count("queue"), gateway.Count("refused")));
        for (var k = 1; k <= 8; k++)
        {
            var sent = k;
            scratch.Write($"in/{k}.dcm", SyntheticCt.File(SyntheticCt.Slice(951, k, 3 * k)));
            await gateway.Until(() => gateway.Noted("sent") == sent);
        }

        await gateway.Until(() => gateway.Count("queue") == 0);
        Assert.Equal((8, 1, 1), (gateway.Noted("sent"), gateway.Noted("set-aside"), gateway.Count("refused")));
        Assert.Contains("HTTP 500", (await gateway.Command("status")).Told, StringComparison.Ordinal);
        await gateway.Stop();
        // A person who has found the fault moves it back.
        platform.Mend();
        var aside = Directory.GetFiles(Path.Combine(gateway.State, "refused"), "*.dcm").Single();
        File.Move(aside, Path.Combine(gateway.State, "queue", Path.GetFileName(aside)));
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("sent") == 9);
    }

    [Fact]
    public async Task What_the_platform_refused_is_sent_again_when_a_person_puts_it_back_and_a_proxys_limit_is_no_refusal()
    {
        await using var platform = await StandInPlatform.Start();
        platform.Answer = Results.Json(new { outcome = "refused", reason = new { type = "/problems/archive.file.unreadable" } });
        await using var gateway = new GatewayProcess(scratch, platform.Address, "token", "T3");
        await gateway.Configure(watch: new { settleSeconds = 0.1, rescanSeconds = 0.5 });
        scratch.Write("in/0.dcm", SyntheticCt.File(SyntheticCt.Slice(952, 0, 0)));
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("refused-there") == 1);
        // The same instance again is known while it lies there.
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(952, 0, 0)));
        await gateway.Until(() => gateway.Noted("original") == 2);
        Assert.Equal((0, 1), (gateway.Count("queue"), gateway.Count("refused")));
        await gateway.Stop();
        platform.Answer = Results.StatusCode(413);
        var refused = Directory.GetFiles(Path.Combine(gateway.State, "refused"), "*.dcm").Single();
        File.Move(refused, Path.Combine(gateway.State, "queue", Path.GetFileName(refused)));
        var before = platform.Failed;
        await gateway.Start();
        await gateway.Until(() => platform.Failed > before + 1);
        Assert.Equal((1, 0), (gateway.Count("queue"), gateway.Count("refused")));
        platform.Mend();
        await gateway.Until(() => gateway.Noted("sent") == 1 && gateway.Count("queue") == 0);
        Assert.Equal(0, await gateway.Stop());
    }

    [Fact]
    public async Task A_line_that_breaks_and_a_platform_without_room_set_no_file_aside()
    {
        await using var platform = await StandInPlatform.Start();
        platform.Answer = Results.StatusCode(503);
        await using var gateway = new GatewayProcess(scratch, platform.Address, "token", "T4");
        await gateway.Configure(watch: new { settleSeconds = 0.1, rescanSeconds = 0.5 });
        scratch.Write("in/0.dcm", SyntheticCt.File(SyntheticCt.Slice(953, 0, 0)));
        await gateway.Start();
        await gateway.Until(() => platform.Failed > 0);
        // More than five times it fails while others get through.
        for (var k = 1; platform.Failed < 8; k++)
        {
            var sent = k;
            scratch.Write($"in/{k}.dcm", SyntheticCt.File(SyntheticCt.Slice(953, k, 3 * k)));
            await gateway.Until(() => gateway.Noted("sent") == sent);
        }

        Assert.Equal((1, 0), (gateway.Count("queue"), gateway.Noted("set-aside")));
        platform.Mend();
        await gateway.Until(() => gateway.Count("queue") == 0);
        Assert.Equal(0, await gateway.Stop());
    }

    /// <summary>Takes every file but the first one that comes.</summary>
    private sealed class StandInPlatform(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, byte> taken = new();
        private string? poison;
        private int failed;

        public Uri Address => new(app.Urls.Single());

        public int Failed => failed;

        /// <summary>To the first one that comes.</summary>
        public IResult Answer { get; set; } = Results.StatusCode(500);

        public static async Task<StandInPlatform> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var platform = new StandInPlatform(app);
            app.MapPost("/api/v1/batches", () => Results.Json(new { id = "b" }));
            app.MapPost("/api/v1/batches/{id}/files", platform.Take);
            await app.StartAsync();
            return platform;
        }

        public void Mend() => poison = "";

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task<IResult> Take(HttpRequest request)
        {
            var hash = Convert.ToHexString(await SHA256.HashDataAsync(request.Body));
            if (hash == (poison ??= hash))
            {
                Interlocked.Increment(ref failed);
                return Answer;
            }

            return Results.Json(new { outcome = taken.TryAdd(hash, 0) ? "accepted" : "duplicate" });
        }
    }
}
