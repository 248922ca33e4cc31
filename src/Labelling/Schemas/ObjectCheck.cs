using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Formats;

namespace Pirogov.Labelling.Schemas;

/// <summary>Holds one object against its class and against the image, the video or the text on which it lies.</summary>
/// <param name="images">The case's instances by SOP Instance UID.</param>
internal sealed class ObjectCheck(SchemaContent schema, IReadOnlyDictionary<string, CaseFile> images, IReadOnlyList<CaseText> texts)
{
    public const int MostPointsInAll = 1_000_000;
    public const int MostSpans = 100;

    private readonly Dictionary<string, int> lengths = texts.ToDictionary(t => t.Name, t => CodePoints.Count(t.Text));
    private int points;

    /// <summary>Pairs of edges that may be looked at over the whole document: a quarter of a second.</summary>
    private long work = 100_000_000;

    /// <returns>Why not, stable, and what is meant.</returns>
    public (string Reason, string Where)? Fault(DocumentObject one)
    {
        if (one is not { Id: not null, Class: not null, Type: not null, SopInstanceUid: not null, Points: not null })
            return ("part-incomplete", "");
        if (!Guid.TryParse(one.Id, out _))
            return ("object-id-unfit", one.Id);
        if (!Geometry.All.Contains(one.Type) || one.Type == Geometry.Mask)
            return ("object-type-unknown", one.Type);
        if (schema.Class(one.Class) is not { } @class)
            return ("class-unknown", one.Class);
        if (!@class.Geometries.Contains(one.Type))
            return ("geometry-not-allowed", one.Class);
        if (AnchorFault(one) is { } misplaced)
            return misplaced;
        return AttributeFault(@class, one.Attributes);
    }

    /// <summary>Every anchor has members of its own; those of another would be read by nobody, or by somebody as the anchor.</summary>
    private (string, string)? AnchorFault(DocumentObject one)
    {
        var isShape = one.Type is not (Geometry.Span or Geometry.Event or Geometry.Track);
        var mixed = one.Type != Geometry.Span && (one.Text is not null || one.Spans is not null)
            || one.Type != Geometry.Event && one.Interval is not null || one.Type != Geometry.Track && one.Track is not null
            || one.Type != "polygon" && one.Holes is not null
            || !isShape && (one.Points.Count > 0 || one.Points3d is not null || one.Measurement is not null);
        if (mixed)
            return ("anchor-unfit", one.Type);
        return one.Type switch
        {
            Geometry.Span => SpanFault(one),
            Geometry.Event => EventFault(one),
            Geometry.Track => TrackFault(one),
            _ => ShapeFault(one),
        };
    }

    private (string, string)? SpanFault(DocumentObject one)
    {
        if (one.SopInstanceUid.Length > 0 || one.Text is null || !lengths.TryGetValue(one.Text, out var length))
            return ("text-of-other-case", one.Text ?? one.SopInstanceUid);
        if (one.Spans is not { Count: > 0 and <= MostSpans } spans)
            return ("spans-unfit", $"{one.Spans?.Count ?? 0}");
        var reached = 0;
        foreach (var span in spans)
        {
            if (span is null || span.Start >= span.End || span.Start < reached && span.Start >= 0)
                return ("spans-unfit", span is null ? "" : $"{span.Start}–{span.End}");
            if (span.Start < 0 || span.End > length)
                return ("span-outside-text", $"{span.Start}–{span.End}, {length}");
            reached = span.End;
        }

        return null;
    }

    private (string, string)? EventFault(DocumentObject one)
    {
        if (Image(one.SopInstanceUid) is not { } video)
            return ("image-of-other-case", one.SopInstanceUid);
        if (one.Interval is not { } interval)
            return ("anchor-unfit", one.Type);
        if (interval.First < 1 || interval.Last > video.Frames || interval.First > interval.Last)
            return ("frame-unknown", $"{interval.First}–{interval.Last}");
        return IsTime(interval.FirstSeconds) && IsTime(interval.LastSeconds) && !(interval.FirstSeconds > interval.LastSeconds)
            ? null
            : ("time-unfit", $"{interval.FirstSeconds}–{interval.LastSeconds}");
    }

    private (string, string)? TrackFault(DocumentObject one)
    {
        if (Image(one.SopInstanceUid) is not { } video)
            return ("image-of-other-case", one.SopInstanceUid);
        if (one.Track is not { Count: > 0 } keys)
            return ("anchor-unfit", one.Type);
        if (TooMany(keys.Sum(k => k?.Points?.Count ?? 0)) is { } tooMany)
            return tooMany;
        var (reached, corners) = (0, 0);
        foreach (var key in keys)
        {
            if (key is not { Points: not null })
                return ("part-incomplete", "");
            if (key.Frame <= reached || key.Frame > video.Frames)
                return (key.Frame > 0 && key.Frame <= video.Frames ? "key-frames-unfit" : "frame-unknown", $"{key.Frame}");
            if (!IsTime(key.Seconds))
                return ("time-unfit", $"{key.Frame}");
            reached = key.Frame;
            if (key.Outside && key.Points.Count == 0)
                continue;
            // Between key frames points are interpolated one by one: their number stays.
            if (key.Points.Count < 2 || corners > 0 && key.Points.Count != corners)
                return ("key-frames-unfit", $"{key.Frame}");
            corners = key.Points.Count;
            if (PointFault(key.Points, video) is { } outside)
                return outside;
            if (corners > 2 && PolygonRings.Fault([key.Points], ref work) is { } reason)
                return (reason, $"{key.Frame}");
        }

        return corners > 0 ? null : ("key-frames-unfit", "");
    }

    private (string, string)? ShapeFault(DocumentObject one)
    {
        if (Image(one.SopInstanceUid) is not { } image)
            return ("image-of-other-case", one.SopInstanceUid);
        if (one.Frame < 1 || one.Frame > Math.Max(1, image.Frames))
            return ("frame-unknown", $"{one.Frame}");
        if (one.Holes?.Any(h => h is null) is true)
            return ("part-incomplete", "");
        if (TooMany(one.Points.Count + (one.Holes?.Sum(h => h.Count) ?? 0)) is { } tooMany)
            return tooMany;
        if (!FitsType(one.Type, one.Points.Count) || one.Holes?.Any(h => h.Count < 3) is true)
            return ("points-unfit", $"{one.Type}: {one.Points.Count}");
        if (PointFault(one.Points.Concat(one.Holes?.SelectMany(h => h) ?? []), image) is { } outside)
            return outside;
        if (one.Points3d is { } spatial && (spatial.Count != one.Points.Count || !spatial.All(p => p is { Length: 3 } && p.All(double.IsFinite))))
            return ("points-unfit", $"{one.Type}: mm");
        if (one.FrameOfReferenceUid is { Length: > 64 } || one.Measurement is { LengthMm: { } mm } && !(double.IsFinite(mm) && mm >= 0))
            return ("measurement-unfit", $"{one.Measurement?.LengthMm}");
        return one.Type == "polygon" && PolygonRings.Fault([one.Points, .. one.Holes ?? []], ref work) is { } reason ? (reason, $"{one.Points.Count}") : null;
    }

    /// <summary>A slide's tiles make up one image; its points lie on that.</summary>
    private (int Columns, int Rows, int Frames)? Image(string sopInstanceUid) => !images.TryGetValue(sopInstanceUid, out var image) ? null
        : image.TotalPixelMatrix is { } whole ? (whole.Columns, whole.Rows, 1) : (image.Columns, image.Rows, Math.Max(1, image.Frames));

    private static (string, string)? PointFault(IEnumerable<double[]> points, (int Columns, int Rows, int Frames) image)
    {
        foreach (var point in points)
        {
            if (point is not [var x, var y])
                return ("points-unfit", "");
            if (!double.IsFinite(x) || !double.IsFinite(y))
                return ("coordinate-not-finite", FormattableString.Invariant($"{x}; {y}"));
            if (x < 0 || x > image.Columns || y < 0 || y > image.Rows)
                return ("point-outside-image", FormattableString.Invariant($"{x}; {y}"));
        }

        return null;
    }

    private (string, string)? TooMany(int some) =>
        some > DocumentCheck.MostPoints || (points += some) > MostPointsInAll ? ("too-many-points", $"{Math.Max(some, points)}") : null;

    private static bool FitsType(string type, int points) => type switch
    {
        "point" => points == 1,
        "length" => points == 2,
        "polyline" => points >= 2,
        "polygon" => points >= 3,
        _ => points is >= 2 and <= 4,
    };

    private static bool IsTime(double? seconds) => seconds is not { } given || double.IsFinite(given) && given >= 0;

    private static (string, string)? AttributeFault(LabelClass @class, IReadOnlyDictionary<string, DocumentAnswer>? attributes) =>
        attributes is null ? null : AnswerCheck.First(@class.Attributes ?? [], attributes, _ => false, "attribute-unknown");
}
