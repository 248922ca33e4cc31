namespace Pirogov.Statistics;

/// <param name="Consensus">Mask, shares of the weight, and each source's Dice with it; sources left out are marked.</param>
/// <param name="Rounds">Estimates made.</param>
public sealed record SimpleFusion(MaskConsensus Consensus, int Rounds)
{
    /// <summary>
    /// SIMPLE, the selective and iterative method for performance level estimation (Langerak et al. 2010, section II): the
    /// majority's mask, each source's Dice with it, sources below mean − α·SD of those still in left out, then a majority
    /// weighted by Dice, until nobody more goes. A source once out stays out. Ties are background.
    /// </summary>
    /// <param name="masks">A voxel each of <paramref name="grid"/>; 1 to 31 of them.</param>
    /// <param name="grid">The shared grid.</param>
    /// <param name="alpha">Standard deviations below the mean that are borne, none negative.</param>
    /// <exception cref="ArgumentException">No mask or more than 31, or masks that are not of the grid; or a negative α.</exception>
    public static SimpleFusion Fit(IReadOnlyList<bool[]> masks, MaskGrid grid, double alpha = 1)
    {
        if (!(alpha >= 0)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Not negative.");
        var votes = MaskVotes.Of(masks, grid, 0);
        var (used, weights) = (new bool[masks.Count], new double[masks.Count]);
        used.AsSpan().Fill(true);
        weights.AsSpan().Fill(1);
        var foreground = votes.Shares(weights);
        for (var round = 1; ; round++)
        {
            var performance = Enumerable.Range(0, masks.Count).Select(source => votes.Dice(source, foreground)).ToArray();
            var going = Worst(performance, used, alpha);
            if (going.Count == 0 && round > 1) return new(votes.Consensus(foreground, used: used), round);
            foreach (var source in going) used[source] = false;
            for (var source = 0; source < weights.Length; source++) weights[source] = used[source] ? performance[source] : 0;
            // Where nobody agrees with anybody, all are equally good.
            if (weights.Sum() == 0) return new(votes.Consensus(foreground, used: used), round);
            foreground = votes.Shares(weights);
        }
    }

    private static List<int> Worst(double[] performance, bool[] used, double alpha)
    {
        var left = Enumerable.Range(0, used.Length).Where(source => used[source]).ToArray();
        var mean = left.Average(source => performance[source]);
        var deviation = Math.Sqrt(left.Average(source => (performance[source] - mean) * (performance[source] - mean)));
        return [.. left.Where(source => performance[source] < mean - alpha * deviation - 1e-12)];
    }
}
