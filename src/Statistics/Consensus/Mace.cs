namespace Pirogov.Statistics;

/// <summary>How <see cref="Mace"/> is fitted (Hovy et al. 2013, section 3.1).</summary>
public enum MaceInference
{
    /// <summary>Variational Bayes with Beta(½, ½) on competence and Dirichlet(10) on the strategies, as the paper recommends.</summary>
    Variational,

    /// <summary>Expectation and maximisation with 0.01 / categories added to the counts.</summary>
    Maximization,
}

/// <param name="Consensus">Labels with their posteriors; each rater's expected confusion matrix.</param>
/// <param name="Competence">Probability that the rater knows rather than guesses (1 − θ of the paper; its posterior mean if variational); null for one without ratings.</param>
/// <param name="Strategies">raters × categories: what a rater says when guessing.</param>
/// <param name="Objective">Evidence lower bound, or log-likelihood, of the best start.</param>
/// <param name="Iterations">Of that start.</param>
/// <param name="Converged">False: the limit of iterations came first.</param>
public sealed record Mace(
    CategoryConsensus Consensus, double?[] Competence, double[,] Strategies, double Objective, int Iterations, bool Converged)
{
    /// <summary>
    /// Multi-annotator competence estimation (Hovy, Berg-Kirkpatrick, Vaswani &amp; Hovy 2013, eq. 1 and 2; section 3.1): with
    /// probability 1 − θ a rater says the truth, else draws from a strategy of their own. True categories are equally likely
    /// beforehand. A rater cannot be worse than guessing here, so whoever contradicts the others seems a guesser.
    /// </summary>
    /// <param name="ratings">What was said; missing ratings are left out, items without ratings do not count.</param>
    /// <param name="inference">How.</param>
    /// <param name="starts">The first start takes all raters alike, the others are drawn; the best objective wins, the earlier of equals.</param>
    /// <param name="seed">Of the drawn starts.</param>
    /// <param name="tolerance">A start ends when its objective grows by no more than this share of itself.</param>
    /// <param name="maxIterations">Of each start.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1 start or iteration.</exception>
    public static Mace Fit(
        CategoryRatings ratings, MaceInference inference = MaceInference.Variational, int starts = 10, ulong seed = 1, double tolerance = 1e-9, int maxIterations = 200)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(starts);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIterations);
        var random = new Xoshiro256(seed);
        var patterns = RatingPatterns.Of(ratings);
        MaceModel? best = null;
        for (var start = 0; start < starts; start++)
        {
            var model = new MaceModel(ratings, patterns, inference, start == 0 ? null : random);
            model.Climb(tolerance, maxIterations);
            if (best is null || model.Objective > best.Objective + 1e-9 * Math.Abs(best.Objective)) best = model;
        }

        return best!.Result();
    }
}
