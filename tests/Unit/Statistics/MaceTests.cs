using CsCheck;
using Pirogov.Statistics;
using Xunit;
using static Pirogov.Unit.Statistics.CategoryConsensusTests;

namespace Pirogov.Unit.Statistics;

public class MaceTests
{
    [Fact]
    public void A_rater_who_always_gives_one_answer_is_a_guesser_with_that_strategy()
    {
        var (given, _) = Simulate(1000, [0.9, 0.9, 0.9], 3, 8);
        var ratings = CategoryRatings.Of([.. given, .. Enumerable.Range(0, 1000).Select(item => new ItemRating(item, 3, 2))], 1000, 4, 3);
        foreach (var inference in Enum.GetValues<MaceInference>())
        {
            var fit = Mace.Fit(ratings, inference);
            Assert.True(fit.Converged);
            Assert.InRange(fit.Competence[3]!.Value, 0, 0.05);
            Assert.True(fit.Competence[0] > 0.7);
            Assert.True(fit.Strategies[3, 2] > 0.9);
        }
    }

    // Hovy et al. 2013, eq. 1 and 2, from everybody alike through two steps: whoever knows says the truth, others draw from their strategy.
    [Fact]
    public void Mace_is_the_written_out_formula() => Tables.Sample(t =>
    {
        foreach (var inference in Enum.GetValues<MaceInference>())
        {
            var fit = Mace.Fit(t.Ratings, inference, starts: 1, tolerance: -1, maxIterations: 3);
            var (posteriors, competence, strategies) = WrittenOut(t.Given, t.Raters, t.Categories, inference, 3);
            foreach (var (item, own) in posteriors) Close(own, fit.Consensus.Posteriors(item).ToArray(), 1e-9);
            foreach (var rater in t.Given.Select(r => r.Rater).Distinct())
            {
                Assert.Equal(competence[rater], fit.Competence[rater]!.Value, 1e-9);
                Close(strategies[rater], [.. Enumerable.Range(0, t.Categories).Select(a => fit.Strategies[rater, a])], 1e-9);
            }
        }
    });

    [Fact]
    public void The_bound_of_Mace_never_falls() => Tables.Sample(t =>
    {
        foreach (var inference in Enum.GetValues<MaceInference>())
        {
            var before = double.NegativeInfinity;
            for (var steps = 2; steps < 10; steps++)
            {
                var objective = Mace.Fit(t.Ratings, inference, starts: 1, tolerance: -1, maxIterations: steps).Objective;
                Assert.True(objective >= before - 1e-9, $"{inference}, step {steps}: {before} → {objective}");
                before = objective;
            }
        }
    }, iter: 40);

    private static (Dictionary<int, double[]> Posteriors, double[] Competence, double[][] Strategies) WrittenOut(
        ItemRating[] given, int raters, int categories, MaceInference inference, int steps)
    {
        // Priors of competence and strategy, or what is added to their counts.
        var variational = inference == MaceInference.Variational;
        var (toKnow, toGuess) = variational ? (0.5, 10.0) : (0.01 / categories, 0.01 / categories);
        double Weight(double own, double all) => variational ? Math.Exp(Digamma.Of(own) - Digamma.Of(all)) : own / all;
        var knows = Enumerable.Repeat(0.5, raters).ToArray();
        double[][] guesses = [.. knows.Select(_ => Enumerable.Repeat(0.5 / categories, categories).ToArray())];
        for (var step = 1; ; step++)
        {
            Dictionary<int, double[]> posteriors = [];
            foreach (var item in given.GroupBy(r => r.Item))
            {
                double[] joint = [.. Enumerable.Range(0, categories).Select(k => item.Aggregate(1.0, (p, r) => p * ((r.Category == k ? knows[r.Rater] : 0) + guesses[r.Rater][r.Category])))];
                posteriors[item.Key] = [.. joint.Select(p => p / joint.Sum())];
            }

            double Knew(ItemRating r) => posteriors[r.Item][r.Category] * knows[r.Rater] / (knows[r.Rater] + guesses[r.Rater][r.Category]);
            double[] known = [.. knows.Select((_, rater) => toKnow + given.Where(r => r.Rater == rater).Sum(Knew))];
            double[][] guessed = [.. knows.Select((_, rater) => Enumerable.Range(0, categories).Select(said => toGuess + given.Where(r => r.Rater == rater && r.Category == said).Sum(r => 1 - Knew(r))).ToArray())];
            double[] all = [.. knows.Select((_, rater) => 2 * toKnow + given.Count(r => r.Rater == rater))];
            if (step == steps) return (posteriors, [.. known.Zip(all, (k, n) => k / n)], [.. guessed.Select(own => own.Select(g => g / own.Sum()).ToArray())]);
            guesses = [.. guessed.Select((own, rater) => own.Select(g => Weight(g, own.Sum()) * Weight(all[rater] - known[rater], all[rater])).ToArray())];
            knows = [.. known.Zip(all, Weight)];
        }
    }
}
