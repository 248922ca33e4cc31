namespace Pirogov.Statistics;

/// <summary>One item's measurements together, all in their unit.</summary>
/// <param name="Value">Median; of an even number the mean of the middle two.</param>
/// <param name="Deviation">Median distance from it, × 1.4826: the standard deviation, were they normal (Hampel 1974). 0 for one measurement.</param>
/// <param name="Lowest">Of all.</param>
/// <param name="Highest">Of all.</param>
/// <param name="Count">Measurements given.</param>
/// <param name="Interval">
/// Of the true median, between two of the measurements, for any continuous distribution (Conover 1999, section 3.2). Its
/// level is the exact one: at least that asked for, or, of few measurements, the most they can give: 1 − 2^(1−n), of one 0.
/// </param>
public sealed record MedianEstimate(double Value, double Deviation, double Lowest, double Highest, int Count, ConfidenceInterval Interval);

/// <param name="Measurements">Of items with a median.</param>
/// <param name="Bias">Median of own − consensus; null without measurements.</param>
/// <param name="Deviation">Median distance from the consensus; null without measurements.</param>
public sealed record MeasurementReliability(int Measurements, double? Bias, double? Deviation);

/// <param name="Items">Of each item; null where nobody measured.</param>
/// <param name="Sources">Of each source, in order, in the unit of the measurements.</param>
public sealed record MeasurementMedian(IReadOnlyList<MedianEstimate?> Items, IReadOnlyList<MeasurementReliability> Sources)
{
    private const int LargeHalvings = 512;
    private static readonly double Large = Math.ScaleB(1, LargeHalvings);

    /// <summary>The median over the sources, which the wildest minority cannot move far (breakdown point of one half, Hampel 1971).</summary>
    /// <param name="measurements">sources × items, finite, in one unit for each item; null where a source did not measure.</param>
    /// <param name="level">Coverage wanted of the intervals.</param>
    /// <exception cref="ArgumentException">Sources with different numbers of items, a measurement that is not finite, or a level outside (0, 1).</exception>
    public static MeasurementMedian Of(IReadOnlyList<IReadOnlyList<double?>> measurements, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        var items = measurements.Count == 0 ? 0 : measurements[0].Count;
        if (measurements.Any(source => source.Count != items))
            throw new ArgumentException("Every source needs a measurement, or null, for every item.", nameof(measurements));
        if (measurements.Any(source => source.Any(value => value is { } given && !double.IsFinite(given))))
            throw new ArgumentException("A measurement is finite; a missing one is null.", nameof(measurements));

        var medians = new MedianEstimate?[items];
        for (var item = 0; item < items; item++)
        {
            double[] given = [.. measurements.Select(source => source[item]).OfType<double>().Order()];
            if (given.Length > 0) medians[item] = Estimate(given, level);
        }

        return new(medians, [.. measurements.Select(source => Reliability(source, medians))]);
    }

    private static MedianEstimate Estimate(double[] sorted, double level)
    {
        var value = Median(sorted);
        double[] away = [.. sorted.Select(x => Math.Abs(x - value)).Order()];
        var (below, coverage) = Tail(sorted.Length, level);
        return new(value, 1.4826 * Median(away), sorted[0], sorted[^1], sorted.Length, new(sorted[below], sorted[^(below + 1)], coverage));
    }

    // How many of n may lie on either side of the interval, and its coverage: 1 − 2 P(Binomial(n, ½) ≤ that).
    private static (int Below, double Coverage) Tail(int n, double level)
    {
        // In units of 2^−halvings, for of more than 1,074 measurements 2^−n itself has no double.
        double term = 1, tail = 1;
        var halvings = n;
        var (below, coverage) = (0, Math.Max(0, 1 - Math.ScaleB(tail, 1 - halvings)));
        for (var k = 1; k < n / 2; k++)
        {
            term *= (double)(n - k + 1) / k;
            tail += term;
            if (tail > Large)
            {
                (term, tail) = (Math.ScaleB(term, -LargeHalvings), Math.ScaleB(tail, -LargeHalvings));
                halvings -= LargeHalvings;
            }

            var wider = 1 - Math.ScaleB(tail, 1 - halvings);
            if (wider < level) break;
            (below, coverage) = (k, wider);
        }

        return (below, coverage);
    }

    private static MeasurementReliability Reliability(IReadOnlyList<double?> own, MedianEstimate?[] medians)
    {
        double[] away = [.. own.Zip(medians).Where(pair => pair.First is not null).Select(pair => pair.First!.Value - pair.Second!.Value).Order()];
        return away.Length == 0 ? new(0, null, null) : new(away.Length, Median(away), Median([.. away.Select(Math.Abs).Order()]));
    }

    private static double Median(double[] sorted) => sorted[(sorted.Length - 1) / 2] / 2 + sorted[sorted.Length / 2] / 2;
}
