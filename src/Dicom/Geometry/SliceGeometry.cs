namespace Pirogov.Dicom.Geometry;

/// <summary>
/// The Image Plane of one slice (PS3.3 C.7.6.2): direction cosines of the rows (<paramref name="RowDirection"/>, along
/// increasing column index) and of the columns, centre of the first pixel in mm, and the distance in mm between
/// columns and between rows. Patient coordinates are LPS.
/// </summary>
public sealed record SliceGeometry(
    int Columns, int Rows, Vector3D RowDirection, Vector3D ColumnDirection, Vector3D Position, double ColumnSpacing, double RowSpacing)
{
    /// <summary>Spacing Between Slices, else Slice Thickness, in mm: all that a single slice says about its depth.</summary>
    public double? Depth { get; init; }

    public Vector3D Normal => Vector3D.Cross(RowDirection, ColumnDirection);

    /// <summary>
    /// Geometry of each frame: one for a classic image; from the shared and per-frame functional groups for an enhanced
    /// one. Null where orientation, position or spacing is missing or unreadable.
    /// </summary>
    public static IReadOnlyList<SliceGeometry?> ReadFrames(DicomDataset dataset)
    {
        var frames = dataset.GetItems(DicomTags.PerFrameFunctionalGroupsSequence);
        if (frames.Count == 0)
        {
            return [Read(dataset, dataset, dataset, dataset)];
        }

        var shared = dataset.GetItems(DicomTags.SharedFunctionalGroupsSequence);
        return [.. frames.Select(frame => Read(
            dataset,
            Group(frame, DicomTags.PlaneOrientationSequence),
            Group(frame, DicomTags.PlanePositionSequence),
            Group(frame, DicomTags.PixelMeasuresSequence)))];

        DicomDataset? Group(DicomDataset frame, DicomTag sequence) =>
            FirstItem(frame, sequence) ?? (shared is [var first, ..] ? FirstItem(first, sequence) : null);
    }

    private static DicomDataset? FirstItem(DicomDataset dataset, DicomTag sequence) =>
        dataset.GetItems(sequence) is [var first, ..] ? first : null;

    private static SliceGeometry? Read(DicomDataset image, DicomDataset? orientation, DicomDataset? position, DicomDataset? measures)
    {
        if (image.GetInt(DicomTags.Columns) is not > 0 || image.GetInt(DicomTags.Rows) is not > 0
            || orientation?.GetDoubles(DicomTags.ImageOrientationPatient) is not [var rx, var ry, var rz, var cx, var cy, var cz]
            || position?.GetDoubles(DicomTags.ImagePositionPatient) is not [var x, var y, var z]
            || measures?.GetDoubles(DicomTags.PixelSpacing) is not [> 0 and var rowSpacing, > 0 and var columnSpacing])
        {
            return null;
        }

        return new SliceGeometry(
            image.GetInt(DicomTags.Columns)!.Value, image.GetInt(DicomTags.Rows)!.Value,
            new Vector3D(rx, ry, rz), new Vector3D(cx, cy, cz), new Vector3D(x, y, z), columnSpacing, rowSpacing)
        {
            Depth = measures.GetDouble(DicomTags.SpacingBetweenSlices) is > 0 and var between ? between
                : measures.GetDouble(DicomTags.SliceThickness) is > 0 and var thickness ? thickness : null,
        };
    }
}

/// <summary>A vector in double precision: positions of slices need more than System.Numerics' float.</summary>
public readonly record struct Vector3D(double X, double Y, double Z)
{
    public double Length => Math.Sqrt(Dot(this, this));

    public static double Dot(Vector3D a, Vector3D b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vector3D Cross(Vector3D a, Vector3D b) =>
        new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    public static Vector3D Add(Vector3D a, Vector3D b) => a + b;

    public static Vector3D Subtract(Vector3D a, Vector3D b) => a - b;

    public static Vector3D Multiply(double factor, Vector3D a) => factor * a;

    public static Vector3D operator +(Vector3D a, Vector3D b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vector3D operator -(Vector3D a, Vector3D b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vector3D operator *(double factor, Vector3D a) => new(factor * a.X, factor * a.Y, factor * a.Z);
}
