namespace Pirogov.Statistics;

/// <param name="Difference">Mean of first − second over all cases.</param>
/// <param name="Interval">Percentile interval of that difference.</param>
/// <param name="ProbabilityFirstBetter">Share of bootstrap samples in which the first is better; ties count half.</param>
public sealed record PairedComparison(double Difference, ConfidenceInterval Interval, double ProbabilityFirstBetter);

/// <summary>Two competitors, or many, on the same cases: every bootstrap sample scores all on the same draw (Koehn 2004).</summary>
public static class PairedBootstrap
{
    /// <summary>Whether the first is better than the second.</summary>
    /// <param name="first">A score for each case.</param>
    /// <param name="second">The other competitor, the same cases in the same order.</param>
    /// <param name="cases">Clusters and strata of the cases.</param>
    /// <param name="higherIsBetter">Dice: true; distance: false.</param>
    /// <param name="seed">Of the generator.</param>
    /// <param name="replicates">The number of samples.</param>
    /// <param name="level">Coverage.</param>
    /// <exception cref="ArgumentException">Another number of scores than cases, nothing to draw from, fewer than 1 sample, or a level outside (0, 1).</exception>
    public static PairedComparison Compare(
        double[] first,
        double[] second,
        ClusterSampler cases,
        bool higherIsBetter,
        ulong seed,
        int replicates = 2000,
        double level = 0.95)
    {
        if (first.Length != cases.ItemCount || second.Length != cases.ItemCount)
            throw new ArgumentException($"{first.Length} and {second.Length} scores given for {cases.ItemCount} cases.", nameof(first));

        double[] differences = [.. first.Zip(second, (a, b) => a - b)];
        var bootstrap = Bootstrap.Run(cases, items => Mean(differences, items), seed, replicates);
        var sign = higherIsBetter ? 1 : -1;
        double better = 0;
        foreach (var value in bootstrap.Replicates) better += value * sign > 0 ? 1 : value == 0 ? 0.5 : 0;
        return new PairedComparison(bootstrap.Estimate, bootstrap.Percentile(level), better / bootstrap.Replicates.Length);
    }

    /// <summary>How often each competitor takes each rank when the cases are drawn again (Wiesenfarth et al. 2021).</summary>
    /// <param name="scores">competitors × cases; every number finite (replace missing ones by the declared worst case before).</param>
    /// <param name="cases">Clusters and strata of the cases.</param>
    /// <param name="higherIsBetter">Dice: true; distance: false.</param>
    /// <param name="seed">Of the generator.</param>
    /// <param name="replicates">The number of samples.</param>
    /// <returns>competitors × ranks (rank 1 at index 0): shares that sum to 1 in each row.</returns>
    /// <exception cref="ArgumentException">A competitor with another number of scores than cases, fewer than 1 sample, or nothing to draw from.</exception>
    public static double[,] RankShares(double[][] scores, ClusterSampler cases, bool higherIsBetter, ulong seed, int replicates = 2000)
    {
        if (scores.Any(row => row.Length != cases.ItemCount))
            throw new ArgumentException($"Every competitor needs a score for each of {cases.ItemCount} cases.", nameof(scores));

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replicates);
        if (cases.ItemCount == 0) throw new ArgumentException("Nothing to draw from.", nameof(cases));
        var random = new Xoshiro256(seed);
        var shares = new double[scores.Length, scores.Length];
        for (var i = 0; i < replicates; i++)
        {
            var items = cases.Draw(random);
            var ranks = CompetitionRanking.Ranks([.. scores.Select(row => Mean(row, items))], higherIsBetter);
            for (var competitor = 0; competitor < ranks.Length; competitor++) shares[competitor, ranks[competitor] - 1] += 1.0 / replicates;
        }

        return shares;
    }

    private static double Mean(double[] values, ReadOnlySpan<int> items)
    {
        var sum = 0.0;
        foreach (var item in items) sum += values[item];
        return sum / items.Length;
    }
}
