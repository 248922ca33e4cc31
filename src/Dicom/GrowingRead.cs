using System.Buffers;

namespace Pirogov.Dicom;

/// <returns>Bytes read, at least one; 0 at the end.</returns>
internal delegate int ReadAt(Span<byte> buffer, long offset);

/// <summary>Reads a file whole, or no further than its header goes.</summary>
internal static class GrowingRead
{
    /// <summary>Most headers of images are in it.</summary>
    private const int Piece = 16 * 1024;

    /// <summary>Pieces walked through for the end of a header before reading and parsing it must show it.</summary>
    private const int MostPieces = 64;

    /// <param name="known">Bytes that there are; null where only the end will tell.</param>
    /// <param name="canJump">Whether <paramref name="read"/> takes any offset, and not only the next one.</param>
    public static DicomFile Read(ReadAt read, long? known, bool canJump, DicomReaderOptions options) =>
        options.StopBeforePixelData ? ReadHeader(read, known, canJump, options) : ReadWhole(read, known, options);

    private static DicomFile ReadWhole(ReadAt read, long? known, DicomReaderOptions options)
    {
        // One more than there should be: a file that grows meanwhile is not cut, and the end shows in the same read.
        var buffer = GC.AllocateUninitializedArray<byte>(Bounded((known ?? Piece) + 1, options));
        var length = 0;
        while ((length += Fill(read, buffer.AsSpan(length), length, null)) == buffer.Length)
        {
            Grow(ref buffer, 4L * length, options);
        }

        return DicomFileParser.Parse(buffer.AsMemory(0, length), options, isPrefix: false).File;
    }

    /// <summary>
    /// The first bytes go into a buffer that is used again for the next file; of them the header alone is kept. Where it goes on beyond them, it
    /// is walked through to its end and read in one piece.
    /// </summary>
    private static DicomFile ReadHeader(ReadAt read, long? known, bool canJump, DicomReaderOptions options)
    {
        var pooled = ArrayPool<byte>.Shared.Rent(2 * Piece);
        try
        {
            var room = Bounded(Piece, options);
            var first = pooled.AsSpan(0, Fill(read, pooled.AsSpan(0, room), 0, known));
            var reach = HeaderReach.Of(first);
            if (reach.IsFound && DicomFileParser.TryParsePrefix(first[..(int)reach.Length].ToArray(), options) is { } header)
            {
                return header.File;
            }

            var isWhole = first.Length < room || first.Length == known;
            var told = canJump && !isWhole && known is { } end ? Told(read, reach, pooled.AsSpan(Piece, Piece), end) : 0;
            var buffer = GC.AllocateUninitializedArray<byte>(Math.Max(Bounded(told, options), first.Length));
            first.CopyTo(buffer);
            var length = first.Length + Fill(read, buffer.AsSpan(first.Length), first.Length, known);
            return ReadOn(read, buffer, length, isWhole || length < buffer.Length || length == known, known, options);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pooled);
        }
    }

    /// <returns>How many bytes to read: up to the pixel data, or all where there are none; 0 where it cannot be told.</returns>
    private static long Told(ReadAt read, HeaderReach reach, Span<byte> piece, long end)
    {
        for (var pieces = 1; !reach.IsFound && !reach.IsLost && reach.At <= end - HeaderReach.Head; pieces++)
        {
            var count = Fill(read, piece, reach.At, end);
            if (count < HeaderReach.Head || pieces == MostPieces)
            {
                return 0;
            }

            reach.Walk(piece[..count], reach.At);
        }

        return reach.IsFound ? reach.Length : reach.IsLost ? 0 : end;
    }

    /// <summary>Parses what is at hand, and four times as much as long as the header is not in it.</summary>
    private static DicomFile ReadOn(ReadAt read, byte[] buffer, int length, bool isWhole, long? known, DicomReaderOptions options)
    {
        while (!isWhole)
        {
            if (DicomFileParser.TryParsePrefix(buffer, options) is { } header)
            {
                return header.File;
            }

            Grow(ref buffer, Math.Min(4L * length, known ?? long.MaxValue), options);
            length += Fill(read, buffer.AsSpan(length), length, known);
            isWhole = length < buffer.Length || length == known;
        }

        return DicomFileParser.Parse(buffer.AsMemory(0, length), options, isPrefix: false).File;
    }

    private static void Grow(ref byte[] buffer, long wanted, DicomReaderOptions options)
    {
        if (buffer.Length > options.MaximumBytes || buffer.Length == Array.MaxLength)
        {
            throw new DicomFormatException(DicomFault.TooLarge, buffer.Length);
        }

        var grown = GC.AllocateUninitializedArray<byte>(Bounded(wanted, options));
        buffer.CopyTo(grown, 0);
        buffer = grown;
    }

    /// <summary>At most one byte more than may be read: it tells that there are too many.</summary>
    private static int Bounded(long wanted, DicomReaderOptions options) => (int)Math.Min(wanted, Math.Min(options.MaximumBytes + 1, Array.MaxLength));

    /// <returns>How many bytes came: fewer than there is room for at the end only.</returns>
    private static int Fill(ReadAt read, Span<byte> buffer, long offset, long? end)
    {
        var count = 0;
        while (count < buffer.Length && offset + count != end && read(buffer[count..], offset + count) is > 0 and var now)
        {
            count += now;
        }

        return count;
    }
}
