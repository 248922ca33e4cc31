using System.Buffers.Binary;

namespace Pirogov.Deidentification;

/// <summary>
/// How much directory an archive has, before it is opened: whoever opens it makes an object of every entry, and an entry of nothing takes but
/// forty-six bytes.
/// </summary>
public static class ZipDirectory
{
    private const int EndLength = 22, LocatorLength = 20, WideLength = 56, LongestComment = ushort.MaxValue;
    private const uint EndMark = 0x06054B50, LocatorMark = 0x07064B50, WideMark = 0x06064B50;

    /// <param name="archive">Can seek; stands at its beginning afterwards.</param>
    /// <param name="mostEntries">As the end record counts them, folders among them.</param>
    /// <param name="mostBytes">Of the directory itself: the count may say less than there is.</param>
    /// <returns>Null where no end record is found: it is no archive.</returns>
    public static bool? IsWithin(Stream archive, long mostEntries, long mostBytes)
    {
        var tail = new byte[Math.Min(archive.Length, LocatorLength + EndLength + LongestComment)];
        var start = archive.Length - tail.Length;
        Read(archive, start, tail);
        var end = tail.Length - EndLength;
        while (end >= 0 && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end)) != EndMark)
            end--;
        (long Entries, long Offset)? told = end < 0 ? null
            : end >= LocatorLength && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end - LocatorLength)) == LocatorMark
                ? Wide(archive, BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - LocatorLength + 8)))
            : (BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10)), BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16)));
        archive.Position = 0;
        // Entries are read from the offset on for as long as there are any, whatever their count and size are said to be.
        return told is { } directory ? directory.Entries <= mostEntries && directory.Offset >= 0 && start + end - directory.Offset <= mostBytes : null;
    }

    private static (long Entries, long Offset)? Wide(Stream archive, long at)
    {
        var record = new byte[WideLength];
        if (at < 0 || at > archive.Length - record.Length)
            return null;
        Read(archive, at, record);
        return BinaryPrimitives.ReadUInt32LittleEndian(record) != WideMark ? null
            : (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)));
    }

    private static void Read(Stream archive, long at, byte[] bytes)
    {
        archive.Position = at;
        archive.ReadExactly(bytes);
    }
}
