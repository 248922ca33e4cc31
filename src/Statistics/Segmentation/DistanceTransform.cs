namespace Pirogov.Statistics;

/// <summary>
/// The exact Euclidean distance transform on an anisotropic grid (lower envelopes of parabolas, Felzenszwalb &amp;
/// Huttenlocher 2012), one slice at a time, so that nobody holds a volume of distances: across slices two bytes a voxel are
/// kept, and rows and columns are done in a plane small enough for the cache. Linear in the number of voxels. Any number of
/// threads may ask, each for planes of its own.
/// </summary>
internal sealed class DistanceTransform
{
    private const int Far = ushort.MaxValue;

    // Slices to the nearest site in the same column and row; Far without one.
    private readonly ushort[] steps;
    private readonly MaskGrid grid;

    /// <param name="sites">A voxel each of <paramref name="grid"/>.</param>
    /// <param name="grid">With at most 65,534 slices.</param>
    public DistanceTransform(ReadOnlySpan<bool> sites, MaskGrid grid)
    {
        if (grid.Slices >= Far) throw new ArgumentException($"{grid.Slices} slices; fewer than {Far} are measured.", nameof(grid));
        this.grid = grid;
        steps = new ushort[grid.Length];
        var plane = grid.Columns * grid.Rows;
        for (var i = 0; i < plane; i++) steps[i] = sites[i] ? (ushort)0 : (ushort)Far;
        for (var at = plane; at < steps.Length; at++) steps[at] = sites[at] ? (ushort)0 : (ushort)Math.Min(steps[at - plane] + 1, Far);
        for (var at = steps.Length - plane - 1; at >= 0; at--) steps[at] = (ushort)Math.Min(steps[at], steps[at + plane] + 1);
    }

    /// <param name="slice">Which one.</param>
    /// <param name="squared">
    /// Receives the squared distance, mm², from voxel (i, j) of the slice to the nearest site, at index j + rows × i: column
    /// after column; +∞ everywhere without sites.
    /// </param>
    public void Plane(int slice, Span<double> squared)
    {
        int columns = grid.Columns, rows = grid.Rows;
        var from = steps.AsSpan(slice * columns * rows, columns * rows);
        var envelope = new Envelope(Math.Max(columns, rows));
        Span<double> line = new double[columns];
        for (var j = 0; j < rows; j++)
        {
            var row = from.Slice(j * columns, columns);
            for (var i = 0; i < columns; i++)
            {
                var across = row[i] * grid.SliceSpacing;
                line[i] = row[i] == Far ? double.PositiveInfinity : across * across;
            }

            envelope.Apply(line, grid.ColumnSpacing);
            for (var i = 0; i < columns; i++) squared[j + rows * i] = line[i];
        }

        for (var i = 0; i < columns; i++) envelope.Apply(squared.Slice(rows * i, rows), grid.RowSpacing);
    }

    private sealed class Envelope(int longest)
    {
        private readonly double[] heights = new double[longest];
        private readonly int[] vertices = new int[longest];
        private readonly double[] starts = new double[longest + 1];

        public void Apply(Span<double> values, double spacing)
        {
            var top = Build(values, spacing);
            if (top < 0) return;
            var squared = spacing * spacing;
            starts[top + 1] = double.PositiveInfinity;
            for (int at = 0, q = 0; q < values.Length; at++)
            {
                int vertex = vertices[at], until = (int)Math.Min(values.Length - 1, Math.Floor(starts[at + 1]));
                for (var height = heights[at]; q <= until; q++)
                {
                    double away = q - vertex;
                    values[q] = squared * away * away + height;
                }
            }
        }

        // Parabola `at` is the lowest from starts[at] to starts[at + 1].
        private int Build(ReadOnlySpan<double> values, double spacing)
        {
            var scale = 1 / (spacing * spacing);
            var top = -1;
            for (var q = 0; q < values.Length; q++)
            {
                var height = values[q];
                if (double.IsPositiveInfinity(height)) continue;
                var crossing = double.NegativeInfinity;
                for (; top >= 0; top--)
                {
                    int v = vertices[top], apart = q - v;
                    crossing = ((height - heights[top]) * scale / apart + (q + v)) * 0.5;
                    if (crossing > starts[top]) break;
                }

                top++;
                (vertices[top], heights[top], starts[top]) = (q, height, top == 0 ? double.NegativeInfinity : crossing);
            }

            return top;
        }
    }
}
