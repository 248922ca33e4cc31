using System.Numerics;
using System.Runtime.InteropServices;

namespace Pirogov.Statistics;

/// <summary>The smallest box around two masks: both borders lie in it, so nothing outside can change a distance between them.</summary>
internal sealed record JointBox(MaskGrid Whole, MaskGrid Grid, int FirstColumn, int FirstRow, int FirstSlice)
{
    /// <returns>Null when both masks are empty.</returns>
    public static JointBox? Around(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second, MaskGrid grid)
    {
        int i0 = grid.Columns, j0 = grid.Rows, k0 = grid.Slices, i1 = -1, j1 = -1, k1 = -1;
        for (int k = 0, at = 0; k < grid.Slices; k++)
            for (var j = 0; j < grid.Rows; j++, at += grid.Columns)
            {
                var a = first.Slice(at, grid.Columns);
                var b = second.Slice(at, grid.Columns);
                int from = Earliest(a.IndexOf(true), b.IndexOf(true)), to = Math.Max(a.LastIndexOf(true), b.LastIndexOf(true));
                if (to < 0) continue;
                (i0, i1) = (Math.Min(i0, from), Math.Max(i1, to));
                (j0, j1) = (Math.Min(j0, j), Math.Max(j1, j));
                (k0, k1) = (Math.Min(k0, k), k);
            }

        if (i1 < 0) return null;
        var inside = grid with { Columns = i1 - i0 + 1, Rows = j1 - j0 + 1, Slices = k1 - k0 + 1 };
        return new JointBox(grid, inside, i0, j0, k0);
    }

    /// <summary>The mask's voxels with a face neighbour outside the mask or outside the whole grid; a voxel each of the box.</summary>
    public bool[] Border(ReadOnlySpan<bool> mask)
    {
        var border = new bool[Grid.Length];
        for (int k = 0, to = 0; k < Grid.Slices; k++)
            for (var j = 0; j < Grid.Rows; j++, to += Grid.Columns)
            {
                int row = FirstRow + j, slice = FirstSlice + k;
                var at = FirstColumn + Whole.Columns * (row + Whole.Rows * slice);
                var onEdge = row == 0 || row == Whole.Rows - 1 || (Whole.Slices > 1 && (slice == 0 || slice == Whole.Slices - 1));
                var into = border.AsSpan(to, Grid.Columns);
                if (onEdge) mask.Slice(at, Grid.Columns).CopyTo(into);
                else BorderOfRow(mask, at, into);
            }

        return border;
    }

    // The row's neighbours above, below, before and behind lie within the grid; those beyond its ends may not.
    private void BorderOfRow(ReadOnlySpan<bool> mask, int at, Span<bool> into)
    {
        var voxels = MemoryMarshal.AsBytes(mask);
        var border = MemoryMarshal.AsBytes(into);
        // A single slice looks at the rows twice instead of at slices.
        int up = Whole.Columns, back = Whole.Slices == 1 ? up : Whole.Columns * Whole.Rows, i = 0;
        for (; i <= border.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            var here = at + i;
            var inner = Load(voxels, here - 1) & Load(voxels, here + 1) & Load(voxels, here - up) & Load(voxels, here + up)
                & Load(voxels, here - back) & Load(voxels, here + back);
            Vector.AndNot(Load(voxels, here), inner).CopyTo(border[i..]);
        }

        for (; i < border.Length; i++)
        {
            var here = at + i;
            var inner = voxels[here - 1] & voxels[here + 1] & voxels[here - up] & voxels[here + up] & voxels[here - back] & voxels[here + back];
            border[i] = (byte)(voxels[here] & ~inner);
        }

        if (FirstColumn == 0) into[0] = mask[at];
        if (FirstColumn + into.Length == Whole.Columns) into[^1] = mask[at + into.Length - 1];
    }

    private static Vector<byte> Load(ReadOnlySpan<byte> voxels, int at) => new(voxels[at..]);

    private static int Earliest(int a, int b) => a < 0 ? b : b < 0 ? a : Math.Min(a, b);
}
