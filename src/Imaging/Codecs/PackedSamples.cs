using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>Pixel cells that follow one another without regard to bytes, the lowest bit first (PS3.5 8.1.1).</summary>
internal static class PackedSamples
{
    /// <summary>True for widths other than those of machine words: 12 bits of old files, 2, 4, 24 and the like.</summary>
    public static bool IsPacked(int bitsAllocated) => bitsAllocated is > 1 and < 32 and not (8 or 16);

    /// <summary>Bits from any position, moved to the start of a byte; bits after the last one are zero.</summary>
    public static byte[] Align(ReadOnlySpan<byte> source, long firstBit, long count)
    {
        var target = new byte[(count + 7) / 8];
        var (start, shift) = ((int)(firstBit >> 3), (int)(firstBit & 7));
        for (var i = 0; i < target.Length; i++)
        {
            var next = shift > 0 && start + i + 1 < source.Length ? source[start + i + 1] : 0;
            target[i] = (byte)(source[start + i] >> shift | next << (8 - shift));
        }

        if (count % 8 != 0) target[^1] &= (byte)((1 << (int)(count % 8)) - 1);
        return target;
    }

    /// <summary>Cells in machine words of the next width; Bits Allocated says so afterwards, bits above the cell are zero.</summary>
    public static DecodedFrame Widen(ReadOnlySpan<byte> packed, PixelDescription description)
    {
        int from = description.BitsAllocated, to = from < 8 ? 8 : from < 16 ? 16 : 32;
        var widened = description with { BitsAllocated = to };
        var samples = new byte[widened.FrameLength];
        ulong held = 0;
        for (int i = 0, count = 0, at = 0; i < description.SampleCount; i++, held >>= from, count -= from)
        {
            for (; count < from; count += 8) held |= (ulong)packed[at++] << count;
            var cell = (uint)(held & (1UL << from) - 1);
            if (to == 8) samples[i] = (byte)cell;
            else if (to == 16) BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(2 * i), (ushort)cell);
            else BinaryPrimitives.WriteUInt32LittleEndian(samples.AsSpan(4 * i), cell);
        }

        return new DecodedFrame(samples, widened);
    }
}
