using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Imaging;

/// <summary>
/// gzip (RFC 1952) whose header has neither time nor system: GZipStream's own differs between systems (the OS byte), and a released
/// file hashes the same wherever it is made.
/// </summary>
internal static class StableGzip
{
    public static void Write(Stream stream, ReadOnlySpan<byte> head, ReadOnlySpan<byte> data)
    {
        stream.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
        using (var deflate = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(head);
            deflate.Write(data);
        }

        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Finish(Crc32.Update(Crc32.Update(Crc32.Initial, head), data)));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], unchecked((uint)(head.Length + (long)data.Length)));
        stream.Write(trailer);
    }
}
