using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

internal readonly record struct Match(Shape First, Shape Second, Nearness Nearness);

/// <summary>Which objects of two readings are the same thing: the assignment within each class with the largest sum of weights.</summary>
internal static class ObjectMatching
{
    /// <summary>An object is held against so many others at most: those whose boxes overlap most.</summary>
    private const int MostCandidates = 32;

    /// <summary>Beyond so many objects that hang together by their overlaps, pairs are taken from the nearest on.</summary>
    private const int MostInOneAssignment = 600;

    public static IReadOnlyList<Match> Of(IReadOnlyList<Shape> first, IReadOnlyList<Shape> second, ConsensusRules rules)
    {
        var matches = new List<Match>();
        var others = second.ToLookup(s => s.Plane);
        foreach (var plane in first.GroupBy(s => s.Plane))
            matches.AddRange(Assign(Candidates([.. plane], [.. others[plane.Key]], rules)));
        return matches;
    }

    private static List<Match> Candidates(Shape[] first, Shape[] second, ConsensusRules rules)
    {
        var found = new List<Match>();
        if (first.Length == 0 || second.Length == 0)
            return found;
        var margin = first[0].Family is ShapeFamily.Point or ShapeFamily.Length or ShapeFamily.Line
            ? Nearness.Reach * (first[0].IsSpatial ? rules.ToleranceMm : rules.TolerancePixels)
            : 0;
        Array.Sort(second, (a, b) => a.Low.CompareTo(b.Low));
        var reach = second.Max(s => s.High - s.Low) + margin;
        var lows = second.Select(s => s.Low).ToArray();
        foreach (var one in first)
        {
            var at = Array.BinarySearch(lows, one.Low - reach);
            var near = new List<(Shape Shape, double Shared)>();
            for (var i = at < 0 ? ~at : FirstOf(lows, at); i < second.Length && lows[i] <= one.High + margin; i++)
            {
                var other = second[i];
                if (other.Object.Class == one.Object.Class && other.High + margin >= one.Low && other.Bottom + margin >= one.Top && other.Top <= one.Bottom + margin)
                    near.Add((other, Shared(one, other)));
            }

            foreach (var (other, _) in near.Count <= MostCandidates ? near : near.OrderByDescending(n => n.Shared).Take(MostCandidates))
            {
                if (Nearness.Of(one, other, rules) is { } nearness)
                    found.Add(new(one, other, nearness));
            }
        }

        return found;
    }

    private static int FirstOf(double[] sorted, int at)
    {
        while (at > 0 && sorted[at - 1] == sorted[at])
            at--;
        return at;
    }

    /// <summary>How far two boxes overlap, or how near their middles are: only to choose which pairs are measured.</summary>
    private static double Shared(Shape a, Shape b)
    {
        var width = Math.Min(a.High, b.High) - Math.Max(a.Low, b.Low);
        var height = Math.Min(a.Bottom, b.Bottom) - Math.Max(a.Top, b.Top);
        var (sizeA, sizeB) = ((a.High - a.Low) * Math.Max(1, a.Bottom - a.Top), (b.High - b.Low) * Math.Max(1, b.Bottom - b.Top));
        return sizeA + sizeB > 0
            ? 2 * Math.Max(0, width) * (a.Bottom > a.Top ? Math.Max(0, height) : 1) / (sizeA + sizeB)
            : -Math.Abs(a.Low - b.Low) - Math.Abs(a.Top - b.Top);
    }

    /// <summary>Pairs that share no object are independent: each cluster is assigned on its own.</summary>
    private static IEnumerable<Match> Assign(List<Match> candidates)
    {
        var union = new Dictionary<Shape, Shape>();
        foreach (var one in candidates)
            union[Root(one.First)] = Root(one.Second);
        return candidates.GroupBy(c => Root(c.First)).SelectMany(cluster => AssignCluster([.. cluster]));

        Shape Root(Shape at)
        {
            while (union.TryGetValue(at, out var up) && up != at)
                at = up;
            return at;
        }
    }

    private static IEnumerable<Match> AssignCluster(Match[] cluster)
    {
        if (cluster.Length == 1)
            return cluster;
        Shape[] rows = [.. cluster.Select(c => c.First).Distinct()];
        Shape[] columns = [.. cluster.Select(c => c.Second).Distinct()];
        if (Math.Max(rows.Length, columns.Length) > MostInOneAssignment)
            return Greedy(cluster);
        var (row, column) = (rows.Index().ToDictionary(r => r.Item, r => r.Index), columns.Index().ToDictionary(c => c.Item, c => c.Index));
        var weights = new double[rows.Length * columns.Length];
        Array.Fill(weights, double.NaN);
        foreach (var one in cluster)
            weights[row[one.First] * columns.Length + column[one.Second]] = one.Nearness.Weight;
        var assigned = OptimalAssignment.MaximumWeight(weights, rows.Length, columns.Length).ColumnOfRow;
        return cluster.Where(c => assigned[row[c.First]] == column[c.Second]);
    }

    private static List<Match> Greedy(Match[] cluster)
    {
        var (taken, chosen) = (new HashSet<Shape>(), new List<Match>());
        foreach (var one in cluster.OrderByDescending(c => c.Nearness.Weight))
        {
            if (taken.Contains(one.First) || taken.Contains(one.Second))
                continue;
            taken.Add(one.First);
            taken.Add(one.Second);
            chosen.Add(one);
        }

        return chosen;
    }
}
