namespace Pirogov.Statistics;

/// <summary>Student's t with any positive number of degrees of freedom, fractional ones too (Satterthwaite).</summary>
public static class StudentDistribution
{
    public static double Cdf(double t, double degreesOfFreedom) =>
        t > 0 ? 1 - TwoSided(t, degreesOfFreedom) / 2 : TwoSided(t, degreesOfFreedom) / 2;

    /// <summary>P(|T| ≥ |t|), accurate in the tails; 0 at ±∞.</summary>
    public static double TwoSided(double t, double degreesOfFreedom)
    {
        if (double.IsNaN(t)) return double.NaN;
        return FisherDistribution.UpperTail(t * t, 1, degreesOfFreedom);
    }

    /// <returns>∓∞ at 0 and 1, NaN outside [0, 1].</returns>
    public static double Quantile(double p, double degreesOfFreedom)
    {
        if (!(p is >= 0 and <= 1)) return double.NaN;
        // From the lower tail, which keeps its digits: 1/T² is Fisher's F.
        return p > 0.5 ? -Quantile(1 - p, degreesOfFreedom) : -1 / Math.Sqrt(FisherDistribution.Quantile(2 * p, degreesOfFreedom, 1));
    }
}
