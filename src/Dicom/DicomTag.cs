using System.Globalization;

namespace Pirogov.Dicom;

/// <summary>A data element tag: group in the upper, element in the lower sixteen bits (PS3.5 7.1).</summary>
public readonly record struct DicomTag(uint Value) : IComparable<DicomTag>
{
    internal const uint ItemValue = 0xFFFEE000;
    internal const uint ItemDelimitationValue = 0xFFFEE00D;
    internal const uint SequenceDelimitationValue = 0xFFFEE0DD;

    public DicomTag(ushort group, ushort element)
        : this(((uint)group << 16) | element)
    {
    }

    public ushort Group => (ushort)(Value >> 16);

    public ushort Element => (ushort)Value;

    /// <summary>Odd groups are private (PS3.5 7.8).</summary>
    public bool IsPrivate => (Value & 0x10000) != 0;

    public bool IsPrivateCreator => IsPrivate && Element is >= 0x0010 and <= 0x00FF;

    public bool IsGroupLength => Element == 0;

    /// <summary>Pixel Data and its float forms.</summary>
    public bool IsPixelData => Value is 0x7FE00008 or 0x7FE00009 or 0x7FE00010;

    /// <summary>Keyword of PS3.6, or the eight hexadecimal digits where the tag has none.</summary>
    public string Keyword => DicomDictionary.Find(this)?.Keyword ?? Hex;

    /// <summary>Eight upper-case hexadecimal digits, as the JSON model names attributes (PS3.18 F.2.2).</summary>
    public string Hex => Value.ToString("X8", CultureInfo.InvariantCulture);

    public int CompareTo(DicomTag other) => Value.CompareTo(other.Value);

    public override string ToString() => $"({Group:X4},{Element:X4})";

    /// <summary>Reads "00100020", "(0010,0020)", "0010,0020" or a keyword in any letter case.</summary>
    public static bool TryParse(string? text, out DicomTag tag)
    {
        tag = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var hex = text.Trim().TrimStart('(').TrimEnd(')').Replace(",", "", StringComparison.Ordinal);
        if (hex.Length == 8 && uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            tag = new DicomTag(value);
            return true;
        }

        return DicomDictionary.TryFindKeyword(text.Trim(), out tag);
    }

    public static bool operator <(DicomTag left, DicomTag right) => left.Value < right.Value;

    public static bool operator >(DicomTag left, DicomTag right) => left.Value > right.Value;

    public static bool operator <=(DicomTag left, DicomTag right) => left.Value <= right.Value;

    public static bool operator >=(DicomTag left, DicomTag right) => left.Value >= right.Value;
}
