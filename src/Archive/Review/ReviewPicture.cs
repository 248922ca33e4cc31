using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Archive.Review;

/// <summary>What a reviewer looks at: a frame or a sheet of several, with regions blackened, in the grays that were asked for.</summary>
internal static class ReviewPicture
{
    public const int MostOnSheet = 20;
    private const int LargestSide = 2048, SheetColumns = 5, SheetSide = 320, Gap = 4, Quality = 92;

    /// <param name="frame">From 0.</param>
    /// <param name="regions">Blackened in this frame alone; none shows it as it came.</param>
    /// <returns>JPEG, or null when the frame cannot be decoded: never the frame without the regions.</returns>
    public static byte[]? Frame(DicomFile file, int frame, IReadOnlyList<PixelRegion> regions, GrayRange grays) => Try(() =>
        Render(DicomImage.Open(file), frame, regions, own => own with { MaxSide = LargestSide, Range = grays }).ToJpeg(Quality));

    /// <summary>Frames in rows of five, from left to right.</summary>
    /// <inheritdoc cref="Frame"/>
    public static byte[]? Sheet(DicomFile file, int first, int count, IReadOnlyList<PixelRegion> regions, GrayRange grays) => Try(() =>
    {
        var image = DicomImage.Open(file);
        var pictures = Enumerable.Range(first, count)
            .Select(frame => Render(image, frame, regions, own => own with { MaxSide = SheetSide, PixelAspect = 1, Range = grays })).ToArray();
        return Together(pictures).ToJpeg(Quality);
    });

    private static Picture Render(DicomImage image, int frame, IReadOnlyList<PixelRegion> regions, Func<PreviewOptions, PreviewOptions> change)
    {
        var decoded = PixelMasking.Frame(image, frame, regions);
        return Preview.Render(decoded.Samples, decoded.Description, change(image.Presentation(frame)));
    }

    private static Picture Together(Picture[] pictures)
    {
        var (one, columns) = (pictures[0], Math.Min(SheetColumns, pictures.Length));
        var channels = one.IsColor ? 3 : 1;
        var (width, height) = (columns * (one.Columns + Gap), (pictures.Length + columns - 1) / columns * (one.Rows + Gap));
        var pixels = new byte[width * height * channels];
        for (var i = 0; i < pictures.Length; i++)
        {
            for (var row = 0; row < one.Rows; row++)
            {
                var to = ((i / columns * (one.Rows + Gap) + row) * width + i % columns * (one.Columns + Gap)) * channels;
                pictures[i].Pixels.AsSpan(row * one.Columns * channels, one.Columns * channels).CopyTo(pixels.AsSpan(to));
            }
        }

        return new(pixels, width, height, one.IsColor);
    }

    private static byte[]? Try(Func<byte[]> make)
    {
        try
        {
            return make();
        }
        catch (ImagingException)
        {
            return null;
        }
    }
}
