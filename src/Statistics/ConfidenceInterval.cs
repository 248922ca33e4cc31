namespace Pirogov.Statistics;

/// <summary>A two-sided interval (Neyman 1937), closed.</summary>
/// <param name="Lower">In the unit of what was estimated; −∞ and NaN where the method says so.</param>
/// <param name="Upper">Not below <paramref name="Lower"/>.</param>
/// <param name="Level">Its nominal coverage, for instance 0.95.</param>
public readonly record struct ConfidenceInterval(double Lower, double Upper, double Level)
{
    /// <summary>Whether a value lies within, ends included.</summary>
    /// <param name="value">In the same unit.</param>
    public bool Contains(double value) => value >= Lower && value <= Upper;

    internal static void CheckLevel(double level)
    {
        if (!(level is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies between 0 and 1.");
    }
}
