namespace Pirogov.Statistics;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    /// <summary>Φ(z), absolute error below 1e-15 (series for |z| &lt; 3, continued fraction beyond; Abramowitz &amp; Stegun 1964, 26.2.11 and 26.2.14).</summary>
    /// <param name="z">Standard deviations from the mean.</param>
    public static double Cdf(double z)
    {
        if (double.IsNaN(z)) return double.NaN;
        var x = Math.Abs(z);
        if (x > 38.5) return z > 0 ? 1 : 0;
        if (x < 3) return 0.5 + FromMean(z);
        var fraction = x;
        for (var k = 120; k >= 1; k--) fraction = x + k / fraction;
        var upper = Density(x) / fraction;
        return z > 0 ? 1 - upper : upper;
    }

    /// <summary>Φ⁻¹(p) by Acklam's rational approximation (2003) and one step of Halley's method; relative error about 1e-14, where p itself has its digits (from 1e-308).</summary>
    /// <param name="p">0 to 1.</param>
    /// <returns>−∞ at 0, +∞ at 1, NaN outside [0, 1].</returns>
    public static double Quantile(double p)
    {
        if (!(p is >= 0 and <= 1)) return double.NaN;
        if (p == 0) return double.NegativeInfinity;
        if (p == 1) return double.PositiveInfinity;
        if (p > 0.5) return -Quantile(1 - p);

        double z, error;
        if (p < 0.02425)
        {
            var q = Math.Sqrt(-2 * Math.Log(p));
            z = Polynomial(q, -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783)
                / Polynomial(q, 7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1);
            error = Cdf(z) - p;
        }
        else
        {
            var q = p - 0.5;
            var r = q * q;
            z = q * Polynomial(r, -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.383577518672690e2, -3.066479806614716e1, 2.506628277459239)
                / Polynomial(r, -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1);
            // Both as distances from the mean: near it, they are small.
            error = FromMean(z) - q;
        }

        error /= Density(z);
        return z - error / (1 + z * error / 2);
    }

    private static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);

    // Φ(z) − ½, by the series.
    private static double FromMean(double z)
    {
        double term = z, sum = z;
        for (var k = 3; Math.Abs(term) > Math.Abs(sum) * 1e-17; k += 2) sum += term *= z * z / k;
        return Density(z) * sum;
    }

    private static double Polynomial(double x, params ReadOnlySpan<double> coefficients)
    {
        var value = 0.0;
        foreach (var coefficient in coefficients) value = value * x + coefficient;
        return value;
    }
}
