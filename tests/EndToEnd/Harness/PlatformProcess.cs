using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Pirogov.EndToEnd.Harness;

/// <summary>The platform as users run it: a process of its own on 127.0.0.1 that can be killed at any moment.</summary>
public sealed class PlatformProcess : IAsyncDisposable
{
    // The host's own output folder: there its static assets and the built workbenches lie.
    private static readonly string HostFolder = AppContext.BaseDirectory.Replace(
        Path.Combine("tests", "EndToEnd"), Path.Combine("src", "Portal"), StringComparison.Ordinal);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly bool demo;
    private readonly IReadOnlyDictionary<string, string> settings;
    private Process? process;

    /// <param name="settings">Further configuration, as environment variables.</param>
    public PlatformProcess(bool demo, IReadOnlyDictionary<string, string>? settings = null)
    {
        (this.demo, this.settings) = (demo, settings ?? new Dictionary<string, string>());
        Port = FreePort();
        Address = new Uri($"http://127.0.0.1:{Port}");
    }

    public int Port { get; }

    public Uri Address { get; }

    public string DataFolder { get; } = Directory.CreateTempSubdirectory("pirogov-e2e-").FullName;

    public string LogFile => Path.Combine(DataFolder, "..", Path.GetFileName(DataFolder) + ".log");

    public async Task Start()
    {
        Launch();
        await BecomesReady();
    }

    /// <summary>Starts the process and does not wait for it.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = HostFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { "Pirogov.Portal.dll", "--urls", Address.ToString() })
            start.ArgumentList.Add(argument);
        start.Environment["Data"] = DataFolder;
        start.Environment["Demo"] = demo ? "on" : "off";
        start.Environment["PublicUrl"] = Address.ToString().TrimEnd('/');
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        process = Process.Start(start)!;
        var log = new StreamWriter(new FileStream(LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Write(log, line.Data);
        process.ErrorDataReceived += (_, line) => Write(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task Kill()
    {
        process!.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>MB that the process ever had in memory, or since <see cref="ForgetPeakMemory"/>.</summary>
    public long PeakMemory() => PeakMemory(process!);

    public static long PeakMemory(Process process) => File.ReadLines($"/proc/{process.Id}/status").Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(l => long.Parse(new string([.. l.Where(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture) / 1024).Single();

    public void ForgetPeakMemory() => File.WriteAllText($"/proc/{process!.Id}/clear_refs", "5");

    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ru");
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A token for the person, as `pirogov login` gets it.</summary>
    public async Task<string> Token(string login, string password)
    {
        using var client = Client();
        var answer = await client.PostAsJsonAsync("/api/v1/tokens/issue", new { login, password, name = "end to end" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!;
    }

    public string Log()
    {
        using var reader = new StreamReader(new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await Kill();
        Directory.Delete(DataFolder, recursive: true);
        File.Delete(LogFile);
    }

    private async Task BecomesReady()
    {
        using var client = Client();
        var waited = Stopwatch.StartNew();
        while (true)
        {
            Assert.False(process!.HasExited, "The platform ended at its start:\n" + Log());
            try
            {
                if ((await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            Assert.True(waited.Elapsed < Patience, "The platform did not become ready:\n" + Log());
            await Task.Delay(100);
        }
    }

    private static void Write(StreamWriter log, string? line)
    {
        if (line is null)
            return;
        lock (log)
            log.WriteLine(line);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
