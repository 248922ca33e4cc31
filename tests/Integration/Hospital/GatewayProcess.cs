using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Harness;

namespace Pirogov.Integration.Hospital;

/// <summary>`pirogov gateway` as a hospital runs it: a process of its own that can be killed at any moment.</summary>
internal sealed class GatewayProcess(Scratch scratch, Uri platform, string token, string centre) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly ConcurrentQueue<string> lines = new();
    private Process? process;

    public int Port { get; } = FreePort();

    public string In => scratch["in"];

    public string State => scratch["state"];

    public string Log => string.Join('\n', lines);

    private string Config => scratch["gateway.json"];

    /// <param name="watch">Beside the folder and short times.</param>
    public async Task Configure(object? watch = null, object? more = null)
    {
        Directory.CreateDirectory(In);
        if (!File.Exists(scratch["key"]))
            Assert.Equal(0, (await CommandLine.Run("deid", "--new-key", scratch["key"])).Code);
        await File.WriteAllTextAsync(scratch["token"], token);
        var config = new Dictionary<string, object>
        {
            ["folder"] = State,
            ["key"] = scratch["key"],
            ["platform"] = new { url = platform, tokenFile = scratch["token"], centre, batch = "Gateway", mostBackOffSeconds = 1 },
            ["watch"] = new[] { Merged(new { folder = In, settleSeconds = 0.3, rescanSeconds = 1 }, watch) },
            ["listen"] = new { port = Port, address = "127.0.0.1", title = "GATEWAY", peers = new[] { new { title = "SCANNER" } } },
            ["minimumFreeMegabytes"] = 1,
        };
        await File.WriteAllTextAsync(Config, JsonSerializer.Serialize(Merged(config, more)));
    }

    public async Task Start(IReadOnlyDictionary<string, string>? environment = null)
    {
        process = CommandLine.Start(environment ?? new Dictionary<string, string>(), "gateway", "--config", Config);
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Until(() => process.HasExited || IsListening());
        Assert.False(process.HasExited, Log);
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task Kill()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>SIGTERM, as systemd sends it.</summary>
    public async Task<int> Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        var code = process.ExitCode;
        process.Dispose();
        process = null;
        return code;
    }

    public Task<CommandAnswer> Command(params string[] arguments) => CommandLine.Run(["gateway", .. arguments, "--config", Config]);

    public int Count(string folder) => Directory.Exists(Path.Combine(State, folder)) ? Directory.GetFiles(Path.Combine(State, folder), "*.dcm").Length : 0;

    public int Noted(string what)
    {
        var path = Path.Combine(State, "journal");
        if (!File.Exists(path))
            return 0;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n').Count(l => l.Contains($"\"what\":\"{what}\"", StringComparison.Ordinal));
    }

    public async Task Until(Func<bool> reached)
    {
        var waited = Stopwatch.StartNew();
        while (!reached())
        {
            Assert.True(waited.Elapsed < Patience, "What was waited for did not happen:\n" + Log);
            await Task.Delay(20);
        }
    }

    /// <param name="certificate">Of the client; TLS with it.</param>
    public Task<DicomClient> Connect(X509Certificate2? certificate = null) => DicomClient.Connect(
        new("127.0.0.1", Port, "GATEWAY", "SCANNER") { Tls = certificate is null ? null : Tls(certificate), Patience = TimeSpan.FromSeconds(5) },
        [(DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian])], default);

    public static Task<DimseStatus> Store(DicomClient client, DicomDataset dataset) => client.Store(DicomUids.CTImageStorage,
        dataset.GetString(DicomTags.SopInstanceUid)!, DicomUids.ExplicitVRLittleEndian, DicomWriter.DatasetToBytes(dataset, DicomTransferSyntax.ExplicitLittleEndian), default);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await Kill();
    }

    private static SslClientAuthenticationOptions Tls(X509Certificate2 certificate) => new()
    {
        TargetHost = "localhost",
        ClientCertificates = [certificate],
        // Its authority is nobody's but the test's.
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost",
    };

    private bool IsListening()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Dictionary<string, object> Merged(object one, object? other)
    {
        var all = new Dictionary<string, object>();
        foreach (var part in new[] { one, other }.OfType<object>())
        {
            foreach (var property in JsonSerializer.SerializeToElement(part).EnumerateObject())
                all[property.Name] = property.Value.Clone();
        }

        return all;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
