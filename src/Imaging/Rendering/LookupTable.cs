using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>A table of a Modality LUT or VOI LUT Sequence item (PS3.3 C.11.1 and C.11.2).</summary>
public sealed class LookupTable
{
    private readonly int firstMapped;
    private readonly ushort[] entries;

    private LookupTable(int firstMapped, ushort[] entries, int bits)
    {
        this.firstMapped = firstMapped;
        this.entries = entries;
        Bits = bits;
    }

    /// <summary>Of an entry: 8 to 16.</summary>
    public int Bits { get; }

    /// <param name="descriptor">LUT Descriptor: number of entries (0 means 65,536), first value mapped, bits an entry.</param>
    /// <param name="data">LUT Data, little endian: a word an entry, or a byte where only that fits.</param>
    /// <exception cref="ImagingException">The table is shorter than its descriptor says, or not one of 8 to 16 bits.</exception>
    public static LookupTable FromDicom(ReadOnlySpan<int> descriptor, ReadOnlySpan<byte> data)
    {
        if (descriptor.Length != 3 || descriptor[2] is < 8 or > 16)
            throw new ImagingException(ImagingFault.Malformed, "A LUT descriptor has three values, the last from 8 to 16.");
        var count = Count(descriptor[0]);
        var wide = data.Length >= 2 * count;
        if (data.Length < count || (!wide && descriptor[2] > 8))
            throw new ImagingException(ImagingFault.Truncated, "A LUT is shorter than its descriptor.");
        var entries = new ushort[count];
        for (var i = 0; i < count; i++) entries[i] = wide ? BinaryPrimitives.ReadUInt16LittleEndian(data[(2 * i)..]) : data[i];

        // Descriptors that name fewer bits than the entries use are common; the other way round the picture would only be dark.
        var bits = descriptor[2];
        while (bits < 16 && entries.Max() >> bits != 0) bits++;
        return new LookupTable(descriptor[1], entries, bits);
    }

    /// <summary>The entry of a value; values outside the table take its nearest end.</summary>
    public int Apply(double value) => entries[(int)Math.Clamp(Math.Round(value) - firstMapped, 0, entries.Length - 1)];

    /// <summary>The first number of a descriptor is 16 bits unsigned whatever its VR says, and 0 stands for 65,536.</summary>
    internal static int Count(int first) => (first & 0xFFFF) == 0 ? 65_536 : first & 0xFFFF;
}
