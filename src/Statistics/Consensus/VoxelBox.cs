namespace Pirogov.Statistics;

/// <summary>A box of a grid's voxels.</summary>
internal readonly record struct VoxelBox(int FirstColumn, int FirstRow, int FirstSlice, int Columns, int Rows, int Slices)
{
    public int Length => Columns * Rows * Slices;

    /// <returns>The smallest around all masks; null when all are empty.</returns>
    public static VoxelBox? Around(IReadOnlyList<bool[]> masks, MaskGrid grid)
    {
        int i0 = grid.Columns, j0 = grid.Rows, k0 = grid.Slices, i1 = -1, j1 = -1, k1 = -1;
        foreach (var mask in masks)
            for (int k = 0, at = 0; k < grid.Slices; k++)
                for (var j = 0; j < grid.Rows; j++, at += grid.Columns)
                {
                    var row = mask.AsSpan(at, grid.Columns);
                    var first = row.IndexOf(true);
                    if (first < 0) continue;
                    (i0, i1) = (Math.Min(i0, first), Math.Max(i1, row.LastIndexOf(true)));
                    (j0, j1) = (Math.Min(j0, j), Math.Max(j1, j));
                    (k0, k1) = (Math.Min(k0, k), Math.Max(k1, k));
                }

        return i1 < 0 ? null : new(i0, j0, k0, i1 - i0 + 1, j1 - j0 + 1, k1 - k0 + 1);
    }

    public VoxelBox Widened(int margin, MaskGrid grid)
    {
        var (i, columns) = Widened(FirstColumn, Columns, margin, grid.Columns);
        var (j, rows) = Widened(FirstRow, Rows, margin, grid.Rows);
        var (k, slices) = Widened(FirstSlice, Slices, margin, grid.Slices);
        return new(i, j, k, columns, rows, slices);
    }

    /// <param name="grid">The whole.</param>
    /// <param name="row">Gets the index in the grid and in the box of each row's first voxel.</param>
    public void EachRow(MaskGrid grid, Action<int, int> row)
    {
        var at = 0;
        for (var k = 0; k < Slices; k++)
            for (var j = 0; j < Rows; j++, at += Columns)
                row(FirstColumn + grid.Columns * (FirstRow + j + grid.Rows * (FirstSlice + k)), at);
    }

    private static (int First, int Count) Widened(int first, int count, int margin, int of)
    {
        var from = Math.Max(0, first - margin);
        return (from, (int)Math.Min((long)first + count + margin, of) - from);
    }
}
