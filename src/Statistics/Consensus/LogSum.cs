namespace Pirogov.Statistics;

/// <summary>Probabilities from their logarithms, of which any may be −∞, without leaving the range of a double.</summary>
internal static class LogSum
{
    /// <summary>ln Σ exp; −∞ when every value is.</summary>
    public static double Of(ReadOnlySpan<double> logs)
    {
        var most = double.NegativeInfinity;
        foreach (var log in logs) most = Math.Max(most, log);
        if (double.IsNegativeInfinity(most)) return most;
        var sum = 0.0;
        foreach (var log in logs) sum += Math.Exp(log - most);
        return most + Math.Log(sum);
    }

    /// <summary>In place, to sum 1.</summary>
    /// <returns>What <see cref="Of"/> gives before.</returns>
    public static double Normalize(Span<double> logs)
    {
        var total = Of(logs);
        foreach (ref var log in logs) log = Math.Exp(log - total);
        return total;
    }
}
