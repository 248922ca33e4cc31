using Pirogov.Imaging;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// Algorithms that look at a structure as a whole. Frames become volumes in the box around everything that was drawn: of one series and one size,
/// and, where neighbours matter, without gaps. A volume that would not fit into memory is cut into slabs of frames, each fused on its own.
/// </summary>
internal static class VolumeFusion
{
    /// <summary>Voxels over all sources.</summary>
    private const long MostVoxels = 256L << 20;

    /// <param name="Confidence">Mean probability of foreground over what was taken; null when nothing was.</param>
    /// <param name="Sources">By source, over the frames that the largest slab has.</param>
    public sealed record Result(IReadOnlyDictionary<MaskFrame, RunLengthMask> Masks, double? Confidence, IReadOnlyDictionary<int, MaskReliability> Sources);

    public static async Task<Result> Of(
        IReadOnlyList<MaskFrame> frames, FrameOrder order, IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> counted, MaskAlgorithm algorithm,
        CancellationToken cancellation)
    {
        var (masks, sources, most, taken, probability) = (new Dictionary<MaskFrame, RunLengthMask>(), new Dictionary<int, MaskReliability>(), 0L, 0L, 0.0);
        foreach (var slab in Slabs(frames, counted.Count, byNeighbours: algorithm == MaskAlgorithm.ShapeAverage))
        {
            cancellation.ThrowIfCancellationRequested();
            var (pixels, box) = await Read(slab, readings, counted, cancellation);
            if (box is null)
            {
                foreach (var frame in slab)
                    masks[frame] = RunLengthMask.Empty(frame.Rows, frame.Columns);
                continue;
            }

            var made = Fuse(algorithm, pixels, box, order.Spacing(slab[0].SopInstanceUid));
            foreach (var (slice, frame) in slab.Index())
            {
                masks[frame] = box.Slice(made.Mask, slice, frame);
                taken += masks[frame].PixelCount;
            }

            probability += made.Foreground.Zip(made.Mask).Where(v => v.Second).Sum(v => (double)v.First);
            if (pixels[0].Length <= most)
                continue;
            most = pixels[0].Length;
            foreach (var (place, source) in counted.Index())
                sources[source] = made.Sources[place];
        }

        return new(masks, taken == 0 ? null : probability / taken, sources);
    }

    private static MaskConsensus Fuse(MaskAlgorithm algorithm, IReadOnlyList<bool[]> masks, SlabBox box, (double Column, double Row, double Slice) spacing)
    {
        var grid = new MaskGrid(box.Columns, box.Rows, box.Slices, spacing.Column, spacing.Row, spacing.Slice);
        return algorithm switch
        {
            MaskAlgorithm.Staple => Staple.Fit(masks, grid).Consensus,
            MaskAlgorithm.Simple => SimpleFusion.Fit(masks, grid).Consensus,
            _ => ShapeAverage.Of(masks, grid),
        };
    }

    private static IEnumerable<List<MaskFrame>> Slabs(IReadOnlyList<MaskFrame> frames, int sources, bool byNeighbours)
    {
        var slab = new List<MaskFrame>();
        foreach (var frame in frames)
        {
            var fits = slab.Count > 0 && slab[^1].Rows == frame.Rows && slab[^1].Columns == frame.Columns && (!byNeighbours || frame.Follows)
                && (slab.Count + 1L) * frame.Rows * frame.Columns * sources <= MostVoxels;
            if (!fits && slab.Count > 0)
            {
                yield return slab;
                slab = [];
            }

            slab.Add(frame);
        }

        if (slab.Count > 0)
            yield return slab;
    }

    /// <summary>Each source's voxels in the box around all of them, with a margin so that what lies around counts as background.</summary>
    private static async Task<(IReadOnlyList<bool[]> Masks, SlabBox? Box)> Read(
        List<MaskFrame> slab, IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> counted, CancellationToken cancellation)
    {
        var drawn = new List<(int Place, int Slice, RunLengthMask Mask)>();
        foreach (var (slice, frame) in slab.Index())
        {
            foreach (var (place, source) in counted.Index())
            {
                if (frame.Masks[source] is { } mask)
                    drawn.Add((place, slice, await readings[source].Read(mask, cancellation)));
            }
        }

        if (SlabBox.Around([.. drawn.Select(d => d.Mask)], slab[0], slab.Count) is not { } box)
            return ([], null);
        bool[][] masks = [.. counted.Select(_ => new bool[box.Columns * box.Rows * box.Slices])];
        foreach (var (place, slice, mask) in drawn)
            box.Paint(masks[place], slice, mask);
        return (masks, box);
    }
}

/// <summary>A box of pixels over some frames.</summary>
internal sealed record SlabBox(int Left, int Top, int Columns, int Rows, int Slices)
{
    private const int Margin = 2;

    /// <returns>Null when nothing is drawn.</returns>
    public static SlabBox? Around(IReadOnlyList<RunLengthMask> masks, MaskFrame like, int slices)
    {
        var (left, top, right, bottom) = (like.Columns, like.Rows, 0, 0);
        foreach (var (start, length) in masks.SelectMany(m => m.Stretches()))
        {
            var (row, last) = (start / like.Columns, (start + length - 1) / like.Columns);
            (left, right) = last > row ? (0, like.Columns) : (Math.Min(left, start % like.Columns), Math.Max(right, start % like.Columns + length));
            (top, bottom) = (Math.Min(top, row), Math.Max(bottom, last + 1));
        }

        if (right == 0)
            return null;
        (left, top) = (Math.Max(0, left - Margin), Math.Max(0, top - Margin));
        (right, bottom) = (Math.Min(like.Columns, right + Margin), Math.Min(like.Rows, bottom + Margin));
        return new(left, top, right - left, bottom - top, slices);
    }

    public void Paint(bool[] volume, int slice, RunLengthMask mask)
    {
        foreach (var (start, length) in mask.Stretches())
        {
            for (var at = start; at < start + length;)
            {
                var (row, column) = (at / mask.Columns, at % mask.Columns);
                var stretch = Math.Min(start + length - at, mask.Columns - column);
                volume.AsSpan(Columns * (row - Top + Rows * slice) + column - Left, stretch).Fill(true);
                at += stretch;
            }
        }
    }

    public RunLengthMask Slice(bool[] volume, int slice, MaskFrame frame)
    {
        var bits = new bool[frame.Rows * frame.Columns];
        for (var row = 0; row < Rows; row++)
            volume.AsSpan(Columns * (row + Rows * slice), Columns).CopyTo(bits.AsSpan((row + Top) * frame.Columns + Left));
        return RunLengthMask.FromBits(bits, frame.Rows, frame.Columns);
    }
}
