using System.Net;

namespace Pirogov.Archive.Dimse;

/// <summary>
/// Which refused associations become a row of the audit. Nobody signs in at this door, and the audit only grows: a scanner in a loop would fill the disk.
/// The first of an address, title and reason is noted at once; what follows within an hour is counted, and the next row says how many there were.
/// </summary>
internal sealed class RefusedAssociations(TimeProvider time)
{
    /// <summary>Whoever calls may call himself anew each time: beyond these all are counted together.</summary>
    public const int Most = 1000;
    private static readonly TimeSpan Apart = TimeSpan.FromHours(1);
    private readonly Dictionary<(IPAddress? Address, string Title, string Reason), Counted> counted = [];
    private readonly Lock gate = new();

    private sealed class Counted
    {
        public DateTimeOffset? NotedAt { get; set; }
        public int Since { get; set; }
    }

    /// <returns>How many the row stands for, this one among them, and whether they are of many callers; none where it is only counted.</returns>
    public (int Count, bool OfMany)? Count(IPAddress address, string title, string reason)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            var key = ((IPAddress?)address, title, reason);
            if (!counted.ContainsKey(key) && counted.Count >= Most && !Forget(now))
                key = default;
            if (!counted.TryGetValue(key, out var one))
                counted[key] = one = new();
            one.Since++;
            if (one.NotedAt is { } noted && now - noted < Apart)
                return null;
            var count = one.Since;
            (one.NotedAt, one.Since) = (now, 0);
            return (count, key == default);
        }
    }

    /// <summary>What was counted of callers that came no more is told with the next of many.</summary>
    private bool Forget(DateTimeOffset now)
    {
        var past = counted.Where(c => c.Key != default && now - c.Value.NotedAt >= Apart).ToArray();
        if (past.Length == 0)
            return false;
        if (!counted.TryGetValue(default, out var many))
            counted[default] = many = new();
        foreach (var (key, one) in past)
        {
            many.Since += one.Since;
            counted.Remove(key);
        }

        return true;
    }
}
