namespace Pirogov.Statistics;

/// <summary>Object keypoint similarity.</summary>
public static class KeypointSimilarity
{
    /// <summary>
    /// Mean over the reference's keypoints of exp(−d² / (2 s² k²)), 0 to 1 (Ronchi &amp; Perona 2017, eq. 1; COCO's OKS, whose
    /// k is 2σ). Asymmetric: what only the second has does not count; what it lacks counts 0.
    /// </summary>
    /// <param name="reference">A place for each keypoint, mm; null where it is not to be seen.</param>
    /// <param name="found">The same keypoints in the same order.</param>
    /// <param name="scale">s: the square root of the object's area, mm.</param>
    /// <param name="falloffs">k of each keypoint, positive: how far experts disagree, as a share of s.</param>
    /// <returns>NaN when the reference has no keypoint.</returns>
    /// <exception cref="ArgumentException">Lists of different length, a scale or a falloff that is not above 0, or a place that is not finite.</exception>
    public static double Of(ReadOnlySpan<Position?> reference, ReadOnlySpan<Position?> found, double scale, ReadOnlySpan<double> falloffs)
    {
        if (found.Length != reference.Length || falloffs.Length != reference.Length)
            throw new ArgumentException($"{reference.Length} keypoints, {found.Length} found and {falloffs.Length} falloffs do not fit.", nameof(found));
        if (!(scale > 0 && double.IsFinite(scale))) throw new ArgumentOutOfRangeException(nameof(scale), scale, "A scale is positive.");
        var (sum, visible) = (0.0, 0);
        for (var i = 0; i < reference.Length; i++)
        {
            if (!(falloffs[i] > 0)) throw new ArgumentException($"A falloff of {falloffs[i]} lets nothing pass.", nameof(falloffs));
            if (reference[i] is not { } place) continue;
            place.Check(nameof(reference));
            visible++;
            if (found[i] is not { } other) continue;
            other.Check(nameof(found));
            var away = place.DistanceTo(other) / (scale * falloffs[i]);
            sum += Math.Exp(-away * away / 2);
        }

        return visible == 0 ? double.NaN : sum / visible;
    }
}
