namespace Pirogov.Statistics;

/// <summary>Fleiss' κ: the same number of ratings for every item, by raters who may differ from item to item (Fleiss 1971).</summary>
public static class FleissKappa
{
    /// <param name="counts">items × categories: how many raters chose the category; every row has the same sum, at least 2.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <returns>
    /// κ with the standard error of Fleiss, Nee &amp; Landis 1979, which holds under no agreement beyond chance: right for
    /// κ / SE, rough for the interval (bootstrap the items for a better one).
    /// </returns>
    public static KappaEstimate Of(int[,] counts, double level = 0.95)
    {
        int items = counts.GetLength(0), categories = counts.GetLength(1);
        if (items == 0) return KappaEstimate.None(KappaUndefined.NoItems);

        var share = new double[categories];
        double observed = 0;
        var raters = 0;
        for (var item = 0; item < items; item++)
        {
            int sum = 0, pairs = 0;
            for (var category = 0; category < categories; category++)
            {
                var count = counts[item, category];
                sum += count;
                pairs += count * (count - 1);
                share[category] += count;
            }

            if (item == 0) raters = sum;
            if (sum != raters || raters < 2)
                throw new ArgumentException($"Item {item} has {sum} ratings; every item needs the same number, at least 2.", nameof(counts));
            observed += (double)pairs / (raters * (raters - 1));
        }

        observed /= items;
        var total = (double)items * raters;
        if (share.Any(count => count == total)) return KappaEstimate.None(KappaUndefined.NoVariation, observed, 1, items);

        double expected = 0, spread = 0, skew = 0;
        foreach (var count in share)
        {
            var p = count / total;
            expected += p * p;
            spread += p * (1 - p);
            skew += p * (1 - p) * (1 - 2 * p);
        }

        var variance = 2 * (spread * spread - skew) / (spread * spread * items * raters * (raters - 1));
        return KappaEstimate.Of((observed - expected) / (1 - expected), variance, level, observed, expected, items);
    }
}
