using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Imaging;

/// <summary>PNG (ISO/IEC 15948) of 8-bit gray or RGB.</summary>
internal static class PngWriter
{
    public static byte[] Write(Picture picture)
    {
        var width = picture.Columns * (picture.IsColor ? 3 : 1);
        if (picture.Columns < 1 || picture.Rows < 1 || picture.Pixels.Length != width * picture.Rows)
            throw new ArgumentException($"{picture.Pixels.Length} bytes given for {picture.Columns} × {picture.Rows}.", nameof(picture));

        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Rows);
        header[8] = 8;
        header[9] = (byte)(picture.IsColor ? 2 : 0);
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "IDAT"u8, Deflate(picture.Pixels, width));
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Deflate(ReadOnlySpan<byte> pixels, int width)
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Optimal, leaveOpen: true))
        {
            var line = new byte[1 + width];
            for (var start = 0; start < pixels.Length; start += width)
            {
                // Filter 2 (Up) of every line but the first: it serves both smooth pictures and masks.
                line[0] = (byte)(start == 0 ? 0 : 2);
                for (var i = 0; i < width; i++) line[1 + i] = (byte)(pixels[start + i] - (start == 0 ? 0 : pixels[start - width + i]));
                zlib.Write(line);
            }
        }

        return target.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        png.Write(number);
        png.Write(type);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Finish(Crc32.Update(Crc32.Update(Crc32.Initial, type), body)));
        png.Write(number);
    }
}
