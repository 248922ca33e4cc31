namespace Pirogov.Dicom;

/// <summary>
/// Pixel data left in the stream they were read from: written again chunk by chunk, never held. The stream has to be open
/// until then. Native pixels go into any syntax, encapsulated ones into encapsulated syntaxes.
/// </summary>
public sealed class DicomStreamedPixelData : DicomElement
{
    private readonly Stream source;
    private readonly bool bigEndian;

    internal DicomStreamedPixelData(
        DicomTag tag, DicomVr vr, Stream source, bool bigEndian, bool isEncapsulated, IReadOnlyList<(long Offset, long Length)> parts)
        : base(tag, vr, default)
    {
        (this.source, this.bigEndian, IsEncapsulated, Parts) = (source, bigEndian, isEncapsulated, parts);
    }

    public bool IsEncapsulated { get; }

    public override bool IsEmpty => Parts.Count == 0;

    /// <summary>Bytes of the value, or of the offset table and all fragments, without padding.</summary>
    public long Length => Parts.Sum(p => p.Length);

    /// <summary>Where the value stands: one part, or the offset table and each fragment.</summary>
    internal IReadOnlyList<(long Offset, long Length)> Parts { get; }

    public override bool ContentEquals(DicomElement other) => ReferenceEquals(this, other);

    /// <summary>Native pixels without what stands behind their first bytes.</summary>
    public DicomStreamedPixelData Shortened(long length) => new(Tag, Vr, source, bigEndian, isEncapsulated: false, [(Parts[0].Offset, length)]);

    /// <summary>Encapsulated pixels read from the stream, to be held.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public DicomEncapsulatedPixelData Held()
    {
        var items = Parts.Select(part =>
        {
            var bytes = new byte[part.Length];
            source.Position = part.Offset;
            source.ReadExactly(bytes);
            return (ReadOnlyMemory<byte>)bytes;
        }).ToArray();
        return new(Tag, Vr, items[0], items.Skip(1));
    }

    /// <summary>Hands on one part, padded to even length, with its numbers in the byte order asked for.</summary>
    internal void Copy(int part, bool toBigEndian, DicomOutput output)
    {
        var (offset, left) = Parts[part];
        var odd = left % 2 != 0;
        source.Position = offset;
        // A multiple of every unit: no number stands across two chunks.
        var chunk = new byte[64 * 1024];
        while (left > 0)
        {
            var piece = chunk.AsSpan(0, (int)Math.Min(left, chunk.Length));
            source.ReadExactly(piece);
            if (bigEndian != toBigEndian && !IsEncapsulated)
            {
                DicomNumbers.Swap(piece, Vr.UnitSize());
            }

            output.Write(piece);
            left -= piece.Length;
        }

        if (odd)
        {
            output.Write([0]);
        }
    }
}
