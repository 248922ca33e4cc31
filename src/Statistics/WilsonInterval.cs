namespace Pirogov.Statistics;

/// <summary>The score interval of a proportion (Wilson 1927): right for few cases and for proportions near 0 and 1.</summary>
public static class WilsonInterval
{
    /// <summary>The roots of (p̂ − p)² = z² p(1 − p)/n.</summary>
    /// <param name="successes">0 … trials.</param>
    /// <param name="trials">Independent trials; 0 gives the whole of [0, 1].</param>
    /// <param name="level">Coverage.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative numbers, more successes than trials, or a level outside (0, 1).</exception>
    public static ConfidenceInterval Of(int successes, int trials, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (trials == 0) return new ConfidenceInterval(0, 1, level);

        var z = NormalDistribution.Quantile((1 + level) / 2);
        double n = trials, p = successes / n, scale = 1 + z * z / n;
        var centre = (p + z * z / (2 * n)) / scale;
        var half = z / scale * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return new ConfidenceInterval(
            successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half, level);
    }
}
