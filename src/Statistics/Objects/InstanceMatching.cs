namespace Pirogov.Statistics;

/// <param name="First">Index on the first side.</param>
/// <param name="Second">Index on the second.</param>
/// <param name="Value">Their overlap, or their distance in mm.</param>
public readonly record struct InstancePair(int First, int Second, double Value);

/// <summary>Objects of two sides, one to one, by optimal assignment (Kuhn 1955) as Maier-Hein et al. 2024 advise.</summary>
/// <param name="Pairs">By the index on the first side.</param>
/// <param name="OnlyFirst">Indices without a partner, ascending: missed, if the first is the reference.</param>
/// <param name="OnlySecond">Likewise: false alarms.</param>
public sealed record InstanceMatching(IReadOnlyList<InstancePair> Pairs, IReadOnlyList<int> OnlyFirst, IReadOnlyList<int> OnlySecond)
{
    /// <summary>2TP / (2TP + FP + FN), the recognition quality; 1 where neither side has an object.</summary>
    public double F1 => Pairs.Count + OnlyFirst.Count + OnlySecond.Count == 0 ? 1 : 2.0 * Pairs.Count / (2 * Pairs.Count + OnlyFirst.Count + OnlySecond.Count);

    /// <summary>Share of the first side's objects with a partner; NaN without objects.</summary>
    public double Recall => Share(OnlyFirst.Count);

    /// <summary>Share of the second side's objects with a partner; NaN without objects.</summary>
    public double Precision => Share(OnlySecond.Count);

    /// <summary>Mean overlap, or distance, of the pairs; NaN without any.</summary>
    public double MeanOfPairs => Pairs.Count == 0 ? double.NaN : Pairs.Average(pair => pair.Value);

    /// <summary>Σ IoU / (TP + ½FP + ½FN) (Kirillov et al. 2019, eq. 1), for pairs by IoU; 1 where neither side has an object.</summary>
    public double PanopticQuality => Pairs.Count == 0 ? (F1 == 1 ? 1 : 0) : F1 * MeanOfPairs;

    /// <summary>The pairs of at least the threshold with the greatest sum of overlaps; of equal sums, with more pairs.</summary>
    /// <param name="candidates">Pairs whose overlap is not 0, each once, in any order. Those that no chain of candidates joins are matched apart.</param>
    /// <param name="first">Objects of the first side.</param>
    /// <param name="second">Objects of the second.</param>
    /// <param name="threshold">The lowest overlap of a pair, above 0.</param>
    /// <exception cref="ArgumentException">A threshold that is not above 0, or a pair of objects that are not there.</exception>
    public static InstanceMatching ByOverlap(IEnumerable<InstancePair> candidates, int first, int second, double threshold)
    {
        if (!(threshold > 0)) throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A pair overlaps at least a little.");
        return Match(candidates.Where(c => c.Value >= threshold), first, second, (weights, rows, columns) => OptimalAssignment.MaximumWeight(weights, rows, columns));
    }

    /// <summary>As many pairs within the limit as there can be, and of those matchings that with the least sum of distances.</summary>
    /// <param name="candidates">Pairs near each other, each once, in any order.</param>
    /// <param name="first">Objects of the first side.</param>
    /// <param name="second">Objects of the second.</param>
    /// <param name="limit">The greatest distance of a pair, mm.</param>
    /// <exception cref="ArgumentException">A negative limit, or a pair of objects that are not there.</exception>
    public static InstanceMatching ByDistance(IEnumerable<InstancePair> candidates, int first, int second, double limit)
    {
        if (!(limit >= 0)) throw new ArgumentOutOfRangeException(nameof(limit), limit, "A distance is not negative.");
        return Match(candidates.Where(c => c.Value <= limit), first, second, (costs, rows, columns) => OptimalAssignment.MinimumCost(costs, rows, columns));
    }

    /// <summary>Boxes by IoU, as <see cref="ByOverlap"/> pairs them.</summary>
    /// <param name="first">In one unit.</param>
    /// <param name="second">In the same unit.</param>
    /// <param name="threshold">The lowest IoU of a pair, above 0.</param>
    /// <exception cref="ArgumentException">A threshold that is not above 0, or a box whose sides are out of order or not finite.</exception>
    public static InstanceMatching OfBoxes(IReadOnlyList<Box> first, IReadOnlyList<Box> second, double threshold = 0.5)
    {
        foreach (var box in first) box.Check(nameof(first));
        foreach (var box in second) box.Check(nameof(second));
        return ByOverlap(Near(first, second, box => box.Left, box => box.Right, BoxOverlap.Iou), first.Count, second.Count, threshold);
    }

    /// <summary>Points by distance, as <see cref="ByDistance"/> pairs them.</summary>
    /// <param name="first">Places, mm.</param>
    /// <param name="second">Places, mm.</param>
    /// <param name="limit">The greatest distance of a pair, mm.</param>
    /// <exception cref="ArgumentException">A negative limit, or a place that is not finite.</exception>
    public static InstanceMatching OfPoints(IReadOnlyList<Position> first, IReadOnlyList<Position> second, double limit)
    {
        foreach (var point in first) point.Check(nameof(first));
        foreach (var point in second) point.Check(nameof(second));
        // A hair farther than the limit: what is just so far must not be missed for the rounding of x − limit.
        return ByDistance(
            Near(first, second, point => Math.BitDecrement(point.X - limit * (1 + 1e-12)), point => point.X, (a, b) => a.DistanceTo(b)), first.Count, second.Count, limit);
    }

    private double Share(int alone) => Pairs.Count + alone == 0 ? double.NaN : (double)Pairs.Count / (Pairs.Count + alone);

    // Only pairs whose stretches along x meet are looked at.
    private static IEnumerable<InstancePair> Near<T>(
        IReadOnlyList<T> first, IReadOnlyList<T> second, Func<T, double> from, Func<T, double> to, Func<T, T, double> value)
    {
        int[] others = [.. Enumerable.Range(0, second.Count).OrderBy(j => from(second[j]))];
        double[] starts = [.. others.Select(j => from(second[j]))], reach = [.. others.Select(j => to(second[j]))];
        for (var i = 1; i < reach.Length; i++) reach[i] = Math.Max(reach[i], reach[i - 1]);
        for (var i = 0; i < first.Count; i++)
        {
            var at = Array.BinarySearch(reach, from(first[i]));
            for (at = at < 0 ? ~at : FirstOf(reach, at); at < others.Length && starts[at] <= to(first[i]); at++)
                yield return new(i, others[at], value(first[i], second[others[at]]));
        }
    }

    private static int FirstOf(double[] sorted, int at)
    {
        while (at > 0 && sorted[at - 1] == sorted[at]) at--;
        return at;
    }

    private static InstanceMatching Match(
        IEnumerable<InstancePair> candidates, int first, int second, Func<double[], int, int, Assignment> solve)
    {
        InstancePair[] admissible = [.. candidates];
        var pairs = new List<InstancePair>();
        foreach (var (rows, columns, values) in Components(admissible, first, second))
        {
            var assigned = solve(values, rows.Count, columns.Count).ColumnOfRow;
            for (var row = 0; row < assigned.Length; row++)
                if (assigned[row] is >= 0 and var column) pairs.Add(new(rows[row], columns[column], values[row * columns.Count + column]));
        }

        pairs.Sort((a, b) => a.First.CompareTo(b.First));
        return new(pairs, [.. Enumerable.Range(0, first).Except(pairs.Select(p => p.First))], [.. Enumerable.Range(0, second).Except(pairs.Select(p => p.Second))]);
    }

    private static IEnumerable<(List<int> Rows, List<int> Columns, double[] Values)> Components(InstancePair[] candidates, int first, int second)
    {
        var parents = Enumerable.Range(0, first + second).ToArray();
        int Root(int node)
        {
            while (parents[node] != node) node = parents[node] = parents[parents[node]];
            return node;
        }

        foreach (var pair in candidates)
        {
            if ((uint)pair.First >= (uint)first || (uint)pair.Second >= (uint)second)
                throw new ArgumentException($"{pair} is not among {first} and {second} objects.", nameof(candidates));
            parents[Root(pair.First)] = Root(first + pair.Second);
        }

        foreach (var component in candidates.GroupBy(pair => Root(pair.First)))
        {
            List<int> rows = [.. component.Select(p => p.First).Distinct().Order()], columns = [.. component.Select(p => p.Second).Distinct().Order()];
            var values = new double[rows.Count * columns.Count];
            Array.Fill(values, double.NaN);
            foreach (var pair in component) values[rows.BinarySearch(pair.First) * columns.Count + columns.BinarySearch(pair.Second)] = pair.Value;
            yield return (rows, columns, values);
        }
    }
}
