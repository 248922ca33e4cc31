namespace Pirogov.Statistics;

/// <summary>χ² with any positive number of degrees of freedom; relative error about 1e-12 (the incomplete gamma function, DLMF 8.2 and 8.7 to 8.9).</summary>
public static class ChiSquareDistribution
{
    private const int Terms = 100_000;

    /// <summary>P(X ≤ x): the regularised incomplete gamma function P(df/2, x/2) (DLMF 8.2.4).</summary>
    /// <param name="x">Any number; below 0 the probability is 0.</param>
    /// <param name="degreesOfFreedom">Above 0, fractional ones too.</param>
    /// <returns>0 to 1; NaN of NaN.</returns>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double Cdf(double x, double degreesOfFreedom)
    {
        Check(degreesOfFreedom);
        if (double.IsNaN(x)) return double.NaN;
        if (x <= 0) return 0;
        if (double.IsPositiveInfinity(x)) return 1;
        var (a, half) = (degreesOfFreedom / 2, x / 2);
        return half < a + 1 ? Lower(a, half) : 1 - Upper(a, half);
    }

    /// <summary>The x below which X lies with probability p, by halving.</summary>
    /// <param name="p">0 to 1.</param>
    /// <param name="degreesOfFreedom">Above 0, fractional ones too.</param>
    /// <returns>0 at 0, +∞ at 1, NaN outside [0, 1].</returns>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double Quantile(double p, double degreesOfFreedom)
    {
        Check(degreesOfFreedom);
        if (!(p is >= 0 and <= 1)) return double.NaN;
        if (p == 0) return 0;
        if (p == 1) return double.PositiveInfinity;
        // From the side of the smaller tail, where it has all its digits.
        return Math.Exp(p > 0.5 ? Bisection.Root(log => 1 - p - Tail(Math.Exp(log))) : Bisection.Root(log => Cdf(Math.Exp(log), degreesOfFreedom) - p));

        double Tail(double x) => double.IsPositiveInfinity(x) ? 0 : x / 2 < degreesOfFreedom / 2 + 1 ? 1 - Lower(degreesOfFreedom / 2, x / 2) : Upper(degreesOfFreedom / 2, x / 2);
    }

    private static void Check(double degreesOfFreedom)
    {
        if (!(degreesOfFreedom > 0)) throw new ArgumentException($"Degrees of freedom are positive, not {degreesOfFreedom}.", nameof(degreesOfFreedom));
    }

    // The series DLMF 8.7.1 of P(a, x).
    private static double Lower(double a, double x)
    {
        double term = 1 / a, sum = term;
        for (var k = 1; k < Terms && term > sum * 1e-17; k++) sum += term *= x / (a + k);
        return sum * SaddlePoint.Gamma(a, x);
    }

    // The continued fraction DLMF 8.9.2 of Q(a, x), evaluated forward (Lentz 1976).
    private static double Upper(double a, double x)
    {
        var b = x + 1 - a;
        double numerator = double.MaxValue, denominator = 1 / b, value = denominator;
        for (var k = 1; k < Terms; k++)
        {
            var d = -k * (k - a);
            b += 2;
            denominator = 1 / (d * denominator + b);
            numerator = b + d / numerator;
            var step = numerator * denominator;
            value *= step;
            if (Math.Abs(step - 1) < 1e-16) break;
        }

        return value * SaddlePoint.Gamma(a, x);
    }
}
