using System.Numerics;
using System.Runtime.InteropServices;

namespace Pirogov.Statistics;

/// <summary>
/// Overlap of two masks, from counts of voxels; symmetric in its arguments and free of unit.
/// Empty masks: both empty is perfect agreement (1, of IoU as declared); one empty is none (0).
/// </summary>
public static class Overlap
{
    /// <summary>2|A∩B| / (|A|+|B|) (Dice 1945).</summary>
    /// <param name="intersection">Voxels in both.</param>
    /// <param name="first">Voxels in the first.</param>
    /// <param name="second">Voxels in the second.</param>
    /// <exception cref="ArgumentException">Counts that are negative, or an intersection larger than one of its sets.</exception>
    public static double Dice(long intersection, long first, long second)
    {
        Check(intersection, first, second);
        return first + second == 0 ? 1 : 2.0 * intersection / (first + second);
    }

    /// <summary>2|A∩B| / (|A|+|B|) (Dice 1945) of two masks.</summary>
    /// <param name="first">A mask, voxel by voxel.</param>
    /// <param name="second">The other on the same grid.</param>
    /// <exception cref="ArgumentException">Masks of different length.</exception>
    public static double Dice(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        var (both, a, b) = Count(first, second);
        return Dice(both, a, b);
    }

    /// <summary>|A∩B| / |A∪B| (Jaccard 1912).</summary>
    /// <param name="intersection">Voxels in both.</param>
    /// <param name="first">Voxels in the first.</param>
    /// <param name="second">Voxels in the second.</param>
    /// <param name="bothEmpty">The declared value of two empty masks: 1 for agreement, 0 for nothing found, NaN to leave it out.</param>
    /// <exception cref="ArgumentException">Counts that are negative, or an intersection larger than one of its sets.</exception>
    public static double Iou(long intersection, long first, long second, double bothEmpty = 1)
    {
        Check(intersection, first, second);
        return first + second == 0 ? bothEmpty : (double)intersection / (first + second - intersection);
    }

    /// <summary>|A∩B| / |A∪B| (Jaccard 1912) of two masks.</summary>
    /// <param name="first">A mask, voxel by voxel.</param>
    /// <param name="second">The other on the same grid.</param>
    /// <param name="bothEmpty">The declared value of two empty masks.</param>
    /// <exception cref="ArgumentException">Masks of different length.</exception>
    public static double Iou(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, double bothEmpty = 1)
    {
        var (both, a, b) = Count(first, second);
        return Iou(both, a, b, bothEmpty);
    }

    /// <summary>1 − ||A|−|B|| / (|A|+|B|) (Taha &amp; Hanbury 2015, eq. 22): blind to where the volumes lie.</summary>
    /// <param name="first">Voxels in the first.</param>
    /// <param name="second">Voxels in the second.</param>
    /// <exception cref="ArgumentException">A negative count.</exception>
    public static double VolumetricSimilarity(long first, long second)
    {
        Check(0, first, second);
        return first + second == 0 ? 1 : 1 - (double)Math.Abs(first - second) / (first + second);
    }

    /// <summary>1 − ||A|−|B|| / (|A|+|B|) (Taha &amp; Hanbury 2015, eq. 22) of two masks.</summary>
    /// <param name="first">A mask, voxel by voxel.</param>
    /// <param name="second">The other on the same grid.</param>
    /// <exception cref="ArgumentException">Masks of different length.</exception>
    public static double VolumetricSimilarity(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        var (_, a, b) = Count(first, second);
        return VolumetricSimilarity(a, b);
    }

    /// <summary>Voxels in both masks, in the first and in the second (the cardinalities of Taha &amp; Hanbury 2015).</summary>
    /// <param name="first">A mask, voxel by voxel.</param>
    /// <param name="second">The other on the same grid.</param>
    /// <exception cref="ArgumentException">Masks of different length.</exception>
    public static (long Intersection, long First, long Second) Count(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        if (first.Length != second.Length)
            throw new ArgumentException($"Masks of {first.Length} and {second.Length} voxels cannot be compared.", nameof(second));
        // Eight voxels at a time: a voxel is a byte, of which only the lowest bit may be set.
        var eights = MemoryMarshal.Cast<bool, ulong>(first);
        var others = MemoryMarshal.Cast<bool, ulong>(second);
        long both = 0, a = 0, b = 0;
        for (var i = 0; i < eights.Length; i++)
        {
            a += BitOperations.PopCount(eights[i]);
            b += BitOperations.PopCount(others[i]);
            both += BitOperations.PopCount(eights[i] & others[i]);
        }

        for (var i = eights.Length * 8; i < first.Length; i++)
        {
            if (first[i]) a++;
            if (second[i]) b++;
            if (first[i] && second[i]) both++;
        }

        return (both, a, b);
    }

    private static void Check(long intersection, long first, long second)
    {
        if (intersection < 0 || first < intersection || second < intersection)
            throw new ArgumentException($"Counts {intersection}, {first}, {second} cannot be an intersection and its two sets.", nameof(intersection));
    }
}
