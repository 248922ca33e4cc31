namespace Pirogov.Statistics;

/// <param name="Value">At most 1; below 0 where items differ less than ratings of one item.</param>
/// <param name="Interval">
/// Two-sided, exact for the one-way and the consistency forms, Satterthwaite's for absolute agreement, which is rough below 0 but never without the value.
/// Of a mean it may reach to −∞.
/// </param>
/// <param name="F">Against a correlation of 0; +∞ where the error is exactly 0.</param>
/// <param name="NumeratorDf">Degrees of freedom of the items.</param>
/// <param name="DenominatorDf">Degrees of freedom of the error.</param>
/// <param name="PValue">P(F' ≥ F) without any correlation.</param>
public sealed record IntraclassEstimate(
    double Value, ConfidenceInterval Interval, double F, double NumeratorDf, double DenominatorDf, double PValue);

/// <summary>
/// Intraclass correlations of a complete table with one rating of every item by every rater (Shrout &amp; Fleiss 1979; in
/// brackets the names of McGraw &amp; Wong 1996). The second number: 1, of a single rating; k, of the mean of the k raters.
/// </summary>
/// <param name="Single1">ICC(1,1) [ICC(1)]: other raters for every item; absolute agreement.</param>
/// <param name="Single2">ICC(2,1) [ICC(A,1)]: the same raters, drawn from many; absolute agreement.</param>
/// <param name="Single3">ICC(3,1) [ICC(C,1)]: the same raters, the only ones of interest; consistency.</param>
/// <param name="Mean1">ICC(1,k).</param>
/// <param name="Mean2">ICC(2,k); null where the components estimated leave a mean of k ratings no variance, which is where ICC(2,1) is −1/(k − 1) or less.</param>
/// <param name="Mean3">ICC(3,k), Cronbach's α.</param>
/// <param name="Squares">The analysis of variance they stand on.</param>
/// <param name="Undefined">NoVariation where the items' means are all equal; the six are null then, for 1 − 1/F has no value.</param>
public sealed record IntraclassCorrelation(
    IntraclassEstimate? Single1,
    IntraclassEstimate? Single2,
    IntraclassEstimate? Single3,
    IntraclassEstimate? Mean1,
    IntraclassEstimate? Mean2,
    IntraclassEstimate? Mean3,
    RatingMeanSquares Squares,
    AgreementUndefined Undefined)
{
    // Nearly opposite components leave the error next to no degrees of freedom; below this the bounds no longer move.
    private const double LeastDf = 0.01;

    private const double Rounding = 1e-12;

    /// <summary>All six forms with their F tests.</summary>
    /// <param name="ratings">items × raters, at least 2 × 2, every one finite.</param>
    /// <param name="level">Coverage of the intervals.</param>
    /// <exception cref="ArgumentException">Fewer than 2 items or raters, a rating that is not finite or too large for its square, or a level outside (0, 1).</exception>
    public static IntraclassCorrelation Of(double[,] ratings, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        var squares = RatingMeanSquares.Of(ratings);
        var (n, k) = ((double)squares.Items, (double)squares.Raters);
        if (squares.Between == 0)
            return new(null, null, null, null, null, null, squares, AgreementUndefined.NoVariation);

        var oneWay = Ratio(squares.Between, squares.Within, n - 1, n * (k - 1), k, level);
        var consistency = Ratio(squares.Between, squares.Error, n - 1, (n - 1) * (k - 1), k, level);
        var agreement = Agreement(squares, consistency.Single, level);
        return new(oneWay.Single, agreement.Single, consistency.Single, oneWay.Mean, agreement.Mean, consistency.Mean, squares, AgreementUndefined.No);
    }

    /// <summary>
    /// ICC(1,1) where other raters rate every item, and not equally many: the ANOVA estimator with k₀ = (N − Σk²/N)/(n − 1) ratings of an item (Donner
    /// 1986, section 2.1). Of equally many ratings the same as <see cref="Single1"/>, with its exact interval; else the interval, through F's quantiles
    /// with k₀, is approximate.
    /// </summary>
    /// <param name="items">The ratings of each item: at least 2 items, each with at least 2 ratings, every one finite.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <returns>Null where the items' means are all equal.</returns>
    /// <exception cref="ArgumentException">Fewer than 2 items, one with fewer than 2 ratings, a rating that is not finite or too large for its square, or a level outside (0, 1).</exception>
    public static IntraclassEstimate? OneWay(IReadOnlyList<IReadOnlyList<double>> items, double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        if (items.Count < 2 || items.Any(item => item.Count < 2)) throw new ArgumentException("At least 2 items are needed, each with at least 2 ratings.", nameof(items));
        if (items.Any(item => item.Any(rating => !double.IsFinite(rating)))) throw new ArgumentException("A rating is not finite; leave out what is missing.", nameof(items));
        double n = items.Count, total = items.Sum(item => item.Count), grand = items.Sum(item => item.Sum() / total);
        double between = 0, within = 0, largest = items.Max(item => item.Max(Math.Abs));
        foreach (var item in items)
        {
            var mean = item.Average();
            between += item.Count * (mean - grand) * (mean - grand);
            within += item.Sum(rating => (rating - mean) * (rating - mean));
        }

        if (!double.IsFinite(between + within)) throw new ArgumentException("The ratings are too large for their squares.", nameof(items));
        // What rounding alone leaves of equal values is 0, as in the complete table.
        var rounding = total * Math.Pow(1e-14 * largest, 2);
        if (between <= rounding) return null;
        var k = (total - items.Sum(item => (double)item.Count * item.Count) / total) / (n - 1);
        return Ratio(between / (n - 1), within <= rounding ? 0 : within / (total - n), n - 1, total - n, k, level).Single;
    }

    // Shrout & Fleiss 1979, p. 424: with F the ratio of the mean squares, (F − 1)/(F + k − 1) and 1 − 1/F, bounds through F's quantiles.
    private static (IntraclassEstimate Single, IntraclassEstimate Mean) Ratio(
        double between, double error, double itemsDf, double errorDf, double k, double level)
    {
        var f = between / error;
        var tail = (1 + level) / 2;
        var low = f / FisherDistribution.Quantile(tail, itemsDf, errorDf);
        var high = f * FisherDistribution.Quantile(tail, errorDf, itemsDf);
        var p = FisherDistribution.UpperTail(f, itemsDf, errorDf);
        return (
            new(Single(f), new(Single(low), Single(high), level), f, itemsDf, errorDf, p),
            new(Mean(f), new(Mean(low), Mean(high), level), f, itemsDf, errorDf, p));

        double Single(double ratio) => double.IsPositiveInfinity(ratio) ? 1 : (ratio - 1) / (ratio + k - 1);
        double Mean(double ratio) => 1 - 1 / ratio;
    }

    // McGraw & Wong 1996, table 7, with the degrees of freedom of Satterthwaite; the same interval in Shrout & Fleiss 1979, p. 425.
    private static (IntraclassEstimate Single, IntraclassEstimate? Mean) Agreement(RatingMeanSquares squares, IntraclassEstimate test, double level)
    {
        var (n, k) = ((double)squares.Items, (double)squares.Raters);
        var (items, raters, error) = (squares.Between, squares.OfRaters, squares.Error);
        var single = (items - error) / (items + (k - 1) * error + k * (raters - error) / n);
        var interval = raters == 0 && error == 0 ? new ConfidenceInterval(1, 1, level) : Bounds(squares, single, level);
        return (
            test with { Value = single, Interval = interval },
            OfMean(single) is var mean && double.IsFinite(mean)
                ? test with { Value = mean, Interval = new(OfMean(interval.Lower), OfMean(interval.Upper), level) }
                : null);

        // Spearman and Brown; down to −1/(k − 1), where nothing is left to divide by.
        double OfMean(double rho) => 1 + (k - 1) * rho > Rounding ? k * rho / (1 + (k - 1) * rho) : double.NegativeInfinity;
    }

    private static ConfidenceInterval Bounds(RatingMeanSquares squares, double single, double level)
    {
        var (n, k) = ((double)squares.Items, (double)squares.Raters);
        var (items, raters, error) = (squares.Between, squares.OfRaters, squares.Error);
        // a and b of the paper times n (1 − ρ), which may be 0: only their ratio counts.
        var (first, second) = (k * single * raters, (n * (1 - single) + k * single * (n - 1)) * error);
        var df = (first + second) * (first + second) / (first * first / (k - 1) + second * second / ((n - 1) * (k - 1)));
        df = df > LeastDf ? df : LeastDf;
        var tail = (1 + level) / 2;
        var (lower, upper) = (FisherDistribution.Quantile(tail, n - 1, df), FisherDistribution.Quantile(tail, df, n - 1));
        var spread = k * raters + (k * n - k - n) * error;
        // Either bound is the value at F = 1, and few degrees of freedom can bring even such a quantile below 1.
        return new(
            Math.Min(single, n * (items / lower - error) / (spread + n * items / lower)), Math.Max(single, n * (upper * items - error) / (spread + n * upper * items)), level);
    }
}
