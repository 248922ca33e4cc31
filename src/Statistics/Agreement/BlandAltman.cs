namespace Pirogov.Statistics;

/// <param name="Value">Of the differences, in the unit of the measurements.</param>
/// <param name="Interval">Two-sided.</param>
public readonly record struct LimitEstimate(double Value, ConfidenceInterval Interval);

/// <summary>The regression of the differences on the means of the two methods (Bland &amp; Altman 1999, section 3.2).</summary>
/// <param name="Slope">Difference per unit of magnitude; 0 where the bias does not depend on it.</param>
/// <param name="Intercept">Of the same line.</param>
/// <param name="StandardError">Of the slope.</param>
/// <param name="Interval">Of the slope.</param>
/// <param name="PValue">Two-sided, of slope 0.</param>
public sealed record ProportionalBias(double Slope, double Intercept, double StandardError, ConfidenceInterval Interval, double PValue);

/// <param name="Pairs">The number of pairs.</param>
/// <param name="Subjects">The number of subjects; equal to the pairs unless measured repeatedly.</param>
/// <param name="Bias">Mean of first − second.</param>
/// <param name="StandardDeviation">Of a difference.</param>
/// <param name="LowerLimit">Bias − z·SD: where the difference of a further pair lies with probability <paramref name="Coverage"/>, with <paramref name="UpperLimit"/>.</param>
/// <param name="UpperLimit">Bias + z·SD.</param>
/// <param name="Coverage">Of the limits, 0.95 usually.</param>
/// <param name="Slope">Null with fewer than 3 pairs, with means that are equal but for rounding, and for repeated measurements.</param>
public sealed record BlandAltman(
    int Pairs,
    int Subjects,
    LimitEstimate Bias,
    double StandardDeviation,
    LimitEstimate LowerLimit,
    LimitEstimate UpperLimit,
    double Coverage,
    ProportionalBias? Slope)
{
    /// <summary>One pair of each subject. Intervals of Bland &amp; Altman 1999, section 2: the limits' SE is SD·√(1/n + z²/(2(n−1))), with Student's t.</summary>
    /// <param name="first">Measurements of one method or reader, at least 2, finite.</param>
    /// <param name="second">The other, the same subjects in the same order.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <param name="coverage">Coverage of the limits.</param>
    /// <exception cref="ArgumentException">Sides of different length, fewer than 2 pairs, a measurement that is not finite, differences too large for their squares, or a level or coverage outside (0, 1).</exception>
    public static BlandAltman Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double level = 0.95, double coverage = 0.95)
    {
        var differences = Differences(first, second, level, coverage);
        var n = differences.Length;
        if (n < 2) throw new ArgumentException($"{n} pairs have no spread; at least 2 are needed.", nameof(first));
        var bias = differences.Average();
        var rounding = Rounding(first, second);
        var spread = differences.Sum(d => (d - bias) * (d - bias));
        if (!double.IsFinite(spread)) throw new ArgumentException("The differences are too large for their squares.", nameof(first));
        var deviation = spread <= rounding ? 0 : Math.Sqrt(spread / (n - 1));
        var z = NormalDistribution.Quantile((1 + coverage) / 2);
        var t = StudentDistribution.Quantile((1 + level) / 2, n - 1);
        var ofLimit = deviation * Math.Sqrt(1.0 / n + z * z / (2 * (n - 1)));
        return new(
            n, n, Around(bias, t * deviation / Math.Sqrt(n)), deviation, Around(bias - z * deviation, t * ofLimit), Around(bias + z * deviation, t * ofLimit),
            coverage, Proportional(first, second, differences, rounding, level));

        LimitEstimate Around(double value, double half) => new(value, new(value - half, value + half, level));
    }

    /// <summary>
    /// Several pairs of each subject whose true value may change between them (Bland &amp; Altman 2007, section 3). Subjects
    /// weigh equally; the variance of a difference is that of the subjects' means plus the share of the variance within
    /// that the means average out. Intervals of the limits by the method of variance estimates recovery (Zou 2013).
    /// </summary>
    /// <param name="first">Measurements of one method or reader, finite.</param>
    /// <param name="second">The other, pair by pair.</param>
    /// <param name="subjects">The subject of each pair: at least 2, one of them at least with two pairs.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <param name="coverage">Coverage of the limits.</param>
    /// <exception cref="ArgumentException">Lists of different length, fewer than 2 subjects, no subject with two pairs, a measurement that is not finite, differences too large for their squares, or a level or coverage outside (0, 1).</exception>
    public static BlandAltman Repeated(
        ReadOnlySpan<double> first, ReadOnlySpan<double> second, IReadOnlyList<string> subjects, double level = 0.95, double coverage = 0.95)
    {
        var differences = Differences(first, second, level, coverage);
        if (subjects.Count != differences.Length) throw new ArgumentException($"{subjects.Count} subjects given for {differences.Length} pairs.", nameof(subjects));
        double[][] groups = [.. Enumerable.Range(0, subjects.Count).GroupBy(i => subjects[i], i => differences[i], StringComparer.Ordinal).Select(g => g.ToArray())];
        var (n, pairs) = (groups.Length, differences.Length);
        if (n < 2 || pairs == n) throw new ArgumentException($"{pairs} pairs of {n} subjects: at least 2 subjects, and one with two pairs, are needed.", nameof(subjects));

        double[] means = [.. groups.Select(g => g.Average())];
        var bias = means.Average();
        var between = means.Sum(m => (m - bias) * (m - bias)) / (n - 1);
        var within = groups.Zip(means, (g, m) => g.Sum(d => (d - m) * (d - m))).Sum() / (pairs - n);
        var share = 1 - groups.Average(g => 1.0 / g.Length);
        var variance = between + share * within;
        if (!double.IsFinite(variance)) throw new ArgumentException("The differences are too large for their squares.", nameof(first));

        var (low, high) = VarianceInterval(between, n - 1, share * within, pairs - n, level);
        var z = NormalDistribution.Quantile((1 + coverage) / 2);
        var ofBias = NormalDistribution.Quantile((1 + level) / 2) * Math.Sqrt(between / n);
        var deviation = Math.Sqrt(variance);
        var inner = Math.Sqrt(ofBias * ofBias + Math.Pow(z * (deviation - Math.Sqrt(low)), 2));
        var outer = Math.Sqrt(ofBias * ofBias + Math.Pow(z * (Math.Sqrt(high) - deviation), 2));
        var t = StudentDistribution.Quantile((1 + level) / 2, n - 1) * Math.Sqrt(between / n);
        var (lower, upper) = (bias - z * deviation, bias + z * deviation);
        return new(
            pairs, n, new(bias, new(bias - t, bias + t, level)), deviation,
            new(lower, new(lower - outer, lower + inner, level)), new(upper, new(upper - inner, upper + outer, level)), coverage, null);
    }

    // Zou 2013: each component's own χ² interval, its distances from the estimate added in squares.
    private static (double Low, double High) VarianceInterval(double between, double betweenDf, double within, double withinDf, double level)
    {
        var tail = (1 - level) / 2;
        double Down(double variance, double df) => variance * (1 - df / ChiSquareDistribution.Quantile(1 - tail, df));
        double Up(double variance, double df) => variance * (df / ChiSquareDistribution.Quantile(tail, df) - 1);
        var total = between + within;
        var down = Math.Sqrt(Math.Pow(Down(between, betweenDf), 2) + Math.Pow(Down(within, withinDf), 2));
        var up = Math.Sqrt(Math.Pow(Up(between, betweenDf), 2) + Math.Pow(Up(within, withinDf), 2));
        return (Math.Max(0, total - down), total + up);
    }

    private static ProportionalBias? Proportional(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double[] differences, double rounding, double level)
    {
        var n = differences.Length;
        if (n < 3) return null;
        var means = new double[n];
        for (var i = 0; i < n; i++) means[i] = first[i] / 2 + second[i] / 2;
        var (x, y) = (means.Average(), differences.Average());
        double xx = 0, xy = 0, yy = 0, residual = 0;
        for (var i = 0; i < n; i++)
        {
            xx += (means[i] - x) * (means[i] - x);
            xy += (means[i] - x) * (differences[i] - y);
            yy += (differences[i] - y) * (differences[i] - y);
        }

        if (xx <= rounding || !double.IsFinite(xx)) return null;
        // Equal differences have no slope, and what rounding leaves of them must not be tested.
        var slope = yy <= rounding ? 0 : xy / xx;
        for (var i = 0; i < n; i++) residual += Math.Pow(differences[i] - y - slope * (means[i] - x), 2);
        var error = residual <= rounding ? 0 : Math.Sqrt(residual / (n - 2) / xx);
        var half = StudentDistribution.Quantile((1 + level) / 2, n - 2) * error;
        var p = slope == 0 ? 1 : StudentDistribution.TwoSided(slope / error, n - 2);
        return new(slope, y - slope * x, error, new(slope - half, slope + half, level), p);
    }

    // What rounding alone leaves of equal values, summed over squares.
    private static double Rounding(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var largest = 0.0;
        for (var i = 0; i < first.Length; i++) largest = Math.Max(largest, Math.Max(Math.Abs(first[i]), Math.Abs(second[i])));
        return first.Length * Math.Pow(1e-14 * largest, 2);
    }

    private static double[] Differences(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double level, double coverage)
    {
        ConfidenceInterval.CheckLevel(level);
        ConfidenceInterval.CheckLevel(coverage);
        if (first.Length != second.Length) throw new ArgumentException($"{first.Length} and {second.Length} measurements are not of the same subjects.", nameof(second));
        var differences = new double[first.Length];
        for (var i = 0; i < differences.Length; i++)
        {
            differences[i] = first[i] - second[i];
            if (!double.IsFinite(differences[i])) throw new ArgumentException($"Pair {i} is {first[i]} and {second[i]}; both have to be finite.", nameof(first));
        }

        return differences;
    }
}
