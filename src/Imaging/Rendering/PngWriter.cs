using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Imaging;

/// <summary>PNG (ISO/IEC 15948) of 8-bit gray, RGB or RGBA.</summary>
internal static class PngWriter
{
    private const int Gray = 0, Rgb = 2, Rgba = 6;

    public static byte[] Write(Picture picture) =>
        Write(picture.Pixels, picture.Columns, picture.Rows, picture.IsColor ? 3 : 1, (byte)(picture.IsColor ? Rgb : Gray));

    public static byte[] Write(Overlay overlay) => Write(overlay.Pixels, overlay.Columns, overlay.Rows, 4, Rgba);

    private static byte[] Write(byte[] pixels, int columns, int rows, int channels, byte colorType)
    {
        var width = columns * channels;
        if (columns < 1 || rows < 1 || pixels.Length != width * rows)
            throw new ArgumentException($"{pixels.Length} bytes given for {columns} × {rows}.", nameof(pixels));

        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        header[8] = 8;
        header[9] = colorType;
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "IDAT"u8, Deflate(pixels, width));
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
