using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>An RLE frame (PS3.5 Annex G) of nothing but the packets that fill its byte planes.</summary>
internal static class BareRle
{
    private const int HeaderLength = 64;

    /// <exception cref="ImagingException">The planes cannot be filled: nothing can be said of what is in it.</exception>
    public static ReadOnlyMemory<byte> Of(PixelDescription description, ReadOnlyMemory<byte> frame)
    {
        var offsets = RleCodec.Offsets(frame.Span, description.SamplesPerPixel * Math.Max(1, description.BitsAllocated / 8));
        var planeLength = description.BitsAllocated == 1 ? (description.PixelCount + 7) / 8 : description.PixelCount;
        if (planeLength < 1) throw new ImagingException(ImagingFault.TooLarge, "A plane of the frame is over the limit.");
        var used = new (int Length, byte[] Last)[offsets.Length - 1];
        for (var plane = 0; plane < used.Length; plane++)
            used[plane] = Packets(frame.Span[offsets[plane]..offsets[plane + 1]], planeLength);
        return IsBare(frame.Span, offsets, used) ? frame : Written(frame.Span, offsets, used);
    }

    /// <returns>Bytes of whole packets that are needed, and a last one cut to what the plane takes of it.</returns>
    private static (int Length, byte[] Last) Packets(ReadOnlySpan<byte> packed, int planeLength)
    {
        for (int at = 0, filled = 0; ;)
        {
            if (filled == planeLength) return (at, []);
            if (at >= packed.Length) throw new ImagingException(ImagingFault.Truncated, "An RLE segment ends before its plane is full.");
            int control = (sbyte)packed[at];
            var (count, length) = control == -128 ? (0, 1) : control < 0 ? (1 - control, 2) : (control + 1, control + 2);
            if (count > planeLength - filled)
            {
                (count, var rest) = (planeLength - filled, planeLength - filled);
                if (at + 1 + (control < 0 ? 1 : rest) > packed.Length) throw new ImagingException(ImagingFault.Truncated, "An RLE segment ends before its plane is full.");
                return (at, control < 0 ? [(byte)(1 - count), packed[at + 1]] : [(byte)(count - 1), .. packed.Slice(at + 1, count)]);
            }

            if (at + length > packed.Length) throw new ImagingException(ImagingFault.Truncated, "An RLE segment ends before its plane is full.");
            (at, filled) = (at + length, filled + count);
        }
    }

    private static bool IsBare(ReadOnlySpan<byte> frame, int[] offsets, (int Length, byte[] Last)[] used)
    {
        if (offsets[0] != HeaderLength || frame[(4 + 4 * used.Length)..HeaderLength].ContainsAnyExcept((byte)0)) return false;
        for (var plane = 0; plane < used.Length; plane++)
        {
            // A byte more makes the length even.
            var rest = frame[(offsets[plane] + used[plane].Length)..offsets[plane + 1]];
            if (used[plane].Last.Length > 0 || rest.Length > 1 || rest.ContainsAnyExcept((byte)0)) return false;
        }

        return true;
    }

    private static byte[] Written(ReadOnlySpan<byte> frame, int[] offsets, (int Length, byte[] Last)[] used)
    {
        using var target = new MemoryStream(frame.Length);
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)used.Length);
        target.Write(header);
        for (var plane = 0; plane < used.Length; plane++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4 + 4 * plane), (uint)target.Length);
            target.Write(frame.Slice(offsets[plane], used[plane].Length));
            target.Write(used[plane].Last);
            if (target.Length % 2 != 0) target.WriteByte(0);
        }

        var written = target.ToArray();
        header.CopyTo(written, 0);
        return written;
    }
}
