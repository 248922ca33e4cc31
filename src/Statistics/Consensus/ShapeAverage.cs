namespace Pirogov.Statistics;

/// <summary>
/// Shape-based averaging (Rohlfing &amp; Maurer 2007, eq. 4 and 5, of one structure): the boundary where the mean of the
/// sources' signed distances, mm, inside positive, is 0. A voxel's distance is that to the nearest voxel centre of the other
/// side. The grid's edge is no boundary, for nobody drew it; from a mask that fills the grid every voxel is as deep as the
/// grid is long. It keeps a shape whole where votes leave crumbs.
/// </summary>
public static class ShapeAverage
{
    private const double Rounding = 1e-9;

    /// <summary>
    /// Foreground of a voxel is the share of all distances that speaks for inside. An empty mask has no boundary to average:
    /// it stays out, unless half of the weight or more is empty; then the consensus is empty, and foreground is
    /// scaled by the share of those who drew something. Ties are background. Memory beside the input: 24 bytes for each
    /// voxel of the box around all masks.
    /// </summary>
    /// <param name="masks">A voxel each of <paramref name="grid"/>.</param>
    /// <param name="grid">The shared grid.</param>
    /// <param name="weights">Of each mask, finite, none negative, not all 0; null: all alike.</param>
    /// <exception cref="ArgumentException">No mask, masks that are not of the grid, or weights that are negative, not finite, all 0 or of another number.</exception>
    public static MaskConsensus Of(IReadOnlyList<bool[]> masks, MaskGrid grid, IReadOnlyList<double>? weights = null)
    {
        MaskVotes.Check(masks, grid);
        weights ??= [.. Enumerable.Repeat(1.0, masks.Count)];
        if (weights.Count != masks.Count || weights.Any(w => !(w >= 0 && double.IsFinite(w))) || weights.Sum() is 0)
            throw new ArgumentException("Every mask needs a weight, none negative, not all 0.", nameof(weights));
        var (mask, foreground) = (new bool[grid.Length], new float[grid.Length]);
        var drawn = Enumerable.Range(0, masks.Count).Where(source => weights[source] > 0 && masks[source].AsSpan().Contains(true)).ToArray();
        if (drawn.Length > 0)
        {
            // A voxel more on every side: for every mask, what is nearest outside lies within.
            var box = VoxelBox.Around([.. drawn.Select(source => masks[source])], grid)!.Value.Widened(1, grid);
            var share = drawn.Sum(source => weights[source]) / weights.Sum();
            var (sum, all) = Distances(masks, grid, box, drawn, weights);
            Fill(mask, foreground, grid, box, sum, all, share <= 0.5 + Rounding ? share : 1);
        }

        return new(mask, foreground, [.. masks.Select((source, i) => Reliability(source, mask, weights[i] > 0))]);
    }

    // Weighted sums of signed distances and of their sizes, on the box.
    private static (double[] Sum, double[] All) Distances(
        IReadOnlyList<bool[]> masks, MaskGrid grid, VoxelBox box, int[] drawn, IReadOnlyList<double> weights)
    {
        var inner = grid with { Columns = box.Columns, Rows = box.Rows, Slices = box.Slices };
        var farthest = Math.Sqrt(
            Math.Pow(grid.Columns * grid.ColumnSpacing, 2) + Math.Pow(grid.Rows * grid.RowSpacing, 2) + Math.Pow(grid.Slices * grid.SliceSpacing, 2));
        var (sum, all) = (new double[inner.Length], new double[inner.Length]);
        var plane = inner.Columns * inner.Rows;
        foreach (var source in drawn)
        {
            var (inside, weight) = (new bool[inner.Length], weights[source]);
            box.EachRow(grid, (from, to) => masks[source].AsSpan(from, box.Columns).CopyTo(inside.AsSpan(to)));
            var outside = Array.ConvertAll(inside, voxel => !voxel);
            DistanceTransform? toInside = null, toOutside = null;
            Parallel.Invoke(() => toInside = new(inside, inner), () => toOutside = new(outside, inner));
            Parallel.For(0, inner.Slices, k =>
            {
                double[] near = new double[plane], far = new double[plane];
                toInside!.Plane(k, near);
                toOutside!.Plane(k, far);
                for (var j = 0; j < inner.Rows; j++)
                    for (var i = 0; i < inner.Columns; i++)
                    {
                        int at = i + inner.Columns * (j + inner.Rows * k), column = j + inner.Rows * i;
                        var distance = weight * Math.Min(farthest, Math.Sqrt(inside[at] ? far[column] : near[column]));
                        sum[at] += inside[at] ? distance : -distance;
                        all[at] += distance;
                    }
            });
        }

        return (sum, all);
    }

    private static void Fill(bool[] mask, float[] foreground, MaskGrid grid, VoxelBox box, double[] sum, double[] all, double scale)
    {
        box.EachRow(grid, (to, from) =>
        {
            for (var i = 0; i < box.Columns; i++)
            {
                var inside = (1 + sum[from + i] / all[from + i]) / 2;
                foreground[to + i] = (float)(inside * scale);
                mask[to + i] = scale == 1 && inside > 0.5 + Rounding;
            }
        });
    }

    private static MaskReliability Reliability(bool[] source, bool[] consensus, bool used)
    {
        var (both, own, standing) = Overlap.Count(source, consensus);
        var left = source.Length - own - standing + both;
        return new(
            Overlap.Dice(both, own, standing), standing > 0 ? (double)both / standing : null,
            standing < source.Length ? (double)left / (source.Length - standing) : null, used);
    }
}
