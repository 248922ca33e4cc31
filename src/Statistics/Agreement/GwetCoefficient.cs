namespace Pirogov.Statistics;

/// <summary>
/// Gwet's AC1, and AC2 with weights (Gwet 2008): any number of raters, missing ratings allowed. Stays near the observed
/// agreement where nearly all items fall into one category and κ collapses.
/// </summary>
public static class GwetCoefficient
{
    /// <summary>AC1, or AC2 with weights; the standard error is that of Gwet 2014, section 5.4.</summary>
    /// <param name="ratings">Items by categories; the scale is the declared one, for chance agreement depends on its length.</param>
    /// <param name="weights">AC2; null is AC1.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Weights of another number of categories, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(RatingCounts ratings, AgreementWeights? weights = null, double level = 0.95)
    {
        weights ??= AgreementWeights.Identity(ratings.Categories);
        double q = ratings.Categories, scale = weights.Sum / (q * (q - 1));
        return LinearizedAgreement.Of(
            ratings, weights, level, shares => new(scale * shares.Sum(p => p * (1 - p)), [.. shares.Select(p => scale * (1 - p))]), undefinedWithoutVariation: false);
    }
}

/// <summary>The coefficient of Brennan &amp; Prediger 1981: by chance every category of the declared scale is equally likely.</summary>
public static class BrennanPrediger
{
    /// <summary>Of any number of raters, missing ratings allowed; the standard error is that of Gwet 2014, section 5.4.</summary>
    /// <param name="ratings">Items by categories; the scale is the declared one, for chance agreement depends on its length.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Weights of another number of categories, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(RatingCounts ratings, AgreementWeights? weights = null, double level = 0.95)
    {
        weights ??= AgreementWeights.Identity(ratings.Categories);
        double q = ratings.Categories;
        return LinearizedAgreement.Of(ratings, weights, level, _ => new(weights.Sum / (q * q), null), undefinedWithoutVariation: false);
    }
}

/// <summary>The share of agreeing pairs of ratings, mean over items with two ratings or more; no correction for chance.</summary>
public static class PercentAgreement
{
    /// <summary>Of any number of raters, missing ratings allowed (Gwet 2014).</summary>
    /// <param name="ratings">Items by categories.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Weights of another number of categories, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(RatingCounts ratings, AgreementWeights? weights = null, double level = 0.95) =>
        LinearizedAgreement.Of(
            ratings, weights ?? AgreementWeights.Identity(ratings.Categories), level, _ => new(0, null), undefinedWithoutVariation: false);
}

/// <summary>Scott's π of two raters (Scott 1955): both are taken to use the categories with one common distribution.</summary>
public static class ScottPi
{
    /// <summary>Of the raters' answers.</summary>
    /// <param name="first">A category 0 … <paramref name="categories"/> − 1 for each item.</param>
    /// <param name="second">The other rater, the same items in the same order.</param>
    /// <param name="categories">The length of the declared scale, at least 2.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, a category outside the scale or a scale of fewer than 2; weights of another number of categories; or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(
        ReadOnlySpan<int> first, ReadOnlySpan<int> second, int categories, AgreementWeights? weights = null, double level = 0.95) =>
        OfTable(CohenKappa.Table(first, second, categories), weights, level);

    /// <summary>Of the table of their answers.</summary>
    /// <param name="table">k × k counts: rows the first rater, columns the second.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Weights of another number of categories; a table that is not square, smaller than 2 × 2 or with a negative count; or a level outside (0, 1).</exception>
    public static AgreementEstimate OfTable(int[,] table, AgreementWeights? weights = null, double level = 0.95) =>
        FleissKappa.Of(RatingCounts.OfTable(table), weights, level);
}
