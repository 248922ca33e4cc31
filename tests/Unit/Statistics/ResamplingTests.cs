using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class ResamplingTests
{
    [Fact]
    public void The_generator_follows_the_published_algorithms()
    {
        ulong state = 1234567;
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => Xoshiro256.SplitMix64(ref state)));

        // Blackman & Vigna's xoshiro256starstar.c from the state 1, 2, 3, 4.
        var random = new Xoshiro256(1, 2, 3, 4);
        Assert.Equal(
            [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576],
            Enumerable.Range(0, 10).Select(_ => random.NextUInt64()));
    }

    // A seed stands for four numbers of SplitMix64, as the authors advise.
    [Fact]
    public void A_seed_is_the_state_that_SplitMix64_draws_from_it() => Gen.ULong.Sample(seed =>
    {
        var state = seed;
        ulong Next() => Xoshiro256.SplitMix64(ref state);
        var (seeded, given) = (new Xoshiro256(seed), new Xoshiro256(Next(), Next(), Next(), Next()));
        for (var i = 0; i < 5; i++) Assert.Equal(given.NextUInt64(), seeded.NextUInt64());
    });

    [Fact]
    public void Bounded_numbers_stay_in_bounds_and_reach_both() => Gen.ULong.Sample(seed =>
    {
        var random = new Xoshiro256(seed);
        var drawn = Enumerable.Range(0, 200).Select(_ => random.NextInt32(3)).ToHashSet();
        Assert.Equal([0, 1, 2], drawn.Order());
        Assert.InRange(random.NextDouble(), 0, 1);
    });

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        var values = Values(40);
        var sampler = Patients(40);
        var first = Bootstrap.Run(sampler, Mean(values), 7);
        Assert.Equal(first.Bca(), Bootstrap.Run(sampler, Mean(values), 7).Bca());
        Assert.NotEqual(first.Percentile(), Bootstrap.Run(sampler, Mean(values), 8).Percentile());
        Assert.True(first.Percentile().Contains(first.Estimate));
    }

    // For a mean of independent values the bootstrap's standard error is known: sqrt(Σ(x−m)²)/n.
    [Fact]
    public void The_standard_error_of_a_mean_is_near_its_formula()
    {
        var values = Values(60);
        var mean = values.Average();
        var formula = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean))) / values.Length;
        var bootstrap = Bootstrap.Run(new ClusterSampler([.. Enumerable.Range(0, 60).Select(i => $"p{i}")]), Mean(values), 3, 4000);
        Assert.Equal(1, bootstrap.StandardError / formula, 0.05);
    }

    // Davison & Hinkley 1997: of a mean over equally large strata, skewness over 6 √n of what the strata's own means leave.
    [Fact]
    public void Acceleration_compares_a_cluster_with_its_own_stratum()
    {
        double[] values = [0, 1, 5, 100, 101, 109];
        string[] strata = ["low", "low", "low", "high", "high", "high"];
        double[] left = [-2, -1, 3, -10.0 / 3, -7.0 / 3, 17.0 / 3];
        var bootstrap = Bootstrap.Run(new ClusterSampler(["a", "b", "c", "d", "e", "f"], strata), Mean(values), 1, 500);
        var expected = left.Sum(d => d * d * d) / (6 * Math.Pow(left.Sum(d => d * d), 1.5));
        Assert.Equal(expected, bootstrap.Acceleration(), 1e-12);
        Assert.True(bootstrap.Bca().Upper > bootstrap.Percentile().Upper);
        Assert.Throws<ArgumentOutOfRangeException>(() => bootstrap.Bca(95));
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(1, 2, double.NaN));
    }

    // Efron & Tibshirani 1993, eq. 14.9 to 14.15, from the replicates: z0 from the share below the estimate (half of the equal ones), a
    // from leaving out each cluster, end points as quantiles between two replicates.
    [Theory]
    [InlineData(0.95)]
    [InlineData(0.8)]
    public void The_ends_of_BCa_are_the_written_out_formula(double level)
    {
        // Skewed, so that bias and acceleration are far from 0.
        double[] values = [.. Values(24).Select(v => v * v * v * v)];
        var bootstrap = Bootstrap.Run(new ClusterSampler([.. Enumerable.Range(0, 24).Select(i => $"p{i}")]), Mean(values), 5, 999);
        double[] sorted = [.. bootstrap.Replicates];
        double[] left = [.. Enumerable.Range(0, 24).Select(without => values.Where((_, i) => i != without).Average())];
        double[] d = [.. left.Select(value => left.Average() - value)];
        var a = d.Sum(x => x * x * x) / (6 * Math.Pow(d.Sum(x => x * x), 1.5));
        var z0 = NormalDistribution.Quantile(sorted.Average(value => value < values.Average() ? 1.0 : value == values.Average() ? 0.5 : 0));
        Assert.True(Math.Abs(z0) > 0.01 && a > 0.02, $"{z0}, {a}");
        double End(double tail)
        {
            var z = z0 + NormalDistribution.Quantile(tail);
            var rank = NormalDistribution.Cdf(z0 + z / (1 - a * z)) * 998;
            var low = (int)rank;
            return sorted[low] + (rank - low) * (sorted[low + 1] - sorted[low]);
        }

        Assert.Equal(End((1 - level) / 2), bootstrap.Bca(level).Lower, 1e-12);
        Assert.Equal(End((1 + level) / 2), bootstrap.Bca(level).Upper, 1e-12);
        Assert.True(bootstrap.Bca(level).Lower > bootstrap.Percentile(level).Lower);
    }

    [Fact]
    public void Cases_of_one_patient_are_drawn_together_and_strata_keep_their_size()
    {
        string[] patients = ["a", "a", "b", "c", "c", "c", "d"];
        string[] centres = ["1", "1", "1", "2", "2", "2", "2"];
        var sampler = new ClusterSampler(patients, centres);
        var random = new Xoshiro256(5);
        for (var round = 0; round < 50; round++)
        {
            var counts = sampler.Draw(random).CountBy(item => item).ToDictionary();
            int Times(int item) => counts.GetValueOrDefault(item);
            Assert.Equal(Times(0), Times(1));
            Assert.Equal(Times(3), Times(5));
            Assert.Equal(2, Times(0) + Times(2));
            Assert.Equal(2, Times(3) + Times(6));
        }

        Assert.Equal([0, 1, 2, 6], sampler.Without(2));
        Assert.Throws<ArgumentException>(() => new ClusterSampler(["a", "a"], ["1", "2"]));
    }

    [Fact]
    public void Samples_without_a_value_are_counted()
    {
        bool[] positive = [true, false, false];
        double[] scores = [0.9, 0.2, 0.4];
        var bootstrap = Bootstrap.Run(
            new ClusterSampler(["a", "b", "c"]),
            items => BinaryScores.Auc([.. items.ToArray().Select(i => scores[i])], [.. items.ToArray().Select(i => positive[i])]), 1, 500);
        Assert.True(bootstrap.UndefinedReplicates > 0);
        Assert.Equal(500, bootstrap.UndefinedReplicates + bootstrap.Replicates.Length);
        Assert.Equal(new ConfidenceInterval(1, 1, 0.95), bootstrap.Percentile());
    }

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.5, 0)]
    [InlineData(0.001, -3.090232306167813)]
    [InlineData(1e-10, -6.361340902404056)]
    public void Normal_quantiles_to_twelve_digits(double p, double z)
    {
        Assert.Equal(z, NormalDistribution.Quantile(p), 1e-12 * Math.Max(1, Math.Abs(z)));
        Assert.Equal(p, NormalDistribution.Cdf(z), 1e-13);
    }

    [Fact]
    public void Quantiles_reach_infinite_values_without_losing_themselves_between_them()
    {
        Assert.Equal(2, Quantiles.OfSorted([1, 2, double.PositiveInfinity], 0.5));
        Assert.Equal(double.PositiveInfinity, Quantiles.OfSorted([1, double.PositiveInfinity, double.PositiveInfinity], 0.9));
        Assert.Equal(double.PositiveInfinity, Quantiles.OfSorted([1, 2, double.PositiveInfinity], 0.6));
        Assert.Equal(double.NegativeInfinity, Quantiles.OfSorted([double.NegativeInfinity, 1], 0));
    }

    [Fact]
    public void Equal_scores_share_a_rank_and_missing_ones_come_last()
    {
        Assert.Equal([2, 1, 2, 4, 5, 5], CompetitionRanking.Ranks([0.8, 0.9, 0.8, 0.1, double.NaN, double.NaN], higherIsBetter: true));
        Assert.Equal([3, 4, 1, 2], CompetitionRanking.Ranks([2, double.PositiveInfinity, 0.5, 1], higherIsBetter: false));
    }

    [Fact]
    public void Shares_of_ranks_need_cases_and_samples()
    {
        Assert.Throws<ArgumentException>(() => PairedBootstrap.RankShares([[], []], new ClusterSampler([]), true, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedBootstrap.RankShares([[1], [2]], new ClusterSampler(["a"]), true, 1, 0));
    }

    [Fact]
    public void A_competitor_better_on_every_case_is_better_in_every_sample()
    {
        var second = Values(30);
        double[] first = [.. second.Select(v => v + 0.01)];
        var cases = Patients(30);
        var compared = PairedBootstrap.Compare(first, second, cases, true, 11);
        Assert.Equal(1, compared.ProbabilityFirstBetter);
        Assert.Equal(0.01, compared.Difference, 1e-12);
        Assert.Equal(0, PairedBootstrap.Compare(first, second, cases, false, 11).ProbabilityFirstBetter);
        Assert.Equal(0.5, PairedBootstrap.Compare(first, first, cases, true, 11).ProbabilityFirstBetter);

        var shares = PairedBootstrap.RankShares([second, first], cases, true, 11, 100);
        Assert.Equal(1, shares[1, 0], 1e-9);
        Assert.Equal(1, shares[0, 1], 1e-9);
    }

    private static double[] Values(int count)
    {
        var random = new Xoshiro256(99);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
    }

    private static ClusterSampler Patients(int cases) => new([.. Enumerable.Range(0, cases).Select(i => $"p{i / 2}")]);

    private static ItemStatistic Mean(double[] values) => items =>
    {
        var sum = 0.0;
        foreach (var item in items) sum += values[item];
        return sum / items.Length;
    };
}
