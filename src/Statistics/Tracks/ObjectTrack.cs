namespace Pirogov.Statistics;

/// <param name="Frame">Number of the frame.</param>
/// <param name="Box">Where the object is in it.</param>
public readonly record struct TrackedBox(int Frame, Box Box);

/// <summary>One object through a recording.</summary>
/// <param name="Boxes">By rising frame, at most one a frame; gaps are where it is not to be seen.</param>
public sealed record ObjectTrack(IReadOnlyList<TrackedBox> Boxes)
{
    internal void Check(string parameter)
    {
        for (var i = 0; i < Boxes.Count; i++)
        {
            Boxes[i].Box.Check(parameter);
            if (i > 0 && Boxes[i].Frame <= Boxes[i - 1].Frame)
                throw new ArgumentException($"Frame {Boxes[i].Frame} follows frame {Boxes[i - 1].Frame} in a track.", parameter);
        }
    }
}

/// <summary>Overlap of two tracks, 0 to 1, symmetric; two without a frame agree (1).</summary>
public static class TrackOverlap
{
    /// <summary>Frames in both over frames in either: Jaccard's index (1912) along time.</summary>
    /// <param name="first">A track.</param>
    /// <param name="second">Another of the same recording.</param>
    /// <exception cref="ArgumentException">A track whose frames do not rise, or a box whose sides are out of order or not finite.</exception>
    public static double TemporalIou(ObjectTrack first, ObjectTrack second)
    {
        var (both, _, _) = Common(first, second);
        var either = first.Boxes.Count + second.Boxes.Count - both;
        return either == 0 ? 1 : (double)both / either;
    }

    /// <summary>Intersections over unions of the boxes, each summed over the frames of either track (Yang, Fan &amp; Xu 2019, eq. 1).</summary>
    /// <param name="first">A track.</param>
    /// <param name="second">Another of the same recording.</param>
    /// <exception cref="ArgumentException">A track whose frames do not rise, or a box whose sides are out of order or not finite.</exception>
    public static double SpatioTemporalIou(ObjectTrack first, ObjectTrack second)
    {
        var (_, intersection, union) = Common(first, second);
        if (union > 0) return intersection / union;
        return TemporalIou(first, second);
    }

    private static (int Frames, double Intersection, double Union) Common(ObjectTrack first, ObjectTrack second)
    {
        first.Check(nameof(first));
        second.Check(nameof(second));
        var (frames, intersection, union) = (0, 0.0, first.Boxes.Sum(b => b.Box.Volume) + second.Boxes.Sum(b => b.Box.Volume));
        for (int i = 0, j = 0; i < first.Boxes.Count && j < second.Boxes.Count;)
        {
            var (a, b) = (first.Boxes[i], second.Boxes[j]);
            if (a.Frame <= b.Frame) i++;
            if (b.Frame <= a.Frame) j++;
            if (a.Frame != b.Frame) continue;
            frames++;
            var iou = BoxOverlap.Iou(a.Box, b.Box);
            intersection += iou * (a.Box.Volume + b.Box.Volume) / (1 + iou);
        }

        return (frames, intersection, union - intersection);
    }
}
