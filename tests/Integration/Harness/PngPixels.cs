using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Integration.Harness;

/// <summary>The pixels of a PNG (ISO/IEC 15948) of 8-bit RGB or RGBA without interlacing, written for the tests on their own.</summary>
internal sealed record PngPixels(int Width, int Height, int Channels, byte[] Bytes)
{
    public ReadOnlySpan<byte> At(int x, int y) => Bytes.AsSpan((y * Width + x) * Channels, Channels);

    public static PngPixels Read(byte[] png)
    {
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)))
        {
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                packed.Write(png, at + 8, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)));
        }

        packed.Position = 0;
        using var lines = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionMode.Decompress))
            zlib.CopyTo(lines);
        var (width, height, channels) = (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)), png[25] == 6 ? 4 : 3);
        Assert.Equal((8, 0), (png[24], png[28]));
        return new(width, height, channels, Unfilter(lines.ToArray(), height, width * channels, channels));
    }

    /// <summary>9.2: none, sub and up; others would be a change to look at.</summary>
    private static byte[] Unfilter(byte[] lines, int height, int length, int channels)
    {
        var pixels = new byte[height * length];
        for (var y = 0; y < height; y++)
        {
            var filter = lines[y * (length + 1)];
            Assert.InRange(filter, 0, 2);
            for (var i = 0; i < length; i++)
            {
                var before = filter == 1 && i >= channels ? pixels[y * length + i - channels] : filter == 2 && y > 0 ? pixels[(y - 1) * length + i] : 0;
                pixels[y * length + i] = (byte)(lines[y * (length + 1) + 1 + i] + before);
            }
        }

        return pixels;
    }
}
