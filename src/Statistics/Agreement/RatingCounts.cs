namespace Pirogov.Statistics;

/// <summary>
/// How many raters put each item into each category of a declared scale. A missing rating is simply not counted; an item
/// that nobody rated is left out, an item rated once tells of the categories' shares but not of agreement (Gwet 2014,
/// section 2.4, as the R package irrCAC does).
/// </summary>
public sealed class RatingCounts
{
    private readonly List<double[]> rows = [];
    private readonly List<int> times = [];

    private RatingCounts(int categories, bool dividesByItems)
    {
        Categories = categories;
        DividesByItems = dividesByItems;
    }

    /// <summary>The length of the declared scale.</summary>
    public int Categories { get; }

    /// <summary>Items with at least one rating.</summary>
    public int Items { get; private set; }

    /// <summary>Distinct rows: the items' counts, and how many items have them.</summary>
    internal IEnumerable<(double[] Counts, int Times)> Rows => rows.Zip(times);

    /// <summary>Variances of a table of two raters are divided by the items, all others by items − 1 (Gwet 2014, chapters 2 and 5).</summary>
    internal bool DividesByItems { get; }

    /// <summary>Of counts.</summary>
    /// <param name="counts">items × categories, none negative.</param>
    /// <exception cref="ArgumentException">Fewer than 2 categories, or a negative count.</exception>
    public static RatingCounts OfCounts(int[,] counts)
    {
        var result = new RatingCounts(CheckCategories(counts.GetLength(1)), false);
        for (var item = 0; item < counts.GetLength(0); item++)
        {
            var row = new double[result.Categories];
            for (var k = 0; k < row.Length; k++)
            {
                if (counts[item, k] < 0) throw new ArgumentException($"Item {item} has {counts[item, k]} ratings in category {k}.", nameof(counts));
                row[k] = counts[item, k];
            }

            result.Add(row, 1);
        }

        return result;
    }

    /// <summary>Of a rater's row each.</summary>
    /// <param name="ratings">raters × items: a category 0 … <paramref name="categories"/> − 1, or null where the rater did not rate the item.</param>
    /// <param name="categories">The length of the declared scale.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, or a category outside the scale, or a scale of fewer than 2.</exception>
    public static RatingCounts OfRatings(IReadOnlyList<IReadOnlyList<int?>> ratings, int categories)
    {
        var items = CheckRatings(ratings, CheckCategories(categories));
        var result = new RatingCounts(categories, false);
        for (var item = 0; item < items; item++)
        {
            var row = new double[categories];
            foreach (var rater in ratings)
                if (rater[item] is { } category) row[category]++;
            result.Add(row, 1);
        }

        return result;
    }

    /// <summary>Of a table of two raters, whose variances are divided by the items.</summary>
    /// <param name="table">k × k counts of items: rows the first rater, columns the second.</param>
    /// <exception cref="ArgumentException">A table that is not square, smaller than 2 × 2 or with a negative count.</exception>
    public static RatingCounts OfTable(int[,] table)
    {
        var k = CohenKappa.CheckTable(table);
        var result = new RatingCounts(k, true);
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
            {
                var row = new double[k];
                row[i]++;
                row[j]++;
                if (table[i, j] > 0) result.Add(row, table[i, j]);
            }

        return result;
    }

    /// <returns>The number of items.</returns>
    internal static int CheckRatings(IReadOnlyList<IReadOnlyList<int?>> ratings, int categories)
    {
        var items = ratings.Count == 0 ? 0 : ratings[0].Count;
        for (var rater = 0; rater < ratings.Count; rater++)
        {
            if (ratings[rater].Count != items)
                throw new ArgumentException("Every rater needs an entry, or null, for every item.", nameof(ratings));
            for (var item = 0; item < items; item++)
                if (ratings[rater][item] is { } category && (uint)category >= (uint)categories)
                    throw new ArgumentException($"Rater {rater} puts item {item} outside the scale of {categories} categories.", nameof(ratings));
        }

        return items;
    }

    private static int CheckCategories(int categories)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(categories, 2);
        return categories;
    }

    private void Add(double[] row, int count)
    {
        if (row.Sum() == 0) return;
        rows.Add(row);
        times.Add(count);
        Items = checked(Items + count);
    }
}
