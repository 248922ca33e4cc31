using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace Pirogov.Cli;

/// <summary>
/// One watched folder. The system tells of changes; now and then everything is looked over, because it may tell too much at once, or
/// nothing of a share. A file that changed a moment ago is left until it has stopped; names that begin with a dot are passed over.
/// </summary>
internal sealed class WatchedFolder(
    GatewayConfig.WatchPart part, int number, GatewayIntake intake, GatewayJournal journal, byte[] key, GatewayLog log, TimeProvider time, int parallel)
{
    private const int MostOdd = 1000;
    private readonly string root = Path.GetFullPath(part.Folder);
    private readonly TimeSpan settle = TimeSpan.FromSeconds(part.SettleSeconds);
    private readonly Channel<string> told = Channel.CreateUnbounded<string>(new() { SingleReader = true });
    private readonly Dictionary<string, (long Size, long Changed, long SeenAt)> settling = new(StringComparer.Ordinal);
    private readonly HashSet<string> odd = new(StringComparer.Ordinal);
    private bool looksAgain = true;

    public async Task Run(CancellationToken cancellation)
    {
        using var watcher = Watch();
        var lookedAt = 0L;
        while (true)
        {
            if (looksAgain || time.GetElapsedTime(lookedAt).TotalSeconds >= part.RescanSeconds)
            {
                (looksAgain, lookedAt) = (false, time.GetTimestamp());
                await TakeAll(Ready(Existing()), cancellation);
            }

            await TakeAll(Ready(Told()), cancellation);
            await TakeAll(Settled(), cancellation);
            await Wait(cancellation);
        }
    }

    /// <summary>Null where the system cannot watch; then looking over is all there is.</summary>
    private FileSystemWatcher? Watch()
    {
        try
        {
            var watcher = new FileSystemWatcher(root) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Created += (_, change) => told.Writer.TryWrite(change.FullPath);
            watcher.Changed += (_, change) => told.Writer.TryWrite(change.FullPath);
            watcher.Renamed += (_, change) => told.Writer.TryWrite(change.FullPath);
            watcher.Error += (_, _) => looksAgain = true;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception refused) when (refused is IOException or ArgumentException)
        {
            log.Say("not-watched", new { number });
            return null;
        }
    }

    private async Task Wait(CancellationToken cancellation)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var longest = settling.Count > 0 ? TimeSpan.FromSeconds(Math.Clamp(part.SettleSeconds / 2, 0.05, 5)) : TimeSpan.FromSeconds(Math.Min(part.RescanSeconds, 5));
        pause.CancelAfter(longest);
        try
        {
            await told.Reader.WaitToReadAsync(pause.Token);
            if (settling.Count > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time to look.
        }
    }

    private IEnumerable<FileInfo> Existing() => Directory.Exists(root) ? Files(new DirectoryInfo(root)) : Missing();

    private IEnumerable<FileInfo> Missing()
    {
        log.Say("no-folder", new { number });
        return [];
    }

    private IEnumerable<FileInfo> Files(DirectoryInfo folder)
    {
        foreach (var (path, file) in Originals.Below(folder, "", () => log.Say("not-readable", new { number })))
        {
            if (!path.Split('/').Any(p => p.StartsWith('.')))
                yield return file;
        }
    }

    private IEnumerable<FileInfo> Told()
    {
        var once = new HashSet<string>(StringComparer.Ordinal);
        while (told.Reader.TryRead(out var path))
            once.Add(path);
        foreach (var path in once.Where(p => !Path.GetRelativePath(root, p).Split(Path.DirectorySeparatorChar).Any(n => n.StartsWith('.'))))
        {
            if (!Directory.Exists(path))
                yield return new FileInfo(path);
            else
            {
                // Moved in as a whole: nobody tells of what is in it.
                foreach (var file in Files(new DirectoryInfo(path)))
                    yield return file;
            }
        }
    }

    /// <summary>Of these, what is new and has not changed for a while; the younger ones are kept in mind.</summary>
    private IEnumerable<FileInfo> Ready(IEnumerable<FileInfo> files)
    {
        foreach (var file in files)
        {
            file.Refresh();
            if (!file.Exists || IsOdd(file.FullName))
                continue;
            var (size, changed) = (file.Length, file.LastWriteTimeUtc.Ticks);
            if (journal.Find(Mark(file), size, changed) is { } before)
                PutAway(file, before.Outcome, before.Sha);
            else if (time.GetUtcNow() - file.LastWriteTimeUtc > settle && !settling.ContainsKey(file.FullName))
                yield return file;
            else if (!settling.TryGetValue(file.FullName, out var seen) || (seen.Size, seen.Changed) != (size, changed))
                settling[file.FullName] = (size, changed, time.GetTimestamp());
        }
    }

    /// <summary>Pipes, sockets and devices, each told of once.</summary>
    private bool IsOdd(string path)
    {
        if (FileKinds.IsFile(path))
            return false;
        if (odd.Count < MostOdd && odd.Add(path))
            log.Say("not-a-file", new { number });
        return true;
    }

    private List<FileInfo> Settled()
    {
        var ready = new List<FileInfo>();
        foreach (var (path, seen) in settling.ToArray())
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                settling.Remove(path);
            else if ((file.Length, file.LastWriteTimeUtc.Ticks) != (seen.Size, seen.Changed))
                settling[path] = (file.Length, file.LastWriteTimeUtc.Ticks, time.GetTimestamp());
            else if (time.GetElapsedTime(seen.SeenAt) >= settle)
            {
                settling.Remove(path);
                ready.Add(file);
            }
        }

        return ready;
    }

    private Task TakeAll(IEnumerable<FileInfo> files, CancellationToken cancellation) =>
        Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (file, token) =>
        {
            await intake.Seats.WaitAsync(token);
            try
            {
                Take(file);
            }
            finally
            {
                intake.Seats.Release();
            }
        });

    private void Take(FileInfo file)
    {
        var (size, changed) = (file.Length, file.LastWriteTimeUtc.Ticks);
        GatewayTaken taken;
        try
        {
            using var original = Originals.OpenFile(file.FullName);
            if (size > GatewayIntake.LargestHeld)
            {
                if (intake.TakeLarge(original, IsUnchanged) is not { } large)
                    return;
                taken = large;
            }
            else
            {
                using var held = new MemoryStream((int)size);
                original.CopyTo(held);
                if (!IsUnchanged())
                    return;
                taken = intake.Take(held);
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Gone, or not ours to read yet: the next look tries again.
            log.Say("not-readable", new { number });
            return;
        }
        catch (Exception defect)
        {
            // Of ours, with this file: it is told and left, and the next one is taken.
            log.Say("defect", new { kind = defect.GetType().Name });
            taken = new(GatewayVerdict.Refused, Reason: FileOutcome.Defect);
        }

        if (taken.Verdict == GatewayVerdict.NoRoom)
        {
            log.Say("no-room");
            return;
        }

        // Written to while it was read: somebody will tell, or the next look shows.
        bool IsUnchanged()
        {
            file.Refresh();
            return file.Exists && (file.Length, file.LastWriteTimeUtc.Ticks) == (size, changed);
        }

        var outcome = taken.Verdict.ToString().ToLowerInvariant();
        if (!Note(new(default, "original", outcome, taken.Sha, Mark(file), size, changed, taken.Reason, taken.Offset)))
            return;
        log.Say(outcome, new { id = GatewayLog.Short(taken.Sha), reason = taken.Reason });
        PutAway(file, outcome, taken.Sha);
    }

    /// <returns>False on a full disk: the file is met again, and known by its bytes.</returns>
    private bool Note(GatewayEntry entry)
    {
        try
        {
            journal.Add(entry);
            return true;
        }
        catch (IOException)
        {
            log.Say("no-room");
            return false;
        }
    }

    /// <summary>Moves or deletes an original that is safely queued, if that is wanted; a kill before it is made up for by the next look.</summary>
    private void PutAway(FileInfo file, string? outcome, string? sha)
    {
        if ((part.MoveTo is null && !part.Delete) || !(outcome == "queued" || (outcome == "known" && intake.IsKept(sha))))
            return;
        try
        {
            if (part.Delete)
            {
                file.Delete();
                return;
            }

            var target = Path.Combine(Path.GetFullPath(part.MoveTo!), Path.GetRelativePath(root, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            // What lies there may be another original of the same name.
            for (var again = 1; File.Exists(target); again++)
                target = $"{Path.Combine(Path.GetFullPath(part.MoveTo!), Path.GetRelativePath(root, file.FullName))}.{again}";
            File.Move(file.FullName, target);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            log.Say("not-put-away", new { number });
        }
    }

    private string Mark(FileInfo file) => MarkOf(key, file.FullName);

    public static string MarkOf(byte[] key, string path) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes("gateway path\0" + path)))[..32];
}
