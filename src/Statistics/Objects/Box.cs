namespace Pirogov.Statistics;

/// <summary>A box with its sides along the axes, in any one unit; without front and back it is flat, and its volume an area.</summary>
public readonly record struct Box(double Left, double Top, double Right, double Bottom, double Front = 0, double Back = 1)
{
    /// <summary>In the square or the cube of the unit.</summary>
    public double Volume => (Right - Left) * (Bottom - Top) * (Back - Front);

    internal void Check(string parameter)
    {
        if (!(Right >= Left && Bottom >= Top && Back >= Front) || !double.IsFinite(Volume))
            throw new ArgumentException($"{this} has no sides.", parameter);
    }
}

/// <summary>Overlap of two boxes; symmetric and free of unit.</summary>
public static class BoxOverlap
{
    /// <summary>|A∩B| / |A∪B| (Jaccard 1912), 0 to 1. Of two boxes without volume 1 when they are equal, else 0.</summary>
    /// <param name="first">A box, its sides in order.</param>
    /// <param name="second">Another in the same unit.</param>
    /// <exception cref="ArgumentException">A box whose sides are out of order or not finite.</exception>
    public static double Iou(Box first, Box second)
    {
        first.Check(nameof(first));
        second.Check(nameof(second));
        return Ratio(first, second, Common(first, second));
    }

    /// <summary>IoU − |C ∖ (A∪B)| / |C| with C the smallest box around both, −1 to 1 (Rezatofighi et al. 2019, algorithm 1): tells how far apart boxes lie that do not meet.</summary>
    /// <param name="first">A box, its sides in order.</param>
    /// <param name="second">Another in the same unit.</param>
    /// <exception cref="ArgumentException">A box whose sides are out of order or not finite.</exception>
    public static double GeneralizedIou(Box first, Box second)
    {
        first.Check(nameof(first));
        second.Check(nameof(second));
        var common = Common(first, second);
        var around = new Box(
            Math.Min(first.Left, second.Left), Math.Min(first.Top, second.Top), Math.Max(first.Right, second.Right), Math.Max(first.Bottom, second.Bottom),
            Math.Min(first.Front, second.Front), Math.Max(first.Back, second.Back)).Volume;
        var union = first.Volume + second.Volume - common;
        return Ratio(first, second, common) - (around > 0 ? (around - union) / around : 0);
    }

    private static double Ratio(Box first, Box second, double common)
    {
        var union = first.Volume + second.Volume - common;
        return union > 0 ? common / union : first == second ? 1 : 0;
    }

    private static double Common(Box a, Box b) =>
        Side(a.Left, a.Right, b.Left, b.Right) * Side(a.Top, a.Bottom, b.Top, b.Bottom) * Side(a.Front, a.Back, b.Front, b.Back);

    private static double Side(double from, double to, double otherFrom, double otherTo) => Math.Max(0, Math.Min(to, otherTo) - Math.Max(from, otherFrom));
}
