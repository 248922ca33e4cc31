using System.Buffers;

namespace Pirogov.Dicom;

/// <summary>
/// Pixel data left in the stream they were read from: written again chunk by chunk, never held. The stream has to be open
/// until then. Native pixels go into any syntax, encapsulated ones into encapsulated syntaxes.
/// </summary>
public sealed class DicomStreamedPixelData : DicomElement
{
    /// <summary>Bytes handed on at once: a multiple of every unit, so that no number stands across two chunks.</summary>
    private const int Chunk = 64 * 1024;

    private readonly Stream source;
    private readonly bool bigEndian;
    private readonly Func<int, ReadOnlyMemory<byte>>? make;

    internal DicomStreamedPixelData(
        DicomTag tag, DicomVr vr, Stream source, bool bigEndian, bool isEncapsulated, IReadOnlyList<(long Offset, long Length)> parts)
        : base(tag, vr, default)
    {
        (this.source, this.bigEndian, IsEncapsulated, Parts) = (source, bigEndian, isEncapsulated, parts);
    }

    /// <summary>Pixel data that lie in a stream already, to be written from there.</summary>
    /// <param name="source">Can seek; numbers little endian.</param>
    /// <param name="parts">Where the value stands: one part, or the offset table and each fragment.</param>
    public static DicomStreamedPixelData Of(DicomTag tag, DicomVr vr, Stream source, bool isEncapsulated, IReadOnlyList<(long Offset, long Length)> parts) =>
        new(tag, vr, source, bigEndian: false, isEncapsulated, parts);

    private DicomStreamedPixelData(DicomTag tag, IReadOnlyList<long> lengths, Func<int, ReadOnlyMemory<byte>> make)
        : this(tag, DicomVr.OB, Stream.Null, bigEndian: false, isEncapsulated: true, [.. lengths.Select(l => (0L, l))]) => this.make = make;

    /// <summary>Encapsulated pixel data whose items are made when they are written, one held at a time.</summary>
    /// <param name="lengths">Bytes of the offset table and of each fragment.</param>
    /// <param name="make">An item by its number; the same bytes however often it is asked.</param>
    public static DicomStreamedPixelData Made(DicomTag tag, IReadOnlyList<long> lengths, Func<int, ReadOnlyMemory<byte>> make) => new(tag, lengths, make);

    public bool IsEncapsulated { get; }

    public override bool IsEmpty => Parts.Count == 0;

    public int FragmentCount => IsEncapsulated ? Math.Max(0, Parts.Count - 1) : 0;

    /// <summary>Bytes of the value, or of the offset table and all fragments, without padding.</summary>
    public long Length => Parts.Sum(p => p.Length);

    /// <summary>Where the value stands: one part, or the offset table and each fragment.</summary>
    internal IReadOnlyList<(long Offset, long Length)> Parts { get; }

    public override bool ContentEquals(DicomElement other) => ReferenceEquals(this, other);

    /// <summary>Native pixels without what stands behind their first bytes.</summary>
    public DicomStreamedPixelData Shortened(long length) => new(Tag, Vr, source, bigEndian, isEncapsulated: false, [(Parts[0].Offset, length)]);

    /// <summary>The Basic Offset Table of encapsulated pixels.</summary>
    public ReadOnlyMemory<byte> OffsetTable => Parts.Count == 0 ? default : ReadPart(0, 0, (int)Parts[0].Length);

    /// <summary>A piece of a native value as little endian bytes.</summary>
    /// <exception cref="EndOfStreamException">The value ends before.</exception>
    public byte[] Read(long offset, int length)
    {
        // Numbers are turned round whole.
        var unit = bigEndian ? Vr.UnitSize() : 1;
        var start = offset / unit * unit;
        var end = Math.Min((offset + length + unit - 1) / unit * unit, Length);
        var bytes = ReadPart(0, start, (int)(end - start));
        if (bigEndian)
        {
            DicomNumbers.Swap(bytes, unit);
        }

        return bytes.Length == length ? bytes : bytes[(int)(offset - start)..(int)(offset - start + length)];
    }

    /// <summary>A native value as little endian bytes; the source stays open.</summary>
    public Stream OpenRead() => new StreamedValue(this);

    /// <summary>The fragments of each frame by their numbers, as <see cref="FrameStarts"/> finds them; null when nothing tells the frames apart.</summary>
    /// <inheritdoc cref="DicomEncapsulatedPixelData.Frames"/>
    public IReadOnlyList<Range>? Frames(int numberOfFrames, ReadOnlyMemory<byte> extendedOffsets = default)
    {
        if (!IsEncapsulated || Parts.Count < 2)
        {
            return null;
        }

        var table = Parts[0].Length == 4L * numberOfFrames ? ReadPart(0, 0, (int)Parts[0].Length) : [];
        var starts = FrameStarts.Find(numberOfFrames, [.. Parts.Skip(1).Select(p => p.Length + p.Length % 2)], extendedOffsets, table,
            i => FrameStarts.BeginsCodeStream(ReadPart(i + 1, 0, (int)Math.Min(FrameStarts.Beginning, Parts[i + 1].Length))));
        return starts is null ? null : [.. starts.Select((start, i) => start..(i + 1 < starts.Count ? starts[i + 1] : Parts.Count - 1))];
    }

    /// <summary>Fragments one behind the other, each of even length.</summary>
    public byte[] Join(Range fragments)
    {
        var (first, count) = fragments.GetOffsetAndLength(Parts.Count - 1);
        var some = Parts.Skip(first + 1).Take(count).ToArray();
        var (joined, at) = (new byte[some.Sum(p => p.Length + p.Length % 2)], 0L);
        for (var part = first + 1; part <= first + count; part++)
        {
            var length = (int)Parts[part].Length;
            ReadPart(part, 0, length).CopyTo(joined, at);
            at += length + length % 2;
        }

        return joined;
    }

    private byte[] ReadPart(int part, long offset, int length)
    {
        if (offset + length > Parts[part].Length)
        {
            throw new EndOfStreamException();
        }

        if (make is not null)
        {
            return make(part).Slice((int)offset, length).ToArray();
        }

        var bytes = new byte[length];
        source.Position = Parts[part].Offset + offset;
        source.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Hands on one part, padded to even length, with its numbers in the byte order asked for.</summary>
    internal void Copy(int part, bool toBigEndian, DicomOutput output)
    {
        var (offset, left) = Parts[part];
        var odd = left % 2 != 0;
        if (make is not null)
        {
            output.Write(make(part).Span);
        }
        else
        {
            CopyChunks(offset, left, toBigEndian, output);
        }

        if (odd)
        {
            output.Write([0]);
        }
    }

    private void CopyChunks(long offset, long left, bool toBigEndian, DicomOutput output)
    {
        source.Position = offset;
        // Lent: images of many frames have a fragment for each, and a buffer for each would be garbage of their size.
        var chunk = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            while (left > 0)
            {
                var piece = chunk.AsSpan(0, (int)Math.Min(left, Chunk));
                source.ReadExactly(piece);
                if (bigEndian != toBigEndian && !IsEncapsulated)
                {
                    DicomNumbers.Swap(piece, Vr.UnitSize());
                }

                output.Write(piece);
                left -= piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}
