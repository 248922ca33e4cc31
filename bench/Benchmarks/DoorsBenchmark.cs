using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.Benchmarks;

/// <summary>One client for every peer: what it measures of one it measures of the other.</summary>
internal static class DoorsBenchmark
{
    private const string Boundary = "bench-boundary";
    private static readonly byte[] PartHead = System.Text.Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
    private static readonly byte[] Tail = System.Text.Encoding.ASCII.GetBytes($"--{Boundary}--\r\n");

    /// <summary>Synthetic studies of one series each, under UIDs that no other call gives.</summary>
    public static int Make(string folder, int studies, int instances, int size, int set)
    {
        Directory.CreateDirectory(folder);
        for (var study = 0; study < studies; study++)
        {
            var files = PhantomCt.Generate(new PhantomOptions(set * 100_000 + study, size, Math.Clamp(instances, 2, 20))).Files;
            for (var i = 0; i < instances; i++)
            {
                var dataset = files[i % files.Count].Dataset;
                dataset.Set(DicomTags.SopInstanceUid, $"1.2.826.0.1.3680043.2.{set}.{study}.{i + 1}").Set(DicomTags.InstanceNumber, i + 1)
                    .Set(DicomTags.PatientName, $"Family{study:D4}^Given");
                DicomWriter.WriteFile(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{study:D4}-{i:D4}.dcm")),
                    DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
            }
        }

        return 0;
    }

    /// <summary>
    /// Prints seconds for storing all files of the folder over so many connections, so many in a request; then what was answered. Bodies
    /// are made and connections opened before the clock starts: what is measured is the door.
    /// </summary>
    public static async Task<int> Store(string url, string authorization, string folder, int connections, int together)
    {
        var bodies = new ConcurrentQueue<(byte[] Bytes, int Files)>(Directory.GetFiles(folder).Order(StringComparer.Ordinal).Chunk(together).Select(f => (Body(f), f.Length)));
        using var http = Client(authorization, connections);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ => (await http.PostAsync(new Uri(url), Content(Tail))).Dispose()));
        var answers = new ConcurrentDictionary<int, int>();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            while (bodies.TryDequeue(out var body))
            {
                using var answer = await http.PostAsync(new Uri(url), Content(body.Bytes));
                answers.AddOrUpdate((int)answer.StatusCode, body.Files, (_, n) => n + body.Files);
                await answer.Content.ReadAsByteArrayAsync();
            }
        })));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:F3} {string.Join(',', answers.Select(a => $"{a.Key}:{a.Value}"))}"));
        return 0;
    }

    /// <summary>Prints the median of milliseconds until the whole answer is there, after as many requests that do not count, and its length in bytes.</summary>
    public static async Task<int> Get(string url, string authorization, string accept, int rounds)
    {
        using var http = Client(authorization, 1);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);
        var (times, length) = (new List<double>(), 0);
        for (var i = 0; i < 2 * rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(new Uri(url));
            length = (await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).Length;
            if (i >= rounds)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Order().ElementAt(times.Count / 2):F2} {length}"));
        return 0;
    }

    /// <summary>A server that reads what it is sent and forgets it: the bound of an HTTP upload here.</summary>
    public static async Task<int> Sink(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        await using var app = builder.Build();
        // What is asked for with a length is answered with so many bytes: an answer that costs nothing but its way.
        app.MapGet("/", (int length) => Results.Bytes(new byte[length]));
        app.MapPost("/", (HttpContext http) => http.Request.Body.CopyToAsync(Stream.Null));
        await app.RunAsync();
        return 0;
    }

    private static HttpClient Client(string authorization, int connections)
    {
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { Timeout = TimeSpan.FromMinutes(10) };
        if (authorization.Length > 0)
            http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(authorization);
        return http;
    }

    private static byte[] Body(string[] files)
    {
        using var body = new MemoryStream(files.Sum(f => (int)new FileInfo(f).Length + 100));
        foreach (var file in files)
        {
            body.Write(PartHead);
            body.Write(File.ReadAllBytes(file));
            body.Write("\r\n"u8);
        }

        body.Write(Tail);
        return body.ToArray();
    }

    private static ByteArrayContent Content(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/related; type=\"application/dicom\"; boundary={Boundary}");
        return content;
    }
}
