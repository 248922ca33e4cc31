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
    /// Fragments of each frame, as <see cref="FrameStarts"/> finds them; null when nothing tells the frames apart.
    /// </summary>
    /// <param name="numberOfFrames">Number of Frames (0028,0008), 1 where absent.</param>
    /// <param name="extendedOffsets">Value of (7FE0,0001), as <see cref="DicomElement.Bytes"/>.</param>
    public IReadOnlyList<IReadOnlyList<ReadOnlyMemory<byte>>>? Frames(int numberOfFrames, ReadOnlyMemory<byte> extendedOffsets = default)
    {
        var starts = FrameStarts.Find(numberOfFrames, [.. fragments.Select(f => (long)f.Length)], extendedOffsets, OffsetTable, i => FrameStarts.BeginsCodeStream(fragments[i].Span));
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

    public override bool ContentEquals(DicomElement other) =>
        other is DicomEncapsulatedPixelData pixels && Tag == other.Tag && Vr == other.Vr
        && OffsetTable.Span.SequenceEqual(pixels.OffsetTable.Span) && fragments.Count == pixels.fragments.Count
        && fragments.Zip(pixels.fragments).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));
}
