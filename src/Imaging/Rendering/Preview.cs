namespace Pirogov.Imaging;

/// <summary>Which of a gray frame's values can be seen.</summary>
public enum GrayRange
{
    /// <summary>What the window shows; padding is black.</summary>
    Window,

    /// <summary>From the least value to the greatest, padding among them.</summary>
    Whole,

    /// <summary>Each value as far from the next as the pixels between them are many: what a window or the whole range would drown stands out.</summary>
    Equalised,
}

/// <summary>How a frame becomes a picture for the eye.</summary>
public sealed record PreviewOptions
{
    public GrayRange Range { get; init; }

    /// <summary>Rescale Slope (modality).</summary>
    public double Slope { get; init; } = 1;

    /// <summary>Rescale Intercept.</summary>
    public double Intercept { get; init; }

    /// <summary>Modality LUT Sequence: takes the place of slope and intercept.</summary>
    public LookupTable? ModalityTable { get; init; }

    /// <summary>Null: <see cref="VoiTable"/>, and without one all grays of an 8-bit image, or the 1st to 99th percentile.</summary>
    public VoiWindow? Window { get; init; }

    /// <summary>VOI LUT Sequence: used where no window is given.</summary>
    public LookupTable? VoiTable { get; init; }

    /// <summary>Of the longer side, pixels; a smaller frame keeps its size.</summary>
    public int MaxSide { get; init; } = 256;

    /// <summary>Pixel Padding Value, as stored: shown black and kept out of the percentiles.</summary>
    public int? PixelPadding { get; init; }

    /// <summary>Pixel Padding Range Limit: every value from <see cref="PixelPadding"/> to it is padding.</summary>
    public int? PixelPaddingLimit { get; init; }

    /// <summary>Of a PALETTE COLOR frame.</summary>
    public ColorPalette? Palette { get; init; }

    /// <summary>Row spacing over column spacing: pixels that are not square are shown as wide and high as they are.</summary>
    public double PixelAspect { get; init; } = 1;

    /// <summary>JPEG quality, 1 to 100.</summary>
    public int Quality { get; init; } = 85;
}

/// <summary>8-bit pixels, row by row: one byte a pixel, or red, green, blue.</summary>
public sealed record Picture(byte[] Pixels, int Columns, int Rows, bool IsColor)
{
    /// <exception cref="ImagingException">libturbojpeg is not installed.</exception>
    public byte[] ToJpeg(int quality = 85)
    {
        var description = new PixelDescription(Rows, Columns, 8, 8, 7, 0, IsColor ? 3 : 1, 0, IsColor ? "RGB" : "MONOCHROME2");
        return CodecPool.Shared.Run(new CodecCall(CodecOperation.EncodeJpeg, description, Pixels, quality)).Bytes;
    }

    public byte[] ToPng() => PngWriter.Write(this);
}

/// <summary>What lies over a picture: red, green, blue and opacity, 8 bits each, row by row.</summary>
public sealed record Overlay(byte[] Pixels, int Columns, int Rows)
{
    public byte[] ToPng() => PngWriter.Write(this);
}

/// <summary>Small pictures of frames, for lists and thumbnails; not for reading.</summary>
public static class Preview
{
    /// <param name="samples">A native frame, as <see cref="PixelDecoder"/> gives it.</param>
    /// <param name="description">Of these samples.</param>
    /// <param name="slope">Rescale Slope.</param>
    /// <param name="intercept">Rescale Intercept.</param>
    /// <param name="window">Null: by percentiles.</param>
    /// <param name="maxSide">Of the longer side, pixels.</param>
    public static byte[] Jpeg(ReadOnlySpan<byte> samples, PixelDescription description, double slope, double intercept, VoiWindow? window, int maxSide) =>
        Jpeg(samples, description, new PreviewOptions { Slope = slope, Intercept = intercept, Window = window, MaxSide = maxSide });

    /// <inheritdoc cref="Jpeg(ReadOnlySpan{byte}, PixelDescription, double, double, VoiWindow?, int)"/>
    public static byte[] Jpeg(ReadOnlySpan<byte> samples, PixelDescription description, PreviewOptions options) =>
        Render(samples, description, options).ToJpeg(options.Quality);

    /// <exception cref="ImagingException">The samples are fewer than described, or of a kind that is not rendered.</exception>
    public static Picture Render(ReadOnlySpan<byte> samples, PixelDescription description, PreviewOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSide, 1);
        description.Validated();
        if (samples.Length < description.FrameLength)
            throw new ImagingException(ImagingFault.Truncated, $"The frame has {samples.Length} bytes of {description.FrameLength}.");

        var aspect = options.PixelAspect is > 0.01 and < 100 ? options.PixelAspect : 1;
        var (columns, rows) = AreaAverage.Fit(description.Columns, description.Rows, options.MaxSide, aspect);
        return description.SamplesPerPixel > 1 || description.PhotometricInterpretation == "PALETTE COLOR"
            ? Color(samples, description, options, columns, rows)
            : Gray(samples, description, options, columns, rows);
    }

    private static Picture Gray(ReadOnlySpan<byte> samples, PixelDescription description, PreviewOptions options, int columns, int rows)
    {
        var values = FrameValues.Stored(samples, description);
        if (options.Range != GrayRange.Window)
            (values, options) = (EveryValue.Spread(values, options.Range), new PreviewOptions { Window = EveryValue.Window });
        var window = options.Window ?? (options.VoiTable is null ? DefaultWindow(values, description, options) : null);
        var (first, last) = options is { PixelPadding: { } padding } ? Range(padding, options.PixelPaddingLimit ?? padding) : (1, 0);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = values[i] >= first && values[i] <= last ? float.NaN
                : options.ModalityTable is { } table ? table.Apply(values[i]) : (float)(options.Slope * values[i] + options.Intercept);
        }

        window ??= options.VoiTable is null ? VoiWindow.OfPercentiles(values) : null;
        var small = AreaAverage.Scale(values, description.Columns, description.Rows, 1, columns, rows);
        var inverted = description.PhotometricInterpretation == "MONOCHROME1";
        var pixels = new byte[small.Length];
        for (var i = 0; i < small.Length; i++)
        {
            if (float.IsNaN(small[i])) continue;
            var shown = window?.Apply(small[i]) ?? (byte)Math.Round(255.0 * options.VoiTable!.Apply(small[i]) / ((1 << options.VoiTable.Bits) - 1));
            pixels[i] = inverted ? (byte)(255 - shown) : shown;
        }

        return new Picture(pixels, columns, rows, IsColor: false);
    }

    private static (int First, int Last) Range(int a, int b) => (Math.Min(a, b), Math.Max(a, b));

    // Photographs and screens are made for all of their 256 grays. Labels 0, 1, 2 … in bytes are not: their picture would be black.
    private static VoiWindow? DefaultWindow(float[] values, PixelDescription description, PreviewOptions options)
    {
        if (description.BitsStored > 8 || description.IsSigned || options is not { Slope: 1, Intercept: 0, ModalityTable: null }) return null;
        var most = (1 << description.BitsStored) - 1;
        return values.Max() >= most / 4.0 ? new VoiWindow(most / 2.0, most, VoiFunction.LinearExact) : null;
    }

    private static Picture Color(ReadOnlySpan<byte> samples, PixelDescription description, PreviewOptions options, int columns, int rows)
    {
        var rgb = FrameValues.Rgb(samples, description, options.Palette);
        var values = new float[rgb.Length];
        for (var i = 0; i < rgb.Length; i++) values[i] = rgb[i];
        var small = AreaAverage.Scale(values, description.Columns, description.Rows, 3, columns, rows);
        var pixels = new byte[small.Length];
        for (var i = 0; i < small.Length; i++) pixels[i] = (byte)Math.Round(small[i]);
        return new Picture(pixels, columns, rows, IsColor: true);
    }
}
