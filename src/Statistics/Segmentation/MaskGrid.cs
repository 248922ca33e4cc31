namespace Pirogov.Statistics;

/// <summary>
/// The grid two masks share: voxel (i, j, k) stands at index i + columns × (j + rows × k); spacing in mm between voxel
/// centres. One slice means a two-dimensional image.
/// </summary>
public sealed record MaskGrid(int Columns, int Rows, int Slices = 1, double ColumnSpacing = 1, double RowSpacing = 1, double SliceSpacing = 1)
{
    /// <summary>Voxels.</summary>
    /// <exception cref="OverflowException">More than an array holds.</exception>
    public int Length => checked(Columns * Rows * Slices);

    /// <summary>The longest distance on the grid, mm: a declared "worst case" when a missing structure has to be aggregated as a distance.</summary>
    public double Diagonal => Math.Sqrt(
        Square((Columns - 1) * ColumnSpacing) + Square((Rows - 1) * RowSpacing) + Square((Slices - 1) * SliceSpacing));

    internal void Check(int length, string parameter)
    {
        if (Columns < 1 || Rows < 1 || Slices < 1 || !(IsSpacing(ColumnSpacing) && IsSpacing(RowSpacing) && IsSpacing(SliceSpacing)))
            throw new ArgumentException("A grid needs at least one voxel and positive spacing.", parameter);
        if (!double.IsFinite(Square(Columns * ColumnSpacing) + Square(Rows * RowSpacing) + Square(Slices * SliceSpacing)))
            throw new ArgumentException("A grid's extent needs a finite square.", parameter);
        if ((double)Columns * Rows * Slices > int.MaxValue) throw new ArgumentException($"{Columns} × {Rows} × {Slices} voxels are more than is held.", parameter);
        if (length != Length) throw new ArgumentException($"{length} voxels given for a grid of {Length}.", parameter);
    }

    // Distances are squared on the way.
    private static bool IsSpacing(double spacing) => spacing > 0 && Square(spacing) > 0;

    private static double Square(double value) => value * value;
}
