using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>Little-endian samples of the types that volumes are stored in.</summary>
internal static class Samples
{
    public static double Read(NiftiDataType type, ReadOnlySpan<byte> data, int index) => type switch
    {
        NiftiDataType.UInt8 => data[index],
        NiftiDataType.Int8 => (sbyte)data[index],
        NiftiDataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(data[(index * 2)..]),
        NiftiDataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(data[(index * 2)..]),
        NiftiDataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(data[(index * 4)..]),
        NiftiDataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(data[(index * 4)..]),
        NiftiDataType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(data[(index * 4)..]),
        NiftiDataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(data[(index * 8)..]),
        NiftiDataType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(data[(index * 8)..]),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(data[(index * 8)..]),
    };

    public static void SwapInPlace(byte[] data, int width)
    {
        if (width == 1) return;
        for (var at = 0; at < data.Length; at += width) data.AsSpan(at, width).Reverse();
    }

    /// <summary>A short file with a large header must not make us allocate what it only promises.</summary>
    /// <exception cref="ImagingException">The stream ends before.</exception>
    public static byte[] ReadGrowing(Stream stream, int length)
    {
        var data = new byte[Math.Min(length, 1 << 20)];
        var filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(data.AsSpan(filled), data.Length - filled, throwOnEndOfStream: false);
            if (filled < data.Length) throw Truncated();
            if (filled == length) return data;
            Array.Resize(ref data, (int)Math.Min(length, data.Length * 4L));
        }
    }

    public static ImagingException Truncated() => new(ImagingFault.Truncated, "The file ends before its header and samples do.");
}
