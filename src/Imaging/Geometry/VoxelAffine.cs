namespace Pirogov.Imaging;

/// <summary>
/// A 4×4 affine from voxel indices (i = column, j = row, k = slice; whole numbers at voxel centres) to mm in a patient frame.
/// The frame (DICOM's LPS or NIfTI's RAS) is the caller's knowledge; <see cref="FlipLpsRas"/> goes between the two.
/// </summary>
public sealed class VoxelAffine : IEquatable<VoxelAffine>
{
    private readonly double[] matrix;

    /// <param name="rows">The upper three rows, row-major: 12 numbers.</param>
    public VoxelAffine(ReadOnlySpan<double> rows)
    {
        if (rows.Length != 12) throw new ArgumentException("An affine has 3 × 4 numbers.", nameof(rows));
        matrix = rows.ToArray();
    }

    public static VoxelAffine Identity { get; } = new([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);

    public double this[int row, int column] => matrix[row * 4 + column];

    public double Determinant =>
        matrix[0] * (matrix[5] * matrix[10] - matrix[6] * matrix[9])
        - matrix[1] * (matrix[4] * matrix[10] - matrix[6] * matrix[8])
        + matrix[2] * (matrix[4] * matrix[9] - matrix[5] * matrix[8]);

    /// <summary>The distances between voxel centres along i, j and k, mm.</summary>
    public (double I, double J, double K) Spacing => (Length(0), Length(1), Length(2));

    /// <summary>
    /// The LPS affine of a stack of parallel slices (PS3.3 C.7.6.2.1.1). Slices are sorted along the normal before;
    /// the step from slice to slice is taken from the positions, so a tilted gantry stays a shear.
    /// </summary>
    /// <param name="imageOrientationPatient">6 direction cosines: of a row (towards the next column), then of a column.</param>
    /// <param name="firstImagePositionPatient">Centre of the first voxel of the first slice, mm.</param>
    /// <param name="lastImagePositionPatient">The same for the last slice.</param>
    /// <param name="pixelSpacing">Distance between rows, then between columns, mm (DICOM order).</param>
    /// <param name="slices">The number of slices.</param>
    /// <param name="sliceSpacing">Used for a single slice only, mm.</param>
    public static VoxelAffine FromDicom(
        ReadOnlySpan<double> imageOrientationPatient,
        ReadOnlySpan<double> firstImagePositionPatient,
        ReadOnlySpan<double> lastImagePositionPatient,
        ReadOnlySpan<double> pixelSpacing,
        int slices,
        double sliceSpacing = 1)
    {
        if (imageOrientationPatient.Length != 6 || firstImagePositionPatient.Length != 3
            || lastImagePositionPatient.Length != 3 || pixelSpacing.Length != 2)
        {
            throw new ArgumentException("Orientation has 6 numbers, a position 3, Pixel Spacing 2.");
        }

        var row = imageOrientationPatient[..3];
        var column = imageOrientationPatient[3..];
        double[] normal =
        [
            row[1] * column[2] - row[2] * column[1],
            row[2] * column[0] - row[0] * column[2],
            row[0] * column[1] - row[1] * column[0],
        ];
        var m = new double[12];
        for (var axis = 0; axis < 3; axis++)
        {
            m[axis * 4] = row[axis] * pixelSpacing[1];
            m[axis * 4 + 1] = column[axis] * pixelSpacing[0];
            m[axis * 4 + 2] = slices > 1
                ? (lastImagePositionPatient[axis] - firstImagePositionPatient[axis]) / (slices - 1)
                : normal[axis] * sliceSpacing;
            m[axis * 4 + 3] = firstImagePositionPatient[axis];
        }

        return new VoxelAffine(m);
    }

    /// <summary>LPS to RAS or back: the first two axes of the patient frame change sign.</summary>
    public VoxelAffine FlipLpsRas()
    {
        var m = (double[])matrix.Clone();
        for (var i = 0; i < 8; i++) m[i] = -m[i];
        return new VoxelAffine(m);
    }

    public VoxelAffine Scale(double factor) => new([.. matrix.Select(value => value * factor)]);

    public (double X, double Y, double Z) Apply(double i, double j, double k) =>
        (matrix[0] * i + matrix[1] * j + matrix[2] * k + matrix[3],
         matrix[4] * i + matrix[5] * j + matrix[6] * k + matrix[7],
         matrix[8] * i + matrix[9] * j + matrix[10] * k + matrix[11]);

    /// <summary>True when no coordinate of a voxel differs by more than <paramref name="tolerance"/> mm over the grid.</summary>
    public bool IsCloseTo(VoxelAffine other, VolumeGrid grid, double tolerance)
    {
        foreach (var i in new[] { 0, grid.Columns - 1 })
            foreach (var j in new[] { 0, grid.Rows - 1 })
                foreach (var k in new[] { 0, grid.Slices - 1 })
                {
                    var (x, y, z) = Apply(i, j, k);
                    var (u, v, w) = other.Apply(i, j, k);
                    if (!(Math.Abs(x - u) <= tolerance && Math.Abs(y - v) <= tolerance && Math.Abs(z - w) <= tolerance)) return false;
                }

        return true;
    }

    public bool Equals(VoxelAffine? other) => other is not null && matrix.AsSpan().SequenceEqual(other.matrix);

    public override bool Equals(object? obj) => Equals(obj as VoxelAffine);

    public override int GetHashCode() => HashCode.Combine(matrix[0], matrix[3], matrix[5], matrix[7], matrix[10], matrix[11]);

    private double Length(int column) =>
        Math.Sqrt(matrix[column] * matrix[column] + matrix[column + 4] * matrix[column + 4] + matrix[column + 8] * matrix[column + 8]);
}
