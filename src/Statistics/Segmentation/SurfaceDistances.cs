namespace Pirogov.Statistics;

/// <summary>
/// Distances between the borders of two masks, mm. A border voxel is a mask voxel with a face neighbour (4 in a single
/// slice, 6 in a volume) outside the mask or outside the grid. Definitions as in Maier-Hein et al. 2024 (Metrics Reloaded)
/// and Reinke et al. 2024. Empty masks: both empty is perfect (distance 0, NSD 1); one empty leaves distances undefined
/// (NaN, to be replaced by a declared worst case such as <see cref="MaskGrid.Diagonal"/>) and NSD 0.
/// </summary>
public sealed class SurfaceDistances
{
    private readonly double[] firstToSecond;
    private readonly double[] secondToFirst;

    private SurfaceDistances(double[] firstToSecond, double[] secondToFirst)
    {
        Array.Sort(this.firstToSecond = firstToSecond);
        Array.Sort(this.secondToFirst = secondToFirst);
    }

    /// <summary>For each border voxel of the first mask the distance to the border of the second, ascending; +∞ when that is empty.</summary>
    public ReadOnlySpan<double> FirstToSecond => firstToSecond;

    /// <summary>The other direction.</summary>
    public ReadOnlySpan<double> SecondToFirst => secondToFirst;

    public bool BothEmpty => firstToSecond.Length == 0 && secondToFirst.Length == 0;

    public bool OneEmpty => !BothEmpty && (firstToSecond.Length == 0 || secondToFirst.Length == 0);

    /// <param name="first">A voxel each of <paramref name="grid"/>.</param>
    /// <param name="second">The other mask on the same grid.</param>
    /// <param name="grid">The shared grid.</param>
    public static SurfaceDistances Between(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, MaskGrid grid)
    {
        grid.Check(first.Length, nameof(first));
        grid.Check(second.Length, nameof(second));

        // Both borders lie within the box around both masks, so nothing outside it can change a distance.
        var box = Box.Around(first, second, grid);
        if (box is null) return new SurfaceDistances([], []);

        var a = box.Border(first);
        var b = box.Border(second);
        var fromA = Sample(DistanceTransform.Squared(b, box.Grid), a);
        return new SurfaceDistances(fromA, Sample(DistanceTransform.Squared(a, box.Grid), b));
    }

    /// <summary>The largest distance in either direction (Hausdorff distance).</summary>
    public double Hausdorff => HausdorffPercentile(1);

    /// <summary>HD95: <see cref="HausdorffPercentile"/> at 0.95.</summary>
    public double Hausdorff95 => HausdorffPercentile(0.95);

    /// <summary>The larger of the two directed percentiles, linearly interpolated; not the percentile of the pooled distances.</summary>
    public double HausdorffPercentile(double fraction) => Defined(() =>
        Math.Max(Quantiles.OfSorted(firstToSecond, fraction), Quantiles.OfSorted(secondToFirst, fraction)));

    /// <summary>ASSD: the mean over the border voxels of both masks together.</summary>
    public double AverageSymmetric => Defined(() =>
        (firstToSecond.Sum() + secondToFirst.Sum()) / (firstToSecond.Length + secondToFirst.Length));

    /// <summary>MASD: the mean of the two directed means, so the larger border weighs no more.</summary>
    public double MeanAverage => Defined(() => (firstToSecond.Average() + secondToFirst.Average()) / 2);

    /// <summary>NSD(τ): the share of border voxels of both masks within τ mm of the other border (Nikolov et al. 2021, on voxels).</summary>
    public double NormalizedSurfaceDice(double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        if (BothEmpty) return 1;
        var within = firstToSecond.Count(d => d <= tolerance) + secondToFirst.Count(d => d <= tolerance);
        return (double)within / (firstToSecond.Length + secondToFirst.Length);
    }

    private double Defined(Func<double> distance) => BothEmpty ? 0 : OneEmpty ? double.NaN : distance();

    private static double[] Sample(double[] squared, bool[] border)
    {
        var distances = new List<double>();
        for (var i = 0; i < border.Length; i++)
            if (border[i]) distances.Add(Math.Sqrt(squared[i]));
        return [.. distances];
    }

    private sealed record Box(MaskGrid Whole, MaskGrid Grid, int FirstColumn, int FirstRow, int FirstSlice)
    {
        public static Box? Around(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, MaskGrid grid)
        {
            int i0 = grid.Columns, j0 = grid.Rows, k0 = grid.Slices, i1 = -1, j1 = -1, k1 = -1;
            for (int k = 0, at = 0; k < grid.Slices; k++)
                for (var j = 0; j < grid.Rows; j++, at += grid.Columns)
                {
                    var a = first.Slice(at, grid.Columns);
                    var b = second.Slice(at, grid.Columns);
                    int from = Earliest(a.IndexOf(true), b.IndexOf(true)), to = Math.Max(a.LastIndexOf(true), b.LastIndexOf(true));
                    if (to < 0) continue;
                    (i0, i1) = (Math.Min(i0, from), Math.Max(i1, to));
                    (j0, j1) = (Math.Min(j0, j), Math.Max(j1, j));
                    (k0, k1) = (Math.Min(k0, k), k);
                }

            if (i1 < 0) return null;
            var inside = grid with { Columns = i1 - i0 + 1, Rows = j1 - j0 + 1, Slices = k1 - k0 + 1 };
            return new Box(grid, inside, i0, j0, k0);
        }

        public bool[] Border(ReadOnlySpan<bool> mask)
        {
            var border = new bool[Grid.Length];
            int columns = Whole.Columns, plane = Whole.Columns * Whole.Rows;
            for (int k = 0, to = 0; k < Grid.Slices; k++)
                for (var j = 0; j < Grid.Rows; j++)
                    for (var i = 0; i < Grid.Columns; i++, to++)
                    {
                        int column = FirstColumn + i, row = FirstRow + j, slice = FirstSlice + k;
                        var at = column + columns * row + plane * slice;
                        border[to] = mask[at] && !(
                            column > 0 && mask[at - 1] && column < columns - 1 && mask[at + 1]
                            && row > 0 && mask[at - columns] && row < Whole.Rows - 1 && mask[at + columns]
                            && (Whole.Slices == 1 || (slice > 0 && mask[at - plane] && slice < Whole.Slices - 1 && mask[at + plane])));
                    }

            return border;
        }

        private static int Earliest(int a, int b) => a < 0 ? b : b < 0 ? a : Math.Min(a, b);
    }
}
