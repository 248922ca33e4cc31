using System.Buffers.Binary;
using System.Globalization;

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

    public static IEnumerable<DicomTag> Tags(ReadOnlySpan<byte> bytes)
    {
        var tags = new DicomTag[bytes.Length / 4];
        for (var i = 0; i < tags.Length; i++)
        {
            tags[i] = new DicomTag(
                BinaryPrimitives.ReadUInt16LittleEndian(bytes[(4 * i)..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[(4 * i + 2)..]));
        }

        return tags;
    }

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

    /// <summary>Reverses each unit in place: big endian to little endian and back.</summary>
    public static void Swap(Span<byte> bytes, int unit)
    {
        for (var i = 0; i + unit <= bytes.Length; i += unit)
        {
            bytes.Slice(i, unit).Reverse();
        }
    }
}
