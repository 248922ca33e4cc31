namespace Pirogov.Imaging;

/// <summary>The grid of a volume: voxels along i (column), j (row), k (slice), and the distance between voxel centres, mm.</summary>
public sealed record VolumeGrid(
    int Columns,
    int Rows,
    int Slices,
    double ColumnSpacing = 1,
    double RowSpacing = 1,
    double SliceSpacing = 1)
{
    /// <summary>The most voxels a volume may have: one byte array.</summary>
    public const long MaxVoxels = 0x7FFF_FFC7;

    public int FrameLength => Rows * Columns;

    public long VoxelCount => (long)Columns * Rows * Slices;

    public double VoxelVolume => ColumnSpacing * RowSpacing * SliceSpacing;
}

/// <summary>
/// Labels 1–255 on a grid, 0 for background: voxel (i, j, k) stands at index i + columns × (j + rows × k).
/// Where classes overlap, each needs a volume of its own: a voxel holds one label.
/// </summary>
public sealed class MaskVolume
{
    private readonly byte[] labels;

    public MaskVolume(VolumeGrid grid)
        : this(grid, new byte[CheckedLength(grid)])
    {
    }

    /// <param name="grid">The grid.</param>
    /// <param name="labels">columns × rows × slices labels, i fastest; taken over, not copied.</param>
    public MaskVolume(VolumeGrid grid, byte[] labels)
    {
        if (labels.Length != CheckedLength(grid))
            throw new ArgumentException($"{labels.Length} voxels given for a grid of {grid.VoxelCount}.", nameof(labels));
        Grid = grid;
        this.labels = labels;
    }

    public VolumeGrid Grid { get; }

    public ReadOnlyMemory<byte> Labels => labels;

    public byte this[int column, int row, int slice]
    {
        get => labels[Index(column, row, slice)];
        set => labels[Index(column, row, slice)] = value;
    }

    /// <summary>Writes a frame's mask into a slice; voxels outside the mask keep their label.</summary>
    /// <returns>The number of voxels that carried another label before: more than 0 means classes overlap.</returns>
    public int Paint(int slice, RunLengthMask mask, byte label)
    {
        if (mask.Rows != Grid.Rows || mask.Columns != Grid.Columns)
            throw new ArgumentException($"{mask.Rows} × {mask.Columns} does not match {Grid.Rows} × {Grid.Columns}.", nameof(mask));

        var frame = Frame(slice);
        var overwritten = 0;
        var at = 0;
        for (var i = 0; i < mask.Runs.Length; i++)
        {
            var run = frame.Slice(at, mask.Runs[i]);
            at += run.Length;
            if ((i & 1) == 0) continue;
            overwritten += run.Length - run.Count((byte)0) - run.Count(label);
            run.Fill(label);
        }

        return overwritten;
    }

    public RunLengthMask SliceMask(int slice, byte label) =>
        RunLengthMask.FromLabels(Frame(slice), label, Grid.Rows, Grid.Columns);

    public long Count(byte label) => labels.AsSpan().Count(label);

    /// <summary>The labels that occur, ascending, without background.</summary>
    public byte[] PresentLabels()
    {
        var seen = new bool[256];
        foreach (var label in labels) seen[label] = true;
        return [.. Enumerable.Range(1, 255).Where(label => seen[label]).Select(label => (byte)label)];
    }

    /// <summary>One bit a voxel, in the order of <see cref="Labels"/>.</summary>
    public bool[] Bits(byte label)
    {
        var bits = new bool[labels.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = labels[i] == label;
        return bits;
    }

    private Span<byte> Frame(int slice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slice);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slice, Grid.Slices);
        return labels.AsSpan(slice * Grid.FrameLength, Grid.FrameLength);
    }

    private int Index(int column, int row, int slice)
    {
        if ((uint)column >= (uint)Grid.Columns || (uint)row >= (uint)Grid.Rows || (uint)slice >= (uint)Grid.Slices)
            throw new ArgumentOutOfRangeException(nameof(column), $"Voxel ({column}, {row}, {slice}) is outside the grid.");
        return column + Grid.Columns * (row + Grid.Rows * slice);
    }

    private static int CheckedLength(VolumeGrid grid) =>
        grid is { Columns: > 0 and <= ushort.MaxValue, Rows: > 0 and <= ushort.MaxValue, Slices: > 0 and <= ushort.MaxValue }
        && grid.VoxelCount <= VolumeGrid.MaxVoxels
            ? (int)grid.VoxelCount
            : throw new ImagingException(ImagingFault.TooLarge, $"A volume of {grid.Columns} × {grid.Rows} × {grid.Slices} is outside the limits.");
}
