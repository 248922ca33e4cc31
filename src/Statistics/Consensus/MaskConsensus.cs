namespace Pirogov.Statistics;

/// <summary>One source against the consensus.</summary>
/// <param name="Dice">With the consensus mask, 0 to 1; 1 where both are empty.</param>
/// <param name="Sensitivity">Share of the foreground that the source has; null without foreground. STAPLE's p.</param>
/// <param name="Specificity">Share of the background of the region that the source leaves; null without background there. STAPLE's q.</param>
/// <param name="Used">False: left out of the consensus.</param>
public sealed record MaskReliability(double Dice, double? Sensitivity, double? Specificity, bool Used = true);

/// <summary>A mask out of several on one grid (voting as in Rohlfing &amp; Maurer 2007).</summary>
/// <param name="Mask">A voxel each of the grid: foreground more probable than not, so that ties are background.</param>
/// <param name="Foreground">For each voxel the probability of foreground, or its share of the votes.</param>
/// <param name="Sources">Of each source, in order.</param>
public sealed record MaskConsensus(bool[] Mask, float[] Foreground, IReadOnlyList<MaskReliability> Sources)
{
    /// <summary>That the voxel is what <see cref="Mask"/> says, 0.5 to 1.</summary>
    /// <param name="voxel">Its index in the grid.</param>
    public float Confidence(int voxel) => Mask[voxel] ? Foreground[voxel] : 1 - Foreground[voxel];

    /// <summary>More than half of the sources, voxel by voxel.</summary>
    /// <param name="masks">A voxel each of <paramref name="grid"/>; 1 to 31 of them.</param>
    /// <param name="grid">The shared grid.</param>
    /// <exception cref="ArgumentException">No mask or more than 31, or masks that are not of the grid.</exception>
    public static MaskConsensus Majority(IReadOnlyList<bool[]> masks, MaskGrid grid) => Majority(masks, grid, Enumerable.Repeat(1.0, masks.Count).ToArray());

    /// <summary>More than half of the weight. Rates of the sources are those in the box around all masks.</summary>
    /// <param name="masks">A voxel each of <paramref name="grid"/>; 1 to 31 of them.</param>
    /// <param name="grid">The shared grid.</param>
    /// <param name="weights">Of each mask, finite, none negative, not all 0: skill, for instance.</param>
    /// <exception cref="ArgumentException">No mask or more than 31, or masks that are not of the grid; weights that are negative, not finite, all 0 or of another number.</exception>
    public static MaskConsensus Majority(IReadOnlyList<bool[]> masks, MaskGrid grid, ReadOnlySpan<double> weights)
    {
        var votes = MaskVotes.Of(masks, grid, 0);
        return votes.Consensus(votes.Shares(weights));
    }
}
