namespace Pirogov.Dicom;

internal sealed partial class DicomParser
{
    /// <summary>The element at the cursor; null when it opened a sequence, which is added once it is closed.</summary>
    private DicomElement? ReadElement(Level level)
    {
        var header = ReadHeader(level.Encoding, level);
        var (tag, vr, length, start) = header;
        Count(start);
        if (level.Encoding.Explicit && vr != DicomVr.UN && IsWrong(tag, vr))
        {
            Warn("wrong-vr", tag, vr.ToString());
        }

        if (length == Undefined)
        {
            return ReadUndefined(level, header);
        }

        if (vr == DicomVr.SQ)
        {
            if (Fits(length, Position) && !StartsItem(Position, length, level.Encoding))
            {
                Warn("not-a-sequence", tag);
                return TakeKnown(level, header, DicomDictionary.VrsOf(tag).Vr);
            }

            Open(level, header, level.Encoding, isAttempt: tag.IsPrivate && !level.Encoding.Explicit);
            return null;
        }

        if (vr == DicomVr.UN && level.Encoding.Explicit && DicomDictionary.VrsOf(tag).Vr is var known and not (DicomVr.None or DicomVr.UN))
        {
            return ReadKnownAsUnknown(level, header, known);
        }

        var bytes = Take(length, start);
        Remark(level, tag, vr, bytes.Span);
        return new DicomElement(tag, vr, ToLittleEndian(bytes, vr, level.Encoding));
    }

    private DicomEncapsulatedPixelData? ReadUndefined(Level level, Header header)
    {
        var (tag, vr, _, _) = header;
        if (tag.IsPixelData && vr != DicomVr.SQ)
        {
            return ReadFragments(header, level.Encoding);
        }

        // An undefined length is a sequence whatever the VR says; items of UN are implicit (PS3.5 6.2.2 note 2).
        if (vr is not (DicomVr.SQ or DicomVr.UN))
        {
            Warn("undefined-length", tag);
        }

        Open(level, header, vr == DicomVr.UN && level.Encoding.Explicit ? UnknownItems(level.Encoding) : level.Encoding, isAttempt: false);
        return null;
    }

    private void Open(Level level, Header header, Encoding encoding, bool isAttempt)
    {
        var (tag, _, length, start) = header;
        // Each sequence puts two levels on the stack above the root's one: its own and its item's.
        if ((open.Count - 1) / 2 >= options.MaximumDepth)
        {
            throw Fault(DicomFault.TooDeep, start);
        }

        if (length != Undefined && (!Fits(length, Position) || Position + (int)length > level.End))
        {
            throw Fault(DicomFault.LengthBeyondEnd, start);
        }

        open.Push(new Level(level.Dataset, [], Position, length == Undefined ? level.End : Position + (int)length, encoding, length == Undefined)
        {
            Tag = tag,
            Attempt = isAttempt ? header : null,
        });
    }

    private void Remark(Level level, DicomTag tag, DicomVr vr, ReadOnlySpan<byte> value)
    {
        if (value.Length % 2 != 0)
        {
            Warn("odd-length", tag);
        }
        else if (value.Length % vr.UnitSize() != 0)
        {
            Warn("incomplete-number", tag);
        }

        if (vr.UsesCharacterSet() && Warnings.Count < MostWarnings && !System.Text.Ascii.IsValid(value))
        {
            RemarkText(level.Dataset, tag, value);
        }
    }

    private void RemarkText(DicomDataset dataset, DicomTag tag, ReadOnlySpan<byte> value)
    {
        var declared = DeclaredCharacterSet(dataset);
        if (declared is null || declared.IsDefaultRepertoire)
        {
            Warn("undeclared-character-set", tag, UndeclaredText.EncodingOf(value));
        }
        else if (declared.IsLatin && UndeclaredText.MistakenForLatin(value) is { } mistaken)
        {
            Warn("mistaken-character-set", tag, mistaken);
        }
    }

    /// <summary>The set declared here or around; asks nothing that a later element may answer otherwise.</summary>
    private static DicomCharacterSet? DeclaredCharacterSet(DicomDataset? dataset)
    {
        for (; dataset is not null; dataset = dataset.Parent)
        {
            if (dataset.Find(DicomTags.SpecificCharacterSet) is { } declared)
            {
                return DicomCharacterSet.Parse(declared.Bytes.Span);
            }
        }

        return null;
    }

    /// <summary>
    /// A standard attribute sent as UN by someone with an older dictionary: implicit little endian inside (PS3.5 6.2.2).
    /// Told by the dictionary, so that what it holds can be seen; kept as UN when it does not read so.
    /// </summary>
    private DicomElement? ReadKnownAsUnknown(Level level, Header header, DicomVr known)
    {
        var (tag, length) = (header.Tag, header.Length);
        if (known == DicomVr.SQ && attempts < MostAttempts && Fits(length, Position) && StartsItem(Position, length, Encoding.Implicit))
        {
            Open(level, header, Encoding.Implicit, isAttempt: true);
            return null;
        }

        return TakeKnown(level, header, known);
    }

    /// <summary>The value in the VR that the dictionary gives it, UN where it cannot be of it.</summary>
    private DicomElement TakeKnown(Level level, Header header, DicomVr known)
    {
        var (tag, _, length, start) = header;
        var bytes = Take(length, start);
        var vr = known is not (DicomVr.SQ or DicomVr.None) && bytes.Length % known.UnitSize() == 0 ? ImplicitVr(tag, length, level) : DicomVr.UN;
        Remark(level, tag, vr, bytes.Span);
        return new DicomElement(tag, vr, bytes);
    }

    private DicomEncapsulatedPixelData ReadFragments(Header header, Encoding encoding)
    {
        if (!isEncapsulated)
        {
            // Fragments of an unknown compression: nothing can be made of them, nor may they be written again.
            throw Fault(DicomFault.UnexpectedItem, header.Start);
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
                if (header.Vr != DicomVr.OB)
                {
                    Warn("wrong-vr", header.Tag, header.Vr.ToString());
                }

                // Encapsulated pixels are OB, whatever their samples (PS3.5 A.4).
                return new DicomEncapsulatedPixelData(header.Tag, DicomVr.OB, fragments is [var table, ..] ? table : default, fragments.Skip(1));
            }

            if (tag.Value != DicomTag.ItemValue)
            {
                throw Fault(DicomFault.UnexpectedItem, start);
            }

            Count(start);
            fragments.Add(Take(length, start));
            if (length % 2 != 0)
            {
                Warn("odd-length", header.Tag);
            }
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
