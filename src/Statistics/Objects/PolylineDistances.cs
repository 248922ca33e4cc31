namespace Pirogov.Statistics;

/// <summary>
/// Distances between two polylines (Hausdorff 1914, and the means of Dubuisson &amp; Jain 1994), mm, along their whole length and not at their corners alone. Both without a point: 0;
/// one without: NaN, to be replaced by a declared worst case.
/// </summary>
/// <param name="FirstToSecond">Mean over the length of the first of the distance to the second.</param>
/// <param name="SecondToFirst">The other direction.</param>
/// <param name="Hausdorff">The largest distance in either direction.</param>
public sealed record PolylineDistances(double FirstToSecond, double SecondToFirst, double Hausdorff)
{
    /// <summary>Of the two directed means, so that the longer line weighs no more.</summary>
    public double Mean => (FirstToSecond + SecondToFirst) / 2;

    /// <summary>
    /// The largest distance is found by halving pieces, to 10⁻⁹ of the lines' extent: distance to one segment is convex along
    /// another, so that over a piece it is largest at an end. Means are integrated by Simpson's rule, halved until it settles, from one valley of the distance
    /// to the next.
    /// </summary>
    /// <param name="first">Corners in order, mm; a single one is a point.</param>
    /// <param name="second">Of the other.</param>
    /// <param name="closed">Both return to their first corner, as outlines do.</param>
    /// <exception cref="ArgumentException">A place that is not finite.</exception>
    public static PolylineDistances Between(IReadOnlyList<Position> first, IReadOnlyList<Position> second, bool closed = false)
    {
        if (first.Count == 0 && second.Count == 0) return new(0, 0, 0);
        if (first.Count == 0 || second.Count == 0) return new(double.NaN, double.NaN, double.NaN);
        var (a, b) = (Corners(first, closed, nameof(first)), Corners(second, closed, nameof(second)));
        var (to, back) = (new PolylineTrace(a, b), new PolylineTrace(b, a));
        return new(to.Mean(), back.Mean(), Math.Max(to.Largest(), back.Largest()));
    }

    private static Position[] Corners(IReadOnlyList<Position> line, bool closed, string parameter)
    {
        foreach (var corner in line) corner.Check(parameter);
        return closed || line.Count == 1 ? [.. line, line[0]] : [.. line];
    }
}
