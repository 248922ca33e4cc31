namespace Pirogov.Imaging;

/// <summary>
/// A 4×4 affine from voxel indices (i = column, j = row, k = slice; whole numbers at voxel centres) to mm in a patient frame.
/// The frame (DICOM's LPS or NIfTI's RAS) is the caller's knowledge; <see cref="FlipLpsRas"/> goes between the two.
/// </summary>
public sealed class VoxelAffine : IEquatable<VoxelAffine>
{
    private readonly double[] _m;

    /// <param name="rows">The upper three rows, row-major: 12 numbers.</param>
    public VoxelAffine(ReadOnlySpan<double> rows)
    {
        if (rows.Length != 12) throw new ArgumentException("An affine has 3 × 4 numbers.", nameof(rows));
        _m = rows.ToArray();
    }

    public static VoxelAffine Identity { get; } = new([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);

    public double this[int row, int column] => _m[row * 4 + column];

    public double Determinant =>
        _m[0] * (_m[5] * _m[10] - _m[6] * _m[9])
        - _m[1] * (_m[4] * _m[10] - _m[6] * _m[8])
        + _m[2] * (_m[4] * _m[9] - _m[5] * _m[8]);

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
        var m = (double[])_m.Clone();
        for (var i = 0; i < 8; i++) m[i] = -m[i];
        return new VoxelAffine(m);
    }

    public VoxelAffine Scale(double factor) => new([.. _m.Select(value => value * factor)]);

    public (double X, double Y, double Z) Apply(double i, double j, double k) =>
        (_m[0] * i + _m[1] * j + _m[2] * k + _m[3],
         _m[4] * i + _m[5] * j + _m[6] * k + _m[7],
         _m[8] * i + _m[9] * j + _m[10] * k + _m[11]);

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

    public bool Equals(VoxelAffine? other) => other is not null && _m.AsSpan().SequenceEqual(other._m);

    public override bool Equals(object? obj) => Equals(obj as VoxelAffine);

    public override int GetHashCode() => HashCode.Combine(_m[0], _m[3], _m[5], _m[7], _m[10], _m[11]);

    private double Length(int column) =>
        Math.Sqrt(_m[column] * _m[column] + _m[column + 4] * _m[column + 4] + _m[column + 8] * _m[column + 8]);
}
