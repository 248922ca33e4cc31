using Pirogov.Imaging;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Building;

/// <summary>
/// The masks of one series as labels: value k is the k-th class. Where classes overlap the later one lies on top; then
/// <see cref="Apart"/> holds each class whole.
/// </summary>
internal sealed record LabelVolume(MaskVolume Labels, IReadOnlyList<MaskVolume> Apart, IReadOnlyList<long> Voxels, long Overlapping)
{
    /// <exception cref="JobRefusedException">A mask lies on no frame of the series, or is of another size.</exception>
    public static async Task<LabelVolume> Read(
        SeriesGrid series, IReadOnlyList<string> classes, IEnumerable<ReleasedMask> masks, ObjectStore store, CancellationToken cancellation)
    {
        var slices = series.Frames.Select((f, k) => (Key: (f.File.SopInstanceUid, f.Number), k)).ToDictionary(p => p.Key, p => p.k);
        var painted = new List<(int Class, int Slice, RunLengthMask Mask)>();
        foreach (var mask in masks)
        {
            // Frame 0 and frame 1 both mean the only frame of a classic instance.
            if (!slices.TryGetValue((mask.SopInstanceUid, Math.Max(1, mask.Frame)), out var slice)
                || mask.Rows != series.Grid.Rows || mask.Columns != series.Grid.Columns)
                throw new JobRefusedException("datasets.job.mask-off-grid");
            var bytes = await store.Read(mask.Md5, cancellation);
            painted.Add((classes.ToList().IndexOf(mask.Class), slice, RunLengthMask.Decode(bytes, mask.Rows, mask.Columns)));
        }

        var (labels, overlapping) = (new MaskVolume(series.Grid), 0L);
        var voxels = new long[classes.Count];
        foreach (var (index, slice, mask) in painted.OrderBy(p => p.Class))
        {
            overlapping += labels.Paint(slice, mask, (byte)(index + 1));
            voxels[index] += mask.PixelCount;
        }

        return new(labels, overlapping == 0 ? [] : Separate(series.Grid, classes.Count, painted), voxels, overlapping);
    }

    private static List<MaskVolume> Separate(VolumeGrid grid, int classes, List<(int Class, int Slice, RunLengthMask Mask)> painted)
    {
        var apart = Enumerable.Range(0, classes).Select(_ => new MaskVolume(grid)).ToList();
        foreach (var (index, slice, mask) in painted)
            apart[index].Paint(slice, mask, 1);
        return apart;
    }
}
