namespace Pirogov.Statistics;

/// <summary>
/// The exact Euclidean distance transform on an anisotropic grid: the lower envelope of parabolas, one axis after
/// another (Felzenszwalb &amp; Huttenlocher 2012). Linear in the number of voxels.
/// </summary>
internal static class DistanceTransform
{
    /// <summary>The squared distance, mm², from every voxel to the nearest site; +∞ everywhere without sites.</summary>
    public static double[] Squared(ReadOnlySpan<bool> sites, MaskGrid grid)
    {
        var distances = new double[grid.Length];
        for (var i = 0; i < distances.Length; i++) distances[i] = sites[i] ? 0 : double.PositiveInfinity;

        int columns = grid.Columns, rows = grid.Rows, slices = grid.Slices, plane = columns * rows;
        var line = new Envelope(Math.Max(columns, Math.Max(rows, slices)));
        for (var start = 0; start < distances.Length; start += columns)
            line.Apply(distances, start, 1, columns, grid.ColumnSpacing);
        for (var k = 0; k < slices; k++)
            for (var i = 0; i < columns; i++)
                line.Apply(distances, k * plane + i, columns, rows, grid.RowSpacing);
        for (var i = 0; slices > 1 && i < plane; i++)
            line.Apply(distances, i, plane, slices, grid.SliceSpacing);
        return distances;
    }

    private sealed class Envelope(int longest)
    {
        private readonly double[] heights = new double[longest];
        private readonly int[] vertices = new int[longest];
        private readonly double[] starts = new double[longest];

        public void Apply(double[] values, int start, int stride, int length, double spacing)
        {
            if (length == 1) return;
            var squared = spacing * spacing;
            var top = -1;
            for (var q = 0; q < length; q++)
            {
                var height = heights[q] = values[start + q * stride];
                if (double.IsPositiveInfinity(height)) continue;
                var crossing = double.NegativeInfinity;
                while (top >= 0)
                {
                    var v = vertices[top];
                    crossing = ((height - heights[v]) / squared + ((double)q * q - (double)v * v)) / (2.0 * (q - v));
                    if (crossing > starts[top]) break;
                    top--;
                }

                vertices[++top] = q;
                starts[top] = top == 0 ? double.NegativeInfinity : crossing;
            }

            if (top < 0) return;
            for (int q = 0, at = 0; q < length; q++)
            {
                while (at < top && starts[at + 1] < q) at++;
                double steps = q - vertices[at];
                values[start + q * stride] = squared * steps * steps + heights[vertices[at]];
            }
        }
    }
}
