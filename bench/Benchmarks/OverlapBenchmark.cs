using System.Diagnostics;
using System.Globalization;
using Pirogov.Statistics;

namespace Pirogov.Benchmarks;

/// <summary>Dice, HD95 and NSD of two overlapping ellipsoids; the same shapes that bench/overlap/peer.py makes.</summary>
internal static class OverlapBenchmark
{
    public static int Run(int columns, int rows, int slices)
    {
        var grid = new MaskGrid(columns, rows, slices, 0.8, 0.8, 2.5);
        var first = Ellipsoid(grid, 0.50, 0.30);
        var second = Ellipsoid(grid, 0.53, 0.31);
        var (before, watch) = (GC.GetTotalAllocatedBytes(true), Stopwatch.StartNew());
        var dice = Overlap.Dice(first, second);
        var surfaces = SurfaceDistances.Between(first, second, grid);
        var (hd95, nsd) = (surfaces.Hausdorff95, surfaces.NormalizedSurfaceDice(2));
        var seconds = watch.Elapsed.TotalSeconds;
        // Everything that was allocated, freed or not: no less than what was held at once.
        var allocated = (GC.GetTotalAllocatedBytes(true) - before) / 1048576.0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:F3} {allocated:F0} {dice:F6} {hd95:F6} {nsd:F6}"));
        return 0;
    }

    private static bool[] Ellipsoid(MaskGrid grid, double centre, double radius)
    {
        var bits = new bool[grid.Columns * grid.Rows * grid.Slices];
        for (var (slice, i) = (0, 0); slice < grid.Slices; slice++)
            for (var row = 0; row < grid.Rows; row++)
                for (var column = 0; column < grid.Columns; column++, i++)
                    bits[i] = Square((column + 0.5) / grid.Columns - centre) + Square((row + 0.5) / grid.Rows - centre)
                        + Square((slice + 0.5) / grid.Slices - 0.5) < radius * radius;
        return bits;
    }

    private static double Square(double x) => x * x;
}
