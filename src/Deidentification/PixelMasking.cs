using Pirogov.Dicom;
using Pirogov.Imaging;

namespace Pirogov.Deidentification;

/// <summary>
/// Blackens regions of every frame. Compressed images are decoded and written without loss again; outside the regions no
/// decoded value changes.
/// </summary>
public static class PixelMasking
{
    /// <returns>A new file, or null when a frame cannot be decoded or is not there.</returns>
    public static DicomFile? Apply(DicomFile file, IReadOnlyList<PixelRegion> regions)
    {
        try
        {
            // Regions are of whole bytes: cells of 12, 4 or 2 bits are widened before.
            var native = DicomTranscoder.Widened(DicomTranscoder.To(file, DicomUids.ExplicitVRLittleEndian));
            // The transcoder passes native files on as they are; their pixels must not be changed in place.
            var target = new DicomDataset();
            foreach (var element in native.Dataset)
            {
                target.Set(element);
            }

            var image = DicomImage.Open(native);
            if (image.IsShort)
            {
                return null;
            }

            // Floats are blackened to zero like integers.
            var pixels = native.Dataset.First(e => e.Tag == DicomTags.PixelData || e.Tag == DicomTags.FloatPixelData || e.Tag == DicomTags.DoubleFloatPixelData);
            var masked = pixels.Bytes.ToArray();
            for (var frame = 0; frame < image.Frames; frame++)
            {
                foreach (var region in regions)
                {
                    Blacken(masked, frame, image.Description, region);
                }
            }

            target.Set(pixels.Tag, pixels.Vr, masked);
            var done = DicomFile.Create(target, DicomUids.ExplicitVRLittleEndian);
            return file.TransferSyntax.IsEncapsulated ? Compressed(done, file.TransferSyntax.Uid) : done;
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    /// <summary>The same for an image that is too large to be held, frame by frame.</summary>
    /// <param name="scratch">Holds the new pixels; open until the file is written.</param>
    /// <inheritdoc cref="Apply(DicomFile, IReadOnlyList{PixelRegion})"/>
    public static DicomFile? Apply(DicomFile file, IReadOnlyList<PixelRegion> regions, OriginalSpool scratch)
    {
        try
        {
            return FrameByFrame.Change(file, NearestTo(file.TransferSyntax.Uid), scratch.Writer, scratch.Read, frame =>
            {
                foreach (var region in regions)
                {
                    Blacken(frame.Samples, 0, frame.Description, region);
                }
            });
        }
        catch (ImagingException)
        {
            return null;
        }
    }

    /// <summary>Says in the object that its pixels were cleaned or seen to be clean (PS3.15 E.3.1).</summary>
    public static void MarkCleaned(DicomDataset dataset)
    {
        var method = DeidentificationProfile.Basic.PixelDataCleaned;
        var codes = dataset.GetItems(DicomTags.DeidentificationMethodCodeSequence);
        dataset.Set(DicomTags.BurnedInAnnotation, "NO");
        if (codes.All(c => c.GetString(DicomTags.CodeValue) != method.Code))
        {
            dataset.SetItems(DicomTags.DeidentificationMethodCodeSequence, [.. codes, Deidentifier.Code(method)]);
        }
    }

    /// <summary>The lossless syntax nearest to the one it came in.</summary>
    private static string NearestTo(string compressed) => DicomTranscoder.CanWrite(compressed) ? compressed : DicomUids.JPEGLSLossless;

    /// <summary>In the nearest lossless syntax; native where that one cannot hold it.</summary>
    private static DicomFile Compressed(DicomFile native, string from)
    {
        try
        {
            return DicomTranscoder.To(native, NearestTo(from));
        }
        catch (ImagingException)
        {
            return native;
        }
    }

    /// <summary>One frame alone as <see cref="Apply(DicomFile, IReadOnlyList{PixelRegion})"/> would make it, for whoever looks.</summary>
    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">It cannot be decoded.</exception>
    public static DecodedFrame Frame(DicomImage image, int frame, IReadOnlyList<PixelRegion> regions)
    {
        var decoded = image.Decode(frame);
        foreach (var region in regions)
        {
            Blacken(decoded.Samples, 0, decoded.Description, region);
        }

        return decoded;
    }

    private static void Blacken(Span<byte> pixels, int frame, PixelDescription description, PixelRegion region)
    {
        var (left, top) = (Math.Clamp(region.X, 0, description.Columns), Math.Clamp(region.Y, 0, description.Rows));
        // A far edge beyond all numbers is the image's own.
        var (right, bottom) = (Math.Clamp((long)region.X + region.Width, left, description.Columns), Math.Clamp((long)region.Y + region.Height, top, description.Rows));
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                Blacken(pixels, ((long)frame * description.PixelCount) + ((long)y * description.Columns) + x, frame, description);
            }
        }
    }

    private static void Blacken(Span<byte> pixels, long pixel, int frame, PixelDescription description)
    {
        if (description.BitsAllocated == 1)
        {
            pixels[(int)(pixel >> 3)] &= (byte)~(1 << (int)(pixel & 7));
            return;
        }

        var (bytes, samples) = (description.BitsAllocated / 8, description.SamplesPerPixel);
        if (description.PhotometricInterpretation is "YBR_FULL_422" or "YBR_PARTIAL_422")
        {
            // Two pixels share four bytes: Y Y Cb Cr. Both lose their colour with either.
            var at = (int)(pixel / 2 * 4);
            pixels[at + (int)(pixel & 1)] = 0;
            pixels[at + 2] = pixels[at + 3] = 128;
            return;
        }

        for (var sample = 0; sample < samples; sample++)
        {
            var within = pixel - ((long)frame * description.PixelCount);
            var index = description.PlanarConfiguration == 1 && samples > 1
                ? ((((long)frame * samples) + sample) * description.PixelCount) + within : (pixel * samples) + sample;
            var value = pixels.Slice((int)(index * bytes), bytes);
            value.Clear();
            if (description.PhotometricInterpretation == "MONOCHROME1")
            {
                Brightest(value, description);
            }
            else if (sample > 0 && description.PhotometricInterpretation.StartsWith("YBR", StringComparison.Ordinal))
            {
                value[^1] = 128;
            }
        }
    }

    /// <summary>Where the lowest value is white, the highest one is black.</summary>
    private static void Brightest(Span<byte> value, PixelDescription description)
    {
        var most = (1UL << (description.BitsStored - (description.IsSigned ? 1 : 0))) - 1;
        for (var i = 0; i < value.Length; i++)
        {
            value[i] = (byte)(most >> (8 * i));
        }
    }
}
