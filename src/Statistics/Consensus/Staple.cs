using System.Runtime.InteropServices;

namespace Pirogov.Statistics;

/// <param name="Consensus">Mask, probabilities, and each source's sensitivity p and specificity q within the region.</param>
/// <param name="Prevalence">γ: the foreground's share of the region before anybody is believed.</param>
/// <param name="Iterations">Of expectation and maximisation.</param>
/// <param name="Converged">False: the limit of iterations came first.</param>
/// <param name="Inverted">The labels had changed sides on the way and were put right.</param>
public sealed record Staple(MaskConsensus Consensus, double Prevalence, int Iterations, bool Converged, bool Inverted)
{
    /// <summary>
    /// Simultaneous truth and performance level estimation of a structure (Warfield, Zou &amp; Wells 2004, eq. 13 to 21,
    /// without the field). In a wide field of background all specificities run to 1 and sensitivities fall; therefore only
    /// the box around all masks, widened by a margin, takes part, and what lies beyond is background. Guard against
    /// exchanged labels: should the sources become worse than chance together (Σ p + q − 1 &lt; 0), which a start or a
    /// prevalence far from the truth can bring about, foreground and background are exchanged back, once. No masks drawn at
    /// all: an empty consensus. Ties, W = ½, are background.
    /// </summary>
    /// <param name="masks">A voxel each of <paramref name="grid"/>; 1 to 31 of them.</param>
    /// <param name="grid">The shared grid.</param>
    /// <param name="margin">Voxels, of each side of the box.</param>
    /// <param name="prevalence">γ, between 0 and 1; null: the share of the votes in the region (section II-D).</param>
    /// <param name="start">Each source's sensitivity and specificity to begin with, each between 0 and 1; null: 0.99999 all, with which the first guess is the majority's.</param>
    /// <param name="tolerance">Stops when no p and q moves farther.</param>
    /// <param name="maxIterations">At least 1.</param>
    /// <exception cref="ArgumentException">No mask or more than 31, or masks that are not of the grid; a negative margin, a prevalence outside (0, 1), a start that is none, or fewer than 1 iteration.</exception>
    public static Staple Fit(
        IReadOnlyList<bool[]> masks, MaskGrid grid, int margin = 2, double? prevalence = null,
        IReadOnlyList<(double Sensitivity, double Specificity)>? start = null, double tolerance = 1e-9, int maxIterations = 2000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxIterations);
        if (prevalence is not null and not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(prevalence), prevalence, "A prevalence lies between 0 and 1.");
        if (start is not null && (start.Count != masks.Count || start.Any(s => s is not ( > 0 and < 1, > 0 and < 1))))
            throw new ArgumentException("Every mask starts with a sensitivity and a specificity between 0 and 1.", nameof(start));
        // Between two answers that fit as well as one another the last bit of a sum decides, and with it the order in which is added up.
        int[] order = [.. Enumerable.Range(0, masks.Count).Order(Comparer<int>.Create((a, b) =>
            MemoryMarshal.AsBytes(masks[a].AsSpan()).SequenceCompareTo(MemoryMarshal.AsBytes(masks[b].AsSpan())) is var byVoxels and not 0 ? byVoxels : Comparer<(double, double)>.Default.Compare(start?[a] ?? default, start?[b] ?? default)))];
        var fitted = InOrder([.. order.Select(i => masks[i])], grid, margin, prevalence, start is null ? null : [.. order.Select(i => start[i])], tolerance, maxIterations);
        return fitted.Consensus.Sources.Count == 0 ? fitted
            : fitted with { Consensus = fitted.Consensus with { Sources = [.. Enumerable.Range(0, masks.Count).Select(i => fitted.Consensus.Sources[Array.IndexOf(order, i)])] } };
    }

    private static Staple InOrder(
        IReadOnlyList<bool[]> masks, MaskGrid grid, int margin, double? prevalence, IReadOnlyList<(double Sensitivity, double Specificity)>? start, double tolerance, int maxIterations)
    {
        var votes = MaskVotes.Of(masks, grid, margin);
        if (votes.Keys.Length == 0) return new(votes.Consensus([]), prevalence ?? 0, 0, true, false);

        var gamma = prevalence ?? votes.Shares(Enumerable.Repeat(1.0, masks.Count).ToArray()).Select((share, pattern) => share * votes.Times[pattern]).Sum() / votes.Times.Sum();
        var estimate = new StapleEstimate(votes, gamma, start);
        var inverted = false;
        for (var iteration = 1; ; iteration++)
        {
            estimate.Expect();
            var moved = estimate.Maximize();
            if (!inverted && estimate.WorseThanChance)
            {
                inverted = true;
                estimate.Exchange();
                moved = double.PositiveInfinity;
            }

            if (moved > tolerance && iteration < maxIterations) continue;
            estimate.Expect();
            return new(votes.Consensus(estimate.Foreground, estimate.Rates), gamma, iteration, moved <= tolerance, inverted);
        }
    }
}
