using System.Globalization;
using Pirogov.Statistics;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Values printed in the vignettes of the R package irrCAC (Gwet), from its data.</summary>
public class IrrCacTests
{
    // cac.raw4raters (Gwet 2014, table 5.7): four raters, twelve items, ratings missing; null is a missing one.
    private static readonly int?[][] FourRaters =
    [
        [0, 1, 2, 2, 1, 0, 3, 0, 1, null, null, null],
        [0, 1, 2, 2, 1, 1, 3, 0, 1, 4, null, null],
        [null, 2, 2, 2, 1, 2, 3, 1, 1, 4, 0, 2],
        [0, 1, 2, 2, 1, 3, 3, 0, 1, 4, 0, null],
    ];

    // cont3x3abstractors: pregnancy types by two abstractors.
    private static readonly int[,] Abstractors = { { 13, 0, 0 }, { 0, 20, 7 }, { 0, 4, 56 } };

    [Theory]
    [InlineData("percent", 0.8181818, 0.12561, 0.542, 1, 0, 4.345373e-05)]
    [InlineData("gwet", 0.77544, 0.14295, 0.461, 1, 0.1903212, 0.000208721)]
    [InlineData("fleiss", 0.76117, 0.15302, 0.424, 1, 0.2387153, 0.000419173)]
    [InlineData("krippendorff", 0.74342, 0.14557, 0.419, 1, 0.24, 0.0004594257)]
    [InlineData("conger", 0.76282, 0.14917, 0.435, 1, 0.2334252, 0.0003367066)]
    [InlineData("brennan", 0.77273, 0.14472, 0.454, 1, 0.2, 0.0002375609)]
    public void Four_raters_with_missing_ratings(string coefficient, double value, double error, double low, double high, double expected, double p) =>
        Same(Of(coefficient, FourRaters, AgreementWeights.Identity(5)), value, error, low, high, expected, p);

    [Theory]
    [InlineData("percent", 0.9753788, 0.09062, 0.776, 1, 0, 3.526377e-07)]
    [InlineData("gwet", 0.914, 0.10396, 0.685, 1, 0.7137044, 2.634438e-06)]
    [InlineData("fleiss", 0.86494, 0.14603, 0.544, 1, 0.8177083, 9.976081e-05)]
    [InlineData("krippendorff", 0.84911, 0.12913, 0.561, 1, 0.825, 6.267448e-05)]
    [InlineData("conger", 0.85771, 0.14367, 0.541, 1, 0.8269638, 9.319979e-05)]
    [InlineData("brennan", 0.90152, 0.11089, 0.657, 1, 0.75, 5.60548e-06)]
    public void Four_raters_with_quadratic_weights(string coefficient, double value, double error, double low, double high, double expected, double p) =>
        Same(Of(coefficient, FourRaters, AgreementWeights.Of(KappaWeights.Quadratic, 5)), value, error, low, high, expected, p);

    [Theory]
    [InlineData("percent", KappaWeights.None, 0.89, 0.03128898, 0.828, 0.952)]
    [InlineData("gwet", KappaWeights.None, 0.8493305, 0.04321747, 0.764, 0.935)]
    [InlineData("scott", KappaWeights.None, 0.7962397, 0.05905473, 0.679, 0.913)]
    [InlineData("krippendorff", KappaWeights.None, 0.7972585, 0.05905473, 0.68, 0.914)]
    [InlineData("brennan", KappaWeights.None, 0.835, 0.04693346, 0.742, 0.928)]
    [InlineData("percent", KappaWeights.Quadratic, 0.9725, 0.007822244, 0.957, 0.988)]
    [InlineData("gwet", KappaWeights.Quadratic, 0.9402369, 0.01792019, 0.905, 0.976)]
    [InlineData("scott", KappaWeights.Quadratic, 0.8921093, 0.03539506, 0.822, 0.962)]
    [InlineData("krippendorff", KappaWeights.Quadratic, 0.8926487, 0.03539506, 0.822, 0.963)]
    [InlineData("brennan", KappaWeights.Quadratic, 0.9175, 0.02346673, 0.871, 0.964)]
    public void Tables_of_two_raters(string coefficient, KappaWeights kind, double value, double error, double low, double high)
    {
        var weights = AgreementWeights.Of(kind, 3);
        var estimate = coefficient == "scott" ? ScottPi.OfTable(Abstractors, weights) : Of(coefficient, RatingCounts.OfTable(Abstractors), weights);
        Same(estimate, value, error, low, high, null, null);
    }

    [Theory]
    [InlineData(KappaWeights.None, 0.7964094, 0.05891072)]
    [InlineData(KappaWeights.Quadratic, 0.8921569, 0.03535151)]
    public void Cohens_kappa_of_a_table(KappaWeights weights, double value, double error)
    {
        var kappa = CohenKappa.OfTable(Abstractors, weights);
        Assert.Equal(value, kappa.Coefficient!.Value, 5e-8);
        Assert.Equal(error, kappa.StandardError!.Value, 5e-9);
    }

    [SkippableTheory]
    [InlineData("gwet", KappaWeights.None, 0.4448007, 0.08418757, 0.264, 0.625, 0.1914815, 0.0001155927)]
    [InlineData("fleiss", KappaWeights.None, 0.4139265, 0.08119291, 0.24, 0.588, 0.2340741, 0.0001622724)]
    [InlineData("brennan", KappaWeights.None, 0.4388889, 0.08312142, 0.261, 0.617, 0.2, 0.0001163)]
    [InlineData("gwet", KappaWeights.Quadratic, 0.4837438, 0.1058227, 0.257, 0.711, 0.7180556, 0.0004356618)]
    [InlineData("fleiss", KappaWeights.Quadratic, 0.2511909, 0.1457381, -0.061, 0.564, 0.8056173, 0.1067865)]
    [InlineData("brennan", KappaWeights.Quadratic, 0.4177778, 0.1067493, 0.189, 0.647, 0.75, 0.001559352)]
    public void Six_raters_given_as_counts(
        string coefficient, KappaWeights kind, double value, double error, double low, double high, double expected, double p) =>
        Same(Of(coefficient, RatingCounts.OfCounts(Counts("distrib.6raters.csv", 1)), AgreementWeights.Of(kind, 5)), value, error, low, high, expected, p);

    // Without missing ratings α is Fleiss' κ but for the correction of a small sample, and so is its linearised error; the
    // package's function for counts prints another one (0.0824), for its term of pe lacks the factor 2 of its function for ratings.
    [SkippableTheory]
    [InlineData(KappaWeights.None, 0.4204384, 0.08119291)]
    [InlineData(KappaWeights.Quadratic, 0.259511, 0.1457381)]
    public void Alpha_of_six_raters_given_as_counts(KappaWeights kind, double value, double fleissError)
    {
        var alpha = KrippendorffAlpha.Of(RatingCounts.OfCounts(Counts("distrib.6raters.csv", 1)), AgreementWeights.Of(kind, 5));
        Assert.Equal(value, alpha.Coefficient!.Value, 5.1e-7);
        Assert.Equal(fleissError, alpha.StandardError!.Value, 5.1e-7);
    }

    [SkippableFact]
    public void Gwet_of_patients_with_a_label_in_front() =>
        Assert.Equal(0.3518903, GwetCoefficient.Of(RatingCounts.OfCounts(Counts("cac.dist4cat.csv", 1))).Coefficient!.Value, 5e-8);

    [SkippableFact]
    public void The_tables_above_are_those_of_the_package()
    {
        var rows = Rows("cac.raw4raters.csv", 1);
        Assert.Equal(FourRaters, Enumerable.Range(0, 4).Select(rater => rows.Select(row => row[rater].Length == 0 ? (int?)null : Whole(row[rater]) - 1).ToArray()));
        Assert.Equal(Abstractors.Cast<int>(), Counts("cont3x3abstractors.csv", 1).Cast<int>());
    }

    private static AgreementEstimate Of(string coefficient, int?[][] ratings, AgreementWeights weights) => coefficient == "conger"
        ? CongerKappa.Of(ratings, weights.Categories, weights)
        : Of(coefficient, RatingCounts.OfRatings(ratings, weights.Categories), weights);

    private static AgreementEstimate Of(string coefficient, RatingCounts counts, AgreementWeights weights) => coefficient switch
    {
        "percent" => PercentAgreement.Of(counts, weights),
        "gwet" => GwetCoefficient.Of(counts, weights),
        "fleiss" => FleissKappa.Of(counts, weights),
        "krippendorff" => KrippendorffAlpha.Of(counts, weights),
        _ => BrennanPrediger.Of(counts, weights),
    };

    // The tolerance is half a unit of the last printed digit.
    private static void Same(AgreementEstimate actual, double value, double error, double low, double high, double? expected, double? p)
    {
        Assert.Equal(value, actual.Coefficient!.Value, Half(value));
        Assert.Equal(error, actual.StandardError!.Value, Half(error));
        Assert.Equal(low, actual.Interval!.Value.Lower, 5.001e-4);
        Assert.Equal(high, actual.Interval!.Value.Upper, 5.001e-4);
        if (expected is { } chance) Assert.Equal(chance, actual.Expected!.Value, 5.1e-8);
        if (p is { } probability) Assert.Equal(probability, actual.PValue!.Value, probability * 1e-5);
    }

    private static double Half(double printed)
    {
        var text = printed.ToString(CultureInfo.InvariantCulture);
        return 0.51 * Math.Pow(10, -Math.Max(5, text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1));
    }

    private static int[,] Counts(string file, int labels)
    {
        var rows = Rows(file, labels).Select(row => row.Select(Whole).ToArray()).ToArray();
        var counts = new int[rows.Length, rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
            for (var k = 0; k < rows[i].Length; k++)
                counts[i, k] = rows[i][k];
        return counts;
    }

    private static string[][] Rows(string file, int labels) =>
        [.. File.ReadLines(SharedData.Folder("data", "multireader", "irrcac", "inst", "extdata", file)).Skip(1).Select(line => line.Split(',')[labels..])];

    private static int Whole(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);
}
