namespace Pirogov.Statistics;

/// <summary>
/// Densities without the difference of large logarithms that would leave ten digits of sixteen at a million degrees of freedom (Loader 2000, "Fast and
/// accurate computation of binomial probabilities").
/// </summary>
internal static class SaddlePoint
{
    // Where the logarithm of the ratio would lose digits, a series in the ratio of difference and sum is exact.
    private const double Near = 0.1;

    /// <summary>xᵃ e⁻ˣ / Γ(a).</summary>
    public static double Gamma(double a, double x) => Math.Sqrt(a / (2 * Math.PI)) * Math.Exp(-LogGamma.Remainder(a) - Deviance(a, x));

    /// <summary>xᵃ (1 − x)ᵇ / B(a, b).</summary>
    /// <param name="complement">1 − x, given apart so that neither end loses digits.</param>
    public static double Beta(double a, double b, double x, double complement) =>
        Math.Sqrt(a / (a + b) * b / (2 * Math.PI)) * Math.Exp(
            LogGamma.Remainder(a + b) - LogGamma.Remainder(a) - LogGamma.Remainder(b) - Deviance(a, (a + b) * x) - Deviance(b, (a + b) * complement));

    /// <summary>x ln(x/mean) + mean − x.</summary>
    private static double Deviance(double x, double mean)
    {
        var difference = x - mean;
        if (Math.Abs(difference) >= Near * (x + mean)) return x * Math.Log(x / mean) - difference;
        double v = difference / (x + mean), squared = v * v, term = 2 * x * v, sum = difference * v;
        for (var j = 3; ; j += 2)
        {
            term *= squared;
            var next = sum + term / j;
            if (next == sum) return sum;
            sum = next;
        }
    }
}
