using System.Collections.Concurrent;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Remembers who has lately been noted as reading what: a viewer asks for one series hundreds of times. What is remembered lies in two
/// generations, of which the older is dropped whole: nobody's call walks over what others have read.
/// </summary>
internal sealed class RecentRetrieves(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly Lock turning = new();
    private volatile Generations kept = new(time.GetUtcNow(), [], []);

    /// <summary>Notes that are remembered: those of the window, and at most of one window before it.</summary>
    public int Count => kept.Now.Count + kept.Before.Count;

    public bool IsNew(Guid account, string uid)
    {
        var now = time.GetUtcNow();
        var (_, recent, before) = Turned(now);
        var key = (account, uid);
        if ((recent.TryGetValue(key, out var last) || before.TryGetValue(key, out last)) && now - last <= Window)
            return false;
        recent[key] = now;
        return true;
    }

    /// <summary>What was new could not be noted.</summary>
    public void Forget(Guid account, string uid)
    {
        var (_, recent, before) = kept;
        recent.TryRemove((account, uid), out _);
        before.TryRemove((account, uid), out _);
    }

    private Generations Turned(DateTimeOffset now)
    {
        if (now - kept.Since <= Window)
            return kept;
        lock (turning)
        {
            if (now - kept.Since > Window)
                kept = new(now, [], now - kept.Since > 2 * Window ? [] : kept.Now);
            return kept;
        }
    }

    private sealed record Generations(
        DateTimeOffset Since, ConcurrentDictionary<(Guid Account, string Uid), DateTimeOffset> Now, ConcurrentDictionary<(Guid Account, string Uid), DateTimeOffset> Before);
}
