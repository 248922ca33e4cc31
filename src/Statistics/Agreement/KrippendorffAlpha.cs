using System.Buffers;

namespace Pirogov.Statistics;

/// <summary>How far apart two values are (Krippendorff 2011, D).</summary>
public enum MeasurementScale
{
    /// <summary>Codes without an order.</summary>
    Nominal,

    /// <summary>Values by their rank only.</summary>
    Ordinal,

    /// <summary>Squared differences.</summary>
    Interval,

    /// <summary>Squared differences relative to the sum; no value is negative.</summary>
    Ratio,
}

/// <param name="Alpha">1 − Do/De, at most 1; null when undefined.</param>
/// <param name="ObservedDisagreement">Do; null where no item has two ratings.</param>
/// <param name="ExpectedDisagreement">De; null where no item has two ratings.</param>
/// <param name="Items">Items with two ratings or more: only they count.</param>
/// <param name="Ratings">Ratings of those items.</param>
/// <param name="Undefined">Why α is null.</param>
public sealed record AlphaEstimate(
    double? Alpha, double? ObservedDisagreement, double? ExpectedDisagreement, int Items, int Ratings, AgreementUndefined Undefined);

/// <summary>
/// Krippendorff's α = 1 − Do/De: any number of raters, missing ratings allowed (Krippendorff 2011, "Computing Krippendorff's
/// Alpha-Reliability", C and D). Linear in the ratings, but for a sort of their distinct values, and for the ratio scale,
/// where expected disagreement costs the square of the distinct values, of which there are at most 32,768 therefore.
/// </summary>
public static class KrippendorffAlpha
{
    /// <summary>Of a rater's row each.</summary>
    /// <param name="ratings">raters × items; null where a rater did not rate the item. On a nominal scale any codes, else values of the scale.</param>
    /// <param name="scale">How far apart two values are.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, a value outside the scale, too many distinct ones for a ratio scale, or values so large or so close that their squares have no double.</exception>
    public static AlphaEstimate Of(IReadOnlyList<IReadOnlyList<double?>> ratings, MeasurementScale scale)
    {
        var items = ratings.Count == 0 ? 0 : ratings[0].Count;
        if (ratings.Any(rater => rater.Count != items))
            throw new ArgumentException("Every rater needs an entry, or null, for every item.", nameof(ratings));
        var byItem = new double?[items * ratings.Count];
        for (var rater = 0; rater < ratings.Count; rater++)
            for (var item = 0; item < items; item++)
                byItem[item * ratings.Count + rater] = ratings[rater][item];
        return Of(byItem, Math.Max(1, ratings.Count), scale);
    }

    /// <summary>For many ratings. Beside the input it holds, pooled, four bytes for each rating and each item, and about a hundred for each distinct value.</summary>
    /// <param name="ratings">items × raters, item after item; null where a rater did not rate the item. NaN and ∞ are refused.</param>
    /// <param name="raters">Ratings, given or missing, of each item.</param>
    /// <param name="scale">How far apart two values are.</param>
    /// <exception cref="ArgumentException">Fewer than 1 rater, ratings that are no whole number of items, a value outside the scale, too many distinct ones for a ratio scale, or values so large or so close that their squares have no double.</exception>
    public static AlphaEstimate Of(ReadOnlySpan<double?> ratings, int raters, MeasurementScale scale)
    {
        // Fresh memory of this size costs as much as the whole sum.
        var codes = ArrayPool<int>.Shared.Rent(ratings.Length);
        var items = ArrayPool<int>.Shared.Rent(ratings.Length / Math.Max(1, raters));
        try
        {
            var table = CodedRatings.Of(ratings, codes, raters, scale);
            for (var item = 0; item < table.Items; item++) items[item] = item;
            return table.Alpha(items.AsSpan(0, table.Items));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(codes);
            ArrayPool<int>.Shared.Return(items);
        }
    }

    /// <summary>α of the drawn items, NaN where undefined, for <see cref="Bootstrap"/>: draw patients, and take the percentile or BCa interval.</summary>
    /// <param name="ratings">items × raters, item after item; null where a rater did not rate the item. NaN and ∞ are refused.</param>
    /// <param name="raters">Ratings, given or missing, of each item.</param>
    /// <param name="scale">How far apart two values are.</param>
    /// <exception cref="ArgumentException">Fewer than 1 rater, a value outside the scale, too many distinct ones for a ratio scale, or ratings that are no whole number of items; and, where it is called, values so large or so close that their squares have no double.</exception>
    public static ItemStatistic Statistic(ReadOnlySpan<double?> ratings, int raters, MeasurementScale scale)
    {
        var table = CodedRatings.Of(ratings, new int[ratings.Length], raters, scale);
        return items => table.Alpha(items).Alpha ?? double.NaN;
    }

    /// <summary>
    /// α of weighted categories with the standard error of Gwet 2014, section 5.4.2, as irrCAC's krippen.alpha.raw gives it
    /// (its krippen.alpha.dist differs). Quadratic weights give the interval scale, identity the nominal one.
    /// </summary>
    /// <param name="ratings">Items by categories; items rated once do not count.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Weights of another number of categories, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(RatingCounts ratings, AgreementWeights? weights = null, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        weights ??= AgreementWeights.Identity(ratings.Categories);
        LinearizedAgreement.CheckCategories(ratings, weights);
        if (ratings.Items == 0) return AgreementEstimate.None(AgreementUndefined.NoItems);
        var rows = ratings.Rows.Where(row => row.Counts.Sum() >= 2).ToArray();
        var items = rows.Sum(row => row.Times);
        if (items == 0) return AgreementEstimate.None(AgreementUndefined.NoPairs, items: ratings.Items);

        double n = items, total = rows.Sum(row => row.Times * row.Counts.Sum()), mean = total / n, pairs = 0;
        var shares = new double[ratings.Categories];
        foreach (var (counts, times) in rows)
        {
            for (var k = 0; k < counts.Length; k++) shares[k] += times * counts[k] / total;
            pairs += times * counts.Sum() / total * LinearizedAgreement.PairAgreement(counts, weights);
        }

        var observed = (1 - 1 / total) * pairs + 1 / total;
        if (!weights.Distinguishes(shares, shares)) return AgreementEstimate.None(AgreementUndefined.NoVariation, observed, 1, items);
        var (expected, ofCategory) = LinearizedAgreement.OfShares(shares, weights);
        var uncorrected = (pairs - expected) / (1 - expected);
        var squares = 0.0;
        foreach (var (counts, times) in rows)
        {
            double raters = counts.Sum(), excess = (raters - mean) / mean, own = -expected * excess;
            for (var k = 0; k < counts.Length; k++) own += counts[k] * ofCategory![k] / mean;
            var score = (raters / mean * LinearizedAgreement.PairAgreement(counts, weights) - observed * excess - expected) / (1 - expected)
                - 2 * (1 - uncorrected) * (own - expected) / (1 - expected);
            squares += times * (score - uncorrected) * (score - uncorrected);
        }

        var divisor = ratings.DividesByItems ? n : n - 1;
        return AgreementEstimate.Student((observed - expected) / (1 - expected), squares / (n * divisor), level, observed, expected, items);
    }
}
