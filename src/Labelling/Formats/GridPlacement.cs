using Pirogov.Imaging;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// How the voxels of a file lie on those of a case: the same grid, a part of it, or either with axes in another order or direction, as
/// tools that turn volumes to RAS leave it. Resampling is nobody's intention here, so voxels have to meet within a tenth of their size.
/// </summary>
internal sealed class GridPlacement
{
    private const double Tolerance = 0.1;

    private readonly int[] axes;
    private readonly int[] signs;
    private readonly int[] offsets;
    private readonly int[] sizes;

    private GridPlacement(int[] axes, int[] signs, int[] offsets, int[] sizes) => (this.axes, this.signs, this.offsets, this.sizes) = (axes, signs, offsets, sizes);

    /// <param name="file">Voxel indices of the file to mm in LPS.</param>
    /// <param name="sizes">Of the file, along i, j and k.</param>
    /// <returns>Null when the two grids do not meet voxel on voxel.</returns>
    public static GridPlacement? Of(VoxelAffine file, int[] sizes, CaseVolume volume)
    {
        if (Inverse(volume.Lps) is not { } inverse)
            return null;
        var map = Product(inverse, file);
        var (axes, signs, offsets) = (new int[3], new int[3], new int[3]);
        for (var to = 0; to < 3; to++)
        {
            axes[to] = Enumerable.Range(0, 3).MaxBy(from => Math.Abs(map[to * 4 + from]));
            signs[to] = Math.Sign(map[to * 4 + axes[to]]);
            if (!(Math.Abs(map[to * 4 + 3]) < 1e6))
                return null;
            offsets[to] = (int)Math.Round(map[to * 4 + 3]);
        }

        var found = new GridPlacement(axes, signs, offsets, sizes);
        var grid = volume.Grid;
        return axes.Distinct().Count() == 3 && found.MeetsAtCorners(map)
            && found.Within(0, grid.Columns) is var i && i.End > i.First && found.Within(1, grid.Rows) is var j && j.End > j.First
            && found.Within(2, grid.Slices) is var k && k.End > k.First
            ? found : null;
    }

    /// <summary>Which indices of the case along an axis the file covers.</summary>
    public (int First, int End) Within(int axis, int length)
    {
        var (offset, size) = (offsets[axis], sizes[axes[axis]]);
        var (first, end) = signs[axis] > 0 ? (offset, offset + size) : (offset - size + 1, offset + 1);
        return (Math.Clamp(first, 0, length), Math.Clamp(end, 0, length));
    }

    /// <summary>The file's index along the axis that lies on this axis of the case, times that axis's stride.</summary>
    public int Step(int axis, int index, IReadOnlyList<int> strides) => signs[axis] * (index - offsets[axis]) * strides[axes[axis]];

    private bool MeetsAtCorners(double[] map)
    {
        for (var corner = 0; corner < 8; corner++)
        {
            int[] at = [(corner & 1) * (sizes[0] - 1), (corner >> 1 & 1) * (sizes[1] - 1), (corner >> 2) * (sizes[2] - 1)];
            for (var to = 0; to < 3; to++)
            {
                var exact = map[to * 4] * at[0] + map[to * 4 + 1] * at[1] + map[to * 4 + 2] * at[2] + map[to * 4 + 3];
                if (!(Math.Abs(exact - signs[to] * at[axes[to]] - offsets[to]) <= Tolerance))
                    return false;
            }
        }

        return true;
    }

    /// <summary>The upper 3 × 4 of the inverse; null for a singular grid.</summary>
    private static double[]? Inverse(VoxelAffine a)
    {
        var determinant = a.Determinant;
        if (!(Math.Abs(determinant) > 1e-12))
            return null;
        var m = new double[12];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                int r1 = (column + 1) % 3, r2 = (column + 2) % 3, c1 = (row + 1) % 3, c2 = (row + 2) % 3;
                m[row * 4 + column] = (a[r1, c1] * a[r2, c2] - a[r1, c2] * a[r2, c1]) / determinant;
            }

            m[row * 4 + 3] = -(m[row * 4] * a[0, 3] + m[row * 4 + 1] * a[1, 3] + m[row * 4 + 2] * a[2, 3]);
        }

        return m;
    }

    private static double[] Product(double[] left, VoxelAffine right)
    {
        var m = new double[12];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 4; column++)
            {
                m[row * 4 + column] = left[row * 4] * right[0, column] + left[row * 4 + 1] * right[1, column] + left[row * 4 + 2] * right[2, column]
                    + (column == 3 ? left[row * 4 + 3] : 0);
            }
        }

        return m;
    }
}
