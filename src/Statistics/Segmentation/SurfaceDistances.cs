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
        this.firstToSecond = firstToSecond;
        this.secondToFirst = secondToFirst;
    }

    /// <summary>For each border voxel of the first mask the distance to the border of the second, ascending; +∞ when that is empty.</summary>
    public ReadOnlySpan<double> FirstToSecond => firstToSecond;

    /// <summary>The other direction.</summary>
    public ReadOnlySpan<double> SecondToFirst => secondToFirst;

    /// <summary>Neither mask has a voxel.</summary>
    public bool BothEmpty => firstToSecond.Length == 0 && secondToFirst.Length == 0;

    /// <summary>One mask alone has voxels.</summary>
    public bool OneEmpty => !BothEmpty && (firstToSecond.Length == 0 || secondToFirst.Length == 0);

    /// <summary>
    /// The two directions run side by side. Memory beside the input: six bytes for each voxel of the box around both masks,
    /// 16 bytes for each border voxel and two planes of doubles.
    /// </summary>
    /// <param name="first">A voxel each of <paramref name="grid"/>.</param>
    /// <param name="second">The other mask on the same grid.</param>
    /// <param name="grid">The shared grid.</param>
    /// <exception cref="ArgumentException">Masks that are not of the grid, or a grid without voxels, without spacing or with an endless one, or with 65,535 slices and more between them.</exception>
    public static SurfaceDistances Between(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, MaskGrid grid)
    {
        grid.Check(first.Length, nameof(first));
        grid.Check(second.Length, nameof(second));

        var box = JointBox.Around(first, second, grid);
        if (box is null) return new SurfaceDistances([], []);

        bool[] a = box.Border(first), b = box.Border(second);
        double[] fromA = [], fromB = [];
        Parallel.Invoke(() => fromA = Measure(a, b, box.Grid), () => fromB = Measure(b, a, box.Grid));
        return new SurfaceDistances(fromA, fromB);
    }

    /// <summary>The largest distance in either direction, mm (Hausdorff distance; Huttenlocher et al. 1993, eq. 1); NaN when one mask is empty.</summary>
    public double Hausdorff => HausdorffPercentile(1);

    /// <summary>HD95, mm: <see cref="HausdorffPercentile"/> at 0.95 (Maier-Hein et al. 2024); NaN when one mask is empty.</summary>
    public double Hausdorff95 => HausdorffPercentile(0.95);

    /// <summary>The larger of the two directed percentiles, linearly interpolated; not the percentile of the pooled distances.</summary>
    /// <param name="fraction">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A fraction outside [0, 1], unless both masks are empty or one is.</exception>
    public double HausdorffPercentile(double fraction) => Defined(() =>
        Math.Max(Quantiles.OfSorted(firstToSecond, fraction), Quantiles.OfSorted(secondToFirst, fraction)));

    /// <summary>ASSD, mm: the mean over the border voxels of both masks together (Maier-Hein et al. 2024); NaN when one mask is empty.</summary>
    public double AverageSymmetric => Defined(() =>
        (firstToSecond.Sum() + secondToFirst.Sum()) / (firstToSecond.Length + secondToFirst.Length));

    /// <summary>MASD, mm: the mean of the two directed means, so the larger border weighs no more (Maier-Hein et al. 2024); NaN when one mask is empty.</summary>
    public double MeanAverage => Defined(() => (firstToSecond.Average() + secondToFirst.Average()) / 2);

    /// <summary>
    /// NSD(τ): the share of border voxels of both masks within τ mm of the other border (Nikolov et al. 2021, on voxels).
    /// Distances are sums of spacings, so what exceeds τ by no more than a thousand-millionth of it is rounding, and within.
    /// </summary>
    /// <param name="tolerance">τ, mm, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative tolerance, or NaN.</exception>
    public double NormalizedSurfaceDice(double tolerance)
    {
        if (!(tolerance >= 0)) throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "A tolerance is not negative.");
        if (BothEmpty) return 1;
        var limit = tolerance * (1 + 1e-9);
        var within = Within(firstToSecond, limit) + Within(secondToFirst, limit);
        return (double)within / (firstToSecond.Length + secondToFirst.Length);
    }

    /// <summary>What goes into a mean over cases: a distance that is undefined, because one mask is empty, counts as the worst case.</summary>
    /// <param name="distances">One each case, mm; NaN where undefined.</param>
    /// <param name="worst">Of each case, mm: <see cref="MaskGrid.Diagonal"/>, for instance.</param>
    /// <exception cref="ArgumentException">Another number of worst cases than distances.</exception>
    public static double[] ForAggregation(ReadOnlySpan<double> distances, ReadOnlySpan<double> worst)
    {
        if (worst.Length != distances.Length) throw new ArgumentException($"{worst.Length} worst cases given for {distances.Length} distances.", nameof(worst));
        var result = distances.ToArray();
        for (var i = 0; i < result.Length; i++)
            if (double.IsNaN(result[i])) result[i] = worst[i];
        return result;
    }

    private static int Within(double[] sorted, double limit)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= limit) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private double Defined(Func<double> distance) => BothEmpty ? 0 : OneEmpty ? double.NaN : distance();

    // The distances from the border to the sites, ascending.
    private static double[] Measure(bool[] border, bool[] sites, MaskGrid grid)
    {
        var distances = new double[border.Count(voxel => voxel)];
        if (distances.Length == 0) return distances;
        var transform = new DistanceTransform(sites, grid);
        int columns = grid.Columns, rows = grid.Rows, found = 0;
        var squared = new double[columns * rows];
        for (var k = 0; k < grid.Slices; k++)
        {
            var plane = border.AsSpan(k * squared.Length, squared.Length);
            if (!plane.Contains(true)) continue;
            transform.Plane(k, squared);
            for (var j = 0; j < rows; j++)
                for (int i = 0, at = j * columns; i < columns; i++, at++)
                    if (plane[at]) distances[found++] = Math.Sqrt(squared[j + rows * i]);
        }

        Array.Sort(distances);
        return distances;
    }
}
