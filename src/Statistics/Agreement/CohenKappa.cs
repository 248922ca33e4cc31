namespace Pirogov.Statistics;

public enum KappaWeights
{
    /// <summary>Any disagreement counts fully; for categories without an order.</summary>
    None,

    /// <summary>1 − |i−j| / (k−1) (Cicchetti &amp; Allison 1971).</summary>
    Linear,

    /// <summary>1 − (i−j)² / (k−1)² (Fleiss &amp; Cohen 1973).</summary>
    Quadratic,
}

public enum KappaUndefined
{
    /// <summary>κ is defined.</summary>
    No,

    /// <summary>No item was rated.</summary>
    NoItems,

    /// <summary>Chance alone explains full agreement (every rating fell into one category): 0/0.</summary>
    NoVariation,
}

/// <param name="Kappa">Chance-corrected agreement, at most 1; null when undefined.</param>
/// <param name="StandardError">Large-sample; null when undefined.</param>
/// <param name="Interval">κ ± z·SE, not clipped; null when undefined.</param>
/// <param name="Observed">Observed (weighted) agreement; NaN without items.</param>
/// <param name="Expected">(Weighted) agreement expected by chance; NaN without items.</param>
/// <param name="Items">The number of items.</param>
/// <param name="Undefined">Why κ is null.</param>
public sealed record KappaEstimate(
    double? Kappa,
    double? StandardError,
    ConfidenceInterval? Interval,
    double Observed,
    double Expected,
    int Items,
    KappaUndefined Undefined)
{
    internal static KappaEstimate None(KappaUndefined why, double observed = double.NaN, double expected = double.NaN, int items = 0) =>
        new(null, null, null, observed, expected, items, why);

    internal static KappaEstimate Of(double kappa, double variance, double level, double observed, double expected, int items)
    {
        var error = Math.Sqrt(Math.Max(0, variance));
        var z = NormalDistribution.Quantile((1 + level) / 2);
        return new(kappa, error, new ConfidenceInterval(kappa - z * error, kappa + z * error, level), observed, expected, items, KappaUndefined.No);
    }
}

/// <summary>Cohen's κ of two raters over the same items (Cohen 1960, 1968); SE of Fleiss, Cohen &amp; Everitt 1969, eq. 8 and 13.</summary>
public static class CohenKappa
{
    /// <param name="first">A category 0 … <paramref name="categories"/> − 1 for each item.</param>
    /// <param name="second">The other rater, the same items in the same order.</param>
    /// <param name="categories">The length of the declared scale, not of the categories that happened to occur: weights depend on it.</param>
    /// <param name="weights">Which disagreements count how much.</param>
    /// <param name="level">Coverage of the interval.</param>
    public static KappaEstimate Of(
        ReadOnlySpan<int> first,
        ReadOnlySpan<int> second,
        int categories,
        KappaWeights weights = KappaWeights.None,
        double level = 0.95) => OfTable(Table(first, second, categories), weights, level);

    /// <param name="table">k × k counts: rows the first rater, columns the second.</param>
    /// <param name="weights">Which disagreements count how much.</param>
    /// <param name="level">Coverage of the interval.</param>
    public static KappaEstimate OfTable(int[,] table, KappaWeights weights = KappaWeights.None, double level = 0.95)
    {
        var k = table.GetLength(0);
        if (k < 2 || table.GetLength(1) != k) throw new ArgumentException("A table of two raters is square, with at least two categories.", nameof(table));
        var n = table.Cast<int>().Sum();
        if (n == 0) return KappaEstimate.None(KappaUndefined.NoItems);

        var rows = new double[k];
        var columns = new double[k];
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                rows[i] += (double)table[i, j] / n;
                columns[j] += (double)table[i, j] / n;
            }

        double observed = 0, expected = 0;
        var rowWeight = new double[k];
        var columnWeight = new double[k];
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                var w = Weight(i, j, k, weights);
                observed += w * table[i, j] / n;
                expected += w * rows[i] * columns[j];
                rowWeight[i] += w * columns[j];
                columnWeight[j] += w * rows[i];
            }

        // Decided on counts: in floating point 1 − Σpq of one used category may miss zero.
        if (rows.Zip(columns).Any(p => p.First == 1 && p.Second == 1))
            return KappaEstimate.None(KappaUndefined.NoVariation, observed, expected, n);

        var kappa = (observed - expected) / (1 - expected);
        var sum = 0.0;
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                var term = Weight(i, j, k, weights) - (rowWeight[i] + columnWeight[j]) * (1 - kappa);
                sum += (double)table[i, j] / n * term * term;
            }

        var bias = kappa - expected * (1 - kappa);
        var variance = (sum - bias * bias) / (n * (1 - expected) * (1 - expected));
        return KappaEstimate.Of(kappa, variance, level, observed, expected, n);
    }

    /// <summary>The share of items on which both raters chose the same category; NaN without items.</summary>
    public static double PercentAgreement(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        CheckLengths(first, second);
        var same = 0;
        for (var i = 0; i < first.Length; i++)
            if (first[i] == second[i]) same++;
        return first.Length == 0 ? double.NaN : (double)same / first.Length;
    }

    /// <summary>The k × k table of counts.</summary>
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

    private static double Weight(int i, int j, int k, KappaWeights weights)
    {
        var distance = (double)Math.Abs(i - j) / (k - 1);
        return weights switch
        {
            KappaWeights.Linear => 1 - distance,
            KappaWeights.Quadratic => 1 - distance * distance,
            _ => i == j ? 1 : 0,
        };
    }

    private static void CheckLengths(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"{first.Length} and {second.Length} ratings are not of the same items.", nameof(second));
    }
}
