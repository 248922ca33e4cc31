namespace Pirogov.Dicom;

internal sealed partial class DicomParser
{
    private void ReadElements(DicomDataset dataset, int end, Encoding encoding, int depth, bool closedByDelimiter)
    {
        var last = default(DicomTag);
        while (Position < end)
        {
            var start = Position;
            if (depth == 0 && IsZeroTail())
            {
                Warn("trailing-zeros", default);
                Position = end;
                return;
            }

            Need(8, start);
            var tag = TagAt(Position, encoding);
            if (tag.Value == DicomTag.ItemDelimitationValue)
            {
                Position += 8;
                if (closedByDelimiter)
                {
                    return;
                }

                Warn("stray-delimiter", tag);
                continue;
            }

            if (tag.Value == DicomTag.SequenceDelimitationValue && !closedByDelimiter)
            {
                Position += 8;
                Warn("stray-delimiter", tag);
                continue;
            }

            if (tag.Group == 0xFFFE)
            {
                throw new DicomFormatException(DicomFault.UnexpectedItem, start);
            }

            if (options.StopBeforePixelData && depth == 0 && tag.IsPixelData)
            {
                StoppedBeforePixelData = true;
                return;
            }

            if (tag <= last)
            {
                Warn(dataset.Contains(tag) ? "repeated-element" : "unordered-elements", tag);
            }

            last = tag > last ? tag : last;
            dataset.Set(ReadElement(dataset, encoding, depth));
            if (Position > end)
            {
                throw new DicomFormatException(DicomFault.LengthBeyondEnd, start);
            }
        }

        if (closedByDelimiter)
        {
            throw new DicomFormatException(DicomFault.Truncated, Position);
        }
    }

    private bool IsZeroTail() => data.Span[Position] == 0 && Remaining < 8 && !data.Span[Position..].ContainsAnyExcept((byte)0)
        || (Remaining >= 8 && UInt64IsZero() && !data.Span[Position..].ContainsAnyExcept((byte)0));

    private bool UInt64IsZero() => BitConverter.ToUInt64(data.Span[Position..]) == 0;

    private DicomElement ReadElement(DicomDataset dataset, Encoding encoding, int depth)
    {
        var header = ReadHeader(encoding, dataset);
        var (tag, vr, length, start) = header;
        if (length == Undefined)
        {
            if (tag.IsPixelData && vr != DicomVr.SQ)
            {
                return ReadFragments(header, encoding);
            }

            // An undefined length is a sequence whatever the VR says; items of UN are implicit (PS3.5 6.2.2 note 2).
            if (vr is not (DicomVr.SQ or DicomVr.UN))
            {
                Warn("undefined-length", tag);
            }

            return ReadSequence(dataset, header, vr == DicomVr.UN && encoding.Explicit ? UnknownItems(encoding) : encoding, depth);
        }

        if (vr == DicomVr.SQ)
        {
            return ReadSequence(dataset, header, encoding, depth);
        }

        if (vr == DicomVr.UN && encoding.Explicit && DicomDictionary.VrsOf(tag).Vr is var known and not (DicomVr.None or DicomVr.UN))
        {
            return ReadKnownAsUnknown(dataset, header, known, depth);
        }

        var bytes = Take(length, start);
        if (length % 2 != 0)
        {
            Warn("odd-length", tag);
        }

        if (vr.UsesCharacterSet() && !System.Text.Ascii.IsValid(bytes.Span) && dataset.CharacterSet.IsDefaultRepertoire)
        {
            Warn("undeclared-character-set", tag);
        }

        return new DicomElement(tag, vr, ToLittleEndian(bytes, vr, encoding));
    }

    /// <summary>
    /// A standard attribute sent as UN by someone with an older dictionary: implicit little endian inside (PS3.5 6.2.2).
    /// Told by the dictionary, so that what it holds can be seen; kept as UN when it does not read so.
    /// </summary>
    private DicomElement ReadKnownAsUnknown(DicomDataset dataset, Header header, DicomVr known, int depth)
    {
        var (tag, _, length, start) = header;
        var position = Position;
        if (known == DicomVr.SQ && Fits(length, Position))
        {
            try
            {
                var sequence = ReadSequence(dataset, header, Encoding.Implicit, depth);
                Warn("unknown-vr-resolved", tag);
                return sequence;
            }
            catch (DicomFormatException e) when (e.Fault != DicomFault.TooDeep && !isPrefix)
            {
                Position = position;
            }
        }

        var bytes = Take(length, start);
        if (known == DicomVr.SQ || length % known.UnitSize() != 0)
        {
            return new DicomElement(tag, DicomVr.UN, bytes);
        }

        Warn("unknown-vr-resolved", tag);
        return new DicomElement(tag, known, bytes);
    }

    private DicomSequence ReadSequence(DicomDataset dataset, Header header, Encoding encoding, int depth)
    {
        var (tag, _, length, start) = header;
        if (depth + 1 > options.MaximumDepth)
        {
            throw new DicomFormatException(DicomFault.TooDeep, start);
        }

        if (length != Undefined && !Fits(length, Position))
        {
            throw new DicomFormatException(DicomFault.LengthBeyondEnd, start);
        }

        var end = length == Undefined ? data.Length : Position + (int)length;
        var items = new List<DicomDataset>();
        while (Position < end)
        {
            Need(8, Position);
            var (itemTag, itemLength, itemStart) = (TagAt(Position, encoding), UInt32At(Position + 4, encoding), Position);
            Position += 8;
            if (itemTag.Value == DicomTag.SequenceDelimitationValue)
            {
                if (length == Undefined)
                {
                    return new DicomSequence(tag, items);
                }

                Warn("stray-delimiter", tag);
                continue;
            }

            if (itemTag.Value != DicomTag.ItemValue)
            {
                throw new DicomFormatException(DicomFault.UnexpectedItem, itemStart);
            }

            items.Add(ReadItem(dataset, itemLength, itemStart, end, encoding, depth));
        }

        return length == Undefined ? throw new DicomFormatException(DicomFault.Truncated, Position) : new DicomSequence(tag, items);
    }

    private DicomDataset ReadItem(DicomDataset parent, uint length, int start, int end, Encoding encoding, int depth)
    {
        var item = new DicomDataset(parent);
        if (length == Undefined)
        {
            ReadElements(item, end, encoding, depth + 1, closedByDelimiter: true);
            return item;
        }

        if (!Fits(length, Position) || Position + (int)length > end)
        {
            throw new DicomFormatException(DicomFault.LengthBeyondEnd, start);
        }

        ReadElements(item, Position + (int)length, encoding, depth + 1, closedByDelimiter: false);
        return item;
    }

    private DicomEncapsulatedPixelData ReadFragments(Header header, Encoding encoding)
    {
        if (!_isEncapsulated)
        {
            // Fragments of an unknown compression: nothing can be made of them, nor may they be written again.
            throw new DicomFormatException(DicomFault.UnexpectedItem, header.Start);
        }

        var fragments = new List<ReadOnlyMemory<byte>>();
        while (true)
        {
            var start = Position;
            Need(8, start);
            var (tag, length) = (TagAt(Position, encoding), UInt32At(Position + 4, encoding));
            Position += 8;
            if (tag.Value == DicomTag.SequenceDelimitationValue)
            {
                var vr = header.Vr is DicomVr.OB or DicomVr.OW ? header.Vr : DicomVr.OB;
                return new DicomEncapsulatedPixelData(header.Tag, vr, fragments is [var table, ..] ? table : default, fragments.Skip(1));
            }

            if (tag.Value != DicomTag.ItemValue)
            {
                throw new DicomFormatException(DicomFault.UnexpectedItem, start);
            }

            fragments.Add(Take(length, start));
        }
    }

    /// <summary>Items under UN of undefined length are implicit by the standard, explicit in some files: looks at the first one.</summary>
    private Encoding UnknownItems(Encoding encoding)
    {
        var first = Position + 8;
        return Remaining >= 16 && TagAt(Position, encoding).Value == DicomTag.ItemValue && HasVrAt(first) ? encoding : Encoding.Implicit;
    }

    private static ReadOnlyMemory<byte> ToLittleEndian(ReadOnlyMemory<byte> bytes, DicomVr vr, Encoding encoding)
    {
        // AT is two 16-bit numbers, each swapped on its own: its unit is 2.
        if (!encoding.BigEndian || vr.UnitSize() == 1)
        {
            return bytes;
        }

        var swapped = bytes.ToArray();
        DicomNumbers.Swap(swapped, vr.UnitSize());
        return swapped;
    }
}
