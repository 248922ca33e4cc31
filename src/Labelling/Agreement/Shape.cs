using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

internal enum ShapeFamily
{
    Area,
    Line,
    Length,
    Point,
    Span,
    Event,
    Track,
}

/// <summary>An object as the comparison sees it: its family, where it lies, and its rings or visible boxes.</summary>
internal sealed class Shape
{
    private const int EllipseCorners = 96;

    private Shape(DocumentObject from, int index, ShapeFamily family) => (Object, Index, Family) = (from, index, family);

    public DocumentObject Object { get; }

    /// <summary>In its document.</summary>
    public int Index { get; }
    public ShapeFamily Family { get; }

    /// <summary>Only objects of one plane can be the same thing: a frame, a frame of reference, a text, a video.</summary>
    public string Plane { get; private init; } = "";

    /// <summary>Along the axis by which candidates are found: x, a position in the text, a frame.</summary>
    public double Low { get; private init; }
    public double High { get; private init; }

    /// <summary>Across it; the same for all where there is none.</summary>
    public double Top { get; private init; }
    public double Bottom { get; private init; }

    /// <summary>Whether distances are millimetres in the patient.</summary>
    public bool IsSpatial { get; private init; }
    public IReadOnlyList<IReadOnlyList<double[]>> Rings { get; private init; } = [];

    /// <summary>Points, in mm of the patient where <see cref="IsSpatial"/>, else in pixels.</summary>
    public IReadOnlyList<double[]> Points { get; private init; } = [];

    /// <summary>The shape on its image, also where it knows its place in the patient.</summary>
    public Shape Flat => IsSpatial ? (field ??= Drawn(Object, Index, Family, isSpatial: false)) : this;

    public static Shape Of(DocumentObject one, int index) => one.Type switch
    {
        Geometry.Span => new(one, index, ShapeFamily.Span) { Plane = $"text {one.Text}", Low = one.Spans![0].Start, High = one.Spans[^1].End },
        Geometry.Event => new(one, index, ShapeFamily.Event) { Plane = $"event {one.SopInstanceUid}", Low = one.Interval!.First, High = one.Interval.Last + 1 },
        Geometry.Track => Moving(one, index),
        "polygon" or "rectangle" or "ellipse" => Area(one, index),
        "polyline" => Drawn(one, index, ShapeFamily.Line),
        "length" => Drawn(one, index, ShapeFamily.Length),
        _ => Drawn(one, index, ShapeFamily.Point),
    };

    private static Shape Area(DocumentObject one, int index)
    {
        var rings = RingsOf(one);
        var (left, top, right, bottom) = BoxOf(rings[0]);
        return new(one, index, ShapeFamily.Area) { Plane = $"area {one.SopInstanceUid} {one.Frame}", Low = left, High = right, Top = top, Bottom = bottom, Rings = rings };
    }

    /// <summary>A video holds many things at one time: tracks are told apart by where they pass.</summary>
    private static Shape Moving(DocumentObject one, int index)
    {
        var (left, top, right, bottom) = BoxOf(one.Track!.SelectMany(k => k.Points));
        return new(one, index, ShapeFamily.Track) { Plane = $"track {one.SopInstanceUid}", Low = left, High = right, Top = top, Bottom = bottom };
    }

    /// <summary>Points that know where they lie in the patient can be the same thing on neighbouring images.</summary>
    private static Shape Drawn(DocumentObject one, int index, ShapeFamily family) =>
        Drawn(one, index, family, one is { Points3d: { } spatial, FrameOfReferenceUid.Length: > 0 } && spatial.Count == one.Points.Count);

    private static Shape Drawn(DocumentObject one, int index, ShapeFamily family, bool isSpatial)
    {
        var points = isSpatial ? one.Points3d! : one.Points;
        var (left, top, right, bottom) = BoxOf(points);
        return new(one, index, family)
        {
            Plane = isSpatial ? $"{family} {one.FrameOfReferenceUid}" : $"{family} {one.SopInstanceUid} {one.Frame}",
            Low = left,
            High = right,
            Top = top,
            Bottom = bottom,
            IsSpatial = isSpatial,
            Points = points,
        };
    }

    internal static IReadOnlyList<IReadOnlyList<double[]>> RingsOf(DocumentObject one)
    {
        if (one.Type == "polygon")
            return [one.Points, .. one.Holes ?? []];
        if (one.Type == "rectangle" && one.Points.Count == 4)
            return [one.Points];
        var (left, top, right, bottom) = BoxOf(one.Points);
        if (one.Type == "rectangle")
            return [[[left, top], [right, top], [right, bottom], [left, bottom]]];
        var (x, y, a, b) = ((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2);
        return [[.. Enumerable.Range(0, EllipseCorners).Select(i => 2 * Math.PI * i / EllipseCorners).Select(t => new[] { x + a * Math.Cos(t), y + b * Math.Sin(t) })]];
    }

    internal static (double Left, double Top, double Right, double Bottom) BoxOf(IEnumerable<double[]> points)
    {
        var box = (Left: double.PositiveInfinity, Top: double.PositiveInfinity, Right: double.NegativeInfinity, Bottom: double.NegativeInfinity);
        foreach (var point in points)
            box = (Math.Min(box.Left, point[0]), Math.Min(box.Top, point[1]), Math.Max(box.Right, point[0]), Math.Max(box.Bottom, point[1]));
        return box;
    }
}
