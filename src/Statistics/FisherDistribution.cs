namespace Pirogov.Statistics;

/// <summary>Fisher's F with any positive degrees of freedom; relative error about 1e-12, of a million degrees of freedom 1e-11 (the incomplete beta function, DLMF 8.17).</summary>
public static class FisherDistribution
{
    /// <summary>P(F ≤ f): the regularised incomplete beta function at d₁f / (d₁f + d₂) (Abramowitz &amp; Stegun 1964, 26.6.2).</summary>
    /// <param name="f">Any number; below 0 the probability is 0.</param>
    /// <param name="numeratorDf">Degrees of freedom above the line, more than 0.</param>
    /// <param name="denominatorDf">Below the line, more than 0.</param>
    /// <returns>0 to 1; NaN of NaN.</returns>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double Cdf(double f, double numeratorDf, double denominatorDf)
    {
        Check(numeratorDf, denominatorDf);
        if (double.IsNaN(f)) return double.NaN;
        if (f <= 0) return 0;
        var scaled = numeratorDf * f;
        if (double.IsPositiveInfinity(scaled)) return 1;
        return IncompleteBeta.Of(numeratorDf / 2, denominatorDf / 2, scaled / (scaled + denominatorDf), denominatorDf / (scaled + denominatorDf));
    }

    /// <summary>P(F ≥ f): the p-value of an F test, accurate where it is small.</summary>
    /// <param name="f">Any number.</param>
    /// <param name="numeratorDf">Degrees of freedom above the line, more than 0.</param>
    /// <param name="denominatorDf">Below the line, more than 0.</param>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double UpperTail(double f, double numeratorDf, double denominatorDf) =>
        f > 0 ? Cdf(1 / f, denominatorDf, numeratorDf) : double.IsNaN(f) ? double.NaN : 1;

    /// <summary>The f below which F lies with probability p, by halving.</summary>
    /// <param name="p">0 to 1.</param>
    /// <param name="numeratorDf">Degrees of freedom above the line, more than 0.</param>
    /// <param name="denominatorDf">Below the line, more than 0.</param>
    /// <returns>0 at 0, +∞ at 1, NaN outside [0, 1].</returns>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double Quantile(double p, double numeratorDf, double denominatorDf)
    {
        Check(numeratorDf, denominatorDf);
        if (!(p is >= 0 and <= 1)) return double.NaN;
        if (p == 0) return 0;
        if (p == 1) return double.PositiveInfinity;
        // From the side of the smaller tail, where the distribution function has all its digits.
        return p > 0.5
            ? Math.Exp(-Bisection.Root(log => Cdf(Math.Exp(log), denominatorDf, numeratorDf) - (1 - p)))
            : Math.Exp(Bisection.Root(log => Cdf(Math.Exp(log), numeratorDf, denominatorDf) - p));
    }

    private static void Check(double numeratorDf, double denominatorDf)
    {
        if (!(numeratorDf > 0 && denominatorDf > 0))
            throw new ArgumentException($"Degrees of freedom are positive, not {numeratorDf} and {denominatorDf}.", nameof(numeratorDf));
    }
}
