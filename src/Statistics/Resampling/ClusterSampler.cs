namespace Pirogov.Statistics;

/// <summary>
/// Draws whole clusters (patients) with replacement (Davison &amp; Hinkley 1997, section 3.8), so that several cases of one patient stay together; with strata, as
/// many clusters from each stratum as it has. All randomness comes from the seed.
/// </summary>
public sealed class ClusterSampler
{
    private readonly int[][] members;
    private readonly int[][] strata;

    /// <summary>Groups the items.</summary>
    /// <param name="clusters">The cluster (patient) of each item.</param>
    /// <param name="strata">The stratum of each item, or null; a cluster has to lie within one stratum.</param>
    /// <exception cref="ArgumentException">Another number of strata than items, or a cluster in two strata.</exception>
    public ClusterSampler(IReadOnlyList<string> clusters, IReadOnlyList<string>? strata = null)
    {
        if (strata is not null && strata.Count != clusters.Count)
            throw new ArgumentException($"{strata.Count} strata given for {clusters.Count} items.", nameof(strata));

        ItemCount = clusters.Count;
        var groups = Enumerable.Range(0, clusters.Count).GroupBy(item => clusters[item], StringComparer.Ordinal).ToArray();
        members = [.. groups.Select(group => group.ToArray())];
        if (strata is not null && members.Any(items => items.Any(item => strata[item] != strata[items[0]])))
            throw new ArgumentException("A cluster lies in two strata.", nameof(strata));
        this.strata =
        [
            .. Enumerable.Range(0, members.Length)
                .GroupBy(cluster => strata?[members[cluster][0]] ?? "", StringComparer.Ordinal)
                .Select(stratum => stratum.ToArray()),
        ];
    }

    /// <summary>Items given.</summary>
    public int ItemCount { get; }

    /// <summary>Clusters among them.</summary>
    public int ClusterCount => members.Length;

    /// <summary>The clusters of each stratum; one stratum when none were declared.</summary>
    internal IReadOnlyList<int[]> Strata => strata;

    /// <summary>The items of one bootstrap sample; their number varies when clusters differ in size.</summary>
    /// <param name="random">Where the draw comes from; it goes on.</param>
    public int[] Draw(Xoshiro256 random)
    {
        var items = new List<int>(ItemCount);
        foreach (var stratum in strata)
            for (var i = 0; i < stratum.Length; i++)
                items.AddRange(members[stratum[random.NextInt32(stratum.Length)]]);
        return [.. items];
    }

    /// <summary>All items but those of one cluster, for the jackknife.</summary>
    /// <param name="cluster">Its number in the order in which clusters first appear.</param>
    public int[] Without(int cluster)
    {
        var left = new HashSet<int>(members[cluster]);
        return [.. Enumerable.Range(0, ItemCount).Where(item => !left.Contains(item))];
    }
}
