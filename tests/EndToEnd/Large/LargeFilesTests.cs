using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Large;

/// <summary>
/// 300 MB through every door of a platform whose process may not grow by half of that meanwhile, and through a gateway whose heap may have 128 MB: what
/// holds a file whole anywhere fails.
/// </summary>
[Collection(OnTheDemo.Name)]
public sealed class LargeFilesTests(DemoPlatform demo) : IAsyncLifetime
{
    /// <summary>MB.</summary>
    private const int MostGrowth = 150;
    private const string GatewayHeap = "0x8000000";
    private static readonly string[] Nothing = [];
    private readonly string folder = Directory.CreateTempSubdirectory("pirogov-large-").FullName;
    private readonly PlatformProcess platform = demo.Process;
    private Api engineer = null!;

    public async Task InitializeAsync() => engineer = await demo.As("engineer");

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    [SkippableFact]
    public async Task A_file_of_300_MB_passes_every_door_in_bounded_memory_and_comes_out_pixel_by_pixel()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The process's memory is read from /proc.");
        using var uploaded = new LargeCine(DicomUids.XRayAngiographicImageStorage, "XA");
        using var zipped = new LargeCine(DicomUids.BreastTomosynthesisImageStorage, "MG");
        using var stowed = new LargeCine(DicomUids.EnhancedCTImageStorage, "CT");
        using var stored = new LargeCine(DicomUids.XRayRadiofluoroscopicImageStorage, "RF");
        var batch = (string)(await engineer.Post("/api/v1/batches", new { centre = "DEMO1", name = "Большие файлы" }))["id"]!;
        await CutInTheMiddle(batch, uploaded);
        await Bounded(async () =>
        {
            Assert.Equal("accepted", (string?)(await SendFile(batch, uploaded.Path))["outcome"]);
            Assert.Equal("duplicate", (string?)(await SendFile(batch, uploaded.Path))["outcome"]);
        });
        var zip = Zip(zipped);
        await Bounded(async () => Assert.Equal("accepted", (string?)(await SendFile(batch, zip))["entries"]!.AsArray().Single()!["outcome"]));
        await Bounded(() => Stow(stowed));
        if (File.Exists("/usr/bin/storescu"))
            await Bounded(() => Storescu("PIROGOV", demo.DimsePort, stored));
        LargeCine[] expected = File.Exists("/usr/bin/storescu") ? [uploaded, zipped, stowed, stored] : [uploaded, zipped, stowed];
        await Bounded(() => CloseAndCompare(expected, "Большие файлы", "DICOMweb ", DemoPlatform.Device + " "));
        await StoredBytes.AreWhole(platform.DataFolder);
        Assert.Equal(Nothing, Directory.GetFiles(Path.Combine(platform.DataFolder, "originals")));
    }

    [SkippableFact]
    public async Task A_large_cine_waits_sealed_is_shown_frame_by_frame_and_is_released_masked()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The process's memory is read from /proc.");
        using var cine = new LargeCine(DicomUids.UltrasoundMultiFrameImageStorage, "US");
        await Bounded(async () =>
        {
            var batch = (string)(await engineer.Post("/api/v1/batches", new { centre = "DEMO1", name = "УЗИ" }))["id"]!;
            Assert.Equal("quarantined", (string?)(await SendFile(batch, cine.Path))["outcome"]);
            var waiting = (await engineer.Get($"/api/v1/batches/{batch}/review"))["items"]!.AsArray().Single()!;
            Assert.Equal(LargeCine.Frames, (int)waiting["frames"]!);
            Assert.True((await engineer.Bytes($"/api/v1/batches/{batch}/review/{waiting["id"]}/image?frame=300&regions=0,0,1024,64")).Length > 1000);
            // Nothing passes that was not looked at.
            for (var first = 1; first <= LargeCine.Frames; first += 20)
                await engineer.Bytes($"/api/v1/batches/{batch}/review/{waiting["id"]}/image?frame={first}&last={first + 19}");
            await engineer.Post($"/api/v1/batches/{batch}/review/{waiting["id"]}", new { decision = "masked", regions = new[] { new { x = 0, y = 0, width = 1024, height = 64 } } });
            await engineer.Job((await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!);
            var row = (await StoredBytes.Rows(platform.DataFolder,
                $"SELECT \"StudyInstanceUid\", \"SeriesInstanceUid\", \"SopInstanceUid\" FROM archive_instance WHERE lower(\"BatchId\") = '{batch}'")).Single();
            using var http = platform.Client(engineer.Token);
            http.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("multipart/related; type=\"application/octet-stream\"; transfer-syntax=*"));
            var frame = await http.GetByteArrayAsync($"/dicomweb/studies/{row[0]}/series/{row[1]}/instances/{row[2]}/frames/300");
            var start = frame.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
            var pixels = frame.AsMemory(start, LargeCine.FrameBytes);
            Assert.Equal(0, pixels[..(64 * 1024)].ToArray().Max());
            Assert.True(pixels[(64 * 1024)..].ToArray().Distinct().Count() > 200);
        });
        await StoredBytes.AreWhole(platform.DataFolder);
    }

    [SkippableFact]
    public async Task A_gateway_brings_a_large_file_from_its_folder_and_over_DIMSE_in_bounded_memory()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The process's memory is read from /proc.");
        using var watched = new LargeCine(DicomUids.XRayAngiographicImageStorage, "XA");
        using var stored = new LargeCine(DicomUids.EnhancedMRImageStorage, "MR");
        Directory.CreateDirectory(Path.Combine(folder, "in"));
        Assert.Equal(0, (await Tool.Run("dotnet", [Tool.Cli, "deid", "--new-key", Path.Combine(folder, "key")])).ExitCode);
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), engineer.Token);
        var port = PlatformProcess.FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "gateway.json"), JsonSerializer.Serialize(new
        {
            folder = Path.Combine(folder, "state"),
            key = Path.Combine(folder, "key"),
            platform = new { url = platform.Address, tokenFile = Path.Combine(folder, "token"), centre = "DEMO1", batch = "Большой шлюз", mostBackOffSeconds = 1 },
            watch = new[] { new { folder = Path.Combine(folder, "in"), settleSeconds = 0.3, rescanSeconds = 1 } },
            listen = new { port, address = "127.0.0.1", title = "GATEWAY", peers = new[] { new { title = "SCANNER" } } },
        }));
        File.Copy(watched.Path, Path.Combine(folder, "in", "1.dcm"));
        using var gateway = new ProcessUnderLimit("dotnet", [Tool.Cli, "gateway", "--config", Path.Combine(folder, "gateway.json")], GatewayHeap);
        await Until(() => gateway.Said("шлюз запущен", "gateway started"));
        var expected = new List<LargeCine> { watched };
        if (File.Exists("/usr/bin/storescu"))
        {
            expected.Add(stored);
            await Storescu("GATEWAY", port, stored);
        }

        await Until(() => Journal().Split('\n').Count(l => l.Contains("\"what\":\"sent\"", StringComparison.Ordinal)) == expected.Count);
        // The program and its libraries are in it.
        Assert.True(gateway.PeakMemory() < 250, $"The gateway had {gateway.PeakMemory()} MB.");
        Assert.Equal(Nothing, Directory.GetFiles(Path.Combine(folder, "state", "temporary")));
        await CloseAndCompare(expected, "Большой шлюз ");
    }

    /// <summary>The platform's process does not grow by more than half of a file.</summary>
    private async Task Bounded(Func<Task> work)
    {
        platform.ForgetPeakMemory();
        var before = platform.PeakMemory();
        await work();
        Assert.True(platform.PeakMemory() - before < MostGrowth, $"The process grew by {platform.PeakMemory() - before} MB.");
    }

    private static async Task Storescu(string called, int port, LargeCine cine)
    {
        var told = await Tool.Run("storescu", ["-aet", DemoPlatform.Device, "-aec", called, "127.0.0.1", port.ToString(CultureInfo.InvariantCulture), cine.Path]);
        Assert.True(told.ExitCode == 0, told.Errors);
    }

    private string Journal()
    {
        var path = Path.Combine(folder, "state", "journal");
        if (!File.Exists(path))
            return "";
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static async Task Until(Func<bool> reached)
    {
        for (var waited = 0; !reached(); waited++)
        {
            Assert.True(waited < 1800, "What was waited for did not happen.");
            await Task.Delay(100);
        }
    }

    /// <summary>Half of the file, then a reset: nothing of it is kept anywhere.</summary>
    private async Task CutInTheMiddle(string batch, LargeCine cine)
    {
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync("127.0.0.1", platform.Port);
            var head = $"POST /api/v1/batches/{batch}/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {engineer.Token}\r\nContent-Type: application/octet-stream\r\n"
                + $"Content-Length: {new FileInfo(cine.Path).Length}\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(head));
            await using var file = File.OpenRead(cine.Path);
            var chunk = new byte[1 << 20];
            for (var sent = 0; sent < 150; sent++)
            {
                await file.ReadExactlyAsync(chunk);
                await socket.SendAsync(chunk);
            }

            socket.LingerState = new LingerOption(true, 0);
        }

        Assert.Equal(Nothing, Directory.GetFiles(Path.Combine(platform.DataFolder, "originals")));
        Assert.Equal(Nothing, Directory.GetFiles(Path.Combine(platform.DataFolder, "store", "incoming")));
        Assert.Equal(0, (int)(await engineer.Post($"/api/v1/batches/{batch}/known", new { files = Nothing }))["judged"]!);
    }

    private async Task<JsonNode> SendFile(string batch, string path)
    {
        using var http = platform.Client(engineer.Token);
        await using var file = File.OpenRead(path);
        using var content = new StreamContent(file) { Headers = { ContentType = new("application/octet-stream") } };
        using var answer = await http.PostAsync($"/api/v1/batches/{batch}/files", content);
        var told = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode} {told}");
        return JsonNode.Parse(told)!;
    }

    private string Zip(LargeCine cine)
    {
        var path = Path.Combine(folder, "study.zip");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        zip.CreateEntryFromFile(cine.Path, "study/1.dcm", CompressionLevel.Fastest);
        return path;
    }

    private async Task Stow(LargeCine cine)
    {
        using var http = platform.Client(engineer.Token);
        await using var file = File.OpenRead(cine.Path);
        using var body = new MultipartContent("related", "part-" + Guid.CreateVersion7().ToString("N"));
        body.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", "\"application/dicom\""));
        body.Add(new StreamContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/dicom") } });
        using var answer = await http.PostAsync("/dicomweb/studies?centre=DEMO1", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What WADO-RS gives of the batches of these names are the files that went in.</summary>
    private async Task CloseAndCompare(IEnumerable<LargeCine> expected, params string[] names)
    {
        var pixels = new List<string>();
        foreach (var batch in (await engineer.Items("/api/v1/batches?size=200")).Where(b => (string)b["state"]! == "open" && names.Any(n => ((string)b["name"]!).StartsWith(n, StringComparison.Ordinal))))
        {
            await engineer.Job((await engineer.Post($"/api/v1/batches/{batch["id"]}/close"))["jobId"]!);
            pixels.AddRange(await Archived((string)batch["id"]!));
        }

        Assert.Equal(expected.Select(e => e.PixelSha256).Order(StringComparer.Ordinal), pixels.Order(StringComparer.Ordinal));
    }

    private async Task<List<string>> Archived(string batch)
    {
        using var http = platform.Client(engineer.Token);
        http.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/dicom; transfer-syntax=*"));
        var pixels = new List<string>();
        foreach (var row in await StoredBytes.Rows(platform.DataFolder,
            $"SELECT \"StudyInstanceUid\", \"SeriesInstanceUid\", \"SopInstanceUid\" FROM archive_instance WHERE \"Size\" > {LargeCine.Frames * LargeCine.FrameBytes} AND lower(\"BatchId\") = '{batch}'"))
        {
            using var answer = await http.GetAsync($"/dicomweb/studies/{row[0]}/series/{row[1]}/instances/{row[2]}", HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, answer.StatusCode.ToString());
            pixels.Add(await LargeCine.PixelsOf(await answer.Content.ReadAsStreamAsync()));
        }

        return pixels;
    }
}
