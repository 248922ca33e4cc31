using Pirogov.Imaging;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// The run lengths of Label Studio's brush: bits from the highest down; 32 for the number of words, 5 for the width of a word less one, four
/// times 4 for widths of lengths less one; then runs, each of 1 bit (repeated or not), 2 bits (which width), a length less one, and its word or
/// words (thi.ng/umbrella, packages/rle-pack). The words are RGBA; alpha says what is painted.
/// </summary>
internal static class ThingRle
{
    private const int WordBits = 8;

    /// <summary>Anti-aliased edges belong to the stroke from one half on.</summary>
    private const int Painted = 128;

    private static readonly int[] Widths = [3, 4, 8, 16];

    /// <returns>Null when the bytes are no picture of that size.</returns>
    public static RunLengthMask? Unpack(ReadOnlySpan<byte> packed, int rows, int columns)
    {
        var bits = new BitReader(packed);
        if (bits.Read(32) is not { } count || count != (long)rows * columns * 4 || bits.Read(5) + 1 is not WordBits)
            return null;
        var widths = new int[4];
        for (var i = 0; i < 4; i++)
        {
            if (bits.Read(4) is not { } width)
                return null;
            widths[i] = (int)width + 1;
        }

        var painted = new bool[rows * columns];
        for (long at = 0; at < count;)
        {
            if (bits.Read(1) is not { } repeats || bits.Read(2) is not { } which || bits.Read(widths[which]) is not { } length || at + length + 1 > count)
                return null;
            var word = repeats == 1 ? bits.Read(WordBits) : 0;
            for (var end = at + length + 1; at < end; at++)
            {
                if ((repeats == 1 ? word : bits.Read(WordBits)) is not { } value)
                    return null;
                if ((at & 3) == 3 && value >= Painted)
                    painted[at >> 2] = true;
            }
        }

        return RunLengthMask.FromBits(painted, rows, columns);
    }

    /// <summary>Every channel of a painted pixel is 255: all words of a run are alike.</summary>
    public static byte[] Pack(RunLengthMask mask)
    {
        var bits = new BitWriter();
        bits.Write((uint)((long)mask.Rows * mask.Columns * 4), 32);
        bits.Write(WordBits - 1, 5);
        foreach (var width in Widths)
            bits.Write((uint)width - 1, 4);
        var value = 0u;
        foreach (var run in mask.Runs)
        {
            for (var left = run * 4L; left > 0;)
            {
                var which = Array.FindIndex(Widths, w => left <= 1L << w) is >= 0 and var fitting ? fitting : Widths.Length - 1;
                var length = Math.Min(left, 1L << Widths[which]);
                bits.Write(1, 1);
                bits.Write((uint)which, 2);
                bits.Write((uint)length - 1, Widths[which]);
                bits.Write(value, WordBits);
                left -= length;
            }

            value ^= 255;
        }

        return bits.ToArray();
    }

    private ref struct BitReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private long at;

        public uint? Read(int width)
        {
            if (at + width > bytes.Length * 8L)
                return null;
            var value = 0u;
            for (var i = 0; i < width; i++, at++)
                value = value << 1 | (uint)(bytes[(int)(at >> 3)] >> (int)(7 - (at & 7)) & 1);
            return value;
        }
    }

    private sealed class BitWriter
    {
        private readonly List<byte> bytes = [];
        private int free;

        public void Write(uint value, int width)
        {
            for (var i = width - 1; i >= 0; i--)
            {
                if (free == 0)
                {
                    bytes.Add(0);
                    free = 8;
                }

                free--;
                bytes[^1] |= (byte)((value >> i & 1) << free);
            }
        }

        public byte[] ToArray() => [.. bytes];
    }
}
