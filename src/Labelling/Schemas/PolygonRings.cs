namespace Pirogov.Labelling.Schemas;

/// <summary>
/// Whether a polygon's rings cross themselves or one another. Touching is no crossing: outlines of pixels meet at corners and run along themselves.
/// Where two stretches run along each other, the side on which each leaves is not compared: that is taken for touching.
/// </summary>
/// <remarks>
/// Corners are snapped to 1/256 px, so that every orientation is exact in 64 bits up to eight million pixels a side. Edges are sorted into a uniform
/// grid, and only those of one cell are held against each other: linear for outlines as people and programs draw them. Thousands of edges across
/// the whole polygon would make it quadratic; the work is bounded, and a polygon beyond it is refused.
/// </remarks>
internal sealed class PolygonRings
{
    private const double UnitsPerPixel = 256;
    private const int MostCells = 512;
    private const int MostEntries = 4_000_000;

    private readonly long[] xs;
    private readonly long[] ys;
    private readonly int[] next;
    private readonly int[] previous;
    private readonly int outer;

    private PolygonRings(List<(long X, long Y)[]> rings)
    {
        var corners = rings.SelectMany(r => r).ToArray();
        (xs, ys) = ([.. corners.Select(c => c.X)], [.. corners.Select(c => c.Y)]);
        (next, previous, outer) = (new int[corners.Length], new int[corners.Length], rings[0].Length);
        var start = 0;
        foreach (var ring in rings)
        {
            for (var i = 0; i < ring.Length; i++)
                (next[start + i], previous[start + i]) = (start + (i + 1) % ring.Length, start + (i + ring.Length - 1) % ring.Length);
            start += ring.Length;
        }
    }

    /// <param name="rings">The outline, then its holes; finite points [x, y], px.</param>
    /// <param name="work">How many pairs of edges may still be looked at; lowered by what was.</param>
    /// <returns>Why the rings are no polygon, stable; null when they are one.</returns>
    public static string? Fault(IEnumerable<IReadOnlyList<double[]>> rings, ref long work)
    {
        var snapped = rings.Select(Snap).ToList();
        if (snapped.Any(r => r.Length < 3))
            return "points-unfit";
        var polygon = new PolygonRings(snapped);
        return polygon.CrossingFault(ref work) ?? polygon.HoleFault(snapped, ref work);
    }

    private static (long X, long Y)[] Snap(IReadOnlyList<double[]> ring)
    {
        var corners = new List<(long X, long Y)>(ring.Count);
        foreach (var point in ring)
        {
            var corner = ((long)Math.Round(point[0] * UnitsPerPixel), (long)Math.Round(point[1] * UnitsPerPixel));
            if (corners.Count == 0 || corners[^1] != corner)
                corners.Add(corner);
        }

        while (corners.Count > 1 && corners[^1] == corners[0])
            corners.RemoveAt(corners.Count - 1);
        return [.. corners];
    }

    private string? CrossingFault(ref long work)
    {
        var grid = new EdgeGrid(xs, ys, next, Math.Clamp((int)Math.Sqrt(2.0 * xs.Length), 1, MostCells));
        if (!grid.Fill(MostEntries))
            return "polygon-too-tangled";
        for (var cell = 0; cell < grid.Count; cell++)
        {
            var edges = grid.Edges(cell);
            work -= (long)edges.Length * (edges.Length - 1) / 2;
            if (work < 0)
                return "polygon-too-tangled";
            for (var i = 0; i < edges.Length; i++)
            {
                for (var j = i + 1; j < edges.Length; j++)
                {
                    if (Cross(edges[i], edges[j]))
                        return "polygon-crosses-itself";
                }
            }
        }

        return null;
    }

    /// <summary>Of the edges that begin at corners a and c.</summary>
    private bool Cross(int a, int c)
    {
        var (b, d) = (next[a], next[c]);
        if (b == c || d == a || !BoxesMeet(a, b, c, d))
            return false;
        var (cSide, dSide) = (Side(a, b, c), Side(a, b, d));
        var (aSide, bSide) = (Side(c, d, a), Side(c, d, b));
        if (cSide * dSide < 0 && aSide * bSide < 0)
            return true;
        if (Same(a, c))
            return CrossAtCorner(a, c);
        if (cSide == 0 && Inside(c, a, b))
            return Side(a, b, previous[c]) * Side(a, b, d) < 0;
        return aSide == 0 && Inside(a, c, d) && Side(c, d, previous[a]) * Side(c, d, b) < 0;
    }

    /// <summary>Two corners at one point: the rings cross there when one enters and leaves on different sides of the other.</summary>
    private bool CrossAtCorner(int a, int c)
    {
        var (enters, leaves) = (Within(a, previous[c]), Within(a, next[c]));
        return enters * leaves < 0;
    }

    /// <returns>1 when the direction from corner a to the point lies left of the way through the corner, −1 when right, 0 when on the way itself.</returns>
    private int Within(int a, int point)
    {
        var turn = Turn(a, previous[a], next[a]);
        var (fromIn, toOut) = (Turn(a, previous[a], point), Turn(a, point, next[a]));
        if (fromIn == 0 && Ahead(a, previous[a], point) || toOut == 0 && Ahead(a, next[a], point))
            return 0;
        return turn switch
        {
            > 0 => fromIn > 0 && toOut > 0 ? 1 : -1,
            < 0 => fromIn < 0 && toOut < 0 ? -1 : 1,
            _ => Ahead(a, previous[a], next[a]) ? 0 : fromIn,
        };
    }

    private int Turn(int at, int from, int to) => Math.Sign((xs[from] - xs[at]) * (ys[to] - ys[at]) - (ys[from] - ys[at]) * (xs[to] - xs[at]));

    private bool Ahead(int at, int one, int other) => (xs[one] - xs[at]) * (xs[other] - xs[at]) + (ys[one] - ys[at]) * (ys[other] - ys[at]) > 0;

    private int Side(int a, int b, int point) => Turn(a, b, point);

    private bool Same(int a, int c) => xs[a] == xs[c] && ys[a] == ys[c];

    /// <summary>A point of the line through a and b lies between them, and on neither.</summary>
    private bool Inside(int point, int a, int b) => !Same(point, a) && !Same(point, b) && !Ahead(point, a, b);

    private bool BoxesMeet(int a, int b, int c, int d) =>
        Math.Max(xs[a], xs[b]) >= Math.Min(xs[c], xs[d]) && Math.Max(xs[c], xs[d]) >= Math.Min(xs[a], xs[b])
        && Math.Max(ys[a], ys[b]) >= Math.Min(ys[c], ys[d]) && Math.Max(ys[c], ys[d]) >= Math.Min(ys[a], ys[b]);

    /// <summary>Rings do not cross, so one corner off the outline tells for the whole hole.</summary>
    private string? HoleFault(List<(long X, long Y)[]> rings, ref long work)
    {
        var corner = outer;
        foreach (var hole in rings.Skip(1))
        {
            for (var i = 0; i < hole.Length; i++)
            {
                if ((work -= outer) < 0)
                    return "polygon-too-tangled";
                if (Position(corner + i) is var position && position < 0)
                    return "hole-outside-polygon";
                if (position > 0)
                    break;
            }

            corner += hole.Length;
        }

        return null;
    }

    /// <returns>1 inside the outline, −1 outside, 0 on it.</returns>
    private int Position(int point)
    {
        var inside = false;
        for (var a = 0; a < outer; a++)
        {
            var b = next[a];
            var side = Side(a, b, point);
            if (Same(point, a) || side == 0 && Inside(point, a, b))
                return 0;
            if (ys[a] <= ys[point] != ys[b] <= ys[point] && side > 0 == ys[b] > ys[a])
                inside = !inside;
        }

        return inside ? 1 : -1;
    }
}
