using System.Collections.Concurrent;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>How long each kind of request took, from its first byte sent to its last byte read.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<double>> milliseconds = new();

    public void Add(string kind, TimeSpan took) => milliseconds.GetOrAdd(kind, _ => []).Add(took.TotalMilliseconds);

    public int Count(string kind) => milliseconds.TryGetValue(kind, out var all) ? all.Count : 0;

    /// <returns>Of each kind: its name, how many, and the wanted quantiles in ms, by nearest rank.</returns>
    public IEnumerable<(string Kind, int Count, double[] At)> Quantiles(params double[] at) => milliseconds.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m =>
    {
        var sorted = m.Value.Order().ToArray();
        return (m.Key, sorted.Length, at.Select(q => sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Length) - 1, 0, sorted.Length - 1)]).ToArray());
    });
}
