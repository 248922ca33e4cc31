using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Imaging;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Building;

/// <summary>One frame of a series.</summary>
/// <param name="Number">From 1 within its instance, as DICOM counts frames.</param>
internal sealed record SeriesFrame(CaseFile File, int Number);

/// <summary>
/// The voxel grid of a series and the frame behind each slice. A series that is no volume but whose frames are of one
/// size (a radiograph, a cine loop) is a stack in the order of its instances, without a place in the patient.
/// </summary>
internal sealed record SeriesGrid(VolumeGrid Grid, VoxelAffine Ras, IReadOnlyList<SeriesFrame> Frames, bool IsVolume, DicomDataset Header)
{
    /// <returns>Null when the frames differ in size, or there are none.</returns>
    public static async Task<SeriesGrid?> Read(IEnumerable<CaseFile> series, ObjectStore store, CancellationToken cancellation)
    {
        var (frames, slices) = (new List<SeriesFrame>(), new List<SliceGeometry?>());
        DicomDataset? first = null;
        foreach (var file in Ordered(series))
        {
            await using var stream = await store.OpenRead(file.Md5, cancellation);
            var header = DicomReader.Read(stream, new DicomReaderOptions { StopBeforePixelData = true }).Dataset;
            if (header.GetInt(DicomTags.Rows) is null)
                continue;
            first ??= header;
            var count = Math.Max(1, header.GetInt(DicomTags.NumberOfFrames) ?? 1);
            var planes = SliceGeometry.ReadFrames(header);
            for (var n = 1; n <= count; n++)
            {
                frames.Add(new(file, n));
                slices.Add(planes.Count == count ? planes[n - 1] : null);
            }
        }

        if (first is null || frames.Any(f => f.File.Rows != frames[0].File.Rows || f.File.Columns != frames[0].File.Columns))
            return null;
        return VolumeGeometry.Assess(slices).Geometry is { } volume ? OfVolume(volume, frames, first) : OfStack(frames, first);
    }

    public static IEnumerable<CaseFile> Ordered(IEnumerable<CaseFile> series) =>
        series.OrderBy(f => f.InstanceNumber).ThenBy(f => f.SopInstanceUid, StringComparer.Ordinal);

    private static SeriesGrid OfVolume(VolumeGeometry volume, List<SeriesFrame> frames, DicomDataset header)
    {
        var (column, row, slice) = volume.Spacing;
        return new(new VolumeGrid(volume.Columns, volume.Rows, volume.Slices, column, row, slice),
            new VoxelAffine([.. volume.VoxelToPatient.Take(12)]).FlipLpsRas(), [.. volume.SliceOrder.Select(n => frames[n])], true, header);
    }

    private static SeriesGrid OfStack(List<SeriesFrame> frames, DicomDataset header)
    {
        var spacing = header.GetDoubles(DicomTags.PixelSpacing);
        if (spacing.Count != 2)
            spacing = header.GetDoubles(DicomTags.ImagerPixelSpacing);
        var (row, column) = spacing is [> 0 and var r, > 0 and var c] ? (r, c) : (1.0, 1.0);
        var (rows, columns) = (frames[0].File.Rows, frames[0].File.Columns);
        return new(new VolumeGrid(columns, rows, frames.Count, column, row, 1),
            new VoxelAffine([column, 0, 0, 0, 0, row, 0, 0, 0, 0, 1, 0]).FlipLpsRas(), frames, false, header);
    }
}
