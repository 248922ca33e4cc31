namespace Pirogov.Statistics;

/// <param name="Category">Of the scale.</param>
/// <param name="Kappa">Agreement on this category against all others together; null where nobody or everybody chose it.</param>
/// <param name="StandardError">Under no agreement beyond chance; null where κ is.</param>
public sealed record CategoryKappa(int Category, double? Kappa, double? StandardError)
{
    /// <summary>κ over its standard error; null where κ is.</summary>
    public double? Z => Kappa / StandardError;

    /// <summary>Two-sided, normal; null where κ is.</summary>
    public double? PValue => Z is { } z ? 2 * NormalDistribution.Cdf(-Math.Abs(z)) : null;
}

/// <param name="Kappa">Null when undefined.</param>
/// <param name="StandardError">Under no agreement beyond chance; right for the test, not for an interval. Null when undefined.</param>
/// <param name="Observed">Observed agreement; null without items.</param>
/// <param name="Expected">Agreement expected by chance; null without items.</param>
/// <param name="Categories">κ of each category of the scale; empty without items.</param>
/// <param name="Undefined">Why κ is null.</param>
public sealed record FleissTest(
    double? Kappa, double? StandardError, double? Observed, double? Expected, IReadOnlyList<CategoryKappa> Categories, AgreementUndefined Undefined)
{
    /// <summary>κ over its standard error; null where κ is.</summary>
    public double? Z => Kappa / StandardError;

    /// <summary>Two-sided, normal; null where κ is.</summary>
    public double? PValue => Z is { } z ? 2 * NormalDistribution.Cdf(-Math.Abs(z)) : null;
}

/// <summary>Fleiss' κ (Fleiss 1971): ratings by raters who may differ from item to item.</summary>
public static class FleissKappa
{
    /// <summary>Any number of ratings per item, missing ones allowed, weights allowed; standard error of Gwet 2014, section 5.4.1.</summary>
    /// <param name="ratings">Items by categories.</param>
    /// <param name="weights">Null: any disagreement counts fully.</param>
    /// <param name="level">Coverage of the interval ± t·SE (items − 1 degrees of freedom, cut at 1).</param>
    /// <exception cref="ArgumentException">Weights of another number of categories, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(RatingCounts ratings, AgreementWeights? weights = null, double level = 0.95)
    {
        var used = weights ?? AgreementWeights.Identity(ratings.Categories);
        return LinearizedAgreement.Of(ratings, used, level, shares => LinearizedAgreement.OfShares(shares, used), undefinedWithoutVariation: true);
    }

    /// <summary>
    /// The test of κ = 0 with the standard errors of Fleiss, Nee &amp; Landis 1979, and κ of every category (Fleiss 1971, eq. 23).
    /// </summary>
    /// <param name="counts">items × categories: how many raters chose the category; every row has the same sum, at least 2.</param>
    /// <exception cref="ArgumentException">Fewer than 2 categories, a negative count, or items with different numbers of ratings or fewer than 2.</exception>
    public static FleissTest Test(int[,] counts)
    {
        int items = counts.GetLength(0), categories = counts.GetLength(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 2, nameof(counts));
        if (items == 0) return new(null, null, null, null, [], AgreementUndefined.NoItems);

        var (raters, given, differing) = Sums(counts);
        double total = (double)items * raters, pairs = total * (raters - 1);
        double expected = 0, spread = 0, skew = 0, disagreement = 0;
        var each = new CategoryKappa[categories];
        for (var k = 0; k < categories; k++)
        {
            var p = given[k] / total;
            expected += p * p;
            spread += p * (1 - p);
            skew += p * (1 - p) * (1 - 2 * p);
            disagreement += differing[k];
            each[k] = given[k] == 0 || given[k] == total
                ? new(k, null, null)
                : new(k, 1 - differing[k] / (pairs * p * (1 - p)), Math.Sqrt(2 / pairs));
        }

        var observed = 1 - disagreement / pairs;
        if (given.Contains(total)) return new(null, null, observed, 1, each, AgreementUndefined.NoVariation);
        var error = Math.Sqrt(2 * (spread * spread - skew) / (spread * spread * pairs));
        return new((observed - expected) / (1 - expected), error, observed, expected, each, AgreementUndefined.No);
    }

    // Ratings per item; of each category, its ratings and the ordered pairs in which only one rater chose it.
    private static (int Raters, double[] Given, double[] Differing) Sums(int[,] counts)
    {
        var raters = 0;
        var given = new double[counts.GetLength(1)];
        var differing = new double[given.Length];
        for (var item = 0; item < counts.GetLength(0); item++)
        {
            var sum = 0;
            for (var k = 0; k < given.Length; k++)
            {
                if (counts[item, k] < 0) throw new ArgumentException($"Item {item} has {counts[item, k]} ratings in category {k}.", nameof(counts));
                sum += counts[item, k];
            }

            if (item == 0) raters = sum;
            if (sum != raters || raters < 2)
                throw new ArgumentException($"Item {item} has {sum} ratings; every item needs the same number, at least 2.", nameof(counts));
            for (var k = 0; k < given.Length; k++)
            {
                given[k] += counts[item, k];
                differing[k] += (double)counts[item, k] * (raters - counts[item, k]);
            }
        }

        return (raters, given, differing);
    }
}
