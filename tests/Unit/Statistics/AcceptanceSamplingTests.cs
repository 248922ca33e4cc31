using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Against sums of exact binomial coefficients in whole numbers.</summary>
public class AcceptanceSamplingTests
{
    [Theory]
    [InlineData(1000, 80, 2, 20, 0.7892471362890968)]
    [InlineData(50, 13, 1, 5, 0.6109620721554117)]
    [InlineData(20, 5, 0, 3, 0.3991228070175439)]
    [InlineData(200, 32, 3, 0, 1)]
    [InlineData(10, 10, 1, 2, 0)]
    [InlineData(10, 10, 2, 2, 1)]
    public void The_chance_of_acceptance_is_hypergeometric(int lot, int sample, int acceptance, int defective, double chance) =>
        Assert.Equal(chance, AcceptanceSampling.ProbabilityOfAcceptance(lot, sample, acceptance, defective), 11);

    [Theory]
    [InlineData(1000, 80, 2, 0.016250905963840264)]
    [InlineData(50, 13, 1, 0.0532160433461081)]
    [InlineData(100, 20, 0, 0.01613352970054001)]
    public void The_average_outgoing_quality_has_its_limit(int lot, int sample, int acceptance, double limit) =>
        Assert.Equal(limit, AcceptanceSampling.AverageOutgoingQualityLimit(lot, sample, acceptance), 11);

    [Theory]
    [InlineData(34, 0.1, null)]
    [InlineData(35, 0.1, 0)]
    [InlineData(80, 0.1, 2)]
    [InlineData(200, 0.05, 3)]
    public void The_acceptance_number_is_the_last_whose_Wilson_interval_ends_below_the_limit(int sample, double limit, int? number) =>
        Assert.Equal(number, AcceptanceSampling.AcceptanceNumber(sample, limit));

    [Fact]
    public void Impossible_plans_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AcceptanceSampling.ProbabilityOfAcceptance(10, 11, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => AcceptanceSampling.ProbabilityOfAcceptance(10, 5, 0, 11));
        Assert.Throws<ArgumentOutOfRangeException>(() => AcceptanceSampling.AverageOutgoingQualityLimit(0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => AcceptanceSampling.AcceptanceNumber(10, 1));
    }
}
