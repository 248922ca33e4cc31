using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>What holds for every chance-corrected coefficient, and what becomes of input that says nothing.</summary>
public class ChanceCorrectedTests
{
    private const int Scale = 4;

    // raters × items, about a fifth missing.
    private static readonly Gen<int?[][]> Ratings =
        from raters in Gen.Int[2, 5]
        from items in Gen.Int[1, 25]
        from ratings in Gen.Int[-1, Scale - 1].Array[items].Array[raters]
        select ratings.Select(rater => rater.Select(c => c < 0 ? (int?)null : c).ToArray()).ToArray();

    private static readonly (string Name, Func<int?[][], AgreementWeights, AgreementEstimate> Of)[] Coefficients =
    [
        ("percent", (r, w) => PercentAgreement.Of(RatingCounts.OfRatings(r, Scale), w)),
        ("gwet", (r, w) => GwetCoefficient.Of(RatingCounts.OfRatings(r, Scale), w)),
        ("brennan", (r, w) => BrennanPrediger.Of(RatingCounts.OfRatings(r, Scale), w)),
        ("fleiss", (r, w) => FleissKappa.Of(RatingCounts.OfRatings(r, Scale), w)),
        ("conger", (r, w) => CongerKappa.Of(r, Scale, w)),
        ("krippendorff", (r, w) => KrippendorffAlpha.Of(RatingCounts.OfRatings(r, Scale), w)),
    ];

    private static readonly AgreementWeights[] Weights =
    [
        AgreementWeights.Identity(Scale), AgreementWeights.Of(KappaWeights.Linear, Scale), AgreementWeights.Of(KappaWeights.Quadratic, Scale),
        AgreementWeights.Ordinal(Scale), AgreementWeights.Radical(1, 2, 3, 4), AgreementWeights.Ratio(1, 2, 3, 4), AgreementWeights.Circular(1, 2, 3, 4),
        AgreementWeights.Bipolar(1, 2, 3, 4), AgreementWeights.Linear(0, 1, 5, 20),
    ];

    [Fact]
    public void The_order_of_raters_and_of_items_changes_nothing() => Ratings.Sample(ratings =>
    {
        int?[][] turned = [.. ratings.Reverse().Select(rater => rater.Reverse().ToArray())];
        foreach (var (_, of) in Coefficients)
            foreach (var weights in Weights)
                Same(of(ratings, weights), of(turned, weights));
    }, iter: 60);

    [Fact]
    public void Other_names_of_nominal_categories_change_nothing() => Ratings.Sample(ratings =>
    {
        int[] names = [2, 0, 3, 1];
        int?[][] renamed = [.. ratings.Select(rater => rater.Select(c => c is { } k ? (int?)names[k] : null).ToArray())];
        foreach (var (_, of) in Coefficients) Same(of(ratings, Weights[0]), of(renamed, Weights[0]));
    }, iter: 60);

    [Fact]
    public void Raters_who_agree_have_1_and_nothing_exceeds_it() => Ratings.Sample(ratings =>
    {
        int?[][] agreeing = [ratings[0], ratings[0], ratings[0]];
        foreach (var (name, of) in Coefficients)
            foreach (var weights in Weights)
            {
                var estimate = of(agreeing, weights);
                Assert.True(estimate.Coefficient is null ? estimate.Undefined != AgreementUndefined.No : Math.Abs(estimate.Coefficient.Value - 1) < 1e-9, name);
                var any = of(ratings, weights);
                Assert.True(any.Coefficient is null or <= 1 + 1e-9, name);
                Assert.True(any.StandardError is null or >= 0, name);
                Assert.True(any.Interval is null || any.Interval.Value.Upper <= 1, name);
            }
    }, iter: 60);

    // Conger 1980: his κ of two raters is Cohen's; the errors differ by items against items − 1.
    [Fact]
    public void Two_raters_without_missing_ratings_bring_the_coefficients_back_to_the_classical_ones() =>
        Gen.Int[3, 30].SelectMany(items => Gen.Int[0, Scale - 1].Array[items].Array[2]).Sample(r =>
        {
            int?[][] ratings = [.. r.Select(rater => rater.Select(c => (int?)c).ToArray())];
            var smaller = Math.Sqrt((r[0].Length - 1.0) / r[0].Length);
            foreach (var weights in Weights)
            {
                Same(CohenKappa.Of(r[0], r[1], weights), CongerKappa.Of(ratings, Scale, weights), smaller);
                Same(ScottPi.Of(r[0], r[1], Scale, weights), FleissKappa.Of(RatingCounts.OfRatings(ratings, Scale), weights), smaller);
            }
        }, iter: 40);

    [Fact]
    public void Weighted_alpha_of_identity_and_quadratic_weights_is_Krippendorffs_nominal_and_interval_alpha() => Ratings.Sample(ratings =>
    {
        double?[][] values = [.. ratings.Select(rater => rater.Select(c => (double?)c).ToArray())];
        Equal(KrippendorffAlpha.Of(values, MeasurementScale.Nominal).Alpha, KrippendorffAlpha.Of(RatingCounts.OfRatings(ratings, Scale)).Coefficient);
        Equal(KrippendorffAlpha.Of(values, MeasurementScale.Interval).Alpha, KrippendorffAlpha.Of(RatingCounts.OfRatings(ratings, Scale), Weights[2]).Coefficient);
    });

    // Gwet 2014: the jackknife and the linearised variance estimate the same thing.
    [Fact]
    public void The_standard_errors_are_near_those_of_the_jackknife()
    {
        var random = new Xoshiro256(17);
        var ratings = Simulated(random, 4, 120, 0.6, missing: 0.15);
        foreach (var (name, of) in Coefficients)
            foreach (var weights in new[] { Weights[0], Weights[2] })
            {
                var left = Enumerable.Range(0, 120).Select(item => of([.. ratings.Select(rater => rater.Where((_, i) => i != item).ToArray())], weights).Coefficient!.Value).ToArray();
                var jackknife = Math.Sqrt(119.0 / 120 * left.Sum(v => Math.Pow(v - left.Average(), 2)));
                Assert.True(Math.Abs(of(ratings, weights).StandardError!.Value / jackknife - 1) < 0.05, $"{name}: {of(ratings, weights).StandardError} and {jackknife}");
            }
    }

    // The truth: two raters who keep the true of three categories with probability 0.8, else guess, have κ = 0.64.
    [Fact]
    public void Intervals_of_kappa_cover_the_truth_about_as_often_as_they_say()
    {
        var random = new Xoshiro256(23);
        int cohen = 0, gwet = 0;
        for (var round = 0; round < 1000; round++)
        {
            var r = Simulated(random, 2, 100, 0.8, missing: 0);
            int[] a = [.. r[0].Select(c => c!.Value)], b = [.. r[1].Select(c => c!.Value)];
            if (CohenKappa.Of(a, b, 3).Interval!.Value.Contains(0.64)) cohen++;
            if (GwetCoefficient.Of(RatingCounts.OfRatings(r, 3)).Interval!.Value.Contains(0.64)) gwet++;
        }

        Assert.InRange(cohen, 930, 970);
        Assert.InRange(gwet, 930, 970);
    }

    [Fact]
    public void Nothing_rated_nothing_rated_twice_and_one_category_each_have_their_reason()
    {
        int?[][] nothing = [[null, null], [null, null]], once = [[0, null], [null, 1]], same = [[2, 2, 2], [2, 2, null]];
        foreach (var (name, of) in Coefficients)
        {
            Assert.Equal((name, AgreementUndefined.NoItems), (name, of(nothing, Weights[0]).Undefined));
            Assert.Equal((name, AgreementUndefined.NoItems), (name, of([], Weights[0]).Undefined));
            Assert.Equal((name, AgreementUndefined.NoPairs), (name, of(once, Weights[0]).Undefined));
            // AC1, Brennan & Prediger's and the plain share are defined there: full agreement.
            var one = of(same, Weights[0]);
            if (name is "fleiss" or "conger" or "krippendorff") Assert.Equal((name, AgreementUndefined.NoVariation), (name, one.Undefined));
            else Assert.Equal(1, one.Coefficient!.Value, 1e-12);
        }

        var single = FleissKappa.Of(RatingCounts.OfCounts(new[,] { { 2, 1 } }));
        Assert.NotNull(single.Coefficient);
        Assert.Null(single.StandardError);
        Assert.Null(single.PValue);
    }

    [Fact]
    public void Improper_ratings_weights_and_levels_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RatingCounts.OfRatings([[0, 5]], 4));
        Assert.Throws<ArgumentException>(() => RatingCounts.OfRatings([[0, 1], [0]], 4));
        Assert.Throws<ArgumentException>(() => RatingCounts.OfCounts(new[,] { { 1, -1 } }));
        Assert.Throws<ArgumentException>(() => CohenKappa.OfTable(new[,] { { 1, 2 }, { -1, 3 } }));
        Assert.Throws<ArgumentException>(() => FleissKappa.Test(new[,] { { 3, -1 }, { 1, 1 } }));
        Assert.Throws<ArgumentException>(() => FleissKappa.Test(new[,] { { 2, 0 }, { 1, 2 } }));
        Assert.Throws<ArgumentException>(() => GwetCoefficient.Of(RatingCounts.OfCounts(new[,] { { 2, 0 } }), AgreementWeights.Identity(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => GwetCoefficient.Of(RatingCounts.OfCounts(new[,] { { 2, 0 } }), level: double.NaN));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Custom(new[,] { { 1, 0.5 }, { 0.4, 1 } }));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Custom(new[,] { { 1, double.NaN }, { double.NaN, 1 } }));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Custom(new double[,] { { 1, 1 }, { 1, 1 } }));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Ratio(-1, 2));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Linear(1, 1));
        // Squares of 10⁴⁰⁰ and of 10⁻⁴⁰⁰ have no double: weights of NaN would make every coefficient one.
        Assert.Throws<ArgumentException>(() => AgreementWeights.Quadratic(1, 1e200));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Quadratic(1e-200, 2e-200));
        Assert.Throws<ArgumentException>(() => AgreementWeights.Circular(-1e308, 1e308));
        Assert.Equal(0, AgreementWeights.Linear(1e-200, 2e-200)[0, 1]);
    }

    [Fact]
    public void Custom_weights_equal_to_the_built_in_ones_give_the_same()
    {
        int[] a = [0, 1, 2, 2, 1, 0], b = [0, 2, 2, 1, 1, 0];
        var custom = AgreementWeights.Custom(new[,] { { 1, 0.75, 0 }, { 0.75, 1, 0.75 }, { 0, 0.75, 1 } });
        Assert.Equal(CohenKappa.Of(a, b, 3, KappaWeights.Quadratic), CohenKappa.Of(a, b, custom));
    }

    // irrCAC's vignette on weights: ordinal and bipolar weights of three categories are 1, 2/3, 0; circular ones 1, 0, 0.
    [Fact]
    public void Weights_of_three_categories_as_printed()
    {
        foreach (var weights in new[] { AgreementWeights.Ordinal(3), AgreementWeights.Bipolar(1, 2, 3) })
            Assert.Equal([1, 2.0 / 3, 0], [weights[0, 0], weights[0, 1], weights[0, 2]], (x, y) => Math.Abs(x - y) < 1e-12);
        var circular = AgreementWeights.Circular(1, 2, 3);
        Assert.Equal([0.0, 0.0], [circular[0, 1], circular[0, 2]], (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Fact]
    public void Kappa_of_each_category_is_the_kappa_of_that_category_against_the_rest()
    {
        var counts = new[,] { { 4, 0, 0 }, { 1, 2, 1 }, { 0, 4, 0 }, { 0, 1, 3 }, { 2, 2, 0 } };
        var test = FleissKappa.Test(counts);
        foreach (var category in test.Categories)
        {
            var against = new int[5, 2];
            for (var i = 0; i < 5; i++) (against[i, 0], against[i, 1]) = (counts[i, category.Category], 4 - counts[i, category.Category]);
            var two = FleissKappa.Test(against);
            Assert.Equal(two.Kappa!.Value, category.Kappa!.Value, 1e-12);
            Assert.Equal(two.Z!.Value, category.Z!.Value, 1e-9);
            Assert.InRange(category.PValue!.Value, 0, 1);
        }

        Assert.Null(FleissKappa.Test(new[,] { { 2, 0, 0 }, { 1, 1, 0 } }).Categories[2].Kappa);
        Assert.Equal(AgreementUndefined.NoVariation, FleissKappa.Test(new[,] { { 2, 0 }, { 2, 0 } }).Undefined);
    }

    // Each rater keeps the item's true one of three categories with the given probability and guesses else.
    private static int?[][] Simulated(Xoshiro256 random, int raters, int items, double keep, double missing)
    {
        int[] truth = [.. Enumerable.Range(0, items).Select(_ => random.NextInt32(3))];
        return [.. Enumerable.Range(0, raters).Select(_ => truth.Select(t => random.NextDouble() < missing ? (int?)null : random.NextDouble() < keep ? t : random.NextInt32(3)).ToArray())];
    }

    private static void Same(AgreementEstimate a, AgreementEstimate b, double smaller = 1)
    {
        Assert.Equal(a.Undefined, b.Undefined);
        Equal(a.Coefficient, b.Coefficient);
        // Variances, for the root magnifies what rounding leaves of 0.
        Equal(a.StandardError * a.StandardError, b.StandardError * b.StandardError * smaller * smaller);
    }

    private static void Equal(double? a, double? b)
    {
        Assert.Equal(a is null, b is null);
        if (a is { } x) Assert.Equal(x, b!.Value, 1e-9);
    }
}
