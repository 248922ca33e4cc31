using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>DICOM RLE Lossless (PS3.5 Annex G): PackBits of byte planes, the most significant byte of each sample first.</summary>
internal static class RleCodec
{
    private const int HeaderLength = 64;

    public static DecodedFrame Decode(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var bytesPerSample = Math.Max(1, description.BitsAllocated / 8);
        var planes = description.SamplesPerPixel * bytesPerSample;
        var planeLength = description.BitsAllocated == 1 ? (description.PixelCount + 7) / 8 : description.PixelCount;
        var offsets = Offsets(frame.Span, planes);

        var stride = description.BitsAllocated == 1 ? 1 : planes;
        if (description.BitsAllocated == 1 && planes != 1)
            throw new ImagingException(ImagingFault.Unsupported, "Single bits of several samples a pixel are not decoded.");
        var samples = new byte[planeLength * stride];
        for (var plane = 0; plane < planes; plane++)
        {
            var segment = frame.Span[offsets[plane]..offsets[plane + 1]];
            var significance = bytesPerSample - 1 - plane % bytesPerSample;
            Unpack(segment, samples.AsSpan(plane / bytesPerSample * bytesPerSample + significance), stride, planeLength);
        }

        var layout = description.SamplesPerPixel > 1
            ? description with
            {
                PlanarConfiguration = 0,
                PhotometricInterpretation = description.IsSubsampled ? "YBR_FULL" : description.PhotometricInterpretation,
            }
            : description;
        return new DecodedFrame(samples, layout);
    }

    public static int[] Offsets(ReadOnlySpan<byte> frame, int planes)
    {
        if (frame.Length < HeaderLength) throw new ImagingException(ImagingFault.Truncated, "The RLE header is cut.");
        var segments = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        if (planes > 15 || segments != planes)
            throw new ImagingException(ImagingFault.Mismatch, $"The frame has {segments} RLE segments; its description needs {planes}.");

        var offsets = new int[planes + 1];
        for (var i = 0; i < planes; i++)
        {
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(frame[(4 + 4 * i)..]);
            if (offset < HeaderLength || offset > frame.Length || (i > 0 && offset < offsets[i - 1]))
                throw new ImagingException(ImagingFault.Malformed, $"RLE segment {i} starts at byte {offset} of {frame.Length}.");
            offsets[i] = (int)offset;
        }

        offsets[planes] = frame.Length;
        return offsets;
    }

    private static void Unpack(ReadOnlySpan<byte> packed, Span<byte> target, int stride, int length)
    {
        int at = 0, filled = 0;
        while (filled < length)
        {
            if (at >= packed.Length) throw Cut();
            int control = (sbyte)packed[at++];
            if (control == -128) continue;
            var count = Math.Min((control < 0 ? -control : control) + 1, length - filled);
            if (control < 0)
            {
                if (at >= packed.Length) throw Cut();
                var value = packed[at++];
                if (stride == 1) target.Slice(filled, count).Fill(value);
                else for (var i = 0; i < count; i++) target[(filled + i) * stride] = value;
            }
            else
            {
                if (at + count > packed.Length) throw Cut();
                if (stride == 1) packed.Slice(at, count).CopyTo(target[filled..]);
                else for (var i = 0; i < count; i++) target[(filled + i) * stride] = packed[at + i];
                at += count;
            }

            filled += count;
        }
    }

    private static ImagingException Cut() => new(ImagingFault.Truncated, "An RLE segment ends before its plane is full.");
}
