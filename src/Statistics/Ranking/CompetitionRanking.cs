namespace Pirogov.Statistics;

/// <summary>Standard competition ranks ("1, 2, 2, 4"): equal scores share the best rank, the next one counts all before it (Wiesenfarth et al. 2021).</summary>
public static class CompetitionRanking
{
    /// <summary>The rank of every competitor.</summary>
    /// <param name="scores">One for each competitor; NaN (no valid score) ranks behind every number.</param>
    /// <param name="higherIsBetter">Dice: true; distance: false.</param>
    /// <param name="tolerance">Scores of neighbours in order that differ by no more are equal.</param>
    /// <returns>Ranks from 1, in the order of <paramref name="scores"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A negative tolerance.</exception>
    public static int[] Ranks(ReadOnlySpan<double> scores, bool higherIsBetter, double tolerance = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        var keys = new double[scores.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = double.IsNaN(scores[i]) ? double.PositiveInfinity : higherIsBetter ? -scores[i] : scores[i];
        var valid = scores.ToArray();

        int[] order = [.. Enumerable.Range(0, keys.Length).OrderBy(i => double.IsNaN(valid[i])).ThenBy(i => keys[i])];
        var ranks = new int[keys.Length];
        for (var place = 0; place < order.Length; place++)
        {
            var here = order[place];
            ranks[here] = place > 0 && Tied(order[place - 1], here) ? ranks[order[place - 1]] : place + 1;
        }

        return ranks;

        bool Tied(int a, int b) => double.IsNaN(valid[a]) || double.IsNaN(valid[b])
            ? double.IsNaN(valid[a]) && double.IsNaN(valid[b])
            : keys[a] == keys[b] || Math.Abs(keys[a] - keys[b]) <= tolerance;
    }
}
