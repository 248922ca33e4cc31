namespace Pirogov.Statistics;

public enum MeasurementScale
{
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

/// <summary>Krippendorff's α = 1 − Do/De: any number of raters, missing ratings allowed (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", C and D).</summary>
public static class KrippendorffAlpha
{
    /// <param name="ratings">raters × items; null where a rater did not rate the item. On a nominal scale any codes, else values of the scale.</param>
    /// <param name="scale">How far apart two values are.</param>
    /// <returns>Null when no item has two ratings or all paired ratings are the same value: α is undefined there.</returns>
    public static double? Of(IReadOnlyList<IReadOnlyList<double?>> ratings, MeasurementScale scale)
    {
        var items = ratings.Count == 0 ? 0 : ratings[0].Count;
        if (ratings.Any(rater => rater.Count != items))
            throw new ArgumentException("Every rater needs an entry, or null, for every item.", nameof(ratings));

        double[][] units =
        [
            .. Enumerable.Range(0, items)
                .Select(item => ratings.Select(rater => rater[item]).OfType<double>().ToArray())
                .Where(unit => unit.Length >= 2),
        ];
        double[] values = [.. units.SelectMany(unit => unit).Distinct().Order()];
        if (values.Length < 2) return null;

        var coincidences = new double[values.Length, values.Length];
        foreach (var unit in units)
        {
            for (var a = 0; a < unit.Length; a++)
                for (var b = 0; b < unit.Length; b++)
                    if (a != b)
                        coincidences[Array.BinarySearch(values, unit[a]), Array.BinarySearch(values, unit[b])] += 1.0 / (unit.Length - 1);
        }

        var marginals = new double[values.Length];
        for (var c = 0; c < values.Length; c++)
            for (var k = 0; k < values.Length; k++)
                marginals[c] += coincidences[c, k];

        double observed = 0, expected = 0;
        for (var c = 0; c < values.Length; c++)
            for (var k = 0; k < values.Length; k++)
            {
                var difference = SquaredDifference(c, k, values, marginals, scale);
                observed += coincidences[c, k] * difference;
                expected += marginals[c] * marginals[k] * difference;
            }

        return 1 - (marginals.Sum() - 1) * observed / expected;
    }

    private static double SquaredDifference(int c, int k, double[] values, double[] marginals, MeasurementScale scale)
    {
        if (c == k) return 0;
        switch (scale)
        {
            case MeasurementScale.Nominal:
                return 1;
            case MeasurementScale.Ordinal:
                var between = -(marginals[c] + marginals[k]) / 2;
                for (var g = Math.Min(c, k); g <= Math.Max(c, k); g++) between += marginals[g];
                return between * between;
            case MeasurementScale.Interval:
                return (values[c] - values[k]) * (values[c] - values[k]);
            default:
                var ratio = (values[c] - values[k]) / (values[c] + values[k]);
                return ratio * ratio;
        }
    }
}
