using System.Buffers.Binary;

namespace Pirogov.Dicom;

/// <summary>
/// Which fragment is the first one of each frame: by the Extended Offset Table (7FE0,0001), the Basic Offset Table, one fragment a frame, or
/// where the fragments begin as a code stream does (PS3.5 A.4; JPEG's SOI, JPEG 2000's SOC). A table that contradicts the fragments
/// counts as absent.
/// </summary>
internal static class FrameStarts
{
    /// <summary>Bytes of a fragment by which its beginning is told.</summary>
    public const int Beginning = 4;

    /// <param name="lengths">Of the fragments, even.</param>
    /// <param name="begins">Whether a fragment is the beginning of a code stream.</param>
    /// <returns>Null when nothing tells the frames apart.</returns>
    public static IReadOnlyList<int>? Find(
        int numberOfFrames, IReadOnlyList<long> lengths, ReadOnlyMemory<byte> extendedOffsets, ReadOnlyMemory<byte> basicOffsets, Func<int, bool> begins) =>
        numberOfFrames < 1 || lengths.Count < numberOfFrames ? null
        : numberOfFrames == 1 ? [0]
        : ByTable(extendedOffsets, 8, numberOfFrames, lengths) ?? ByTable(basicOffsets, 4, numberOfFrames, lengths)
            ?? (lengths.Count == numberOfFrames ? [.. Enumerable.Range(0, numberOfFrames)] : ByContent(numberOfFrames, lengths.Count, begins));

    public static bool BeginsCodeStream(ReadOnlySpan<byte> fragment) =>
        fragment.StartsWith<byte>([0xFF, 0xD8, 0xFF]) || fragment.StartsWith<byte>([0xFF, 0x4F, 0xFF, 0x51]);

    /// <summary>Offsets count from the first fragment's item tag, eight bytes before its value.</summary>
    private static List<int>? ByTable(ReadOnlyMemory<byte> table, int width, int numberOfFrames, IReadOnlyList<long> lengths)
    {
        if (table.Length != (long)numberOfFrames * width)
        {
            return null;
        }

        var (starts, fragment, at) = (new List<int>(numberOfFrames), 0, 0UL);
        for (var i = 0; i < numberOfFrames; i++)
        {
            var entry = table.Span[(i * width)..];
            var offset = width == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(entry) : BinaryPrimitives.ReadUInt32LittleEndian(entry);
            for (; fragment < lengths.Count && at < offset; fragment++)
            {
                at += 8 + (ulong)lengths[fragment];
            }

            if (fragment == lengths.Count || at != offset || (i == 0 ? fragment != 0 : fragment == starts[^1]))
            {
                return null;
            }

            starts.Add(fragment);
        }

        return starts;
    }

    private static List<int>? ByContent(int numberOfFrames, int fragments, Func<int, bool> begins)
    {
        List<int> starts = [.. Enumerable.Range(0, fragments).Where(begins)];
        return starts.Count == numberOfFrames && starts[0] == 0 ? starts : null;
    }
}
