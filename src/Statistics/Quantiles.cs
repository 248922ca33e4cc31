namespace Pirogov.Statistics;

/// <summary>Sample quantiles with linear interpolation (Hyndman &amp; Fan 1996, type 7: the default of R and NumPy).</summary>
public static class Quantiles
{
    /// <summary>The value at (n − 1)·fraction, counted from 0, between its neighbours.</summary>
    /// <param name="sorted">Ascending values without NaN; ±∞ too.</param>
    /// <param name="fraction">0 to 1.</param>
    /// <returns>NaN for an empty sample.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A fraction outside [0, 1].</exception>
    public static double OfSorted(ReadOnlySpan<double> sorted, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        if (sorted.IsEmpty) return double.NaN;
        var at = fraction * (sorted.Length - 1);
        var below = (int)Math.Floor(at);
        var above = Math.Min(below + 1, sorted.Length - 1);
        // Of equal neighbours, and at one of them, nothing is between: ∞ − ∞ would not be a number.
        return at == below || sorted[below] == sorted[above] ? sorted[below] : sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
