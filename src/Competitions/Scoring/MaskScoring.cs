using Pirogov.Imaging;
using Pirogov.Statistics;

namespace Pirogov.Competitions.Scoring;

/// <summary>
/// One case's predicted labels against the true ones, class by class. A class absent from both is perfect (Dice and NSD
/// 1, distance 0); absent from one is Dice and NSD 0 and, as the declared worst case, the diagonal of the grid in mm.
/// </summary>
internal static class MaskScoring
{
    /// <param name="classes">Labels 1 … classes are scored.</param>
    /// <param name="toleranceMm">τ of the normalised surface Dice.</param>
    /// <returns>For each metric the value of each class, in the order of the labels.</returns>
    public static Dictionary<Metric, double[]> Score(MaskVolume truth, MaskVolume predicted, int classes, IReadOnlyList<Metric> metrics, double toleranceMm)
    {
        var volume = truth.Grid;
        var grid = new MaskGrid(volume.Columns, volume.Rows, volume.Slices, volume.ColumnSpacing, volume.RowSpacing, volume.SliceSpacing);
        var values = metrics.ToDictionary(m => m, _ => new double[classes]);
        for (var label = 1; label <= classes; label++)
        {
            var (a, b) = (predicted.Bits((byte)label), truth.Bits((byte)label));
            var surfaces = metrics.Any(m => m != Metric.Dice) ? SurfaceDistances.Between(a, b, grid) : null;
            foreach (var metric in metrics)
                values[metric][label - 1] = metric switch
                {
                    Metric.Dice => Overlap.Dice(a, b),
                    Metric.NormalizedSurfaceDice => surfaces!.NormalizedSurfaceDice(toleranceMm),
                    Metric.HausdorffDistance95 => surfaces!.OneEmpty ? grid.Diagonal : surfaces.Hausdorff95,
                    _ => throw new ArgumentOutOfRangeException(nameof(metrics), metric, "Not a metric of masks."),
                };
        }

        return values;
    }
}
