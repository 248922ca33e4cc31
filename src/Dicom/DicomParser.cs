using System.Buffers.Binary;

namespace Pirogov.Dicom;

/// <summary>
/// Cursor over the bytes of one file: what the standard leaves to recognise, and the meta header. The bytes begin at
/// <paramref name="origin"/> of the file; <paramref name="isPrefix"/> says that more may follow them.
/// </summary>
internal sealed partial class DicomParser(ReadOnlyMemory<byte> data, DicomReaderOptions options, bool isPrefix, long origin = 0)
{
    public const uint Undefined = 0xFFFFFFFF;
    private const int MostWarnings = 100;

    /// <summary>Of an image.</summary>
    private const int UsualElements = 128;

    private bool isEncapsulated;
    private int zerosFrom = -1;
    private int zerosUntil = -1;

    public int Position { get; set; }

    /// <summary>Bytes that there are in all, where the data at hand are only the first of them.</summary>
    public long Available { get; init; } = data.Length;

    public long Offset => origin + Position;

    public bool StoppedBeforePixelData { get; private set; }

    public List<DicomWarning> Warnings { get; init; } = [];

    /// <summary>Encoding of the data set as it turned out, whatever was declared.</summary>
    public Encoding Found { get; private set; }

    /// <summary>How values are encoded: narrower than a transfer syntax, since items of UN are implicit (PS3.5 6.2.2).</summary>
    public readonly record struct Encoding(bool Explicit, bool BigEndian)
    {
        public static readonly Encoding Implicit = new(false, false);
        public static readonly Encoding Meta = new(true, false);
    }

    public readonly record struct Header(DicomTag Tag, DicomVr Vr, uint Length, int Start);

    /// <summary>
    /// A file without preamble is taken for a data set when it starts with a low, known tag and a length that fits:
    /// text and archives do not.
    /// </summary>
    public bool LooksLikeDataset()
    {
        if (Remaining < 8)
        {
            return false;
        }

        var encoding = GuessEncoding();
        var tag = TagAt(Position, encoding);
        return tag.Group is 0x0000 or 0x0002 or 0x0004 or 0x0008 or 0x0010 or 0x0018 or 0x0020 or 0x0028
            && DicomDictionary.VrsOf(tag).Vr != DicomVr.None
            && (tag.Group != 0 || tag.Element == 0)
            && (encoding.Explicit || UInt32At(Position + 4, encoding) is var length && (length == Undefined || length <= Remaining - 8));
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

    /// <summary>
    /// Group 0002, always explicit little endian. Its declared length is not relied on, unless a big endian data set follows
    /// in which group 0200 would look the same.
    /// </summary>
    public DicomDataset ReadMeta()
    {
        var (meta, late, end) = (DicomDataset.ForAbout(12), new List<DicomElement>(), -1L);
        var level = new Level(meta, null, 0, data.Length, Encoding.Meta, false);
        while (Remaining >= 8 && TagAt(Position, Encoding.Meta).Group == 0x0002)
        {
            if (Position == end && meta.GetString(DicomTags.TransferSyntaxUid) == DicomUids.ExplicitVRBigEndian)
            {
                break;
            }

            var start = Position;
            var encoding = HasVrAt(Position) ? Encoding.Meta : Encoding.Implicit;
            if (!encoding.Explicit)
            {
                Warn("implicit-meta", TagAt(Position, encoding));
            }

            var header = ReadHeader(encoding, level);
            if (header.Length == Undefined || header.Vr == DicomVr.SQ)
            {
                throw Fault(DicomFault.UnexpectedItem, start);
            }

            var element = new DicomElement(header.Tag, header.Vr, Take(header.Length, start));
            if (!meta.TryAppend(element))
            {
                late.Add(element);
            }

            if (element.Tag.IsGroupLength && element.Bytes.Length == 4)
            {
                end = Position + (long)BinaryPrimitives.ReadUInt32LittleEndian(element.Bytes.Span);
            }

            Count(start);
        }

        if (late.Count > 0)
        {
            meta.Merge(late);
        }

        return meta;
    }

    /// <summary>The whole data set, or what stands before its pixel data.</summary>
    public DicomDataset ReadTop(DicomTransferSyntax syntax)
    {
        isEncapsulated = syntax.IsEncapsulated;
        Found = EncodingHere(new Encoding(syntax.IsExplicit, syntax.IsBigEndian));
        var dataset = DicomDataset.ForAbout(UsualElements);
        ReadElements(dataset, Found);
        return dataset;
    }

    /// <summary>Goes on with the elements behind pixel data that were stepped over.</summary>
    public void ReadOn(DicomDataset dataset, DicomTransferSyntax syntax, Encoding encoding)
    {
        isEncapsulated = syntax.IsEncapsulated;
        ReadElements(dataset, encoding);
    }

    /// <summary>The header that pixel data begin with, without their value.</summary>
    public Header ReadPixelHeader(DicomDataset dataset, Encoding encoding) =>
        ReadHeader(encoding, new Level(dataset, null, 0, data.Length, encoding, false));

    private int Remaining => data.Length - Position;

    /// <summary>The declared encoding, unless the first element plainly is in another one.</summary>
    private Encoding EncodingHere(Encoding declared)
    {
        if (Remaining < 8)
        {
            return declared;
        }

        var seen = GuessEncoding();
        if (seen.Explicit == declared.Explicit && (!seen.Explicit || seen.BigEndian == declared.BigEndian))
        {
            return declared;
        }

        if (!IsPlainly(seen, declared))
        {
            return declared;
        }

        Warn("transfer-syntax-mismatch", TagAt(Position, seen));
        return seen;
    }

    private bool IsPlainly(Encoding seen, Encoding declared)
    {
        var (tag, length) = (TagAt(Position, seen), UInt32At(Position + 4, Encoding.Implicit));
        var isOwnVr = seen.Explicit && (DicomVr)((data.Span[Position + 4] << 8) | data.Span[Position + 5]) is var vr and not DicomVr.UN
            && DicomDictionary.VrsOf(tag).Vr != DicomVr.None && !IsWrong(tag, vr);
        return (seen.Explicit, declared.Explicit) switch
        {
            // Two letters that are no VR may also be a slip in an explicit stream: an implicit length would have to fit.
            (false, _) => length == Undefined || length <= Remaining - 8,
            // A length may look like two letters: the VR would have to be the tag's own.
            (true, false) => isOwnVr || length > Remaining - 8,
            // Either byte order makes a tag: the standard knows only one of them, and only one leads to another element.
            _ => isOwnVr && DicomDictionary.VrsOf(TagAt(Position, declared)).Vr == DicomVr.None && LeadsOn(seen) && !LeadsOn(declared),
        };
    }

    /// <summary>Whether the first explicit element is followed by the end or by an element with a higher tag.</summary>
    private bool LeadsOn(Encoding encoding)
    {
        _ = DicomVrTraits.TryParse(data.Span.Slice(Position + 4, 2), out var vr);
        if (vr.HasLongLength() && Remaining < 12)
        {
            return false;
        }

        var next = vr.HasLongLength() ? Position + 12L + UInt32At(Position + 8, encoding) : Position + 8L + UInt16At(Position + 6, encoding);
        return next == data.Length || (next <= data.Length - 8 && HasVrAt((int)next) && TagAt((int)next, encoding) > TagAt(Position, encoding));
    }

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
            throw Fault(DicomFault.Truncated, start);
        }
    }

    private ReadOnlyMemory<byte> Take(uint length, int start)
    {
        if (length > Remaining)
        {
            throw Fault(DicomFault.LengthBeyondEnd, start);
        }

        var slice = data.Slice(Position, (int)length);
        Position += (int)length;
        return slice;
    }

    /// <summary>Whether a length fits the bytes at hand; a prefix cannot tell, so it asks for more.</summary>
    private bool Fits(uint length, int position)
    {
        if (length <= Available - position)
        {
            return true;
        }

        return isPrefix ? throw Fault(DicomFault.Truncated, position) : false;
    }

    /// <summary>Zeros from here to the end. How far they go is looked up once for a run, however often it is asked.</summary>
    private bool IsZeroTail()
    {
        if (data.Span[Position] != 0)
        {
            return false;
        }

        if (Position < zerosFrom || Position >= zerosUntil)
        {
            var run = data.Span[Position..].IndexOfAnyExcept((byte)0);
            (zerosFrom, zerosUntil) = (Position, run < 0 ? data.Length : Position + run);
        }

        return zerosUntil == data.Length;
    }

    private DicomFormatException Fault(DicomFault fault, int position) => new(fault, origin + position);

    private void Warn(string code, DicomTag tag, string? detail = null)
    {
        if (Warnings.Count < MostWarnings)
        {
            Warnings.Add(new DicomWarning(code, Offset, tag) { Detail = detail });
        }
    }
}
