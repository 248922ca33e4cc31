namespace Pirogov.Statistics;

/// <summary>ψ(x), the derivative of ln Γ, for x &gt; 0: the asymptotic series (DLMF 5.11.2) after the recurrence has carried x beyond 12; error about 1e-15.</summary>
internal static class Digamma
{
    // B(2k) / 2k, k = 1 … 7.
    private static readonly double[] Series = [1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12];

    public static double Of(double x)
    {
        var carried = 0.0;
        for (; x < 12; x++) carried += 1 / x;
        double sum = 0, power = 1 / (x * x);
        foreach (var term in Series)
        {
            sum += term * power;
            power /= x * x;
        }

        return Math.Log(x) - 0.5 / x - sum - carried;
    }
}
