using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class KrippendorffTests
{
    private static readonly Gen<(double?[] Ratings, int Raters)> Ratings =
        from raters in Gen.Int[2, 6]
        from items in Gen.Int[1, 80]
        from values in Gen.Int[-2, 5].Array[raters * items]
        select (values.Select(v => v < 0 ? (double?)null : v * 1.5).ToArray(), raters);

    // Krippendorff 2011, C: sums over all pairs of values of the coincidence matrix, with δ as he writes it.
    [Fact]
    public void Alpha_is_the_alpha_of_the_coincidence_matrix() => Ratings.Sample(r =>
    {
        double[][] units = [.. r.Ratings.Chunk(r.Raters).Select(unit => unit.OfType<double>().ToArray()).Where(unit => unit.Length >= 2)];
        double[] values = [.. units.SelectMany(unit => unit).Distinct().Order()];
        var o = new double[values.Length, values.Length];
        foreach (var unit in units)
            for (var a = 0; a < unit.Length; a++)
                for (var b = 0; b < unit.Length; b++)
                    if (a != b) o[Array.IndexOf(values, unit[a]), Array.IndexOf(values, unit[b])] += 1.0 / (unit.Length - 1);
        double[] n = [.. Enumerable.Range(0, values.Length).Select(c => Enumerable.Range(0, values.Length).Sum(k => o[c, k]))];
        foreach (var scale in Enum.GetValues<MeasurementScale>())
        {
            var alpha = KrippendorffAlpha.Of(r.Ratings, r.Raters, scale);
            Assert.Equal(units.Length == 0 ? AgreementUndefined.NoPairs : values.Length < 2 ? AgreementUndefined.NoVariation : AgreementUndefined.No, alpha.Undefined);
            Assert.Equal(units.Length, alpha.Items);
            if (alpha.Alpha is null) continue;
            double observed = 0, expected = 0;
            for (var c = 0; c < values.Length; c++)
                for (var k = 0; k < values.Length; k++)
                {
                    var delta = c == k ? 0 : scale switch
                    {
                        MeasurementScale.Nominal => 1,
                        MeasurementScale.Ordinal => Math.Pow(n[Math.Min(c, k)..(Math.Max(c, k) + 1)].Sum() - (n[c] + n[k]) / 2, 2),
                        MeasurementScale.Interval => Math.Pow(values[c] - values[k], 2),
                        _ => Math.Pow((values[c] - values[k]) / (values[c] + values[k]), 2),
                    };
                    observed += o[c, k] * delta;
                    expected += n[c] * n[k] * delta;
                }

            Assert.Equal(1 - (n.Sum() - 1) * observed / expected, alpha.Alpha.Value, 1e-10);
        }
    });

    [Fact]
    public void Alpha_keeps_what_its_scale_keeps() => Ratings.Sample(r =>
    {
        Same(MeasurementScale.Nominal, v => 7 - v);
        Same(MeasurementScale.Ordinal, v => Math.Exp(v));
        Same(MeasurementScale.Interval, v => 3 * v - 1e6);
        Same(MeasurementScale.Ratio, v => 1e-3 * v);

        void Same(MeasurementScale scale, Func<double, double> change)
        {
            var (before, after) = (KrippendorffAlpha.Of(r.Ratings, r.Raters, scale), KrippendorffAlpha.Of([.. r.Ratings.Select(v => v is { } x ? (double?)change(x) : null)], r.Raters, scale));
            Assert.Equal(before.Undefined, after.Undefined);
            if (before.Alpha is { } alpha) Assert.Equal(alpha, after.Alpha!.Value, 1e-7);
        }
    });

    [Fact]
    public void The_bootstrap_draws_patients_and_its_intervals_hold_alpha()
    {
        var random = new Xoshiro256(8);
        double?[] ratings = [.. Enumerable.Range(0, 60).SelectMany(_ =>
        {
            var truth = random.NextInt32(4);
            return Enumerable.Range(0, 3).Select(_ => random.NextDouble() < 0.1 ? (double?)null : random.NextDouble() < 0.7 ? truth : random.NextInt32(4));
        })];
        var patients = new ClusterSampler([.. Enumerable.Range(0, 60).Select(i => $"p{i / 2}")], [.. Enumerable.Range(0, 60).Select(i => i < 20 ? "a" : "b")]);
        var bootstrap = Bootstrap.Run(patients, KrippendorffAlpha.Statistic(ratings, 3, MeasurementScale.Nominal), 5, 1000);
        Assert.Equal(KrippendorffAlpha.Of(ratings, 3, MeasurementScale.Nominal).Alpha!.Value, bootstrap.Estimate);
        Assert.True(bootstrap.Percentile().Contains(bootstrap.Estimate));
        Assert.True(bootstrap.Bca().Contains(bootstrap.Estimate));
        Assert.NotEqual(bootstrap.Percentile(), bootstrap.Bca());
    }

    [Fact]
    public void Values_without_a_place_on_the_scale_are_refused()
    {
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([1, double.NaN], 2, MeasurementScale.Nominal));
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([1, double.PositiveInfinity], 2, MeasurementScale.Ordinal));
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([1, -1], 2, MeasurementScale.Ratio));
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([1, 2, 3], 2, MeasurementScale.Nominal));
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([1e200, -1e200], 2, MeasurementScale.Interval));
        Assert.Throws<ArgumentException>(() => KrippendorffAlpha.Of([.. Enumerable.Range(0, 40_000).Select(v => (double?)v)], 2, MeasurementScale.Ratio));
        Assert.Equal(AgreementUndefined.NoItems, KrippendorffAlpha.Of([], 2, MeasurementScale.Nominal).Undefined);
        Assert.Equal(AgreementUndefined.NoPairs, KrippendorffAlpha.Of([1, 2, 3], 1, MeasurementScale.Nominal).Undefined);
    }
}
