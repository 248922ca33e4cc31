using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Building;

/// <summary>A series as one NIfTI image of values: int16 where they fit (Hounsfield units do), float32 where they do not.</summary>
internal static class ImageVolume
{
    /// <exception cref="ImagingException">A frame is damaged, in colour, or of a syntax without decoder.</exception>
    public static async Task<NiftiImage> Read(SeriesGrid series, ObjectStore store, CancellationToken cancellation)
    {
        var values = new float[series.Grid.VoxelCount];
        for (var k = 0; k < series.Frames.Count;)
        {
            // Pixels stay in the store until their frame's turn comes: a file of many frames may be large.
            var md5 = series.Frames[k].File.Md5;
            await using var bytes = await store.OpenRead(md5, cancellation);
            var image = DicomImage.Open(DicomReader.Read(bytes, new() { LeavePixelDataInStream = true }));
            for (; k < series.Frames.Count && series.Frames[k].File.Md5 == md5; k++)
            {
                cancellation.ThrowIfCancellationRequested();
                image.ReadValues(series.Frames[k].Number - 1, values.AsSpan(k * series.Grid.FrameLength, series.Grid.FrameLength));
            }
        }

        return AsInt16(values) is { } whole
            ? NiftiImage.FromInt16(whole, series.Grid, series.Ras)
            : NiftiImage.FromFloat32(values, series.Grid, series.Ras);
    }

    private static short[]? AsInt16(float[] values)
    {
        var whole = new short[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            whole[i] = (short)Math.Clamp(values[i], short.MinValue, short.MaxValue);
            if (whole[i] != values[i])
                return null;
        }

        return whole;
    }
}
