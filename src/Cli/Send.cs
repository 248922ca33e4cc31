using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pirogov.Cli;

/// <summary>
/// Sends a folder (or one file, or a zip) into a batch, four files at a time. An interrupted sending is repeated with the
/// same command: what has arrived is known by its bytes and skipped. No name of a file leaves the machine.
/// </summary>
internal static class Send
{
    private const int Parallel = 4;
    private const int AskedAtOnce = 500;
    private const int MostAttempts = 5;
    private const string AwaitsReview = "/problems/archive.batch-awaits-review";

    public static Command Command()
    {
        var path = new Argument<FileSystemInfo>("path") { Description = Words.Of["cli.send.path"] };
        var centre = new Option<string>("--centre") { Description = Words.Of["cli.send.centre"], Required = true };
        var batch = new Option<string>("--batch") { Description = Words.Of["cli.send.batch"], Required = true };
        var command = new Command("send", Words.Of["cli.send"]) { path, centre, batch };
        command.SetAction((parsed, cancellation) =>
            Run(parsed.GetRequiredValue(path), parsed.GetRequiredValue(centre), parsed.GetRequiredValue(batch), cancellation));
        return command;
    }

    private static async Task<int> Run(FileSystemInfo path, string centre, string name, CancellationToken cancellation)
    {
        var (files, closed) = FilesOf(path);
        for (var n = 0; n < closed; n++)
            await Console.Error.WriteLineAsync(Words.Of["cli.deid.folder-unreadable"]);
        if (files.Count == 0)
        {
            await Console.Error.WriteLineAsync(Words.Of["cli.send.nothing"]);
            return ExitCode.Refused;
        }

        var session = Session.Load();
        using var client = new PlatformClient(session);
        var batch = (string)(await client.Post("/api/v1/batches", new { centre, name }, cancellation))["id"]!;
        var known = await Known(client, batch, files, cancellation);
        var refused = closed + await SendAll(client, batch, files.Where(f => !known.Contains(f.Name)).ToList(), known.Count, files.Count, cancellation);
        if (await Close(client, session, batch, cancellation) is not { } job)
            return ExitCode.No;
        var ended = await client.WaitFor(job, (percent, _) => Progress(Words.Of["cli.send.closing", new { percent }]), cancellation);
        Console.WriteLine();
        Console.WriteLine(Words.Of["cli.send.done", new { files = files.Count, refused, batch }]);
        if ((string)ended["state"]! == "succeeded")
            return refused == 0 ? ExitCode.Done : ExitCode.No;
        if ((string?)ended["failure"] is { } failure)
            await Console.Error.WriteLineAsync(failure);
        return ExitCode.No;
    }

    /// <returns>The job; null where images wait for a person first, which was told.</returns>
    private static async Task<string?> Close(PlatformClient client, Session session, string batch, CancellationToken cancellation)
    {
        try
        {
            return (string)(await client.Post($"/api/v1/batches/{batch}/close", new { }, cancellation))["jobId"]!;
        }
        catch (PlatformProblem problem) when (problem.Type == AwaitsReview)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            await Console.Error.WriteLineAsync(Words.Of["cli.send.awaits-review", new { link = new Uri(session.Address, $"/archive/batches/{batch}/review") }]);
            return null;
        }
    }

    /// <returns>And how many folders cannot be read.</returns>
    private static (List<(string Name, FileInfo File)> Files, int Closed) FilesOf(FileSystemInfo path)
    {
        var closed = 0;
        List<(string, FileInfo)> files = path switch
        {
            FileInfo { Exists: true } file => [(file.Name, file)],
            DirectoryInfo { Exists: true } folder => [.. Originals.Below(folder, "", () => closed++).Where(f => FileKinds.IsFile(f.File.FullName))],
            _ => [],
        };
        return (files, closed);
    }

    /// <returns>Names of the files that need not be sent again. Where the batch is empty nothing is read for it.</returns>
    private static async Task<HashSet<string>> Known(PlatformClient client, string batch, List<(string Name, FileInfo File)> files, CancellationToken cancellation)
    {
        var (known, path) = (new HashSet<string>(), $"/api/v1/batches/{batch}/known");
        if ((int)(await Insist(() => client.Post(path, new { files = Array.Empty<string>() }, cancellation), cancellation))["judged"]! == 0)
            return known;
        foreach (var chunk in files.Chunk(AskedAtOnce))
        {
            var hashes = new Dictionary<string, string>(chunk.Length);
            foreach (var (name, file) in chunk)
            {
                if (await HashOf(file, cancellation) is { } hash)
                    hashes[name] = hash;
            }

            var answer = await Insist(() => client.Post(path, new { files = hashes.Values }, cancellation), cancellation);
            var found = answer["known"]!.AsArray().Select(n => (string)n!).ToHashSet();
            known.UnionWith(hashes.Where(h => found.Contains(h.Value)).Select(h => h.Key));
        }

        return known;
    }

    private static async Task<int> SendAll(
        PlatformClient client, string batch, List<(string Name, FileInfo File)> files, int already, int total, CancellationToken cancellation)
    {
        var (sent, refused) = (already, 0);
        await System.Threading.Tasks.Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (file, token) =>
            {
                var outcome = await SendOne(client, batch, file, token);
                foreach (var reason in outcome is null ? [Words.Of["cli.send.unreadable", new { name = file.Name }]] : RefusalsIn(outcome, file.Name))
                {
                    Interlocked.Increment(ref refused);
                    Console.Error.WriteLine(reason);
                }

                Progress(Words.Of["cli.send.progress", new { sent = Interlocked.Increment(ref sent), total }]);
            });
        Console.WriteLine();
        return refused;
    }

    /// <returns>None for a file that cannot be read: a scratched disk has one among thousands.</returns>
    private static async Task<JsonNode?> SendOne(PlatformClient client, string batch, (string Name, FileInfo File) file, CancellationToken cancellation)
    {
        try
        {
            return await Insist(async () =>
            {
                await using var bytes = Originals.OpenFile(file.File.FullName);
                try
                {
                    return await client.PostBytes($"/api/v1/batches/{batch}/files", bytes, cancellation);
                }
                catch (HttpRequestException)
                {
                    // A file that breaks off is told as a line that does: the one is not sent again and again.
                    if (await HashOf(file.File, cancellation) is null)
                        throw new IOException();
                    throw;
                }
            }, cancellation);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<string?> HashOf(FileInfo file, CancellationToken cancellation)
    {
        try
        {
            return await ContentHash.Of(file, cancellation);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A proxy that starts anew, a platform without room or a line that breaks ends no sending of hours.</summary>
    private static async Task<JsonNode> Insist(Func<Task<JsonNode>> ask, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (Exception passing) when (attempt < MostAttempts && MayPass(passing) && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 << attempt), cancellation);
            }
            catch (TaskCanceledException late) when (!cancellation.IsCancellationRequested)
            {
                throw new HttpRequestException(HttpRequestError.Unknown, null, late);
            }
        }
    }

    private static bool MayPass(Exception failure) => failure is HttpRequestException or TaskCanceledException or PlatformProblem { Status: 408 or 429 or >= 500 };

    private static IEnumerable<string> RefusalsIn(JsonNode outcome, string name)
    {
        if (outcome["entries"] is JsonArray entries)
            return entries.SelectMany(e => RefusalsIn(e!, $"{name}/{e!["name"]}"));
        return (string?)outcome["outcome"] == "refused" ? [$"{name}: {outcome["reason"]?["title"]}. {outcome["reason"]?["detail"]}"] : [];
    }

    private static void Progress(string text)
    {
        if (!Console.IsOutputRedirected)
            Console.Write($"\r{text}    ");
    }
}
