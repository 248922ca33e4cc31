namespace Pirogov.Imaging;

/// <summary>How the samples of one frame are laid out: the Image Pixel module (PS3.3 C.7.6.3) under its own names.</summary>
public sealed record PixelDescription(
    int Rows,
    int Columns,
    int BitsAllocated,
    int BitsStored,
    int HighBit,
    int PixelRepresentation,
    int SamplesPerPixel,
    int PlanarConfiguration,
    string PhotometricInterpretation)
{
    /// <summary>The samples are IEEE 754 numbers of 32 or 64 bits: Float or Double Float Pixel Data.</summary>
    public bool IsFloat { get; init; }

    /// <summary>The most bytes one native frame may take: 1 GiB.</summary>
    public const long MaxFrameBytes = 1L << 30;

    public bool IsSigned => PixelRepresentation == 1;

    public int PixelCount => Rows * Columns;

    public int SampleCount => PixelCount * SamplesPerPixel;

    /// <summary>True for YBR_FULL_422 uncompressed, where two pixels share one pair of chrominance samples.</summary>
    internal bool IsSubsampled => SamplesPerPixel == 3 && PhotometricInterpretation is "YBR_FULL_422" or "YBR_PARTIAL_422";

    /// <summary>Bytes of one native frame; a frame of single bits or packed cells is rounded up to whole bytes.</summary>
    public int FrameLength => FrameBits <= MaxFrameBytes * 8 ? (int)((FrameBits + 7) / 8) : throw TooLarge();

    /// <summary>Native frames follow one another by bits, not by bytes (PS3.5 8.1.1).</summary>
    public long FrameBits => (long)Rows * Columns * BitsAllocated * (IsSubsampled ? 2 : SamplesPerPixel);

    /// <exception cref="ImagingException">The description is not one of an image this library handles.</exception>
    public PixelDescription Validated()
    {
        if (Rows is < 1 or > 65_535 || Columns is < 1 or > 65_535)
            throw new ImagingException(ImagingFault.TooLarge, $"A frame of {Rows} rows and {Columns} columns is outside the limits.");
        if ((BitsAllocated is not (1 or 8 or 16 or 32 or 64) && !PackedSamples.IsPacked(BitsAllocated)) || (IsFloat && BitsAllocated < 32) || BitsStored < 1 || BitsStored > BitsAllocated || HighBit < BitsStored - 1 || HighBit >= BitsAllocated)
            throw new ImagingException(ImagingFault.Unsupported, $"Bits Allocated {BitsAllocated}, Bits Stored {BitsStored}, High Bit {HighBit} are not handled.");
        if (SamplesPerPixel is < 1 or > 4 || PixelRepresentation is not (0 or 1) || PlanarConfiguration is not (0 or 1))
            throw new ImagingException(ImagingFault.Unsupported, $"{SamplesPerPixel} samples per pixel, Pixel Representation {PixelRepresentation}, Planar Configuration {PlanarConfiguration} are not handled.");
        if (FrameBits > MaxFrameBytes * 8) throw TooLarge();
        return this;
    }

    private ImagingException TooLarge() => new(ImagingFault.TooLarge, $"A frame of {FrameBits / 8} bytes is over the limit.");
}

/// <summary>
/// A decoded frame: little-endian samples, and the description that holds for them. Codecs change it: colour comes out pixel by
/// pixel (Planar Configuration 0), and as RGB where the codec undoes its colour transform.
/// </summary>
public sealed record DecodedFrame(byte[] Samples, PixelDescription Description)
{
    /// <summary>The same frame with the samples of each pixel side by side; shared chrominance is repeated for its pixels.</summary>
    public DecodedFrame Interleaved()
    {
        var (perPixel, pixels) = (Description.SamplesPerPixel, Description.PixelCount);
        if (perPixel == 1 || (Description.PlanarConfiguration == 0 && !IsSubsampled)) return this;
        if (Description.BitsAllocated < 8)
            throw new ImagingException(ImagingFault.Unsupported, "Colour of less than 8 bits a sample is not handled.");

        var width = Description.BitsAllocated / 8;
        var samples = new byte[pixels * perPixel * width];
        if (IsSubsampled)
        {
            // Y Y Cb Cr: two pixels in four samples (PS3.3 C.7.6.3.1.2).
            for (var i = 0; i < pixels; i++)
            {
                for (var c = 0; c < 3; c++)
                    Samples.AsSpan((i / 2 * 4 + (c == 0 ? i % 2 : 1 + c)) * width, width).CopyTo(samples.AsSpan((3 * i + c) * width));
            }
        }
        else
        {
            for (var i = 0; i < pixels; i++)
                for (var c = 0; c < perPixel; c++)
                    Samples.AsSpan((c * pixels + i) * width, width).CopyTo(samples.AsSpan((i * perPixel + c) * width));
        }

        return new DecodedFrame(samples, Description with
        {
            PlanarConfiguration = 0,
            PhotometricInterpretation = Description.PhotometricInterpretation switch
            {
                "YBR_FULL_422" => "YBR_FULL",
                "YBR_PARTIAL_422" when IsSubsampled => "YBR_PARTIAL_422",
                var same => same,
            },
        });
    }

    /// <summary>True where two pixels share their chrominance: native YBR_FULL_422 that no codec has spread.</summary>
    private bool IsSubsampled => Description.IsSubsampled && Samples.Length < Description.SampleCount * (long)Description.BitsAllocated / 8;
}
