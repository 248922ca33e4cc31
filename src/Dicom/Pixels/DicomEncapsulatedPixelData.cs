using System.Buffers.Binary;

namespace Pirogov.Dicom;

/// <summary>
/// Encapsulated pixel data (PS3.5 A.4): the Basic Offset Table item (possibly empty) and the fragments after it, as they
/// stood in the stream.
/// </summary>
public sealed class DicomEncapsulatedPixelData : DicomElement
{
    private readonly List<ReadOnlyMemory<byte>> fragments;

    public DicomEncapsulatedPixelData(
        DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> offsetTable, IEnumerable<ReadOnlyMemory<byte>> fragments)
        : base(tag, vr, default)
    {
        OffsetTable = Even(offsetTable, 0);
        this.fragments = [.. fragments.Select(f => Even(f, 0))];
    }

    public ReadOnlyMemory<byte> OffsetTable { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Fragments => fragments;

    public override bool IsEmpty => fragments.Count == 0;

    /// <summary>
    /// Fragments of each frame: by the Extended Offset Table (7FE0,0001), the Basic Offset Table, one fragment a frame, or
    /// where the fragments begin as a code stream does (PS3.5 A.4; JPEG's SOI, JPEG 2000's SOC). Null when none of these tells
    /// the frames apart. A table that contradicts the fragments counts as absent.
    /// </summary>
    /// <param name="numberOfFrames">Number of Frames (0028,0008), 1 where absent.</param>
    /// <param name="extendedOffsets">Value of (7FE0,0001), as <see cref="DicomElement.Bytes"/>.</param>
    public IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>>? Frames(int numberOfFrames, ReadOnlyMemory<byte> extendedOffsets = default)
    {
        if (numberOfFrames < 1 || fragments.Count < numberOfFrames)
        {
            return null;
        }

        if (numberOfFrames == 1)
        {
            return [fragments];
        }

        var starts = StartsByTable(extendedOffsets, 8, numberOfFrames) ?? StartsByTable(OffsetTable, 4, numberOfFrames)
            ?? (fragments.Count == numberOfFrames ? [.. Enumerable.Range(0, numberOfFrames)] : StartsByContent(numberOfFrames));
        return starts is null ? null
            : [.. starts.Select((start, i) => fragments[start..(i + 1 < starts.Count ? starts[i + 1] : fragments.Count)])];
    }

    /// <summary>Items and delimiter as they stand in a stream: the value a model holds inline, or as bulk data (PS3.5 A.4).</summary>
    internal byte[] ToItems()
    {
        var output = new DicomOutput(capacity: 1024);
        new DicomElementWriter(output, DicomTransferSyntax.Of(DicomUids.JPEGBaseline8Bit)).Write(new DicomDataset().Set(this));
        return output.ToArray()[12..];
    }

    /// <summary>Back from <see cref="ToItems"/>; null when the bytes are not items to their end.</summary>
    internal static DicomEncapsulatedPixelData? FromItems(DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> bytes)
    {
        var (items, at) = (new List<ReadOnlyMemory<byte>>(), 0);
        while (bytes.Length - at >= 8)
        {
            var item = bytes.Span[at..];
            var mark = ((uint)BinaryPrimitives.ReadUInt16LittleEndian(item) << 16) | BinaryPrimitives.ReadUInt16LittleEndian(item[2..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(item[4..]);
            at += 8;
            if (mark == DicomTag.SequenceDelimitationValue)
            {
                return at == bytes.Length && items.Count > 0 ? new DicomEncapsulatedPixelData(tag, vr, items[0], items.Skip(1)) : null;
            }

            if (mark != DicomTag.ItemValue || length > bytes.Length - at)
            {
                return null;
            }

            items.Add(bytes.Slice(at, (int)length));
            at += (int)length;
        }

        return null;
    }

    /// <summary>Offsets count from the first fragment's item tag, eight bytes before its value.</summary>
    private List<int>? StartsByTable(ReadOnlyMemory<byte> table, int width, int numberOfFrames)
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
            for (; fragment < fragments.Count && at < offset; fragment++)
            {
                at += 8 + (ulong)fragments[fragment].Length;
            }

            if (fragment == fragments.Count || at != offset || (i == 0 ? fragment != 0 : fragment == starts[^1]))
            {
                return null;
            }

            starts.Add(fragment);
        }

        return starts;
    }

    private List<int>? StartsByContent(int numberOfFrames)
    {
        List<int> starts = [.. Enumerable.Range(0, fragments.Count).Where(i => BeginsCodeStream(fragments[i].Span))];
        return starts.Count == numberOfFrames && starts[0] == 0 ? starts : null;
    }

    private static bool BeginsCodeStream(ReadOnlySpan<byte> fragment) =>
        fragment.StartsWith<byte>([0xFF, 0xD8, 0xFF]) || fragment.StartsWith<byte>([0xFF, 0x4F, 0xFF, 0x51]);

    public override bool ContentEquals(DicomElement other) =>
        other is DicomEncapsulatedPixelData pixels && Tag == other.Tag && Vr == other.Vr
        && OffsetTable.Span.SequenceEqual(pixels.OffsetTable.Span) && fragments.Count == pixels.fragments.Count
        && fragments.Zip(pixels.fragments).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));
}
