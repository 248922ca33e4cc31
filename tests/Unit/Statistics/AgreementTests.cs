using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class AgreementTests
{
    private static readonly Gen<(int[] A, int[] B)> Ratings =
        from items in Gen.Int[1, 40]
        from a in Gen.Int[0, 3].Array[items]
        from b in Gen.Int[0, 3].Array[items]
        select (a, b);

    [Fact]
    public void Kappa_does_not_depend_on_who_is_called_the_first_rater() => Ratings.Sample(p =>
    {
        foreach (var weights in Enum.GetValues<KappaWeights>())
        {
            var ab = CohenKappa.Of(p.A, p.B, 4, weights);
            var ba = CohenKappa.Of(p.B, p.A, 4, weights);
            Assert.Equal(ab.Undefined, ba.Undefined);
            if (ab.Coefficient is null) continue;
            Assert.Equal(ab.Coefficient.Value, ba.Coefficient!.Value, 1e-12);
            Assert.Equal(ab.StandardError is null, ba.StandardError is null);
            if (ab.StandardError is null) continue;
            // The variance, for near zero its root magnifies what rounding leaves.
            Assert.Equal(Math.Pow(ab.StandardError!.Value, 2), Math.Pow(ba.StandardError!.Value, 2), 1e-12);
            Assert.True(ab.Coefficient <= 1 + 1e-12);
        }
    });

    [Fact]
    public void Raters_who_agree_have_kappa_1_without_error() => Ratings.Sample(p =>
    {
        var kappa = CohenKappa.Of(p.A, p.A, 4, KappaWeights.Quadratic);
        if (p.A.Distinct().Count() == 1)
        {
            Assert.Equal(AgreementUndefined.NoVariation, kappa.Undefined);
            return;
        }

        Assert.Equal(1, kappa.Coefficient!.Value, 1e-12);
        Assert.Equal(0, kappa.StandardError!.Value, 1e-6);
    });

    [Fact]
    public void On_two_categories_the_weights_change_nothing() => Ratings.Sample(p =>
    {
        int[] a = [.. p.A.Select(v => v / 2)], b = [.. p.B.Select(v => v / 2)];
        var plain = CohenKappa.Of(a, b, 2);
        Assert.Equal(plain, CohenKappa.Of(a, b, 2, KappaWeights.Linear));
        Assert.Equal(plain, CohenKappa.Of(a, b, 2, KappaWeights.Quadratic));
    });

    // Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, table 18.3: κ = 0.676, se = 0.088.
    [Fact]
    public void Standard_error_of_the_textbook_example()
    {
        var kappa = CohenKappa.OfTable(new[,] { { 75, 1, 4 }, { 5, 4, 1 }, { 0, 0, 10 } });
        Assert.Equal(0.676, kappa.Coefficient!.Value, 1e-3);
        Assert.Equal(0.088, kappa.StandardError!.Value, 1e-3);
        Assert.Equal(0.89, kappa.Observed!.Value, 1e-12);
    }

    [Fact]
    public void Nothing_rated_is_said_and_not_computed()
    {
        Assert.Equal(AgreementUndefined.NoItems, CohenKappa.Of([], [], 3).Undefined);
        Assert.Equal(AgreementUndefined.NoItems, FleissKappa.Test(new int[0, 3]).Undefined);
        Assert.Equal(AgreementUndefined.NoPairs, KrippendorffAlpha.Of([[1, null], [null, 2]], MeasurementScale.Nominal).Undefined);
        Assert.Equal(double.NaN, CohenKappa.PercentAgreement([], []));
    }

    [Fact]
    public void A_rating_outside_the_declared_scale_is_an_error() =>
        Assert.Throws<ArgumentException>(() => CohenKappa.Of([0, 3], [0, 1], 3));

    // Exactly po = pe: what is said of such a reader must not hang on the last bit of a sum, which as a test would be certainty.
    [Fact]
    public void A_rater_with_one_answer_agrees_as_chance_does_and_no_test_says_otherwise() => Gen.Int[0, 12].Array[3].Where(n => n.Count(c => c > 0) > 1).Sample(answers =>
    {
        var table = new int[3, 3];
        for (var k = 0; k < 3; k++) table[0, k] = answers[k];
        int?[][] ratings = [[.. answers.SelectMany((n, k) => Enumerable.Repeat((int?)k, n))], [.. Enumerable.Repeat((int?)0, answers.Sum())]];
        foreach (var weights in Enum.GetValues<KappaWeights>())
        {
            Assert.Equal((0, 1), (CohenKappa.OfTable(table, weights).Coefficient, CohenKappa.OfTable(table, weights).PValue));
            Assert.Equal((0, 1), (CongerKappa.Of(ratings, 3, AgreementWeights.Of(weights, 3)) is var c ? c.Coefficient : null, c.PValue));
        }
    });

    [Fact]
    public void Weights_follow_the_declared_scale_and_not_the_used_part_of_it()
    {
        int[] a = [0, 1, 1, 0, 1], b = [0, 1, 0, 1, 1];
        Assert.Equal(CohenKappa.Of(a, b, 2, KappaWeights.Linear).Coefficient!.Value, CohenKappa.Of(a, b, 5, KappaWeights.Linear).Coefficient!.Value, 1e-12);
        Assert.NotEqual(CohenKappa.Of(a, b, 2, KappaWeights.Linear).Observed, CohenKappa.Of(a, b, 5, KappaWeights.Linear).Observed);
    }
}
