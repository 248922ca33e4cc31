using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>The lookup table of PALETTE COLOR (PS3.3 C.7.6.3.1.5 and .6), 8 bits a colour.</summary>
public sealed class ColorPalette
{
    private readonly int firstMapped;
    private readonly byte[] rgb;

    private ColorPalette(int firstMapped, byte[] rgb)
    {
        this.firstMapped = firstMapped;
        this.rgb = rgb;
    }

    /// <param name="descriptor">Number of entries (0 means 65,536), first value mapped, bits an entry: of the red table, the others equal it.</param>
    /// <param name="red">Red Palette Color Lookup Table Data.</param>
    /// <param name="green">Green.</param>
    /// <param name="blue">Blue.</param>
    /// <param name="segmented">The tables are those of the Segmented Palette attributes (C.7.9.2).</param>
    /// <exception cref="ImagingException">The tables are shorter than their descriptor says.</exception>
    public static ColorPalette FromDicom(
        ReadOnlySpan<int> descriptor, ReadOnlySpan<byte> red, ReadOnlySpan<byte> green, ReadOnlySpan<byte> blue, bool segmented = false)
    {
        if (descriptor.Length != 3 || descriptor[2] is not (8 or 16))
            throw new ImagingException(ImagingFault.Malformed, "A palette descriptor has three values, the last 8 or 16.");
        var entries = LookupTable.Count(descriptor[0]);
        if (segmented)
        {
            red = SegmentedPalette.Expand(red, entries, descriptor[2]);
            green = SegmentedPalette.Expand(green, entries, descriptor[2]);
            blue = SegmentedPalette.Expand(blue, entries, descriptor[2]);
        }

        var rgb = new byte[entries * 3];
        Fill(rgb, 0, red, entries, descriptor[2]);
        Fill(rgb, 1, green, entries, descriptor[2]);
        Fill(rgb, 2, blue, entries, descriptor[2]);
        return new ColorPalette(descriptor[1], rgb);
    }

    /// <summary>Red, green, blue of a stored value; values outside the table take its nearest end.</summary>
    public ReadOnlySpan<byte> Color(int stored) => rgb.AsSpan(3 * Math.Clamp(stored - firstMapped, 0, rgb.Length / 3 - 1), 3);

    private static void Fill(byte[] rgb, int channel, ReadOnlySpan<byte> table, int entries, int bits)
    {
        // 8-bit entries may stand in a byte each, or in a word each as older writers do.
        var wide = bits == 16 || table.Length >= 2 * entries;
        if (table.Length < entries * (wide ? 2 : 1)) throw new ImagingException(ImagingFault.Truncated, "A palette is shorter than its descriptor.");

        // Some writers declare 16 bits and fill only 8 of them.
        var shift = bits == 16 && HasHighBytes(table[..(2 * entries)]) ? 8 : 0;
        for (var i = 0; i < entries; i++)
            rgb[3 * i + channel] = wide ? (byte)(BinaryPrimitives.ReadUInt16LittleEndian(table[(2 * i)..]) >> shift) : table[i];
    }

    private static bool HasHighBytes(ReadOnlySpan<byte> words)
    {
        for (var i = 1; i < words.Length; i += 2)
            if (words[i] != 0) return true;
        return false;
    }
}
