using System.Runtime.Intrinsics;
using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Quantiles as SciPy 1.10 gives them.</summary>
public class DistributionTests
{
    [Theory]
    [InlineData(0.975, 4.5, 2.6589123472044034)]
    [InlineData(1e-9, 7, -38.70598064323161)]
    [InlineData(0.995, 100000, 2.5758784699083748)]
    public void Student(double p, double df, double t)
    {
        Assert.Equal(t, StudentDistribution.Quantile(p, df), 1e-10 * Math.Abs(t));
        Assert.Equal(p, StudentDistribution.Cdf(t, df), 1e-10 * p);
    }

    [Theory]
    [InlineData(0.975, 5, 18, 3.381967805875243)]
    [InlineData(0.025, 3, 15.25, 0.07018941697627484)]
    [InlineData(0.999, 200, 40, 2.3412050797536432)]
    [InlineData(1e-6, 2, 9, 1.0000006111403194e-06)]
    public void Fisher(double p, double numerator, double denominator, double f)
    {
        Assert.Equal(f, FisherDistribution.Quantile(p, numerator, denominator), 1e-9 * f);
        Assert.Equal(p, FisherDistribution.Cdf(f, numerator, denominator), 1e-9 * p);
    }

    [Theory]
    [InlineData(0.975, 4, 11.143286781877796)]
    [InlineData(0.025, 12, 4.4037885069817015)]
    [InlineData(0.5, 0.7, 0.21473897172368658)]
    [InlineData(0.999, 3000, 3245.078830702524)]
    [InlineData(1e-7, 50, 13.945861982631161)]
    public void ChiSquare(double p, double df, double x)
    {
        Assert.Equal(x, ChiSquareDistribution.Quantile(p, df), 1e-10 * x);
        Assert.Equal(p, ChiSquareDistribution.Cdf(x, df), 1e-10 * p);
    }

    // Closed forms: t with 1 and 2 degrees of freedom, χ² with 2.
    [Fact]
    public void The_exponential_of_what_is_not_positive_is_the_librarys() => Gen.Double[-708, 0].Array[8].Sample(x =>
    {
        var values = Exponential.OfNotPositive(Vector512.Create(x));
        for (var i = 0; i < 8; i++) Assert.Equal(1, values[i] / Math.Exp(x[i]), 1e-15);
        Assert.Equal(Vector512.Create(1, 1, 0, 0, 0, 0, 0, 0.0), Exponential.OfNotPositive(Vector512.Create(0, -0.0, double.NegativeInfinity, -709, -1e300, -745, -800, double.MinValue)));
    });

    [Fact]
    public void Distributions_with_a_closed_form() => Gen.Double[-50, 50].Sample(x =>
    {
        Assert.Equal(0.5 + Math.Atan(x) / Math.PI, StudentDistribution.Cdf(x, 1), 1e-13);
        Assert.Equal(0.5 + x / (2 * Math.Sqrt(2 + x * x)), StudentDistribution.Cdf(x, 2), 1e-13);
        Assert.Equal(x > 0 ? -Math.Exp(-x / 2) + 1 : 0, ChiSquareDistribution.Cdf(x, 2), 1e-13);
    });

    [Fact]
    public void The_ends_and_what_lies_beyond()
    {
        Assert.Equal(double.PositiveInfinity, StudentDistribution.Quantile(1, 3));
        Assert.Equal(double.NaN, FisherDistribution.Quantile(1.5, 3, 3));
        Assert.Equal(0, StudentDistribution.TwoSided(double.PositiveInfinity, 5));
        Assert.Equal(1, StudentDistribution.TwoSided(0, 5));
        Assert.Throws<ArgumentException>(() => FisherDistribution.Cdf(1, 0, 5));
        Assert.Throws<ArgumentException>(() => ChiSquareDistribution.Cdf(1, double.NaN));
    }

    // mpmath 1.2 with 50 digits; SciPy 1.10 itself has nine or fewer of them in some of these places.
    [Fact]
    public void Many_degrees_of_freedom_and_far_tails_keep_their_digits()
    {
        Relative(1.9599663568141067, StudentDistribution.Quantile(0.975, 1e6), 1e-11);
        Relative(1.6909242551868545, StudentDistribution.Quantile(0.95, 34), 1e-13);
        Relative(6.0100471168317189e-198, StudentDistribution.Cdf(-30, 1e6), 1e-12);
        Relative(0.5, FisherDistribution.Cdf(1, 1e4, 1e4), 1e-12);
        Relative(0.3225456772679532, FisherDistribution.UpperTail(1.1, 30, 1e6), 1e-10);
        Relative(0.5001880631966055, ChiSquareDistribution.Cdf(1e6, 1e6), 1e-13);
        Relative(1002773.701467926, ChiSquareDistribution.Quantile(0.975, 1e6), 1e-13);
        Relative(70.838475756725994, ChiSquareDistribution.Quantile(0.999999999999, 7), 1e-13);
        Relative(-2.5066282747031065e-7, NormalDistribution.Quantile(0.4999999), 1e-14);
        Relative(-37.663060331949524, NormalDistribution.Quantile(1e-310), 1e-12);
        Relative(-38.467405617144346, NormalDistribution.Quantile(double.Epsilon), 1e-8);

        static void Relative(double expected, double actual, double tolerance) => Assert.Equal(1, actual / expected, tolerance);
    }

    [Fact]
    public void Quantiles_beyond_every_number_are_0_or_infinite_and_degrees_of_freedom_are_always_looked_at()
    {
        Assert.Equal(0, ChiSquareDistribution.Quantile(1e-20, 0.01));
        Assert.Equal(double.PositiveInfinity, FisherDistribution.Quantile(0.9, 1, 0.001));
        Assert.Throws<ArgumentException>(() => ChiSquareDistribution.Quantile(0, -1));
        Assert.Throws<ArgumentException>(() => ChiSquareDistribution.Quantile(double.NaN, 0));
    }

    // DLMF 5.4.12 to 5.4.14.
    [Theory]
    [InlineData(1, -0.5772156649015329)]
    [InlineData(0.5, -1.9635100260214235)]
    [InlineData(10, 2.251752589066721)]
    public void Digamma_of_known_arguments(double x, double psi) => Assert.Equal(psi, Digamma.Of(x), 1e-14);
}
