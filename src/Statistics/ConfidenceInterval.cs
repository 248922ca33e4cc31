namespace Pirogov.Statistics;

/// <summary>A two-sided interval; <see cref="Level"/> is its nominal coverage, for instance 0.95.</summary>
public readonly record struct ConfidenceInterval(double Lower, double Upper, double Level)
{
    public bool Contains(double value) => value >= Lower && value <= Upper;

    internal static void CheckLevel(double level)
    {
        if (!(level is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies between 0 and 1.");
    }
}
