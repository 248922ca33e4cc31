using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Archive.Cases;

/// <summary>Frames of an instance for viewers; what cannot be shown is null, whatever the reason.</summary>
internal static class InstanceRendering
{
    /// <summary>An 8-bit picture through the window that the file itself carries.</summary>
    /// <param name="index">Frame, from 0.</param>
    /// <param name="maxSide">Of the longer side; null: the frame's own columns and rows.</param>
    /// <param name="window">Null takes the file's first window or VOI LUT, or a window from the values.</param>
    /// <returns>JPEG, or null when the frame is absent or its pixels cannot be read.</returns>
    public static byte[]? Jpeg(DicomFile file, int index, int? maxSide, VoiWindow? window = null, int quality = 85) => Try(() => DicomImage.Open(file)
        .Render(index, own => own with { Window = window ?? own.Window, MaxSide = maxSide ?? int.MaxValue, PixelAspect = maxSide is null ? 1 : own.PixelAspect }).ToJpeg(quality));

    /// <summary>A region of the frame, as large as the viewport takes.</summary>
    /// <inheritdoc cref="Jpeg(DicomFile, int, int?, VoiWindow?, int)"/>
    public static byte[]? Jpeg(DicomFile file, int index, Viewport viewport, VoiWindow? window, int quality) => Try(() =>
    {
        var image = DicomImage.Open(file);
        var whole = image.Render(index, own => own with { Window = window ?? own.Window, MaxSide = int.MaxValue });
        return viewport.Show(whole, image.Description.Columns, image.Description.Rows)?.ToJpeg(quality);
    });

    /// <param name="index">From 0.</param>
    /// <returns>The frame's bytes as stored, or null when there is no such frame.</returns>
    public static ReadOnlyMemory<byte>? Stored(DicomFile file, int index) => Try(() => new Bytes(DicomImage.Open(file).Stored(index)))?.Value;

    /// <returns>Native samples, or null when the frame is absent or cannot be decoded.</returns>
    public static DecodedFrame? Decode(DicomFile file, int index) => Try(() => DicomImage.Open(file).Decode(index));

    /// <returns>The frame in a compressed syntax, or null when the frame is absent, cannot be decoded or does not fit the syntax.</returns>
    public static byte[]? Encode(DicomFile file, int index, string transferSyntaxUid) =>
        Try(() => PixelEncoder.Encode(transferSyntaxUid, DicomImage.Open(file).Decode(index)).Bytes);

    /// <returns>The whole file in another syntax, or null when one of its frames cannot be.</returns>
    public static DicomFile? Transcode(DicomFile file, string transferSyntaxUid) => Try(() => DicomTranscoder.To(file, transferSyntaxUid));

    /// <param name="index">From 0.</param>
    /// <returns>The frame as a file of its own, or null when there is no such frame.</returns>
    public static DicomFile? Single(DicomFile file, int index) => Try(() => FrameByFrame.Single(file, index));

    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    private sealed record Bytes(ReadOnlyMemory<byte> Value);
}
