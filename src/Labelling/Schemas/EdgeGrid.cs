namespace Pirogov.Labelling.Schemas;

/// <summary>Edges of rings by the cells of a uniform grid through which they pass; a cell at whose border an edge touches counts as passed.</summary>
/// <param name="xs">Of corners; the edge of a corner leads to its <paramref name="next"/>.</param>
/// <param name="side">Cells in a row, and rows.</param>
internal sealed class EdgeGrid(long[] xs, long[] ys, int[] next, int side)
{
    private readonly long left = xs.Min();
    private readonly long top = ys.Min();
    private readonly long width = (xs.Max() - xs.Min()) / side + 1;
    private readonly long height = (ys.Max() - ys.Min()) / side + 1;
    private readonly int[] starts = new int[side * side + 1];
    private int[] edges = [];

    public int Count => side * side;

    public ReadOnlySpan<int> Edges(int cell) => edges.AsSpan(starts[cell], starts[cell + 1] - starts[cell]);

    /// <returns>False when the edges pass more cells than <paramref name="most"/> in all.</returns>
    public bool Fill(int most)
    {
        long total = 0;
        for (var edge = 0; edge < xs.Length && total <= most; edge++)
            Visit(edge, cell => { starts[cell + 1]++; total++; });
        if (total > most)
            return false;
        for (var cell = 0; cell < Count; cell++)
            starts[cell + 1] += starts[cell];
        var (at, filled) = (starts[..Count].ToArray(), new int[total]);
        for (var edge = 0; edge < xs.Length; edge++)
            Visit(edge, cell => filled[at[cell]++] = edge);
        edges = filled;
        return true;
    }

    /// <summary>Column by column: the rows between the edge's heights at the column's two borders, one unit wider for the rounding.</summary>
    private void Visit(int edge, Action<int> pass)
    {
        var (x1, y1, x2, y2) = (xs[edge], ys[edge], xs[next[edge]], ys[next[edge]]);
        if (x1 > x2)
            (x1, y1, x2, y2) = (x2, y2, x1, y1);
        var (firstColumn, lastColumn) = ((x1 - left) / width, (x2 - left) / width);
        var slope = x2 == x1 ? 0 : (double)(y2 - y1) / (x2 - x1);
        for (var column = firstColumn; column <= lastColumn; column++)
        {
            var enters = column == firstColumn ? y1 : y1 + slope * (left + column * width - x1);
            var leaves = column == lastColumn ? y2 : y1 + slope * (left + (column + 1) * width - x1);
            var (firstRow, lastRow) = (Row(Math.Min(enters, leaves) - 1), Row(Math.Max(enters, leaves) + 1));
            for (var row = firstRow; row <= lastRow; row++)
                pass((int)(row * side + column));
        }
    }

    private long Row(double y) => Math.Clamp((long)Math.Floor((y - top) / height), 0, side - 1);
}
