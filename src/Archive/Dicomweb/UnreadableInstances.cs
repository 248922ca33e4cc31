using System.Collections.Concurrent;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// What could not be decoded a while ago: archived bytes do not change, and trying again costs the time. After an hour it is tried all the same:
/// a codec may have failed for want of time or memory.
/// </summary>
internal sealed class UnreadableInstances(TimeProvider time)
{
    private const int Most = 10_000;
    private static readonly TimeSpan Believed = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, DateTimeOffset> keys = new(StringComparer.Ordinal);

    public bool Contains(string key) => keys.TryGetValue(key, out var since) && time.GetUtcNow() - since <= Believed;

    public void Remember(string key)
    {
        if (Contains(key))
            return;
        // Beyond that the archive has another sickness; what is forgotten is found again.
        if (keys.Count >= Most)
            keys.Clear();
        keys[key] = time.GetUtcNow();
    }
}
