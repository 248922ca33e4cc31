namespace Pirogov.Statistics;

/// <summary>One start of <see cref="Mace"/>: a confusion matrix with the rows P(a | k) = knows·[a = k] + guesses·ξ(a).</summary>
internal sealed class MaceModel
{
    private readonly CategoryRatings ratings;
    private readonly RatingPatterns patterns;
    private readonly bool variational;

    // Weights of competence, and of each cell's guess: probabilities, or their geometric means, of which the sum is below 1.
    private readonly double[] knows;
    private readonly double[] guesses;
    private readonly double[] known;
    private readonly double[] guessed;
    private readonly double[] logPrior;
    private readonly double[] logs;
    private int iterations;
    private bool converged;

    /// <param name="random">Draws a start; null: everybody alike, which is the majority's vote.</param>
    public MaceModel(CategoryRatings ratings, RatingPatterns patterns, MaceInference inference, Xoshiro256? random)
    {
        this.ratings = ratings;
        this.patterns = patterns;
        variational = inference == MaceInference.Variational;
        (knows, known) = (new double[ratings.Raters], new double[ratings.Raters]);
        (guesses, guessed) = (new double[patterns.Cells], new double[patterns.Cells]);
        (logPrior, logs) = (new double[patterns.Stride], new double[patterns.Cells * patterns.Stride]);
        Array.Fill(logPrior, double.NegativeInfinity);
        Array.Fill(logPrior, -Math.Log(ratings.Categories), 0, ratings.Categories);
        for (var rater = 0; rater < ratings.Raters; rater++)
        {
            var strategy = guesses.AsSpan(rater * ratings.Categories, ratings.Categories);
            knows[rater] = random is null ? 0.5 : 0.05 + 0.9 * random.NextDouble();
            foreach (ref var share in strategy) share = random is null ? 1 : 0.1 + random.NextDouble();
            Scale(strategy, 1 - knows[rater]);
        }
    }

    public double Objective { get; private set; } = double.NegativeInfinity;

    public void Climb(double tolerance, int maxIterations)
    {
        double penalty = variational ? double.NegativeInfinity : 0;
        while (true)
        {
            Tabulate();
            var likelihood = patterns.Pass(logPrior, logs);
            iterations++;
            // The first parameters were drawn, not inferred, and have no bound.
            var reached = iterations == 1 && variational ? double.NegativeInfinity : likelihood + penalty;
            converged = iterations > 2 && reached - Objective <= tolerance * Math.Max(1, Math.Abs(reached));
            Objective = reached;
            Count();
            if (converged || (iterations >= maxIterations && iterations > 1)) return;
            penalty = variational ? Infer() : Maximize();
        }
    }

    public Mace Result()
    {
        var k = ratings.Categories;
        Tabulate();
        patterns.Pass(logPrior, logs);
        var consensus = new CategoryConsensus(ratings, patterns.Posteriors(logPrior, logs), patterns.PatternOf)
        {
            Raters = CategoryConsensus.Reliability(patterns.Counts, ratings.Raters, k, patterns.Stride),
        };
        var (competence, strategies) = (new double?[ratings.Raters], new double[ratings.Raters, k]);
        for (var rater = 0; rater < ratings.Raters; rater++)
        {
            var own = guessed.AsSpan(rater * k, k);
            double guessedAll = Sum(own), all = known[rater] + guessedAll, ofStrategy = StrategyPrior, ofCompetence = CompetencePrior;
            if (all > 0) competence[rater] = (known[rater] + ofCompetence) / (all + 2 * ofCompetence);
            for (var a = 0; a < k; a++) strategies[rater, a] = (own[a] + ofStrategy) / (guessedAll + k * ofStrategy);
        }

        return new(consensus, competence, strategies, Objective, iterations, converged);
    }

    private double CompetencePrior => variational ? 0.5 : 0.01 / ratings.Categories;

    private double StrategyPrior => variational ? 10 : 0.01 / ratings.Categories;

    private void Tabulate()
    {
        var k = ratings.Categories;
        for (var cell = 0; cell < patterns.Cells; cell++)
        {
            var row = logs.AsSpan(cell * patterns.Stride, k);
            row.Fill(Math.Log(guesses[cell]));
            row[cell % k] = Math.Log(guesses[cell] + knows[cell / k]);
        }
    }

    // The hidden "did they know" of each rating, summed out.
    private void Count()
    {
        var k = ratings.Categories;
        known.AsSpan().Clear();
        for (var cell = 0; cell < patterns.Cells; cell++)
        {
            var counts = patterns.Counts.AsSpan(cell * patterns.Stride, k);
            var knew = counts[cell % k] * knows[cell / k] / (knows[cell / k] + guesses[cell]);
            known[cell / k] += knew;
            guessed[cell] = Math.Max(0, Sum(counts) - knew);
        }
    }

    private double Maximize()
    {
        var k = ratings.Categories;
        var penalty = 0.0;
        for (var rater = 0; rater < knows.Length; rater++)
        {
            Span<double> own = guessed.AsSpan(rater * k, k), strategy = guesses.AsSpan(rater * k, k);
            var guessedAll = Sum(own);
            knows[rater] = (known[rater] + CompetencePrior) / (known[rater] + guessedAll + 2 * CompetencePrior);
            penalty += CompetencePrior * (Math.Log(knows[rater]) + Math.Log(1 - knows[rater]));
            for (var a = 0; a < k; a++)
            {
                var share = (own[a] + StrategyPrior) / (guessedAll + k * StrategyPrior);
                penalty += StrategyPrior * Math.Log(share);
                strategy[a] = (1 - knows[rater]) * share;
            }
        }

        return penalty;
    }

    // Means of the logarithms under the posterior of θ and ξ; returns minus its divergences from the priors.
    private double Infer()
    {
        var k = ratings.Categories;
        var divergence = 0.0;
        Span<double> competence = stackalloc double[2], ofCompetence = stackalloc double[2];
        for (var rater = 0; rater < knows.Length; rater++)
        {
            Span<double> own = guessed.AsSpan(rater * k, k), strategy = guesses.AsSpan(rater * k, k);
            (competence[0], competence[1]) = (known[rater], Sum(own));
            divergence += MeanLogs(competence, CompetencePrior, ofCompetence) + MeanLogs(own, StrategyPrior, strategy);
            knows[rater] = Math.Exp(ofCompetence[0]);
            foreach (ref var log in strategy) log = Math.Exp(log + ofCompetence[1]);
        }

        return -divergence;
    }

    // Of Dirichlet(prior + counts): E ln p, and the divergence from Dirichlet(prior).
    private static double MeanLogs(ReadOnlySpan<double> counts, double prior, Span<double> logs)
    {
        var total = Sum(counts) + prior * counts.Length;
        var digamma = Digamma.Of(total);
        var divergence = LogGamma.Of(total) - LogGamma.Of(prior * counts.Length);
        for (var i = 0; i < counts.Length; i++)
        {
            logs[i] = Digamma.Of(counts[i] + prior) - digamma;
            divergence += LogGamma.Of(prior) - LogGamma.Of(counts[i] + prior) + counts[i] * logs[i];
        }

        return divergence;
    }

    private static void Scale(Span<double> values, double sum)
    {
        var factor = sum / Sum(values);
        foreach (ref var value in values) value *= factor;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum;
    }
}
