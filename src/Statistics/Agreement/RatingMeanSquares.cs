namespace Pirogov.Statistics;

/// <summary>The analysis of variance of items × raters with one rating in each cell (Shrout &amp; Fleiss 1979, table 1).</summary>
/// <param name="Items">n.</param>
/// <param name="Raters">k.</param>
/// <param name="Between">Mean square of the items (BMS, MSR).</param>
/// <param name="Within">Mean square within items (WMS, MSW).</param>
/// <param name="OfRaters">Mean square of the raters (JMS, MSC).</param>
/// <param name="Error">Residual mean square (EMS, MSE).</param>
public sealed record RatingMeanSquares(int Items, int Raters, double Between, double Within, double OfRaters, double Error)
{
    /// <summary>Sums of squares of deviations from the grand mean, over their degrees of freedom.</summary>
    /// <param name="ratings">items × raters, at least 2 × 2, every one finite.</param>
    /// <exception cref="ArgumentException">Fewer than 2 items or raters, or a rating that is not finite or too large for its square.</exception>
    public static RatingMeanSquares Of(double[,] ratings)
    {
        int n = ratings.GetLength(0), k = ratings.GetLength(1);
        if (n < 2 || k < 2) throw new ArgumentException($"{n} items × {k} raters: both have to be at least 2.", nameof(ratings));
        double grand = 0, largest = 0;
        foreach (var rating in ratings)
        {
            if (!double.IsFinite(rating)) throw new ArgumentException($"A rating is {rating}; leave out items with a missing rating.", nameof(ratings));
            grand += rating / n / k;
            largest = Math.Max(largest, Math.Abs(rating));
        }

        var (items, raters) = (new double[n], new double[k]);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < k; j++)
            {
                items[i] += (ratings[i, j] - grand) / k;
                raters[j] += (ratings[i, j] - grand) / n;
            }

        double between = 0, ofRaters = 0, within = 0, error = 0;
        foreach (var item in items) between += k * item * item;
        foreach (var rater in raters) ofRaters += n * rater * rater;
        for (var i = 0; i < n; i++)
            for (var j = 0; j < k; j++)
            {
                var own = ratings[i, j] - grand - items[i];
                within += own * own;
                error += (own - raters[j]) * (own - raters[j]);
            }

        // What rounding alone leaves of equal values is 0: 0/0 has to be seen as such.
        var rounding = n * k * Math.Pow(1e-14 * largest, 2);
        return new(
            n, k, Exact(between) / (n - 1), Exact(within) / (n * (k - 1.0)), Exact(ofRaters) / (k - 1), Exact(error) / ((n - 1.0) * (k - 1)));

        double Exact(double squares) => double.IsFinite(squares)
            ? squares <= rounding ? 0 : squares
            : throw new ArgumentException("The ratings are too large for their squares.", nameof(ratings));
    }
}
