using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace Pirogov.Cli;

/// <summary>
/// Empties the queue into a batch of the day. Each file is asked for until the platform has answered about it; the platform knows the
/// same bytes again, so a file whose answer was lost is sent once more and counted once. One that fails while others get through does not
/// hold them: it goes behind them for a while, and after some answers of the platform about it aside.
/// </summary>
internal sealed class GatewaySender(
    GatewayConfig.PlatformPart platform, PlatformClient client, GatewayStore store, GatewayJournal journal, GatewayStatus status, GatewayLog log, TimeProvider time) : IDisposable
{
    /// <summary>Of a long queue; each look goes over all of it.</summary>
    private const int AtOnce = 2048;

    /// <summary>That count are those during which the platform took others, and which it answered about the file: a line that breaks is no verdict.</summary>
    private const int MostAttempts = 5;

    private const string BatchIsClosed = "/problems/archive.batch-is-closed";
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim queued = new(0);
    private readonly SemaphoreSlim opening = new(1, 1);
    private readonly Dictionary<string, int> attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> pausedUntil = new(StringComparer.Ordinal);
    private (string Name, string Id)? batch;
    private int failures;

    /// <summary>Something was queued.</summary>
    public void Wake() => queued.Release();

    public void Dispose()
    {
        queued.Dispose();
        opening.Dispose();
    }

    public async Task Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var queue = store.Queued(AtOnce, attempts);
            var files = queue.Where(f => !(pausedUntil.TryGetValue(GatewayStore.ShaOf(f), out var until) && until > time.GetUtcNow())).ToArray();
            if (files.Length == 0)
            {
                if (queue.Count == 0)
                    Forget();
                // Looked into all the same now and then: released images come from another process.
                await queued.WaitAsync(Look, cancellation);
                while (queued.Wait(0, CancellationToken.None))
                {
                    // One look answers every call.
                }

                continue;
            }

            await Round(files, cancellation);
        }
    }

    private async Task Round(IReadOnlyList<FileInfo> files, CancellationToken cancellation)
    {
        var (sent, held) = (0, new ConcurrentQueue<(string Sha, string Reason, bool IsAnswer)>());
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = platform.Parallel, CancellationToken = cancellation }, async (file, token) =>
        {
            // The line may be cut: who has not begun waits for the next round.
            if (held.Count > platform.Parallel && Volatile.Read(ref sent) == 0)
                return;
            try
            {
                await Send(file, token);
                Interlocked.Increment(ref sent);
            }
            catch (Exception failed) when (ReasonOf(failed, cancellation) is { } reason)
            {
                held.Enqueue((GatewayStore.ShaOf(file), reason, IsAboutTheFile(failed)));
            }
        });
        if (sent > 0)
            failures = 0;
        else if (held.TryPeek(out var first))
            await BackOff(first.Reason, cancellation);
        foreach (var (sha, reason, isAnswer) in sent > 0 ? held : [])
            Count(sha, reason, isAnswer);
    }

    /// <summary>The platform took others meanwhile: the fault is with this file, or with its size, for which the line is too weak or the disk too full.</summary>
    private void Count(string sha, string reason, bool isAnswer)
    {
        attempts[sha] = attempts.GetValueOrDefault(sha) + 1;
        var count = answers[sha] = answers.GetValueOrDefault(sha) + (isAnswer ? 1 : 0);
        if (count < MostAttempts)
        {
            // What fails because it is large is long under way: not in every round.
            pausedUntil[sha] = isAnswer ? default : time.GetUtcNow() + Pause(attempts[sha]);
            log.Say("passed-over", new { id = GatewayLog.Short(sha), reason });
            return;
        }

        attempts.Remove(sha);
        answers.Remove(sha);
        store.Refuse(sha);
        journal.Add(new(default, GatewayEntry.SetAside, Sha: sha, Reason: reason));
        log.Say("set-aside", new { id = GatewayLog.Short(sha), attempts = count, reason });
    }

    /// <summary>Nothing is queued: nothing is left to count.</summary>
    private void Forget()
    {
        attempts.Clear();
        answers.Clear();
        pausedUntil.Clear();
    }

    /// <summary>
    /// A verdict of the platform, or its own defect. Not a line that breaks, a time that runs out, a disk that is full there, a right that is
    /// missing, nor what a proxy says in the platform's stead.
    /// </summary>
    private static bool IsAboutTheFile(Exception failed) => failed is PlatformProblem { Status: 500 } or PlatformProblem { Status: 400 or 409 or 413 or 415 or 422, Type: not null };

    private async Task Send(FileInfo file, CancellationToken cancellation)
    {
        var sha = GatewayStore.ShaOf(file);
        if (journal.WasSent(sha))
        {
            // Killed between the note and the removal.
            store.Sent(sha);
            return;
        }

        var answer = await Post(file, cancellation);
        if ((string?)answer["outcome"] == "refused")
        {
            var reason = ((string?)answer["reason"]?["type"])?.Split('.')[^1] ?? "refused";
            store.Refuse(sha);
            journal.Add(new(default, "refused-there", Sha: sha, Reason: reason));
            log.Say("refused-there", new { id = GatewayLog.Short(sha), reason });
        }
        else
        {
            journal.Add(new(default, "sent", (string?)answer["outcome"], sha));
            store.Sent(sha);
            log.Say("sent", new { id = GatewayLog.Short(sha), outcome = (string?)answer["outcome"] });
        }

        status.Sent(time.GetUtcNow());
    }

    private async Task<System.Text.Json.Nodes.JsonNode> Post(FileInfo file, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var id = await Batch(cancellation);
            try
            {
                await using var bytes = file.OpenRead();
                return await client.PostBytes($"/api/v1/batches/{id}/files", bytes, cancellation);
            }
            catch (PlatformProblem closed) when (closed.Type == BatchIsClosed && attempt == 0)
            {
                await Forget(id, cancellation);
            }
            // A proxy's own limit says nothing of the platform's.
            catch (PlatformProblem tooLarge) when (tooLarge is { Status: 413, Type: not null })
            {
                return new System.Text.Json.Nodes.JsonObject { ["outcome"] = "refused", ["reason"] = new System.Text.Json.Nodes.JsonObject { ["type"] = "too-large" } };
            }
        }
    }

    /// <summary>The open batch of this name and sender, or a new one.</summary>
    private async Task<string> Batch(CancellationToken cancellation)
    {
        var name = $"{platform.Batch} {time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
        await opening.WaitAsync(cancellation);
        try
        {
            if (batch is { } open && open.Name == name)
                return open.Id;
            var id = (string)(await client.Post("/api/v1/batches", new { centre = platform.Centre, name, endsWhenQuiet = true }, cancellation))["id"]!;
            batch = (name, id);
            return id;
        }
        finally
        {
            opening.Release();
        }
    }

    private async Task Forget(string id, CancellationToken cancellation)
    {
        await opening.WaitAsync(cancellation);
        batch = batch?.Id == id ? null : batch;
        opening.Release();
    }

    private async Task BackOff(string reason, CancellationToken cancellation)
    {
        var pause = Pause(failures++);
        status.Held(reason, time.GetUtcNow() + pause);
        log.Say("held", new { reason, seconds = (int)Math.Ceiling(pause.TotalSeconds) });
        await Task.Delay(pause, time, cancellation);
    }

    private TimeSpan Pause(int failed)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(platform.MostBackOffSeconds, 0.5 * Math.Pow(2, Math.Min(failed, 20))));
        // Many gateways must not knock together when the platform is back.
        return pause * (0.75 + (RandomNumberGenerator.GetInt32(500) / 1000.0));
    }

    /// <returns>Null when the gateway is being stopped.</returns>
    private static string? ReasonOf(Exception held, CancellationToken cancellation) => cancellation.IsCancellationRequested ? null : held switch
    {
        PlatformProblem problem => problem.Type?.Split('/')[^1] ?? $"HTTP {problem.Status}",
        HttpRequestException unreachable => unreachable.HttpRequestError.ToString(),
        TaskCanceledException => "Timeout",
        IOException => "ConnectionLost",
        // Of ours: told like the others, the queue goes on.
        _ => held.GetType().Name,
    };
}
