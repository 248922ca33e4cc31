namespace Pirogov.Statistics;

/// <summary>How much two categories at a distance agree.</summary>
public enum KappaWeights
{
    /// <summary>Any disagreement counts fully; for categories without an order.</summary>
    None,

    /// <summary>1 − |i−j| / (k−1) (Cicchetti &amp; Allison 1971).</summary>
    Linear,

    /// <summary>1 − (i−j)² / (k−1)² (Fleiss &amp; Cohen 1973).</summary>
    Quadratic,
}

/// <summary>Cohen's κ of two raters over the same items (Cohen 1960, 1968); SE of Fleiss, Cohen &amp; Everitt 1969, eq. 8 and 13.</summary>
public static class CohenKappa
{
    /// <summary>Of the raters' answers, under one of the named weights.</summary>
    /// <param name="first">A category 0 … <paramref name="categories"/> − 1 for each item.</param>
    /// <param name="second">The other rater, the same items in the same order.</param>
    /// <param name="categories">The length of the declared scale, not of the categories that happened to occur: weights depend on it.</param>
    /// <param name="weights">Which disagreements count how much.</param>
    /// <param name="level">Coverage of the interval κ ± z·SE, which is not clipped.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, a category outside the scale, a scale of fewer than 2, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(
        ReadOnlySpan<int> first,
        ReadOnlySpan<int> second,
        int categories,
        KappaWeights weights = KappaWeights.None,
        double level = 0.95) => OfTable(Table(first, second, categories), weights, level);

    /// <summary>Of the raters' answers, under any weights.</summary>
    /// <param name="first">A category for each item, within the scale of the weights.</param>
    /// <param name="second">The other rater, the same items in the same order.</param>
    /// <param name="weights">Weights of the declared scale, one's own ones too.</param>
    /// <param name="level">Coverage of the interval κ ± z·SE, which is not clipped.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, a category outside the scale, a scale of fewer than 2, or a level outside (0, 1).</exception>
    public static AgreementEstimate Of(ReadOnlySpan<int> first, ReadOnlySpan<int> second, AgreementWeights weights, double level = 0.95) =>
        OfTable(Table(first, second, weights.Categories), weights, level);

    /// <summary>Of the table of their answers, under one of the named weights.</summary>
    /// <param name="table">k × k counts: rows the first rater, columns the second.</param>
    /// <param name="weights">Which disagreements count how much.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <exception cref="ArgumentException">A table that is not square, smaller than 2 × 2 or with a negative count, or a level outside (0, 1).</exception>
    public static AgreementEstimate OfTable(int[,] table, KappaWeights weights = KappaWeights.None, double level = 0.95) =>
        OfTable(table, AgreementWeights.Of(weights, CheckTable(table)), level);

    /// <summary>Of the table of their answers, under any weights.</summary>
    /// <param name="table">k × k counts: rows the first rater, columns the second.</param>
    /// <param name="weights">Of k categories, one's own ones too.</param>
    /// <param name="level">Coverage of the interval κ ± z·SE, which is not clipped.</param>
    /// <exception cref="ArgumentException">Weights of another number of categories; a table that is not square, smaller than 2 × 2 or with a negative count; or a level outside (0, 1).</exception>
    public static AgreementEstimate OfTable(int[,] table, AgreementWeights weights, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        var k = CheckTable(table);
        if (weights.Categories != k) throw new ArgumentException($"Weights of {weights.Categories} categories do not fit a table of {k}.", nameof(weights));
        var n = 0;
        foreach (var count in table) n = checked(n + count);
        if (n == 0) return AgreementEstimate.None(AgreementUndefined.NoItems);

        var (rows, columns) = (new double[k], new double[k]);
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                rows[i] += (double)table[i, j] / n;
                columns[j] += (double)table[i, j] / n;
            }

        double observed = 0, expected = 0;
        var (rowWeight, columnWeight) = (new double[k], new double[k]);
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                observed += weights[i, j] * table[i, j] / n;
                expected += weights[i, j] * rows[i] * columns[j];
                rowWeight[i] += weights[i, j] * columns[j];
                columnWeight[j] += weights[i, j] * rows[i];
            }

        // Decided on the used categories: in floating point 1 − Σpq of one of them may miss zero.
        if (!weights.Distinguishes(rows, columns)) return AgreementEstimate.None(AgreementUndefined.NoVariation, observed, 1, n);

        var kappa = (observed - expected) / (1 - expected);
        var sum = 0.0;
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                var term = weights[i, j] - (rowWeight[i] + columnWeight[j]) * (1 - kappa);
                sum += (double)table[i, j] / n * term * term;
            }

        var bias = kappa - expected * (1 - kappa);
        var variance = (sum - bias * bias) / (n * (1 - expected) * (1 - expected));
        return AgreementEstimate.Normal(kappa, variance, level, observed, expected, n);
    }

    /// <summary>The share of items on which both raters chose the same category; NaN without items.</summary>
    /// <param name="first">A category for each item.</param>
    /// <param name="second">The other rater, the same items in the same order.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items.</exception>
    public static double PercentAgreement(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        CheckLengths(first, second);
        var same = 0;
        for (var i = 0; i < first.Length; i++)
            if (first[i] == second[i]) same++;
        return first.Length == 0 ? double.NaN : (double)same / first.Length;
    }

    /// <summary>The k × k table of counts: rows the first rater, columns the second.</summary>
    /// <param name="first">A category 0 … <paramref name="categories"/> − 1 for each item.</param>
    /// <param name="second">The other rater, the same items in the same order.</param>
    /// <param name="categories">The length of the declared scale, at least 2.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, or a category outside the scale, or a scale of fewer than 2.</exception>
    public static int[,] Table(ReadOnlySpan<int> first, ReadOnlySpan<int> second, int categories)
    {
        CheckLengths(first, second);
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 2);
        var table = new int[categories, categories];
        for (var i = 0; i < first.Length; i++)
        {
            if ((uint)first[i] >= (uint)categories || (uint)second[i] >= (uint)categories)
                throw new ArgumentException($"Item {i} is rated outside the scale of {categories} categories.", nameof(first));
            table[first[i], second[i]]++;
        }

        return table;
    }

    /// <returns>The number of categories.</returns>
    internal static int CheckTable(int[,] table)
    {
        var k = table.GetLength(0);
        if (k < 2 || table.GetLength(1) != k) throw new ArgumentException("A table of two raters is square, with at least two categories.", nameof(table));
        foreach (var count in table)
            if (count < 0) throw new ArgumentException($"A table of counts holds {count}.", nameof(table));
        return k;
    }

    private static void CheckLengths(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"{first.Length} and {second.Length} ratings are not of the same items.", nameof(second));
    }
}
