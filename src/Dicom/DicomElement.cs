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
        Bytes = bytes.Length % 2 == 0 ? bytes : Even(bytes, vr.Padding());
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
    private readonly List<DicomDataset> items;

    public DicomSequence(DicomTag tag, params IEnumerable<DicomDataset> items)
        : base(tag, DicomVr.SQ, default)
    {
        this.items = [.. items];
    }

    private DicomSequence(List<DicomDataset> items, DicomTag tag)
        : base(tag, DicomVr.SQ, default) => this.items = items;

    public IReadOnlyList<DicomDataset> Items => items;

    public override bool IsEmpty => items.Count == 0;

    /// <summary>Takes the list over, which is changed no more.</summary>
    internal static DicomSequence Of(DicomTag tag, List<DicomDataset> items) => new(items, tag);

    public override bool ContentEquals(DicomElement other)
    {
        // A worklist, not recursion: depth is the file's to choose.
        var pairs = new Stack<(DicomElement Left, DicomElement Right)>([(this, other)]);
        while (pairs.TryPop(out var pair))
        {
            if (pair.Left is not DicomSequence left)
            {
                if (!pair.Left.ContentEquals(pair.Right))
                {
                    return false;
                }

                continue;
            }

            if (pair.Right is not DicomSequence right || left.Tag != right.Tag || left.items.Count != right.items.Count)
            {
                return false;
            }

            foreach (var (first, second) in left.items.Zip(right.items))
            {
                if (first.Count != second.Count)
                {
                    return false;
                }

                foreach (var elements in first.Zip(second))
                {
                    pairs.Push(elements);
                }
            }
        }

        return true;
    }
}
