using System.Buffers.Binary;

namespace Pirogov.Dicom;

/// <summary>Cursor over the bytes of one file: headers of elements and what the standard leaves to recognise.</summary>
internal sealed partial class DicomParser(ReadOnlyMemory<byte> data, DicomReaderOptions options, bool isPrefix)
{
    private const uint Undefined = 0xFFFFFFFF;
    private const int MostWarnings = 100;

    private bool _isEncapsulated;

    public int Position { get; set; }

    public bool StoppedBeforePixelData { get; private set; }

    public List<DicomWarning> Warnings { get; init; } = [];

    /// <summary>How values are encoded: narrower than a transfer syntax, since items of UN are implicit (PS3.5 6.2.2).</summary>
    private readonly record struct Encoding(bool Explicit, bool BigEndian)
    {
        public static readonly Encoding Implicit = new(false, false);
        public static readonly Encoding Meta = new(true, false);
    }

    private readonly record struct Header(DicomTag Tag, DicomVr Vr, uint Length, int Start);

    /// <summary>
    /// A file without preamble is taken for a data set when it starts with a low, known tag and a length that fits:
    /// text and archives do not.
    /// </summary>
    public bool LooksLikeDataset()
    {
        if (data.Length < 8)
        {
            return false;
        }

        var encoding = GuessEncoding();
        var tag = TagAt(0, encoding);
        if (tag.Group is not (0x0002 or 0x0004 or 0x0008 or 0x0010 or 0x0018 or 0x0020 or 0x0028) || DicomDictionary.VrsOf(tag).Vr == DicomVr.None)
        {
            return false;
        }

        if (encoding.Explicit)
        {
            return true;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(data.Span[4..]);
        return length == Undefined || length <= data.Length - 8;
    }

    public DicomTransferSyntax GuessSyntax()
    {
        Warn("no-transfer-syntax", default);
        return GuessEncoding() switch
        {
            { Explicit: false } => DicomTransferSyntax.ImplicitLittleEndian,
            { BigEndian: true } => DicomTransferSyntax.Of(DicomUids.ExplicitVRBigEndian),
            _ => DicomTransferSyntax.ExplicitLittleEndian,
        };
    }

    /// <summary>Group 0002, always explicit little endian; its declared group length is not relied on.</summary>
    public DicomDataset ReadMeta()
    {
        var meta = new DicomDataset();
        while (Remaining >= 8 && TagAt(Position, Encoding.Meta).Group == 0x0002)
        {
            var start = Position;
            var encoding = HasVrAt(Position) ? Encoding.Meta : Encoding.Implicit;
            if (!encoding.Explicit)
            {
                Warn("implicit-meta", TagAt(Position, encoding));
            }

            var header = ReadHeader(encoding, meta);
            if (header.Length == Undefined)
            {
                throw new DicomFormatException(DicomFault.UnexpectedItem, start);
            }

            meta.Set(new DicomElement(header.Tag, header.Vr, Take(header.Length, start)));
        }

        return meta;
    }

    public DicomDataset ReadTop(DicomTransferSyntax syntax)
    {
        _isEncapsulated = syntax.IsEncapsulated;
        var encoding = new Encoding(syntax.IsExplicit, syntax.IsBigEndian);
        if (Remaining >= 8)
        {
            var seen = GuessEncoding();
            if (seen.Explicit != encoding.Explicit || (seen.Explicit && seen.BigEndian != encoding.BigEndian))
            {
                Warn("transfer-syntax-mismatch", TagAt(Position, seen));
                encoding = seen;
            }
        }

        var dataset = new DicomDataset();
        ReadElements(dataset, data.Length, encoding, depth: 0, closedByDelimiter: false);
        return dataset;
    }

    private int Remaining => data.Length - Position;

    private Encoding GuessEncoding()
    {
        if (!HasVrAt(Position))
        {
            return Encoding.Implicit;
        }

        // Groups of a first element are small numbers: the byte order that makes it smaller is the right one.
        var little = BinaryPrimitives.ReadUInt16LittleEndian(data.Span[Position..]);
        var big = BinaryPrimitives.ReadUInt16BigEndian(data.Span[Position..]);
        return new Encoding(true, big < little);
    }

    private bool HasVrAt(int position) =>
        data.Length - position >= 8 && DicomVrTraits.TryParse(data.Span.Slice(position + 4, 2), out _);

    private DicomTag TagAt(int position, Encoding encoding) =>
        new(UInt16At(position, encoding), UInt16At(position + 2, encoding));

    private ushort UInt16At(int position, Encoding encoding) => encoding.BigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(data.Span[position..])
        : BinaryPrimitives.ReadUInt16LittleEndian(data.Span[position..]);

    private uint UInt32At(int position, Encoding encoding) => encoding.BigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(data.Span[position..])
        : BinaryPrimitives.ReadUInt32LittleEndian(data.Span[position..]);

    private void Need(int count, int start)
    {
        if (Remaining < count)
        {
            throw new DicomFormatException(DicomFault.Truncated, start);
        }
    }

    private ReadOnlyMemory<byte> Take(uint length, int start)
    {
        if (length > Remaining)
        {
            throw new DicomFormatException(DicomFault.LengthBeyondEnd, start);
        }

        var slice = data.Slice(Position, (int)length);
        Position += (int)length;
        return slice;
    }

    /// <summary>Whether a length fits the bytes at hand; a prefix cannot tell, so it asks for more.</summary>
    private bool Fits(uint length, int position)
    {
        if (length <= data.Length - position)
        {
            return true;
        }

        return isPrefix ? throw new DicomFormatException(DicomFault.Truncated, position) : false;
    }

    private void Warn(string code, DicomTag tag)
    {
        if (Warnings.Count < MostWarnings)
        {
            Warnings.Add(new DicomWarning(code, Position, tag));
        }
    }
}
