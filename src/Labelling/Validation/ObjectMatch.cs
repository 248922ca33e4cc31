using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Validation;

/// <summary>
/// Which objects of two documents are the same thing: the pairs that overlap most, each object once, from half an overlap on. Areas overlap by
/// the boxes around them, spans by code points, events and tracks by frames; points and lines are given a rim of five pixels.
/// </summary>
internal static class ObjectMatch
{
    private const double Least = 0.5;
    private const double Rim = 5;

    /// <param name="across">Whether objects of different classes may be the same thing; used for what found no partner in its own class.</param>
    public static IReadOnlyList<(DocumentObject First, DocumentObject Second)> Pairs(
        IEnumerable<DocumentObject> first, IEnumerable<DocumentObject> second, bool across = false)
    {
        var there = second.ToLookup(Place);
        var candidates = from a in first
                         from b in there[Place(a)]
                         where across || a.Class == b.Class
                         let overlap = Overlap(a, b)
                         where overlap >= Least
                         orderby overlap descending, a.Id, b.Id
                         select (a, b);
        var (pairs, taken) = (new List<(DocumentObject, DocumentObject)>(), new HashSet<DocumentObject>(ReferenceEqualityComparer.Instance));
        foreach (var (a, b) in candidates)
        {
            if (taken.Contains(a) || taken.Contains(b))
                continue;
            taken.Add(a);
            taken.Add(b);
            pairs.Add((a, b));
        }

        return pairs;
    }

    private static (string, string, int, string?) Place(DocumentObject one) =>
        (one.Type, one.SopInstanceUid, one.Interval is null && one.Track is null ? one.Frame : 0, one.Text);

    private static double Overlap(DocumentObject a, DocumentObject b)
    {
        if (a.Spans is { } spans && b.Spans is { } others)
            return Ratio(spans.Sum(s => others.Sum(o => Common(s.Start, s.End, o.Start, o.End))), spans.Sum(s => s.End - s.Start), others.Sum(s => s.End - s.Start));
        if (Frames(a) is var (from, to) && Frames(b) is var (otherFrom, otherTo))
            return Ratio(Common(from, to + 1, otherFrom, otherTo + 1), to + 1 - from, otherTo + 1 - otherFrom);
        if (Box(a) is not { } box || Box(b) is not { } other)
            return 0;
        var common = Common(box.Left, box.Right, other.Left, other.Right) * Common(box.Top, box.Bottom, other.Top, other.Bottom);
        return Ratio(common, (box.Right - box.Left) * (box.Bottom - box.Top), (other.Right - other.Left) * (other.Bottom - other.Top));
    }

    private static (int From, int To)? Frames(DocumentObject one) =>
        one.Interval is { } interval ? (interval.First, interval.Last) : one.Track is { Count: > 0 } keys ? (keys[0].Frame, keys[^1].Frame) : null;

    private static (double Left, double Top, double Right, double Bottom)? Box(DocumentObject one)
    {
        if (one.Points.Count == 0)
            return null;
        var rim = one.Type is "point" or "length" or "polyline" ? Rim : 0;
        return (one.Points.Min(p => p[0]) - rim, one.Points.Min(p => p[1]) - rim, one.Points.Max(p => p[0]) + rim, one.Points.Max(p => p[1]) + rim);
    }

    private static double Common(double from, double to, double otherFrom, double otherTo) => Math.Max(0, Math.Min(to, otherTo) - Math.Max(from, otherFrom));

    private static double Ratio(double common, double first, double second) => first + second - common is > 0 and var union ? common / union : 0;
}
