using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>
/// A colour profile (ICC.1) of nothing but colour: descriptions, copyrights, names and models of devices, private tags and what lies between the
/// tags are blank. Sizes and places stay, so that every curve and table is where it was.
/// </summary>
public static class BareIccProfile
{
    private const int Header = 128, Entry = 12, MostTags = 100;

    /// <summary>Of the header (ICC.1 7.2): without makers, models, creators, dates and the checksum, each of which may be zero.</summary>
    private static readonly (int From, int To)[] Told = [(0, 4), (8, 24), (36, 40), (44, 48), (56, 80)];

    /// <summary>Types of numbers (ICC.1 10).</summary>
    private static readonly string[] Numbers = ["XYZ ", "curv", "para", "mft1", "mft2", "mAB ", "mBA ", "mpet", "sf32", "chrm"];

    /// <summary>Tags of colour (ICC.1 9.2).</summary>
    private static readonly string[] Colours =
    [
        "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC", "wtpt", "bkpt", "lumi", "chad", "chrm", "gamt",
        "A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "D2B0", "D2B1", "D2B2", "D2B3", "B2D0", "B2D1", "B2D2", "B2D3", "pre0", "pre1", "pre2",
    ];

    /// <returns>Null of what is no profile, or one that cannot be followed.</returns>
    public static ReadOnlyMemory<byte>? Of(ReadOnlyMemory<byte> profile)
    {
        var source = profile.Span;
        if (source.Length < Header + 4 || !source.Slice(36, 4).SequenceEqual("acsp"u8))
            return null;
        var (size, count) = (BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadUInt32BigEndian(source[Header..]));
        if (size > source.Length || count > MostTags || size < Header + 4 + (Entry * count))
            return null;
        // DICOM pads to even length.
        var bare = new byte[size + (size & 1)];
        foreach (var (from, to) in Told)
            source[from..to].CopyTo(bare.AsSpan(from));
        var kept = 0;
        var blanks = new List<(int Offset, string Type)>();
        for (var k = 0; k < count; k++)
        {
            var entry = source.Slice(Header + 4 + (Entry * k), Entry);
            var (offset, length) = (BinaryPrimitives.ReadUInt32BigEndian(entry[4..]), BinaryPrimitives.ReadUInt32BigEndian(entry[8..]));
            if (offset < Header + 4 + (Entry * count) || length < 12 || (ulong)offset + length > size)
                return null;
            var data = source.Slice((int)offset, (int)length);
            var (tag, type) = (Four(entry), Four(data));
            if (Colours.Contains(tag) && Numbers.Contains(type))
                Used(data, type).CopyTo(bare.AsSpan((int)offset));
            else if (tag is "desc" or "cprt" && type is "desc" or "mluc" or "text")
                blanks.Add(((int)offset, type));
            else
                continue;
            entry.CopyTo(bare.AsSpan(Header + 4 + (Entry * kept++)));
        }

        BinaryPrimitives.WriteInt32BigEndian(bare.AsSpan(Header), kept);
        foreach (var (offset, type) in blanks)
            Blank(bare.AsSpan(offset), type);
        return bare;
    }

    /// <summary>A curve and a parametric one tell how long they are; what lies behind is none of them.</summary>
    private static ReadOnlySpan<byte> Used(ReadOnlySpan<byte> data, string type) => type switch
    {
        "curv" => data[..(int)Math.Min(data.Length, 12 + (2L * BinaryPrimitives.ReadUInt32BigEndian(data[8..])))],
        "para" => data[..Math.Min(data.Length, 40)],
        _ => data,
    };

    /// <summary>Every profile must have a description and a copyright: of no characters, and in no language.</summary>
    private static void Blank(Span<byte> target, string type)
    {
        for (var i = 0; i < 4; i++)
            target[i] = (byte)type[i];
        if (type == "desc")
            target[11] = 1;
        else if (type == "mluc" && target.Length >= 16)
            target[15] = Entry;
    }

    private static string Four(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes[..4]);
}
