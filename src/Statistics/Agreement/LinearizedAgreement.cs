namespace Pirogov.Statistics;

/// <summary>What chance agreement a coefficient assumes.</summary>
/// <param name="Expected">pe of the categories' mean shares.</param>
/// <param name="OfCategory">An item's own share in pe is the mean of this over its ratings; null where pe does not depend on the ratings.</param>
internal readonly record struct ChanceAgreement(double Expected, double[]? OfCategory);

/// <summary>
/// The frame that chance-corrected coefficients of any number of raters share: (pa − pe) / (1 − pe), with the variance of
/// the items' linearised scores (Gwet 2008; Gwet 2014, sections 5.3 and 5.4).
/// </summary>
internal static class LinearizedAgreement
{
    public static AgreementEstimate Of(
        RatingCounts ratings,
        AgreementWeights weights,
        double level,
        Func<double[], ChanceAgreement> chance,
        bool undefinedWithoutVariation)
    {
        ConfidenceInterval.CheckLevel(level);
        CheckCategories(ratings, weights);
        if (ratings.Items == 0) return AgreementEstimate.None(AgreementUndefined.NoItems);

        double n = ratings.Items, compared = 0, agreement = 0;
        var shares = new double[ratings.Categories];
        foreach (var (counts, times) in ratings.Rows)
        {
            var raters = counts.Sum();
            for (var k = 0; k < counts.Length; k++) shares[k] += times * counts[k] / raters / n;
            if (raters < 2) continue;
            compared += times;
            agreement += times * PairAgreement(counts, weights);
        }

        if (compared == 0) return AgreementEstimate.None(AgreementUndefined.NoPairs, items: ratings.Items);
        var observed = agreement / compared;
        var (expected, ofCategory) = chance(shares);
        if (undefinedWithoutVariation && !weights.Distinguishes(shares, shares))
            return AgreementEstimate.None(AgreementUndefined.NoVariation, observed, 1, ratings.Items);

        var coefficient = (observed - expected) / (1 - expected);
        var squares = 0.0;
        foreach (var (counts, times) in ratings.Rows)
        {
            var raters = counts.Sum();
            var score = raters < 2 ? 0 : n / compared * (PairAgreement(counts, weights) - expected) / (1 - expected);
            if (ofCategory is not null)
            {
                var own = 0.0;
                for (var k = 0; k < counts.Length; k++) own += counts[k] * ofCategory[k] / raters;
                score -= 2 * (1 - coefficient) * (own - expected) / (1 - expected);
            }

            squares += times * (score - coefficient) * (score - coefficient);
        }

        return AgreementEstimate.Student(coefficient, squares / (n * Divisor(ratings)), level, observed, expected, ratings.Items);
    }

    /// <summary>The share of an item's pairs of ratings that agree, each with its weight.</summary>
    public static double PairAgreement(double[] counts, AgreementWeights weights)
    {
        double pairs = 0, raters = 0;
        for (var k = 0; k < counts.Length; k++)
        {
            if (counts[k] == 0) continue;
            raters += counts[k];
            var weighted = -1.0;
            for (var l = 0; l < counts.Length; l++) weighted += weights[k, l] * counts[l];
            pairs += counts[k] * weighted;
        }

        return pairs / (raters * (raters - 1));
    }

    /// <summary>Σ w π π and, for each category, Σ w π.</summary>
    public static ChanceAgreement OfShares(double[] shares, AgreementWeights weights)
    {
        var ofCategory = new double[shares.Length];
        var expected = 0.0;
        for (var k = 0; k < shares.Length; k++)
        {
            for (var l = 0; l < shares.Length; l++) ofCategory[k] += weights[k, l] * shares[l];
            expected += shares[k] * ofCategory[k];
        }

        return new(expected, ofCategory);
    }

    public static double Divisor(RatingCounts ratings) => ratings.DividesByItems ? ratings.Items : ratings.Items - 1;

    public static void CheckCategories(RatingCounts ratings, AgreementWeights weights)
    {
        if (weights.Categories != ratings.Categories)
            throw new ArgumentException($"Weights of {weights.Categories} categories do not fit ratings of {ratings.Categories}.", nameof(weights));
    }
}
