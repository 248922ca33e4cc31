namespace Pirogov.Dicom;

/// <summary>
/// One data element. <see cref="Bytes"/> is the value as little endian bytes of even length, whatever the stream was;
/// empty for sequences and encapsulated pixel data, which have classes of their own.
/// </summary>
public class DicomElement
{
    public DicomElement(DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> bytes)
    {
        Tag = tag;
        Vr = vr;
        Bytes = Even(bytes, vr.Padding());
    }

    public DicomTag Tag { get; }

    public DicomVr Vr { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public virtual bool IsEmpty => Bytes.IsEmpty;

    /// <summary>Same tag, VR and content; items and fragments compared in depth.</summary>
    public virtual bool ContentEquals(DicomElement other) =>
        other.GetType() == GetType() && Tag == other.Tag && Vr == other.Vr && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override string ToString() => $"{Tag} {Vr} {Tag.Keyword}";

    private protected static ReadOnlyMemory<byte> Even(ReadOnlyMemory<byte> bytes, byte padding)
    {
        if (bytes.Length % 2 == 0)
        {
            return bytes;
        }

        var padded = new byte[bytes.Length + 1];
        bytes.CopyTo(padded);
        padded[^1] = padding;
        return padded;
    }
}

/// <summary>A sequence of items (PS3.5 7.5).</summary>
public sealed class DicomSequence : DicomElement
{
    private readonly List<DicomDataset> _items;

    public DicomSequence(DicomTag tag, params IEnumerable<DicomDataset> items)
        : base(tag, DicomVr.SQ, default)
    {
        _items = [.. items];
    }

    public IReadOnlyList<DicomDataset> Items => _items;

    public override bool IsEmpty => _items.Count == 0;

    public override bool ContentEquals(DicomElement other) =>
        other is DicomSequence sequence && Tag == other.Tag && _items.Count == sequence._items.Count
        && _items.Zip(sequence._items).All(pair => pair.First.ContentEquals(pair.Second));
}

/// <summary>
/// Encapsulated pixel data (PS3.5 A.4): the Basic Offset Table item (possibly empty) and the fragments after it, as they
/// stood in the stream.
/// </summary>
public sealed class DicomEncapsulatedPixelData : DicomElement
{
    private readonly List<ReadOnlyMemory<byte>> _fragments;

    public DicomEncapsulatedPixelData(
        DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> offsetTable, IEnumerable<ReadOnlyMemory<byte>> fragments)
        : base(tag, vr, default)
    {
        OffsetTable = Even(offsetTable, 0);
        _fragments = [.. fragments.Select(f => Even(f, 0))];
    }

    public ReadOnlyMemory<byte> OffsetTable { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Fragments => _fragments;

    public override bool IsEmpty => _fragments.Count == 0;

    public override bool ContentEquals(DicomElement other) =>
        other is DicomEncapsulatedPixelData pixels && Tag == other.Tag && Vr == other.Vr
        && OffsetTable.Span.SequenceEqual(pixels.OffsetTable.Span) && _fragments.Count == pixels._fragments.Count
        && _fragments.Zip(pixels._fragments).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));
}
