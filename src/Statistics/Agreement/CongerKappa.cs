namespace Pirogov.Statistics;

/// <summary>
/// Conger's κ: Cohen's κ for any number of raters, each with a distribution of his own (Conger 1980), missing ratings
/// allowed. Standard error of Gwet 2014, section 5.4.3.
/// </summary>
public static class CongerKappa
{
    /// <summary>Of the raters' answers.</summary>
    /// <param name="ratings">raters × items: a category 0 … <paramref name="categories"/> − 1, or null. A rater who rated nothing is left out.</param>
    /// <param name="categories">The length of the declared scale.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, a category outside the scale or a scale of fewer than 2; weights of another number of categories; or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(
        IReadOnlyList<IReadOnlyList<int?>> ratings, int categories, AgreementWeights? weights = null, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        weights ??= AgreementWeights.Identity(categories);
        var counts = RatingCounts.OfRatings(ratings, categories);
        LinearizedAgreement.CheckCategories(counts, weights);
        if (counts.Items == 0) return AgreementEstimate.None(AgreementUndefined.NoItems);

        var raters = ratings.Where(rater => rater.Any(rating => rating is not null)).ToArray();
        var rows = counts.Rows.Select(row => row.Counts).ToArray();
        double n = rows.Length, compared = rows.Count(row => row.Sum() >= 2);
        if (compared == 0) return AgreementEstimate.None(AgreementUndefined.NoPairs, items: rows.Length);

        var observed = rows.Where(row => row.Sum() >= 2).Sum(row => LinearizedAgreement.PairAgreement(row, weights)) / compared;
        var shares = raters.Select(rater => Shares(rater, categories)).ToArray();
        if (!AnyPairDiffers(shares, weights)) return AgreementEstimate.None(AgreementUndefined.NoVariation, observed, 1, rows.Length);

        var others = shares.Select(own => AgreementWithOthers(own, shares, weights)).ToArray();
        var expected = shares.Zip(others, Dot).Sum();
        var coefficient = (observed - expected) / (1 - expected);
        var chance = ChanceOfItems(raters, shares, others, n);
        var squares = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            var score = rows[i].Sum() < 2 ? 0 : n / compared * (LinearizedAgreement.PairAgreement(rows[i], weights) - expected) / (1 - expected);
            score -= 2 * (1 - coefficient) * (chance[i] - expected) / (1 - expected);
            squares += (score - coefficient) * (score - coefficient);
        }

        return AgreementEstimate.Student(coefficient, squares / (n * (n - 1)), level, observed, expected, rows.Length);
    }

    private static double[] Shares(IReadOnlyList<int?> rater, int categories)
    {
        var shares = new double[categories];
        var rated = 0;
        foreach (var rating in rater)
        {
            if (rating is not { } category) continue;
            shares[category]++;
            rated++;
        }

        for (var k = 0; k < categories; k++) shares[k] /= rated;
        return shares;
    }

    private static bool AnyPairDiffers(double[][] shares, AgreementWeights weights)
    {
        for (var g = 0; g < shares.Length; g++)
            for (var h = 0; h < g; h++)
                if (weights.Distinguishes(shares[g], shares[h])) return true;
        return false;
    }

    // Chance agreement of each category, given by one rater, with all others: summed over the rater's shares and the raters it is pe.
    private static double[] AgreementWithOthers(double[] own, double[][] shares, AgreementWeights weights)
    {
        double r = shares.Length;
        var agreement = new double[own.Length];
        for (var l = 0; l < own.Length; l++)
        {
            var sum = -own[l];
            foreach (var rater in shares) sum += rater[l];
            for (var k = 0; k < own.Length; k++) agreement[k] += weights[k, l] * sum / (r * (r - 1));
        }

        return agreement;
    }

    // The items' linearised shares in pe; a rater's ratings weigh by how few items he rated.
    private static double[] ChanceOfItems(IReadOnlyList<int?>[] raters, double[][] shares, double[][] others, double n)
    {
        var rated = raters.Select(rater => (double)rater.Count(rating => rating is not null)).ToArray();
        var mean = shares.Zip(others, Dot).ToArray();
        var chance = new List<double>();
        for (var item = 0; item < raters[0].Count; item++)
        {
            if (raters.All(rater => rater[item] is null)) continue;
            var sum = 0.0;
            for (var g = 0; g < raters.Length; g++)
                sum += raters[g][item] is { } category
                    ? n / rated[g] * (others[g][category] - mean[g]) + mean[g]
                    : mean[g];
            chance.Add(sum);
        }

        return [.. chance];
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }
}
