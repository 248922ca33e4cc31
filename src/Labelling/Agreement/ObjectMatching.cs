using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

internal readonly record struct Match(Shape First, Shape Second, Nearness Nearness);

/// <summary>
/// Which objects of two documents are the same thing: of all ways to pair them, each object once, the one with the largest sum of weights. Whoever
/// compares readings, results, releases or known labels asks here, so that two pages never tell two stories of one pair.
/// </summary>
/// <remarks>
/// Only objects whose boxes are near are measured, and only those that hang together by such pairs are assigned together: 100,000 objects cost
/// little more than their neighbourhoods. The price: an object with more than <see cref="MostCandidates"/> neighbours is held against those that
/// overlap it most, and where more than <see cref="MostInOneAssignment"/> hang together, pairs are taken from the nearest on, which reaches half
/// of the largest sum at least.
/// </remarks>
internal static class ObjectMatching
{
    private const int MostCandidates = 32;
    private const int MostInOneAssignment = 600;

    /// <summary>Of different classes only what lies mostly in one place is the same thing under another name.</summary>
    private const double LeastAcross = 0.5;

    private readonly record struct Candidate(int Row, int Column, Nearness Nearness);

    /// <inheritdoc cref="Of(IEnumerable{Shape}, IEnumerable{Shape}, ConsensusRules, bool)"/>
    public static IReadOnlyList<Match> Of(IEnumerable<DocumentObject> first, IEnumerable<DocumentObject> second, ConsensusRules rules, bool across = false) =>
        Of(first.Select(Shape.Of), second.Select(Shape.Of), rules, across);

    /// <param name="across">Whether objects of different classes may be the same thing; for what found no partner in its own class.</param>
    /// <returns>In the order of the first document; the same pairs in whatever order the objects come.</returns>
    public static IReadOnlyList<Match> Of(IEnumerable<Shape> first, IEnumerable<Shape> second, ConsensusRules rules, bool across = false)
    {
        // Of equally good assignments the first is taken: the order is the objects' own, and not that of the documents.
        Shape[] rows = [.. first.OrderBy(s => s.Object.Id, StringComparer.Ordinal)], columns = [.. second.OrderBy(s => s.Object.Id, StringComparer.Ordinal)];
        var found = Near(rows, columns, rules, across);
        if (rows.Concat(columns).Any(s => s.IsSpatial))
        {
            // Where one of two does not know its place in the patient, both are looked at on their image.
            found = [.. found, .. Near([.. rows.Select(s => s.Flat)], [.. columns.Select(s => s.Flat)], rules, across).Where(c => !(rows[c.Row].IsSpatial && columns[c.Column].IsSpatial))
                .ExceptBy(found.Select(c => (c.Row, c.Column)), c => (c.Row, c.Column))];
        }

        return [.. Assign(found, rows.Length, columns.Length).Select(c => new Match(rows[c.Row], columns[c.Column], c.Nearness)).OrderBy(m => m.First.Index)];
    }

    private static List<Candidate> Near(Shape[] rows, Shape[] columns, ConsensusRules rules, bool across)
    {
        var found = new List<Candidate>();
        var others = columns.Index().ToLookup(c => c.Item.Plane, c => c.Index);
        foreach (var plane in rows.Index().GroupBy(r => r.Item.Plane, r => r.Index))
        {
            int[] there = [.. others[plane.Key]];
            var like = rows[plane.First()];
            var margin = like.Family is ShapeFamily.Point or ShapeFamily.Length or ShapeFamily.Line ? Nearness.Reach * (like.IsSpatial ? rules.ToleranceMm : rules.TolerancePixels) : 0;
            var index = new NearbyBoxes([.. there.Select(c => columns[c])], margin);
            foreach (var row in plane)
            {
                var near = index.Around(rows[row]).Select(p => there[p]).Where(c => across || columns[c].Object.Class == rows[row].Object.Class).ToArray();
                found.AddRange(Likeliest(rows[row], near, columns).Select(c => (Column: c, Nearness: Nearness.Of(rows[row], columns[c], rules)))
                    .Where(c => c.Nearness is { } nearness && (nearness.Weight >= LeastAcross || columns[c.Column].Object.Class == rows[row].Object.Class))
                    .Select(c => new Candidate(row, c.Column, c.Nearness!.Value)));
            }
        }

        return found;
    }

    private static IEnumerable<int> Likeliest(Shape one, int[] near, Shape[] columns) =>
        near.Length <= MostCandidates ? near : near.OrderByDescending(c => Shared(one, columns[c])).ThenBy(c => c).Take(MostCandidates);

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

    /// <summary>Objects that no chain of candidates joins are independent: each cluster is assigned on its own.</summary>
    private static IEnumerable<Candidate> Assign(IReadOnlyList<Candidate> candidates, int rows, int columns)
    {
        int[] parents = [.. Enumerable.Range(0, rows + columns)];
        foreach (var one in candidates)
            parents[Root(one.Row)] = Root(rows + one.Column);
        return candidates.GroupBy(c => Root(c.Row)).SelectMany(cluster => AssignCluster([.. cluster]));

        int Root(int at)
        {
            while (parents[at] != at)
                at = parents[at] = parents[parents[at]];
            return at;
        }
    }

    private static IEnumerable<Candidate> AssignCluster(Candidate[] cluster)
    {
        if (cluster.Length == 1)
            return cluster;
        int[] rows = [.. cluster.Select(c => c.Row).Distinct().Order()], columns = [.. cluster.Select(c => c.Column).Distinct().Order()];
        if (Math.Max(rows.Length, columns.Length) > MostInOneAssignment)
            return FromTheNearestOn(cluster);
        var weights = new double[rows.Length * columns.Length];
        Array.Fill(weights, double.NaN);
        foreach (var one in cluster)
            weights[Array.BinarySearch(rows, one.Row) * columns.Length + Array.BinarySearch(columns, one.Column)] = one.Nearness.Weight;
        var assigned = OptimalAssignment.MaximumWeight(weights, rows.Length, columns.Length).ColumnOfRow;
        return cluster.Where(c => assigned[Array.BinarySearch(rows, c.Row)] is >= 0 and var column && columns[column] == c.Column);
    }

    private static IEnumerable<Candidate> FromTheNearestOn(Candidate[] cluster)
    {
        var (rows, columns) = (new HashSet<int>(), new HashSet<int>());
        foreach (var one in cluster.OrderByDescending(c => c.Nearness.Weight).ThenBy(c => c.Row).ThenBy(c => c.Column))
        {
            if (rows.Contains(one.Row) || columns.Contains(one.Column))
                continue;
            rows.Add(one.Row);
            columns.Add(one.Column);
            yield return one;
        }
    }
}
