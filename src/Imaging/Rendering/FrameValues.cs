using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>Reads the meaning of native samples: numbers of gray frames, RGB of colour ones.</summary>
internal static class FrameValues
{
    /// <summary>Stored values of a gray frame, row by row; bits above High Bit are not part of the value (PS3.5 8.1.1).</summary>
    public static float[] Stored(ReadOnlySpan<byte> samples, PixelDescription description)
    {
        var values = new float[description.PixelCount];
        var left = 32 - description.HighBit - 1;
        var right = 32 - description.BitsStored;
        switch (description.BitsAllocated)
        {
            case 32 when description.IsFloat:
                for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(samples[(4 * i)..]);
                break;
            case 64 when description.IsFloat:
                for (var i = 0; i < values.Length; i++) values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(samples[(8 * i)..]);
                break;
            case 1:
                for (var i = 0; i < values.Length; i++) values[i] = samples[i >> 3] >> (i & 7) & 1;
                break;
            case 8:
                for (var i = 0; i < values.Length; i++) values[i] = Value(samples[i], left, right, description.IsSigned);
                break;
            case 16:
                for (var i = 0; i < values.Length; i++)
                    values[i] = Value(BinaryPrimitives.ReadUInt16LittleEndian(samples[(2 * i)..]), left, right, description.IsSigned);
                break;
            case 32:
                for (var i = 0; i < values.Length; i++)
                    values[i] = Value(BinaryPrimitives.ReadUInt32LittleEndian(samples[(4 * i)..]), left, right, description.IsSigned);
                break;
            default:
                throw new ImagingException(ImagingFault.Unsupported, $"Gray frames of {description.BitsAllocated} bits are not rendered.");
        }

        return values;
    }

    /// <summary>Three bytes a pixel, row by row, of an 8-bit RGB, YBR or palette frame.</summary>
    public static byte[] Rgb(ReadOnlySpan<byte> samples, PixelDescription description, ColorPalette? palette)
    {
        var rgb = new byte[description.PixelCount * 3];
        if (description.SamplesPerPixel == 1)
        {
            if (palette is null) throw new ImagingException(ImagingFault.Mismatch, "A PALETTE COLOR frame needs its palette.");
            var stored = Stored(samples, description);
            for (var i = 0; i < stored.Length; i++) palette.Color((int)stored[i]).CopyTo(rgb.AsSpan(3 * i));
            return rgb;
        }

        if (description is not { SamplesPerPixel: 3, BitsAllocated: 8 or 16 })
            throw new ImagingException(ImagingFault.Unsupported, $"Colour of {description.SamplesPerPixel} samples of {description.BitsAllocated} bits is not rendered.");
        var ybr = description.PhotometricInterpretation.StartsWith("YBR_FULL", StringComparison.Ordinal);
        var partial = description.PhotometricInterpretation == "YBR_PARTIAL_422";
        for (var i = 0; i < description.PixelCount; i++)
        {
            var (a, b, c) = (At(samples, description, i, 0), At(samples, description, i, 1), At(samples, description, i, 2));
            (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) = ybr ? FromYbr(a, b, c) : partial ? FromPartialYbr(a, b, c) : (a, b, c);
        }

        return rgb;
    }

    private static byte At(ReadOnlySpan<byte> samples, PixelDescription description, int pixel, int channel)
    {
        if (description.IsSubsampled && samples.Length < description.SampleCount)
        {
            // Y Y Cb Cr: two pixels in four bytes (PS3.3 C.7.6.3.1.2).
            return samples[pixel / 2 * 4 + (channel == 0 ? pixel % 2 : 1 + channel)];
        }

        var index = description.PlanarConfiguration == 1 ? channel * description.PixelCount + pixel : 3 * pixel + channel;
        return description.BitsAllocated == 8
            ? samples[index]
            : (byte)(BinaryPrimitives.ReadUInt16LittleEndian(samples[(2 * index)..]) >> Math.Max(0, description.BitsStored - 8));
    }

    private static (byte R, byte G, byte B) FromYbr(byte y, byte cb, byte cr) =>
        (Byte(y + 1.402 * (cr - 128)), Byte(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)), Byte(y + 1.772 * (cb - 128)));

    // ITU-R BT.601 studio range (PS3.3 C.7.6.3.1.2): luminance 16 to 235, chrominance 16 to 240.
    private static (byte R, byte G, byte B) FromPartialYbr(byte y, byte cb, byte cr)
    {
        var (light, blue, red) = (255 / 219.0 * (y - 16), 255 / 224.0 * (cb - 128), 255 / 224.0 * (cr - 128));
        return (Byte(light + 1.402 * red), Byte(light - 0.344136 * blue - 0.714136 * red), Byte(light + 1.772 * blue));
    }

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);

    private static float Value(uint word, int left, int right, bool signed) =>
        signed ? (int)(word << left) >> right : word << left >> right;
}
