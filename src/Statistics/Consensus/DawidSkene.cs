namespace Pirogov.Statistics;

/// <param name="Consensus">Labels with their posteriors; each rater's expected confusion matrix.</param>
/// <param name="Prevalence">Estimated (or given) share of each category.</param>
/// <param name="LogLikelihood">Σ over rated items of ln P(ratings), without the constant of repeated ratings.</param>
/// <param name="Iterations">Steps of expectation.</param>
/// <param name="Converged">False: the limit of iterations came first.</param>
public sealed record DawidSkene(CategoryConsensus Consensus, double[] Prevalence, double LogLikelihood, int Iterations, bool Converged)
{
    /// <summary>
    /// Maximum likelihood of true categories and raters' error rates by expectation and maximisation (Dawid &amp; Skene 1979,
    /// eq. 2.3 to 2.5), from shares of votes (eq. 3.1), in logarithms. Missing and repeated ratings are allowed. The result is
    /// a local maximum: with two raters, or raters mostly worse than chance, no better than the vote it starts from.
    /// Where a rater never met a true category, its row of errors is taken as uniform. An item without ratings has no label,
    /// and does not count. Memory beside the input: posteriors of each distinct row of ratings, some 30 bytes an item, and
    /// categories² numbers for each rater, up to 17 times.
    /// </summary>
    /// <param name="ratings">What was said.</param>
    /// <param name="smoothing">
    /// Added to every cell of every confusion matrix and to every category's frequency (the maximum a posteriori under
    /// Dirichlet priors of 1 + smoothing); 0 is the paper's maximum likelihood, in which few ratings give rates of exactly 0.
    /// </param>
    /// <param name="prevalence">Known shares of the categories, positive, with sum 1; null: estimated.</param>
    /// <param name="tolerance">Stops when the objective grows by no more than this share of itself.</param>
    /// <param name="maxIterations">At least 1.</param>
    /// <exception cref="ArgumentException">Smoothing that is negative or not finite, a prevalence that is none, or fewer than 1 iteration.</exception>
    public static DawidSkene Fit(
        CategoryRatings ratings, double smoothing = 0, IReadOnlyList<double>? prevalence = null, double tolerance = 1e-10, int maxIterations = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIterations);
        if (!(smoothing >= 0 && double.IsFinite(smoothing))) throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "Smoothing is a finite number, not negative.");
        if (prevalence is not null && (prevalence.Count != ratings.Categories || prevalence.Any(p => !(p > 0)) || Math.Abs(prevalence.Sum() - 1) > 1e-9))
            throw new ArgumentException($"A prevalence has {ratings.Categories} positive shares with sum 1.", nameof(prevalence));

        var patterns = RatingPatterns.Of(ratings);
        var (logPrior, logs) = (new double[patterns.Stride], new double[patterns.Cells * patterns.Stride]);
        var objective = double.NegativeInfinity;
        patterns.CountVotes();
        for (var iteration = 1; ; iteration++)
        {
            var penalty = Maximize(patterns, ratings, smoothing, prevalence, logPrior, logs);
            var likelihood = patterns.Pass(logPrior, logs);
            var converged = likelihood + penalty - objective <= tolerance * Math.Max(1, Math.Abs(likelihood));
            if (converged || iteration == maxIterations)
                return Result(ratings, patterns, logPrior, logs, likelihood, iteration, converged);
            objective = likelihood + penalty;
        }
    }

    private static DawidSkene Result(
        CategoryRatings ratings, RatingPatterns patterns, double[] logPrior, double[] logs, double likelihood, int iterations, bool converged)
    {
        var k = ratings.Categories;
        var consensus = new CategoryConsensus(ratings, patterns.Posteriors(logPrior, logs), patterns.PatternOf)
        {
            Raters = CategoryConsensus.Reliability(patterns.Counts, ratings.Raters, k, patterns.Stride),
        };
        return new(consensus, [.. logPrior.Take(k).Select(Math.Exp)], likelihood, iterations, converged);
    }

    // Fills the logarithms of prevalence and error rates; returns what the priors add to the log-likelihood.
    private static double Maximize(
        RatingPatterns patterns, CategoryRatings ratings, double smoothing, IReadOnlyList<double>? prevalence, double[] logPrior, double[] logs)
    {
        int k = ratings.Categories, stride = patterns.Stride;
        var penalty = 0.0;
        var items = patterns.Mass.Sum() + k * smoothing;
        for (var truth = 0; truth < stride; truth++)
            logPrior[truth] = truth >= k ? double.NegativeInfinity
                : Math.Log(prevalence is not null ? prevalence[truth] : items > 0 ? (patterns.Mass[truth] + smoothing) / items : 1.0 / k);
        for (var truth = 0; truth < k && smoothing > 0 && prevalence is null; truth++) penalty += smoothing * logPrior[truth];

        var rows = new double[stride];
        for (var rater = 0; rater < ratings.Raters; rater++)
        {
            var table = patterns.Counts.AsSpan(rater * k * stride, k * stride);
            rows.AsSpan().Clear();
            for (var at = 0; at < table.Length; at++) rows[at % stride] += table[at] + smoothing;
            for (var given = 0; given < k; given++)
                for (var truth = 0; truth < k; truth++)
                {
                    var at = given * stride + truth;
                    var log = rows[truth] > 0 ? Math.Log((table[at] + smoothing) / rows[truth]) : -Math.Log(k);
                    logs[rater * k * stride + at] = log;
                    if (smoothing > 0) penalty += smoothing * log;
                }
        }

        return penalty;
    }
}
