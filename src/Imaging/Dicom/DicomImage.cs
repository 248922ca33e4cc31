using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>The image of a DICOM file: its frames as they are stored, as native samples, and as pictures.</summary>
public sealed class DicomImage
{
    private readonly DicomFile file;
    private readonly DicomElement pixels;
    private readonly FrameFragments? fragments;

    private DicomImage(DicomFile file, DicomElement pixels, PixelDescription description, int frames)
    {
        this.file = file;
        this.pixels = pixels;
        Description = description;
        Frames = frames;
        var extendedOffsets = file.Dataset.Find(DicomTags.ExtendedOffsetTable)?.Bytes ?? default;
        fragments = pixels switch
        {
            DicomEncapsulatedPixelData held => new FrameFragments(held, extendedOffsets, frames),
            DicomStreamedPixelData { IsEncapsulated: true } left => new FrameFragments(left, extendedOffsets, frames),
            _ => null,
        };
    }

    /// <summary>What the data set says of its stored pixels; a decoded frame has a description of its own.</summary>
    public PixelDescription Description { get; }

    /// <summary>Number of Frames, at least 1.</summary>
    public int Frames { get; }

    /// <summary>Native pixel data end before the last frame does.</summary>
    public bool IsShort => fragments is null && NativeLength > StoredLength;

    /// <summary>Bytes of all native frames, which may be more than any file has.</summary>
    internal long NativeLength => (long)Int128.Min(long.MaxValue, (((Int128)Description.FrameBits * Frames) + 7) / 8);

    private long StoredLength => (pixels as DicomStreamedPixelData)?.Length ?? pixels.Bytes.Length;

    /// <param name="file">Read with its pixel data, or with them left in a stream that is open as long as the image is used.</param>
    /// <exception cref="ImagingException">There are no pixels, or the Image Pixel module contradicts itself or is over the limits.</exception>
    public static DicomImage Open(DicomFile file)
    {
        var data = file.Dataset;
        var element = data.Find(DicomTags.PixelData) ?? data.Find(DicomTags.FloatPixelData) ?? data.Find(DicomTags.DoubleFloatPixelData)
            ?? throw new ImagingException(ImagingFault.Truncated, "The file has no pixel data.");
        return new DicomImage(file, element, Describe(data, element.Tag), Math.Max(1, data.GetInt(DicomTags.NumberOfFrames) ?? 1));
    }

    /// <summary>The bytes of one frame in the file's transfer syntax (numbers little endian); a native frame begins at a byte.</summary>
    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">There is no such frame, or its fragments cannot be told apart.</exception>
    public ReadOnlyMemory<byte> Stored(int frame)
    {
        if (frame < 0 || frame >= Frames) throw new ImagingException(ImagingFault.Mismatch, $"Frame {frame + 1} of {Frames} was asked for.");
        if (fragments is not null) return fragments.Frame(frame);
        var (bits, length) = (Description.FrameBits, Description.FrameLength);
        if ((frame + 1) * bits > 8 * StoredLength)
            throw new ImagingException(ImagingFault.Truncated, $"The pixel data end before frame {frame + 1} of {Frames}.");
        if (pixels is DicomStreamedPixelData left)
        {
            var first = frame * bits / 8;
            var bytes = left.Read(first, (int)(((frame + 1) * bits + 7) / 8 - first));
            return bits % 8 == 0 ? bytes : PackedSamples.Align(bytes, frame * bits % 8, bits);
        }

        return bits % 8 == 0 ? pixels.Bytes.Slice((int)(frame * bits / 8), length) : PackedSamples.Align(pixels.Bytes.Span, frame * bits, bits);
    }

    /// <summary>Native little-endian samples.</summary>
    /// <param name="frame">From 0.</param>
    /// <param name="pool">Null: <see cref="CodecPool.Shared"/>.</param>
    /// <exception cref="ImagingException">The frame is absent, damaged, or not the image that the data set describes.</exception>
    public DecodedFrame Decode(int frame, CodecPool? pool = null)
    {
        // The reader has turned big endian values round and inflated what was deflated.
        var syntax = fragments is null ? TransferSyntaxes.ExplicitLittleEndian : file.TransferSyntax.Uid;
        return PixelDecoder.Decode(syntax, Description, Stored(frame), pool);
    }

    /// <summary>Values after the Modality LUT or rescale (PS3.3 C.11.1): for CT, Hounsfield units.</summary>
    /// <param name="frame">From 0.</param>
    /// <param name="values">rows × columns, row by row.</param>
    /// <exception cref="ImagingException">See <see cref="Decode"/>; a colour frame has no values.</exception>
    public void ReadValues(int frame, Span<float> values)
    {
        if (Description.SamplesPerPixel != 1) throw new ImagingException(ImagingFault.Unsupported, "A colour image is not a volume of values.");
        var decoded = Decode(frame);
        var stored = FrameValues.Stored(decoded.Samples, decoded.Description);
        var modality = Presentation(frame);
        for (var i = 0; i < stored.Length; i++)
            values[i] = modality.ModalityTable is { } table ? table.Apply(stored[i]) : (float)(modality.Slope * stored[i] + modality.Intercept);
    }

    /// <summary>How the file wants a frame shown: its first window or VOI LUT, its modality transform, palette and pixel shape.</summary>
    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">A table is malformed.</exception>
    public PreviewOptions Presentation(int frame) => DicomPresentation.Of(file.Dataset, Description, frame);

    /// <summary>A picture of a frame.</summary>
    /// <param name="frame">From 0.</param>
    /// <param name="change">Of what <see cref="Presentation"/> says: another window, another size.</param>
    /// <exception cref="ImagingException">See <see cref="Decode"/> and <see cref="Presentation"/>.</exception>
    public Picture Render(int frame, Func<PreviewOptions, PreviewOptions>? change = null)
    {
        var decoded = Decode(frame);
        var options = Presentation(frame);
        return Preview.Render(decoded.Samples, decoded.Description, change?.Invoke(options) ?? options);
    }

    /// <summary>All overlays that lie on a frame (groups 6000 to 601E), from Overlay Data or the pixels' unused bits.</summary>
    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">An overlay is shorter than it says.</exception>
    public IReadOnlyList<OverlayPlane> Overlays(int frame) => DicomOverlays.Of(file.Dataset, this, frame);

    private static PixelDescription Describe(DicomDataset data, DicomTag element)
    {
        int Number(DicomTag tag, int absent) => data.GetInt(tag) ?? absent;
        if (element == DicomTags.FloatPixelData || element == DicomTags.DoubleFloatPixelData)
        {
            // These two have no Bits Stored, High Bit nor Pixel Representation (PS3.3 C.7.6.24).
            var bits = element == DicomTags.FloatPixelData ? 32 : 64;
            return new PixelDescription(Number(DicomTags.Rows, 0), Number(DicomTags.Columns, 0), bits, bits, bits - 1, 0, 1, 0, "MONOCHROME2") { IsFloat = true }.Validated();
        }

        var allocated = Number(DicomTags.BitsAllocated, 0);
        var stored = Number(DicomTags.BitsStored, allocated);
        var perPixel = Number(DicomTags.SamplesPerPixel, 1);
        return new PixelDescription(
            Number(DicomTags.Rows, 0), Number(DicomTags.Columns, 0), allocated, stored, Number(DicomTags.HighBit, stored - 1), Number(DicomTags.PixelRepresentation, 0),
            perPixel, Number(DicomTags.PlanarConfiguration, 0),
            data.GetString(DicomTags.PhotometricInterpretation)?.Trim() ?? (perPixel == 3 ? "RGB" : "MONOCHROME2")).Validated();
    }
}
