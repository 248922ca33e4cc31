using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>Expands a Segmented Palette Color Lookup Table (PS3.3 C.7.9.2): runs given, interpolated, or repeated from before.</summary>
internal static class SegmentedPalette
{
    private const int Discrete = 0, Linear = 1, Indirect = 2;

    /// <param name="data">Little-endian words, or bytes where an entry has 8 bits.</param>
    /// <param name="entries">That the table has to have.</param>
    /// <param name="bits">8 or 16.</param>
    /// <returns>Entries in the width of the data, as a plain table would hold them.</returns>
    public static byte[] Expand(ReadOnlySpan<byte> data, int entries, int bits)
    {
        var width = bits == 8 ? 1 : 2;
        var table = new List<int>(entries);
        for (var at = 0; at + width <= data.Length && table.Count < entries;) at = Segment(data, at, width, table, entries, depth: 0);
        if (table.Count != entries)
            throw new ImagingException(ImagingFault.Malformed, $"A segmented palette expands to {table.Count} entries of {entries}.");

        var plain = new byte[entries * width];
        for (var i = 0; i < entries; i++)
        {
            if (width == 1) plain[i] = (byte)table[i];
            else BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(2 * i), (ushort)table[i]);
        }

        return plain;
    }

    /// <returns>Where the next segment stands.</returns>
    private static int Segment(ReadOnlySpan<byte> data, int at, int width, List<int> table, int entries, int depth)
    {
        int code = Word(data, at, width), length = Word(data, at + width, width);
        at += 2 * width;
        if (table.Count + (code == Indirect ? 0 : length) > entries) throw Malformed();
        switch (code)
        {
            case Discrete:
                for (var i = 0; i < length; i++, at += width) table.Add(Word(data, at, width));
                return at;
            case Linear when table.Count > 0:
                int from = table[^1], to = Word(data, at, width);
                for (var i = 1; i <= length; i++) table.Add((int)Math.Round(from + (double)(to - from) * i / length));
                return at + width;
            // The offset is 32 bits, the less significant part first; the segments it names may not be indirect themselves.
            case Indirect when depth == 0:
                var offset = BinaryPrimitives.ReadUInt32LittleEndian(Slice(data, at, 4));
                if (offset >= (uint)data.Length) throw Malformed();
                var source = (int)offset;
                for (var i = 0; i < length; i++) source = Segment(data, source, width, table, entries, depth: 1);
                return at + 4;
            default:
                throw Malformed();
        }
    }

    private static int Word(ReadOnlySpan<byte> data, int at, int width) =>
        width == 1 ? Slice(data, at, 1)[0] : BinaryPrimitives.ReadUInt16LittleEndian(Slice(data, at, 2));

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> data, int at, int length) => at + length <= data.Length ? data.Slice(at, length) : throw Malformed();

    private static ImagingException Malformed() => new(ImagingFault.Malformed, "A segmented palette is malformed.");
}
