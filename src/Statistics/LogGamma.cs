namespace Pirogov.Statistics;

/// <summary>ln Γ(x) for x &gt; 0: Stirling's series (DLMF 5.11.1) after the recurrence has carried x beyond 15; relative error about 1e-15.</summary>
internal static class LogGamma
{
    private const double Large = 15;

    // B(2k) / (2k (2k−1)), k = 1 … 7.
    private static readonly double[] Series = [1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156];

    public static double Of(double x)
    {
        var carried = 1.0;
        for (; x < Large; x++) carried *= x;
        return Leading(x) + Rest(x) - Math.Log(carried);
    }

    /// <summary>What ln Γ(x) is more than the leading terms of Stirling's series; absolute error about 1e-15 however large x is.</summary>
    public static double Remainder(double x) => x < Large ? Of(x) - Leading(x) : Rest(x);

    private static double Leading(double x) => (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI);

    private static double Rest(double x)
    {
        double sum = 0, power = 1 / x;
        foreach (var term in Series)
        {
            sum += term * power;
            power /= x * x;
        }

        return sum;
    }
}
