namespace Pirogov.Statistics;

/// <summary>The regularised incomplete beta function, behind the distributions of Student and Fisher.</summary>
internal static class IncompleteBeta
{
    private const int Terms = 100_000;

    /// <summary>I_x(a, b) by the continued fraction DLMF 8.17.22; relative error about 1e-12, for a and b near a million 1e-11.</summary>
    /// <param name="complement">1 − x, given apart so that neither end loses digits.</param>
    public static double Of(double a, double b, double x, double complement)
    {
        if (x <= 0) return 0;
        if (complement <= 0) return 1;
        // The fraction converges fast only below the mean.
        return x > (a + 1) / (a + b + 2) ? 1 - Lower(b, a, complement, x) : Lower(a, b, x, complement);
    }

    private static double Lower(double a, double b, double x, double complement) => SaddlePoint.Beta(a, b, x, complement) / a / Fraction(a, b, x);

    // 1 + d1/(1 + d2/(1 + …)), evaluated forward (Lentz 1976).
    private static double Fraction(double a, double b, double x)
    {
        double value = 1, numerator = 1, denominator = 0;
        for (var i = 1; i < Terms; i++)
        {
            var m = i / 2;
            var d = i % 2 == 0
                ? m * (b - m) * x / ((a + i - 1) * (a + i))
                : -(a + m) * (a + b + m) * x / ((a + i - 1) * (a + i));
            denominator = 1 / (1 + d * denominator);
            numerator = 1 + d / numerator;
            var step = numerator * denominator;
            value *= step;
            if (Math.Abs(step - 1) < 1e-16) break;
        }

        return value;
    }
}
