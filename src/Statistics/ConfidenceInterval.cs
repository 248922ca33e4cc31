namespace Pirogov.Statistics;

/// <summary>A two-sided interval; <see cref="Level"/> is its nominal coverage, for instance 0.95.</summary>
public readonly record struct ConfidenceInterval(double Lower, double Upper, double Level)
{
    public bool Contains(double value) => value >= Lower && value <= Upper;
}
