namespace Pirogov.Statistics;

/// <param name="Item">0 … items − 1.</param>
/// <param name="Rater">0 … raters − 1.</param>
/// <param name="Category">0 … categories − 1.</param>
public readonly record struct ItemRating(int Item, int Rater, int Category);

/// <summary>
/// Ratings of items on a declared scale (the data of Dawid &amp; Skene 1979), missing ones left out: item after item, within it rater after rater. Four bytes for
/// each rating and each item, whatever the number of raters.
/// </summary>
public sealed class CategoryRatings
{
    private readonly int[] starts;
    private readonly int[] cells;

    // A cell is rater × categories + category.
    private CategoryRatings(int raters, int categories, int[] starts, int[] cells)
    {
        Raters = raters;
        Categories = categories;
        this.starts = starts;
        this.cells = cells;
    }

    /// <summary>Items, rated or not.</summary>
    public int Items => starts.Length - 1;

    /// <summary>Raters, of those too who rated nothing.</summary>
    public int Raters { get; }

    /// <summary>The length of the declared scale.</summary>
    public int Categories { get; }

    /// <summary>Ratings that were given.</summary>
    public int Ratings => cells.Length;

    /// <summary>Of a rater's row each.</summary>
    /// <param name="ratings">raters × items: a category 0 … <paramref name="categories"/> − 1, or null where the rater did not rate the item.</param>
    /// <param name="categories">The length of the declared scale, at least 1; not of the categories that happened to occur.</param>
    /// <exception cref="ArgumentException">Raters with different numbers of items, a category outside the scale, no category, or more raters and categories than are held.</exception>
    public static CategoryRatings Of(IReadOnlyList<IReadOnlyList<int?>> ratings, int categories)
    {
        CheckSize(ratings.Count, categories);
        var items = RatingCounts.CheckRatings(ratings, categories);
        var starts = new int[items + 1];
        var cells = new List<int>();
        for (var item = 0; item < items; item++)
        {
            for (var rater = 0; rater < ratings.Count; rater++)
                if (ratings[rater][item] is { } category) cells.Add(rater * categories + category);
            starts[item + 1] = cells.Count;
        }

        return new(ratings.Count, categories, starts, [.. cells]);
    }

    /// <summary>For many ratings.</summary>
    /// <param name="ratings">items × raters, item after item: a category, or −1 where the rater did not rate the item.</param>
    /// <param name="raters">Ratings, given or missing, of each item.</param>
    /// <param name="categories">The length of the declared scale.</param>
    /// <exception cref="ArgumentException">Not a whole number of items, a category outside the scale, no rater or category, or more of them than are held.</exception>
    public static CategoryRatings Of(ReadOnlySpan<int> ratings, int raters, int categories)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(raters);
        CheckSize(raters, categories);
        if (ratings.Length % raters != 0)
            throw new ArgumentException($"{ratings.Length} ratings are not a whole number of items with {raters} each.", nameof(ratings));
        var starts = new int[ratings.Length / raters + 1];
        var cells = new int[ratings.Length - ratings.Count(-1)];
        var given = 0;
        for (int item = 0, at = 0; item < starts.Length - 1; item++)
        {
            for (var rater = 0; rater < raters; rater++, at++)
            {
                var category = ratings[at];
                if (category == -1) continue;
                if ((uint)category >= (uint)categories) throw Outside(rater, item, categories);
                cells[given++] = rater * categories + category;
            }

            starts[item + 1] = given;
        }

        return new(raters, categories, starts, cells);
    }

    /// <summary>In any order, and as often as a rater rated an item (Dawid &amp; Skene's n_il may exceed 1).</summary>
    /// <param name="ratings">Those that were given.</param>
    /// <param name="items">The number of items, of those without a rating too.</param>
    /// <param name="raters">The number of raters.</param>
    /// <param name="categories">The length of the declared scale.</param>
    /// <exception cref="ArgumentException">An item, a rater or a category that was not declared, or more raters and categories than are held.</exception>
    public static CategoryRatings Of(IReadOnlyCollection<ItemRating> ratings, int items, int raters, int categories)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(items);
        CheckSize(raters, categories);
        var starts = new int[items + 1];
        foreach (var rating in ratings)
        {
            if ((uint)rating.Item >= (uint)items || (uint)rating.Rater >= (uint)raters)
                throw new ArgumentException($"There is no item {rating.Item} among {items}, or no rater {rating.Rater} among {raters}.", nameof(ratings));
            if ((uint)rating.Category >= (uint)categories) throw Outside(rating.Rater, rating.Item, categories);
            starts[rating.Item + 1]++;
        }

        for (var item = 0; item < items; item++) starts[item + 1] += starts[item];
        var (cells, next) = (new int[ratings.Count], starts.AsSpan(0, items).ToArray());
        foreach (var rating in ratings) cells[next[rating.Item]++] = rating.Rater * categories + rating.Category;
        for (var item = 0; item < items; item++) cells.AsSpan(starts[item], starts[item + 1] - starts[item]).Sort();
        return new(raters, categories, starts, cells);
    }

    /// <summary>The item's ratings, each as rater × categories + category, ascending.</summary>
    internal ReadOnlySpan<int> Of(int item) => cells.AsSpan(starts[item], starts[item + 1] - starts[item]);

    private static void CheckSize(int raters, int categories)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(raters);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(categories);
        if ((long)raters * categories * categories > 1 << 27)
            throw new ArgumentException($"{raters} raters with a {categories} × {categories} matrix each are more than is held.", nameof(categories));
    }

    private static ArgumentException Outside(int rater, int item, int categories) =>
        new($"Rater {rater} puts item {item} outside the scale of {categories} categories.", nameof(categories));
}
