namespace Pirogov.Dicom.Geometry;

/// <summary>Why slices do not make a volume.</summary>
public enum NotVolumeReason
{
    NoSlices,
    MissingGeometry,
    InvalidOrientation,
    DifferentSizes,
    DifferentOrientations,
    DifferentSpacings,
    RepeatedPosition,
    TiltedStack,
    UnevenSpacing,
}

/// <summary>
/// Either <see cref="Geometry"/>, or <see cref="Reason"/> and <see cref="SliceIndex"/>: the index, in the order given,
/// of the slice that shows it.
/// </summary>
public sealed record VolumeAssessment(VolumeGeometry? Geometry, NotVolumeReason? Reason, int? SliceIndex);

/// <summary>
/// A regular grid of voxels in the patient. Voxel (i, j, k) is column i, row j of the k-th slice along the normal;
/// patient coordinates are LPS in mm (PS3.3 C.7.6.2.1.1, equation C.7.6.2.1-1 extended by the slice step).
/// </summary>
public sealed class VolumeGeometry
{
    /// <summary>Direction cosines are written with few decimals: they agree when they differ by less.</summary>
    private const double DirectionTolerance = 1e-3;

    private readonly double[] affine;

    private VolumeGeometry(SliceGeometry first, int[] order, Vector3D step)
    {
        (Columns, Rows, SliceOrder) = (first.Columns, first.Rows, order);
        Spacing = (first.ColumnSpacing, first.RowSpacing, step.Length);
        var (i, j, origin) = (first.ColumnSpacing * first.RowDirection, first.RowSpacing * first.ColumnDirection, first.Position);
        affine =
        [
            i.X, j.X, step.X, origin.X,
            i.Y, j.Y, step.Y, origin.Y,
            i.Z, j.Z, step.Z, origin.Z,
            0, 0, 0, 1,
        ];
    }

    public int Columns { get; }

    public int Rows { get; }

    public int Slices => SliceOrder.Count;

    /// <summary>For each k the index of its slice in the list given to <see cref="Assess(IReadOnlyList{SliceGeometry?})"/>.</summary>
    public IReadOnlyList<int> SliceOrder { get; }

    /// <summary>Distance in mm between columns, rows and slices.</summary>
    public (double Column, double Row, double Slice) Spacing { get; }

    /// <summary>4×4 matrix, row-major: (i, j, k, 1) to (x, y, z, 1) in LPS mm.</summary>
    public IReadOnlyList<double> VoxelToPatient => affine;

    public Vector3D ToPatient(double i, double j, double k) => new(Row(0, i, j, k), Row(4, i, j, k), Row(8, i, j, k));

    /// <summary>Assesses the instances of a series; the frames of enhanced instances follow one another.</summary>
    public static VolumeAssessment Assess(IEnumerable<DicomDataset> instances) =>
        Assess([.. instances.SelectMany(SliceGeometry.ReadFrames)]);

    /// <summary>
    /// Sorts slices along their normal and checks that they make a regular grid: distances may differ by 1 % of the
    /// spacing or 0.02 mm, whichever is more, which covers decimals as scanners write them but no missing slice.
    /// </summary>
    public static VolumeAssessment Assess(IReadOnlyList<SliceGeometry?> slices)
    {
        if (slices.Count == 0)
        {
            return No(NotVolumeReason.NoSlices, null);
        }

        for (var n = 0; n < slices.Count; n++)
        {
            if (Incompatible(slices[0], slices[n]) is { } reason)
            {
                return No(reason, n);
            }
        }

        var normal = slices[0]!.Normal;
        int[] order = [.. Enumerable.Range(0, slices.Count).OrderBy(n => Vector3D.Dot(normal, slices[n]!.Position))];
        var first = slices[order[0]]!;
        if (order.Length == 1)
        {
            return new VolumeAssessment(new VolumeGeometry(first, order, (first.Depth ?? 1) * normal), null, null);
        }

        var step = 1.0 / (order.Length - 1) * (slices[order[^1]]!.Position - first.Position);
        return CheckSteps(slices, order, normal, step) is { } irregular
            ? irregular : new VolumeAssessment(new VolumeGeometry(first, order, step), null, null);
    }

    private static VolumeAssessment? CheckSteps(IReadOnlyList<SliceGeometry?> slices, int[] order, Vector3D normal, Vector3D step)
    {
        var moves = order.Zip(order.Skip(1), (a, b) => slices[b]!.Position - slices[a]!.Position).ToArray();
        var repeated = Array.FindIndex(moves, m => Vector3D.Dot(normal, m) < 1e-4);
        if (repeated >= 0)
        {
            return No(NotVolumeReason.RepeatedPosition, order[repeated + 1]);
        }

        var tolerance = Math.Max(0.02, 0.01 * step.Length);
        for (var k = 1; k < order.Length; k++)
        {
            var actual = moves[k - 1];
            var along = Vector3D.Dot(normal, actual);
            if ((actual - along * normal).Length > tolerance)
            {
                return No(NotVolumeReason.TiltedStack, order[k]);
            }

            if (Math.Abs(along - Vector3D.Dot(normal, step)) > tolerance)
            {
                return No(NotVolumeReason.UnevenSpacing, order[k]);
            }
        }

        return null;
    }

    private static NotVolumeReason? Incompatible(SliceGeometry? first, SliceGeometry? slice)
    {
        if (first is null || slice is null)
        {
            return NotVolumeReason.MissingGeometry;
        }

        if (Math.Abs(slice.RowDirection.Length - 1) > DirectionTolerance || Math.Abs(slice.ColumnDirection.Length - 1) > DirectionTolerance
            || Math.Abs(Vector3D.Dot(slice.RowDirection, slice.ColumnDirection)) > DirectionTolerance)
        {
            return NotVolumeReason.InvalidOrientation;
        }

        if (slice.Columns != first.Columns || slice.Rows != first.Rows)
        {
            return NotVolumeReason.DifferentSizes;
        }

        if ((slice.RowDirection - first.RowDirection).Length > DirectionTolerance
            || (slice.ColumnDirection - first.ColumnDirection).Length > DirectionTolerance)
        {
            return NotVolumeReason.DifferentOrientations;
        }

        return Math.Abs(slice.ColumnSpacing - first.ColumnSpacing) > 1e-3 || Math.Abs(slice.RowSpacing - first.RowSpacing) > 1e-3
            ? NotVolumeReason.DifferentSpacings : null;
    }

    private static VolumeAssessment No(NotVolumeReason reason, int? slice) => new(null, reason, slice);

    private double Row(int at, double i, double j, double k) =>
        affine[at] * i + affine[at + 1] * j + affine[at + 2] * k + affine[at + 3];
}
