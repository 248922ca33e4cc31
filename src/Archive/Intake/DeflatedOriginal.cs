using System.Buffers.Binary;
using Pirogov.Dicom;

namespace Pirogov.Archive.Intake;

/// <summary>What a deflated file (PS3.5 A.5) becomes when it is read is in no proportion to what was sent.</summary>
internal static class DeflatedOriginal
{
    /// <summary>Of an original that does not lie in memory: as far as is looked into it.</summary>
    private const int Beginning = 64 * 1024;

    /// <summary>Deflate makes no more of a byte.</summary>
    private const int MostOfOne = 1032;

    /// <summary>What any file may become without a reservation: how one looks is guessed, and the reader is held to the guess.</summary>
    private const long Unreserved = 1 << 20;

    /// <summary>Preamble, prefix and the group length of the meta header (PS3.10 7.1).</summary>
    private const int Head = 144;

    /// <returns>Most bytes that its data set becomes when it is inflated; 0 of one that is not deflated.</returns>
    public static long Inflated(ReadOnlySpan<byte> beginning, long length, long most) =>
        IsDeflated(beginning, length) ? Math.Min(MostOfOne * length, most) : 0;

    /// <summary>Holds the reader to what was reserved.</summary>
    public static DicomReaderOptions Within(this DicomReaderOptions bounds, long inflated) =>
        bounds.MaximumInflatedBytes == inflated ? bounds : bounds with { MaximumInflatedBytes = Math.Max(inflated, Unreserved) };

    /// <inheritdoc cref="Inflated(ReadOnlySpan{byte}, long, long)"/>
    public static async Task<long> Inflated(Stream original, long most)
    {
        original.Position = 0;
        var beginning = new byte[Beginning];
        var read = await original.ReadAtLeastAsync(beginning, Beginning, throwOnEndOfStream: false);
        return Inflated(beginning.AsSpan(0, read), original.Length, most);
    }

    private static bool IsDeflated(ReadOnlySpan<byte> beginning, long length)
    {
        var syntax = "1.2.840.10008.1.2.1.99"u8;
        if (EndOfMeta(beginning) is { } end)
            return beginning[..end].IndexOf(syntax) >= 0;
        // Without a group length that is true the meta header may be as long as the file: one that cannot be seen to its end is taken for deflated.
        return beginning.Length < length || beginning.IndexOf(syntax) >= 0;
    }

    /// <summary>Where the group length says, if there the next group begins.</summary>
    private static int? EndOfMeta(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < Head || !beginning[132..140].SequenceEqual("\u0002\0\0\0UL\u0004\0"u8))
            return null;
        var end = Head + (long)BinaryPrimitives.ReadUInt32LittleEndian(beginning[140..]);
        return end + 2 <= beginning.Length && BinaryPrimitives.ReadUInt16LittleEndian(beginning[(int)end..]) != 2 ? (int)end : null;
    }
}
