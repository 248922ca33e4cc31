namespace Pirogov.Labelling.Agreement;

/// <summary>
/// Shapes of one plane by where they lie: a grid for each power of two, with the shapes of about that size by their low corners, so that a few
/// large ones do not make every question pass all the small ones. A grid takes time and memory in proportion to its shapes; a question costs the
/// cells that it covers, and looks at <see cref="MostLookedAt"/> shapes at most, those of the asker's own size first.
/// </summary>
internal sealed class NearbyBoxes
{
    /// <summary>Only where thousands lie upon one another is anything left out; of these, an object's own like is not among the last.</summary>
    private const int MostLookedAt = 4_096;

    private readonly IReadOnlyList<Shape> shapes;
    private readonly double margin;
    private readonly List<Grid> grids;

    private sealed record Grid(int Size, double Cell, int[] All, ILookup<(long, long), int> Cells);

    /// <param name="shapes">Those that lie in one place are found in this order.</param>
    /// <param name="margin">Shapes so far apart are still near.</param>
    public NearbyBoxes(IReadOnlyList<Shape> shapes, double margin)
    {
        (this.shapes, this.margin) = (shapes, margin);
        grids = [.. shapes.Index().GroupBy(s => SizeOf(s.Item), s => s.Index).Select(g => Of(g.Key, [.. g]))];
    }

    /// <returns>Places in the list of those whose boxes touch the shape's, or come as near as the margin.</returns>
    public IEnumerable<int> Around(Shape one)
    {
        var (size, looked) = (SizeOf(one), 0);
        foreach (var grid in grids.OrderBy(g => Math.Abs(g.Size - size)).ThenBy(g => g.Size))
        {
            foreach (var place in In(grid, one))
            {
                if (++looked > MostLookedAt)
                    yield break;
                var other = shapes[place];
                if (other.Low <= one.High + margin && other.High + margin >= one.Low && other.Top <= one.Bottom + margin && other.Bottom + margin >= one.Top)
                    yield return place;
            }
        }
    }

    private static int SizeOf(Shape one) => Math.Max(one.High - one.Low, one.Bottom - one.Top) is > 1 and var size ? (int)Math.Ceiling(Math.Log2(size)) : 0;

    private Grid Of(int size, int[] places)
    {
        var cell = Math.Max(Math.Pow(2, size), margin);
        return new(size, cell, places, places.ToLookup(p => (Place(shapes[p].Low, cell), Place(shapes[p].Top, cell))));
    }

    /// <summary>No shape of a grid is larger than a cell: what reaches the asker begins a cell before it at the earliest.</summary>
    private IEnumerable<int> In(Grid grid, Shape one)
    {
        var (left, right) = (Place(one.Low - margin, grid.Cell) - 1, Place(one.High + margin, grid.Cell));
        var (top, bottom) = (Place(one.Top - margin, grid.Cell) - 1, Place(one.Bottom + margin, grid.Cell));
        var isWide = (double)(right - left + 1) * (bottom - top + 1) > grid.All.Length;
        foreach (var place in isWide ? grid.All : Covered(grid, left, right, top, bottom))
            yield return place;
    }

    private static IEnumerable<int> Covered(Grid grid, long left, long right, long top, long bottom)
    {
        for (var x = left; x <= right; x++)
        {
            for (var y = top; y <= bottom; y++)
            {
                foreach (var place in grid.Cells[(x, y)])
                    yield return place;
            }
        }
    }

    private static long Place(double at, double cell) => (long)Math.Floor(at / cell);
}
