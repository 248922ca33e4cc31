using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pirogov.Dicom;

/// <summary>Binary and decimal forms of numbers (PS3.5 6.2).</summary>
internal static class DicomNumbers
{
    public static double[] Unpack(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        var size = vr.UnitSize();
        var values = new double[size > 1 ? bytes.Length / size : 0];
        for (var i = 0; i < values.Length; i++)
        {
            var at = bytes[(i * size)..];
            values[i] = vr switch
            {
                DicomVr.US => BinaryPrimitives.ReadUInt16LittleEndian(at),
                DicomVr.SS => BinaryPrimitives.ReadInt16LittleEndian(at),
                DicomVr.UL => BinaryPrimitives.ReadUInt32LittleEndian(at),
                DicomVr.SL => BinaryPrimitives.ReadInt32LittleEndian(at),
                DicomVr.FL => BinaryPrimitives.ReadSingleLittleEndian(at),
                DicomVr.FD => BinaryPrimitives.ReadDoubleLittleEndian(at),
                DicomVr.UV => BinaryPrimitives.ReadUInt64LittleEndian(at),
                DicomVr.SV => BinaryPrimitives.ReadInt64LittleEndian(at),
                _ => throw new ArgumentOutOfRangeException(nameof(vr), vr, "Not a VR of numbers."),
            };
        }

        return values;
    }

    public static byte[] Pack(ReadOnlySpan<double> values, DicomVr vr)
    {
        var size = vr.UnitSize();
        var bytes = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++)
        {
            var at = bytes.AsSpan(i * size);
            switch (vr)
            {
                case DicomVr.US: BinaryPrimitives.WriteUInt16LittleEndian(at, checked((ushort)values[i])); break;
                case DicomVr.SS: BinaryPrimitives.WriteInt16LittleEndian(at, checked((short)values[i])); break;
                case DicomVr.UL: BinaryPrimitives.WriteUInt32LittleEndian(at, checked((uint)values[i])); break;
                case DicomVr.SL: BinaryPrimitives.WriteInt32LittleEndian(at, checked((int)values[i])); break;
                case DicomVr.FL: BinaryPrimitives.WriteSingleLittleEndian(at, (float)values[i]); break;
                case DicomVr.FD: BinaryPrimitives.WriteDoubleLittleEndian(at, values[i]); break;
                case DicomVr.UV: BinaryPrimitives.WriteUInt64LittleEndian(at, checked((ulong)values[i])); break;
                case DicomVr.SV: BinaryPrimitives.WriteInt64LittleEndian(at, checked((long)values[i])); break;
                default: throw new ArgumentOutOfRangeException(nameof(vr), vr, "Not a VR of numbers.");
            }
        }

        return bytes;
    }

    /// <summary>Each value as the shortest text that reads back as the same value; tags as eight hexadecimal digits.</summary>
    public static IReadOnlyList<string> Texts(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        var size = vr == DicomVr.AT ? 4 : vr.UnitSize();
        var texts = new string[bytes.Length / size];
        for (var i = 0; i < texts.Length; i++)
        {
            var at = bytes[(i * size)..];
            texts[i] = vr switch
            {
                DicomVr.AT => TagAt(at).Hex,
                DicomVr.FL => BinaryPrimitives.ReadSingleLittleEndian(at).ToString("R", CultureInfo.InvariantCulture),
                DicomVr.UV => BinaryPrimitives.ReadUInt64LittleEndian(at).ToString(CultureInfo.InvariantCulture),
                DicomVr.SV => BinaryPrimitives.ReadInt64LittleEndian(at).ToString(CultureInfo.InvariantCulture),
                _ => Unpack(at[..size], vr)[0].ToString("R", CultureInfo.InvariantCulture),
            };
        }

        return texts;
    }

    /// <summary>The binary form of texts as <see cref="Texts"/> writes them.</summary>
    /// <exception cref="FormatException">A text is no number of the VR.</exception>
    public static byte[] Parse(IReadOnlyList<string> texts, DicomVr vr)
    {
        var bytes = new byte[texts.Count * (vr == DicomVr.AT ? 4 : vr.UnitSize())];
        for (var i = 0; i < texts.Count; i++)
        {
            switch (vr)
            {
                case DicomVr.AT:
                    var tag = new DicomTag(uint.Parse(texts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4 * i), tag.Group);
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4 * i + 2), tag.Element);
                    break;
                case DicomVr.UV: BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), ulong.Parse(texts[i], CultureInfo.InvariantCulture)); break;
                case DicomVr.SV: BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), long.Parse(texts[i], CultureInfo.InvariantCulture)); break;
                case DicomVr.FL: BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), float.Parse(texts[i], CultureInfo.InvariantCulture)); break;
                default: Pack([double.Parse(texts[i], CultureInfo.InvariantCulture)], vr).CopyTo(bytes, i * vr.UnitSize()); break;
            }
        }

        return bytes;
    }

    private static DicomTag TagAt(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));

    /// <summary>The most precise decimal that fits the VR: 16 characters for DS, whole numbers for IS.</summary>
    public static string Format(double value, DicomVr vr)
    {
        if (vr == DicomVr.IS)
        {
            return checked((int)value).ToString(CultureInfo.InvariantCulture);
        }

        for (var digits = 17; digits > 0; digits--)
        {
            var text = value.ToString("G" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (text.Length <= 16)
            {
                return text;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(value), value, "Does not fit a decimal string.");
    }

    /// <summary>Reverses each unit in place: big endian to little endian and back; what is no whole unit stays.</summary>
    /// <param name="unit">1, 2, 4 or 8 bytes.</param>
    public static void Swap(Span<byte> bytes, int unit)
    {
        switch (unit)
        {
            case 2: Swap(MemoryMarshal.Cast<byte, ushort>(bytes)); break;
            case 4: Swap(MemoryMarshal.Cast<byte, uint>(bytes)); break;
            case 8: Swap(MemoryMarshal.Cast<byte, ulong>(bytes)); break;
        }
    }

    private static void Swap(Span<ushort> numbers) => BinaryPrimitives.ReverseEndianness(numbers, numbers);

    private static void Swap(Span<uint> numbers) => BinaryPrimitives.ReverseEndianness(numbers, numbers);

    private static void Swap(Span<ulong> numbers) => BinaryPrimitives.ReverseEndianness(numbers, numbers);
}
