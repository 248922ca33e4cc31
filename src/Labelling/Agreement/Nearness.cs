using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>How near two objects of one class are.</summary>
/// <param name="Weight">In (0, 1]: what the assignment makes largest.</param>
/// <param name="Score">In [0, 1]: what is held against the class's threshold. Dice; of points and lines 1 within the tolerance, else 0.</param>
/// <param name="Figure">Dice, or the distance.</param>
/// <param name="Measure">"dice", "mm" or "px".</param>
internal readonly record struct Nearness(double Weight, double Score, double Figure, string Measure)
{
    /// <summary>Beyond so many tolerances, points are not the same thing drawn badly but two things.</summary>
    public const double Reach = 2;

    /// <returns>Null when the two cannot be the same thing.</returns>
    public static Nearness? Of(Shape a, Shape b, ConsensusRules rules)
    {
        if (a.IsSpatial != b.IsSpatial)
            (a, b) = (a.Flat, b.Flat);
        if (a.Family != b.Family || a.Plane != b.Plane)
            return null;
        return a.Family switch
        {
            ShapeFamily.Area => Overlapping(Dice(PolygonOverlap.Areas(a.Rings, b.Rings)), rules),
            ShapeFamily.Span => Overlapping(Dice(Spans(a.Object.Spans!, b.Object.Spans!)), rules),
            ShapeFamily.Event => Overlapping(Dice((a.High - a.Low, b.High - b.Low, Math.Max(0, Math.Min(a.High, b.High) - Math.Max(a.Low, b.Low)))), rules),
            ShapeFamily.Track => Overlapping(Dice(TrackBoxes.Volumes(a.Object.Track!, b.Object.Track!)), rules),
            ShapeFamily.Line => Apart(LineDistance.Mean(a.Points, b.Points), a, rules),
            ShapeFamily.Length => Apart(LineDistance.Ends(a.Points, b.Points), a, rules),
            _ => Apart(LineDistance.Between(a.Points[0], b.Points[0]), a, rules),
        };
    }

    private static Nearness? Overlapping(double dice, ConsensusRules rules) => dice > rules.MatchAbove ? new(dice, dice, dice, "dice") : null;

    private static Nearness? Apart(double distance, Shape shape, ConsensusRules rules)
    {
        var tolerance = shape.IsSpatial ? rules.ToleranceMm : rules.TolerancePixels;
        return distance < Reach * tolerance
            ? new(1 - distance / (Reach * tolerance), distance <= tolerance ? 1 : 0, distance, shape.IsSpatial ? "mm" : "px")
            : null;
    }

    private static double Dice((double First, double Second, double Both) sizes) =>
        sizes.First + sizes.Second > 0 ? 2 * sizes.Both / (sizes.First + sizes.Second) : 1;

    private static (double, double, double) Spans(IReadOnlyList<TextSpan> a, IReadOnlyList<TextSpan> b)
    {
        long both = 0;
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            both += Math.Max(0, Math.Min(a[i].End, b[j].End) - Math.Max(a[i].Start, b[j].Start));
            if (a[i].End < b[j].End)
                i++;
            else
                j++;
        }

        return (a.Sum(s => (long)s.End - s.Start), b.Sum(s => (long)s.End - s.Start), both);
    }
}

/// <summary>Distances between points, ends and lines, in the points' own unit and in as many dimensions as they have.</summary>
internal static class LineDistance
{
    private const int Samples = 64;

    public static double Between(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Sqrt(sum);
    }

    /// <summary>The farther pair of ends, by the nearer of the two ways to pair them.</summary>
    public static double Ends(IReadOnlyList<double[]> a, IReadOnlyList<double[]> b) => Math.Min(
        Math.Max(Between(a[0], b[0]), Between(a[^1], b[^1])), Math.Max(Between(a[0], b[^1]), Between(a[^1], b[0])));

    /// <summary>The mean of the two directed mean distances, each over points spread evenly along one line.</summary>
    public static double Mean(IReadOnlyList<double[]> a, IReadOnlyList<double[]> b) =>
        (Along(a).Average(p => ToLine(p, b)) + Along(b).Average(p => ToLine(p, a))) / 2;

    private static IEnumerable<double[]> Along(IReadOnlyList<double[]> line)
    {
        var lengths = new double[line.Count];
        for (var i = 1; i < line.Count; i++)
            lengths[i] = lengths[i - 1] + Between(line[i - 1], line[i]);
        var at = 1;
        for (var n = 0; n < Samples; n++)
        {
            var wanted = lengths[^1] * n / (Samples - 1);
            while (at < line.Count - 1 && lengths[at] < wanted)
                at++;
            var stretch = lengths[at] - lengths[at - 1];
            yield return Mix(line[at - 1], line[at], stretch > 0 ? Math.Clamp((wanted - lengths[at - 1]) / stretch, 0, 1) : 0);
        }
    }

    internal static double[] Mix(double[] from, double[] to, double share) => [.. from.Zip(to, (x, y) => x + share * (y - x))];

    private static double ToLine(double[] point, IReadOnlyList<double[]> line)
    {
        var nearest = double.PositiveInfinity;
        for (var i = 1; i < line.Count; i++)
        {
            var (from, to) = (line[i - 1], line[i]);
            double along = 0, length = 0;
            for (var d = 0; d < point.Length; d++)
            {
                along += (point[d] - from[d]) * (to[d] - from[d]);
                length += (to[d] - from[d]) * (to[d] - from[d]);
            }

            nearest = Math.Min(nearest, Between(point, Mix(from, to, length > 0 ? Math.Clamp(along / length, 0, 1) : 0)));
        }

        return nearest;
    }
}

/// <summary>A track's boxes frame by frame: interpolated linearly between key frames, none where the object is not seen.</summary>
internal static class TrackBoxes
{
    /// <summary>Of a long stretch, every so manieth frame is looked at.</summary>
    private const int MostFrames = 256;

    /// <returns>Areas summed over the frames: of the first, the second, and of what they share.</returns>
    public static (double First, double Second, double Both) Volumes(IReadOnlyList<KeyFrame> a, IReadOnlyList<KeyFrame> b)
    {
        var (first, last) = (Math.Min(a[0].Frame, b[0].Frame), Math.Max(a[^1].Frame, b[^1].Frame));
        if (a[^1].Frame < b[0].Frame || b[^1].Frame < a[0].Frame)
            return (1, 1, 0);
        var step = Math.Max(1, (last - first + MostFrames) / MostFrames);
        double areaA = 0, areaB = 0, both = 0;
        for (var frame = first; frame <= last; frame += step)
        {
            var (boxA, boxB) = (At(a, frame), At(b, frame));
            areaA += Area(boxA);
            areaB += Area(boxB);
            if (boxA is { } x && boxB is { } y)
                both += Area((Math.Max(x.Left, y.Left), Math.Max(x.Top, y.Top), Math.Min(x.Right, y.Right), Math.Min(x.Bottom, y.Bottom)));
        }

        return (areaA, areaB, both);
    }

    /// <returns>Null where the object is not seen.</returns>
    public static (double Left, double Top, double Right, double Bottom)? At(IReadOnlyList<KeyFrame> track, int frame)
    {
        var after = Search(track, frame);
        if (after < track.Count && track[after].Frame == frame)
            return track[after].Outside ? null : Shape.BoxOf(track[after].Points);
        if (after == 0 || after == track.Count || track[after - 1].Outside)
            return null;
        var (from, to) = (track[after - 1], track[after]);
        if (to.Points.Count != from.Points.Count)
            return Shape.BoxOf(from.Points);
        return Between(from.Points, to.Points, (double)(frame - from.Frame) / (to.Frame - from.Frame));
    }

    private static (double Left, double Top, double Right, double Bottom) Between(IReadOnlyList<double[]> from, IReadOnlyList<double[]> to, double share)
    {
        var box = (Left: double.PositiveInfinity, Top: double.PositiveInfinity, Right: double.NegativeInfinity, Bottom: double.NegativeInfinity);
        for (var i = 0; i < from.Count; i++)
        {
            var (x, y) = (from[i][0] + share * (to[i][0] - from[i][0]), from[i][1] + share * (to[i][1] - from[i][1]));
            box = (Math.Min(box.Left, x), Math.Min(box.Top, y), Math.Max(box.Right, x), Math.Max(box.Bottom, y));
        }

        return box;
    }

    /// <returns>The first key frame that is not before.</returns>
    private static int Search(IReadOnlyList<KeyFrame> track, int frame)
    {
        var (low, high) = (0, track.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (track[middle].Frame < frame)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static double Area((double Left, double Top, double Right, double Bottom)? box) =>
        box is { } b ? Math.Max(0, b.Right - b.Left) * Math.Max(0, b.Bottom - b.Top) : 0;
}
