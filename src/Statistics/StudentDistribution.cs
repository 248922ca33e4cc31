namespace Pirogov.Statistics;

/// <summary>Student's t with any positive number of degrees of freedom, fractional ones too (Satterthwaite 1946): t² is F with 1 and as many (Abramowitz &amp; Stegun 1964, 26.7).</summary>
public static class StudentDistribution
{
    /// <summary>P(T ≤ t).</summary>
    /// <param name="t">Any number, in units of the standard error.</param>
    /// <param name="degreesOfFreedom">Above 0, fractional ones too.</param>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double Cdf(double t, double degreesOfFreedom) =>
        t > 0 ? 1 - TwoSided(t, degreesOfFreedom) / 2 : TwoSided(t, degreesOfFreedom) / 2;

    /// <summary>P(|T| ≥ |t|), accurate in the tails; 0 at ±∞.</summary>
    /// <param name="t">Any number.</param>
    /// <param name="degreesOfFreedom">Above 0, fractional ones too.</param>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double TwoSided(double t, double degreesOfFreedom)
    {
        if (double.IsNaN(t)) return double.NaN;
        return FisherDistribution.UpperTail(t * t, 1, degreesOfFreedom);
    }

    /// <summary>The t below which T lies with probability p.</summary>
    /// <param name="p">0 to 1.</param>
    /// <param name="degreesOfFreedom">Above 0, fractional ones too.</param>
    /// <returns>∓∞ at 0 and 1, NaN outside [0, 1].</returns>
    /// <exception cref="ArgumentException">Degrees of freedom that are not above 0.</exception>
    public static double Quantile(double p, double degreesOfFreedom)
    {
        if (!(p is >= 0 and <= 1)) return double.NaN;
        // From the lower tail, which keeps its digits: 1/T² is Fisher's F.
        return p > 0.5 ? -Quantile(1 - p, degreesOfFreedom) : -1 / Math.Sqrt(FisherDistribution.Quantile(2 * p, degreesOfFreedom, 1));
    }
}
