using System.Text.Json;
using CsCheck;
using Pirogov.Statistics;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class MeasurementAgreementTests
{
    // Shrout & Fleiss 1979, table 2; their table 4 rounds the coefficients to 0.17, 0.29, 0.71, 0.44, 0.62, 0.91.
    private static readonly double[,] Judges = { { 9, 2, 5, 8 }, { 6, 1, 3, 2 }, { 8, 4, 6, 8 }, { 7, 1, 2, 6 }, { 10, 5, 6, 9 }, { 6, 2, 4, 7 } };

    // Bland & Altman 1986: peak flow by the Wright meter and by the mini meter, l/min.
    private static readonly double[] Wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427];
    private static readonly double[] Mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451];

    private static readonly Gen<double[,]> Tables =
        from cells in Gen.Double[-100, 100].Array[12]
        select Table(4, 3, (i, j) => cells[3 * i + j]);

    [SkippableFact]
    public void Correlations_of_the_published_judges()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Folder("standards", "reference-values", "agreement_and_metrics.json")));
        var example = document.RootElement.GetProperty("shrout_fleiss_1979");
        var rows = example.GetProperty("matrix").EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.GetDouble()).ToArray()).ToArray();
        var icc = IntraclassCorrelation.Of(Table(rows.Length, rows[0].Length, (i, j) => rows[i][j]));
        foreach (var (name, value) in new[]
                 {
                     ("MSB(rows)", icc.Squares.Between), ("MSJ(cols)", icc.Squares.OfRaters), ("MSE", icc.Squares.Error), ("MSW", icc.Squares.Within),
                     ("ICC11", icc.Single1!.Value), ("ICC21", icc.Single2!.Value), ("ICC31", icc.Single3!.Value),
                     ("ICC1k", icc.Mean1!.Value), ("ICC2k", icc.Mean2!.Value), ("ICC3k", icc.Mean3!.Value),
                 })
            Assert.Equal(example.GetProperty("icc").GetProperty(name).GetDouble(), value, 1e-12);
    }

    // Intervals from the paper's formulas with SciPy's F.
    [Fact]
    public void Correlations_of_six_targets_and_four_judges()
    {
        var icc = IntraclassCorrelation.Of(Judges);
        Same(icc.Single1!, 0.1657417684, -0.1329323249, 0.7225600623);
        Same(icc.Single2!, 0.2897637795, 0.0187865134, 0.7610843696);
        Same(icc.Single3!, 0.7148407148, 0.3424647650, 0.9458582600);
        Same(icc.Mean1!, 0.4427971337, -0.8844421552, 0.9124154203);
        Same(icc.Mean2!, 0.6200505476, 0.0711368153, 0.9272320402);
        Same(icc.Mean3!, 0.9093155424, 0.6756747138, 0.9858916782);
        Assert.Equal([1.7946784922, 5, 18, 0.1647688083], [icc.Single1!.F, icc.Single1.NumeratorDf, icc.Single1.DenominatorDf, icc.Single1.PValue], Close);
        Assert.Equal([11.0272479564, 5, 15, 0.0001345665], [icc.Single2!.F, icc.Single2.NumeratorDf, icc.Single2.DenominatorDf, icc.Single2.PValue], Close);
        Assert.Equal([11.241666667, 6.263888889, 32.486111111, 1.019444444], [icc.Squares.Between, icc.Squares.Within, icc.Squares.OfRaters, icc.Squares.Error], Close);
    }

    [Fact]
    public void Unequal_numbers_of_raters_have_a_one_way_correlation_too_and_equal_ones_the_same_as_a_table()
    {
        double[][] rows = [.. Enumerable.Range(0, 6).Select(i => Enumerable.Range(0, 4).Select(j => Judges[i, j]).ToArray())];
        Assert.Equal(IntraclassCorrelation.Of(Judges).Single1!.Value, IntraclassCorrelation.OneWay(rows)!.Value, 12);
        Same(IntraclassCorrelation.OneWay(rows)!, 0.1657417684, -0.1329323249, 0.7225600623);
        // By hand: mean squares 85/28·5 … = 15.178571 between and 1.125 within, k₀ = (7 − 17/7)/2.
        var unequal = IntraclassCorrelation.OneWay([[1, 2], [3, 5, 4], [6, 8]])!;
        Assert.Equal(13.4920634921, unequal.F, 1e-9);
        Assert.Equal((unequal.F - 1) / (unequal.F - 1 + 16.0 / 7), unequal.Value, 12);
        Assert.Null(IntraclassCorrelation.OneWay([[1, 3], [2, 2]]));
        Assert.Equal(1, IntraclassCorrelation.OneWay([[1, 1], [2, 2, 2]])!.Value);
        Assert.Throws<ArgumentException>(() => IntraclassCorrelation.OneWay([[1, 3], [2]]));
    }

    [Fact]
    public void Consistency_ignores_what_a_rater_adds_and_agreement_does_not() => Tables.Sample(ratings =>
    {
        var icc = IntraclassCorrelation.Of(ratings);
        var shifted = IntraclassCorrelation.Of(Table(4, 3, (i, j) => 3 * ratings[i, j] + 500 * j));
        Assert.Equal(icc.Single3!.Value, shifted.Single3!.Value, 1e-8);
        Assert.True(Math.Abs(shifted.Single2!.Value) <= Math.Abs(icc.Single2!.Value) + 1e-8 || icc.Single2.Value < 0.1);
        Assert.All<IntraclassEstimate>(icc.Single2.Value < 0 ? [icc.Single1!, icc.Single3, icc.Mean3!] : [icc.Single1!, icc.Single2, icc.Single3, icc.Mean3!], e => Assert.InRange(e.Value, e.Interval.Lower - 1e-9, e.Interval.Upper + 1e-9));

        var reordered = IntraclassCorrelation.Of(Table(4, 3, (i, j) => ratings[3 - i, 2 - j]));
        Assert.Equal(icc.Single1!.Value, reordered.Single1!.Value, 1e-9);
        Assert.Equal(icc.Single2.Interval.Upper, reordered.Single2!.Interval.Upper, 1e-9);
    }, iter: 50);

    // Where items differ less than chance has it, McGraw and Wong's formulas gave means of raters correlations above 1 and bounds the wrong way round.
    [Fact]
    public void No_correlation_exceeds_1_and_its_bounds_stand_on_either_side() =>
        (from n in Gen.Int[2, 5] from k in Gen.Int[2, 4] from most in Gen.Int[1, 40] from cells in Gen.Int[0, most].Array[n * k] select Table(n, k, (i, j) => cells[k * i + j])).Sample(ratings =>
        {
            var icc = IntraclassCorrelation.Of(ratings);
            if (icc.Undefined != AgreementUndefined.No) return;
            IntraclassEstimate?[] all = [icc.Single1, icc.Single2, icc.Single3, icc.Mean1, icc.Mean2, icc.Mean3];
            Assert.All(all.OfType<IntraclassEstimate>(), e => Assert.True(e.Interval.Lower <= e.Value && e.Value <= e.Interval.Upper && e.Value <= 1 && e.Interval.Upper <= 1 + 1e-12, e.ToString()));
            Assert.Equal(icc.Single2!.Value > -1.0 / (ratings.GetLength(1) - 1) + 1e-9, icc.Mean2 is not null);
        });

    // ICC(x, lmer = FALSE) of R's psych 2.2.9: ICC2 = −0.4 and ICC2k = 8 of the first, and ICC2k = −2 from 21.6 to 0.84 of the second.
    [Fact]
    public void Means_without_variance_have_no_correlation_and_bounds_reach_to_minus_infinity()
    {
        var none = IntraclassCorrelation.Of(new double[,] { { 1, 0, 0, 1 }, { 1, 1, 1, 0 } });
        Assert.Null(none.Mean2);
        Assert.Equal(-8.0 / 20, none.Single2!.Value, 1e-12);
        var low = IntraclassCorrelation.Of(new double[,] { { 0, 0, 2 }, { 2, 0, 0 }, { 1, 1, 2 }, { 1, 1, 1 } });
        Assert.Equal((-2, double.NegativeInfinity), (Math.Round(low.Mean2!.Value, 12), low.Mean2.Interval.Lower));
    }

    [Fact]
    public void Raters_without_error_correlate_by_1_and_items_without_difference_have_no_correlation()
    {
        var perfect = IntraclassCorrelation.Of(new[,] { { 0.1, 0.1 }, { 0.7, 0.7 }, { 0.3, 0.3 } });
        Assert.All([perfect.Single1!, perfect.Single2!, perfect.Single3!, perfect.Mean1!, perfect.Mean2!, perfect.Mean3!], e =>
        {
            Assert.Equal((1.0, new ConfidenceInterval(1, 1, 0.95), 0.0), (e.Value, e.Interval, e.PValue));
            Assert.Equal(double.PositiveInfinity, e.F);
        });

        var additive = IntraclassCorrelation.Of(new double[,] { { 1, 3 }, { 2, 4 }, { 5, 7 } });
        Assert.Equal(1, additive.Single3!.Value);
        Assert.InRange(additive.Single2!.Value, 0.5, 0.8);
        Assert.Equal(AgreementUndefined.NoVariation, IntraclassCorrelation.Of(new[,] { { 0.1, 0.3 }, { 0.1, 0.3 } }).Undefined);
        Assert.Throws<ArgumentException>(() => IntraclassCorrelation.Of(new[,] { { 1, double.NaN }, { 2, 3 } }));
        Assert.Throws<ArgumentException>(() => IntraclassCorrelation.Of(new double[1, 3]));
        Assert.Throws<ArgumentException>(() => IntraclassCorrelation.Of(new[,] { { 1e200, 1 }, { 2, 3 } }));
    }

    // Printed: mean −2.1, SD 38.8, limits −79.7 and 75.5 (with 2 SD). The further digits: NumPy and SciPy.
    [Fact]
    public void Limits_of_agreement_of_two_peak_flow_meters()
    {
        var limits = BlandAltman.Of(Wright, Mini);
        Same(limits.Bias, -2.1176470588, -22.0488376966, 17.8135435790);
        Same(limits.LowerLimit, -78.0959054671, -112.8515531393, -43.3402577949);
        Assert.Equal(73.8606113495, limits.UpperLimit.Value, 1e-9);
        Assert.Equal(38.7651298736, limits.StandardDeviation, 1e-9);
        Assert.Equal([0.0286874452, -15.0674973, 0.0882064083, 0.7494985336], [limits.Slope!.Slope, limits.Slope.Intercept, limits.Slope.StandardError, limits.Slope.PValue], Close);
        Assert.True(limits.Slope.Interval.Contains(0));
    }

    // NumPy and SciPy from the formulas of Zou 2013.
    [Fact]
    public void Limits_of_repeated_measurements()
    {
        string[] subjects = ["a", "a", "b", "b", "b", "c", "c", "c", "c", "d", "d", "d", "e", "e", "e", "e", "e"];
        var limits = BlandAltman.Repeated(Wright, Mini, subjects);
        Assert.Equal((17, 5), (limits.Pairs, limits.Subjects));
        Assert.Equal(37.9478956865, limits.StandardDeviation, 1e-9);
        Same(limits.LowerLimit, -78.9031755014, -131.6783714413, -56.7456177795);
        Assert.Equal(-4.5266666667, limits.Bias.Value, 1e-9);
        Assert.Equal(47.6922844462, limits.UpperLimit.Interval.Lower, 1e-8);
        Assert.Equal(122.6250381080, limits.UpperLimit.Interval.Upper, 1e-8);
    }

    [Fact]
    public void Exchanging_the_methods_mirrors_the_limits_and_equal_methods_have_none() => Gen.Double[0, 100].Array[3, 20].Sample(x =>
    {
        double[] y = [.. x.Reverse()];
        var (ab, ba) = (BlandAltman.Of(x, y), BlandAltman.Of(y, x));
        Assert.Equal(ab.LowerLimit.Value, -ba.UpperLimit.Value, 1e-9);
        Assert.Equal(ab.LowerLimit.Interval.Lower, -ba.UpperLimit.Interval.Upper, 1e-9);

        var same = BlandAltman.Of(x, x);
        Assert.Equal((0.0, 0.0, 0.0), (same.Bias.Value, same.StandardDeviation, same.UpperLimit.Interval.Upper));
    });

    // In hundredths, of which x + 0.1 − x is rounded differently from pair to pair: four in ten such samples had a "significant" slope.
    [Fact]
    public void A_constant_difference_has_no_slope_and_constant_means_no_regression() => Gen.Int[0, 500].Array[8].Where(x => x.Distinct().Count() > 1).Sample(x =>
    {
        double[] first = [.. x.Select(v => v / 100.0)];
        var shifted = BlandAltman.Of(first, [.. first.Select(v => v + 0.1)]);
        Assert.Equal((0, 0, 1), (shifted.StandardDeviation, shifted.Slope!.Slope, shifted.Slope.PValue));
        Assert.Equal(shifted.Bias.Value, shifted.UpperLimit.Interval.Upper);
        Assert.Null(BlandAltman.Of(first, [.. first.Select(v => 7.3 - v)]).Slope);
        // Twice the measurement: a difference per unit of magnitude of −1/1.5, without an error.
        var doubled = BlandAltman.Of(first, [.. first.Select(v => 2 * v)]).Slope!;
        Assert.Equal(-2.0 / 3, doubled.Slope, 1e-12);
        Assert.Equal((0, 0), (doubled.StandardError, doubled.PValue));
    });

    [Fact]
    public void Measurements_that_cannot_be_compared_are_refused()
    {
        Assert.Throws<ArgumentException>(() => BlandAltman.Of([1e200, 1, 5], [1, 1, 1]));
        Assert.Throws<ArgumentException>(() => BlandAltman.Repeated([1e200, 1, 5], [1, 1, 1], ["a", "a", "b"]));
        Assert.Throws<ArgumentException>(() => IntraclassCorrelation.OneWay([[1e200, 2], [2, 3]]));
        Assert.Throws<ArgumentException>(() => BlandAltman.Of([1], [2]));
        Assert.Throws<ArgumentException>(() => BlandAltman.Of([1, 2], [2, double.NaN]));
        Assert.Throws<ArgumentException>(() => BlandAltman.Of([1, 2, 3], [2, 1]));
        Assert.Throws<ArgumentException>(() => BlandAltman.Repeated([1, 2], [2, 1], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => BlandAltman.Repeated([1, 2], [2, 1], ["a", "a"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BlandAltman.Of([1, 2], [2, 1], level: 1));
        Assert.Null(BlandAltman.Of([1, 2, 3], [3, 2, 1]).Slope);
    }

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-9 * Math.Max(1, Math.Abs(expected));

    private static void Same(IntraclassEstimate actual, double value, double low, double high) => Same(new LimitEstimate(actual.Value, actual.Interval), value, low, high);

    private static void Same(LimitEstimate actual, double value, double low, double high) =>
        Assert.Equal([value, low, high], [actual.Value, actual.Interval.Lower, actual.Interval.Upper], (a, b) => Math.Abs(a - b) < 1e-8);

    private static double[,] Table(int rows, int columns, Func<int, int, double> cell)
    {
        var table = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                table[i, j] = cell(i, j);
        return table;
    }
}
