namespace Pirogov.Statistics;

/// <summary>One rater against the consensus (Dawid &amp; Skene 1979, eq. 2.3).</summary>
/// <param name="Counts">
/// categories × categories: row the consensus, column what the rater said. Whole ratings where the consensus is a decision,
/// shares of ratings where it is a probability; all together they are the rater's ratings of items with a consensus.
/// </param>
public sealed record RaterReliability(double[,] Counts)
{
    /// <summary>Ratings that were held against a consensus.</summary>
    public double Ratings => Counts.Cast<double>().Sum();

    /// <summary>The (expected) share of right ratings, 0 to 1; null without ratings.</summary>
    public double? Accuracy
    {
        get
        {
            var right = 0.0;
            for (var k = 0; k < Counts.GetLength(0); k++) right += Counts[k, k];
            return Ratings is > 0 and var all ? Math.Min(1, right / all) : null;
        }
    }

    /// <summary>How often the rater says <paramref name="given"/> where the truth is <paramref name="truth"/>: Dawid &amp; Skene's π; null where that truth never occurs.</summary>
    /// <param name="truth">A category.</param>
    /// <param name="given">A category.</param>
    public double? Rate(int truth, int given)
    {
        var row = 0.0;
        for (var l = 0; l < Counts.GetLength(1); l++) row += Counts[truth, l];
        return row > 0 ? Counts[truth, given] / row : null;
    }
}

/// <summary>What stands for each item, how sure it is, and how reliable each rater seems (as Dawid &amp; Skene 1979 report it).</summary>
public sealed class CategoryConsensus
{
    // Sums of the same numbers in another order differ by less.
    private const double Rounding = 1e-9;

    private readonly double[] posteriors;
    private readonly int[]? rowOf;

    /// <param name="ratings">What was said.</param>
    /// <param name="posteriors">rows × categories, row after row.</param>
    /// <param name="rowOf">Of each item; null: each has its own.</param>
    internal CategoryConsensus(CategoryRatings ratings, double[] posteriors, int[]? rowOf = null)
    {
        this.posteriors = posteriors;
        this.rowOf = rowOf;
        Categories = ratings.Categories;
        var best = new (int Label, bool Tied, double Value)[posteriors.Length / Categories];
        for (var row = 0; row < best.Length; row++) best[row] = Best(posteriors.AsSpan(row * Categories, Categories));
        (Labels, Confidence, Tied) = (new int[ratings.Items], new double[ratings.Items], new bool[ratings.Items]);
        for (var item = 0; item < Labels.Length; item++)
        {
            var (label, tied, value) = best[rowOf?[item] ?? item];
            var rated = value > 0 && !ratings.Of(item).IsEmpty;
            (Labels[item], Confidence[item], Tied[item]) = rated ? (label, value, tied) : (-1, 0, false);
        }
    }

    /// <summary>A category for each item; −1 where nobody rated it. Of equally probable ones (within 10⁻⁹ of each other) the lowest: see <see cref="Tied"/>.</summary>
    public int[] Labels { get; }

    /// <summary>Probability of the label, or its share of the votes; 0 where there is none.</summary>
    public double[] Confidence { get; }

    /// <summary>Whether another category is as probable as the label.</summary>
    public bool[] Tied { get; }

    /// <summary>The length of the declared scale.</summary>
    public int Categories { get; }

    /// <summary>Of each rater, in order.</summary>
    public required IReadOnlyList<RaterReliability> Raters { get; init; }

    /// <summary>Probability or share of each category; their sum is 1 for an item that somebody rated.</summary>
    /// <param name="item">0 … items − 1.</param>
    public ReadOnlySpan<double> Posteriors(int item) => posteriors.AsSpan((rowOf?[item] ?? item) * Categories, Categories);

    /// <summary>Each rater against the labels.</summary>
    internal static RaterReliability[] AgainstLabels(CategoryRatings ratings, double[] posteriors)
    {
        var k = ratings.Categories;
        var counts = new double[ratings.Raters * k * k];
        for (var item = 0; item < ratings.Items; item++)
        {
            var row = posteriors.AsSpan(item * k, k);
            var (label, _, value) = Best(row);
            if (value > 0)
                foreach (var cell in ratings.Of(item)) counts[cell * k + label]++;
        }

        return Reliability(counts, ratings.Raters, k, k);
    }

    /// <param name="counts">Of each cell (rater × categories + what was said) and truth, <paramref name="stride"/> numbers a cell.</param>
    internal static RaterReliability[] Reliability(ReadOnlySpan<double> counts, int raters, int categories, int stride)
    {
        var result = new RaterReliability[raters];
        for (var rater = 0; rater < raters; rater++)
        {
            var table = new double[categories, categories];
            for (var given = 0; given < categories; given++)
                for (var truth = 0; truth < categories; truth++)
                    table[truth, given] = counts[(rater * categories + given) * stride + truth];
            result[rater] = new(table);
        }

        return result;
    }

    private static (int Label, bool Tied, double Value) Best(ReadOnlySpan<double> row)
    {
        var (label, most, second) = (0, 0.0, 0.0);
        for (var k = 0; k < row.Length; k++)
        {
            var value = row[k];
            if (value > most) (label, second, most) = (k, most, value);
            else if (value > second) second = value;
        }

        var least = most * (1 - Rounding);
        if (second < least) return (label, false, most);
        label = 0;
        while (row[label] < least) label++;
        return (label, second > 0, row[label]);
    }
}
