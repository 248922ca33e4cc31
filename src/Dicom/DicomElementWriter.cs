using System.Buffers.Binary;

namespace Pirogov.Dicom;

/// <summary>Writes data elements in one transfer syntax. Open sequences are on a stack of its own, as they are in the parser.</summary>
internal sealed class DicomElementWriter(DicomOutput output, DicomTransferSyntax syntax)
{
    private const uint Undefined = 0xFFFFFFFF;

    /// <param name="isFile">Command and meta elements, which have no place in a file's data set (PS3.5 7.1), stay out.</param>
    public void Write(DicomDataset root, bool isFile = false)
    {
        var open = new Stack<Cursor>([new Cursor(root, null)]);
        while (open.TryPeek(out var at))
        {
            if (at.NextElement < at.Dataset.Count)
            {
                var element = at.Dataset[at.NextElement++];
                if (isFile && open.Count == 1 && (element.Tag.Group is 0x0000 or 0x0002))
                {
                    continue;
                }

                if (element is DicomSequence sequence)
                {
                    Header(sequence.Tag, DicomVr.SQ, Undefined);
                    Enter(open, sequence, 0);
                }
                else if (!element.Tag.IsGroupLength)
                {
                    // Group lengths of the data set are retired and would be wrong after any change (PS3.5 7.2).
                    WriteElement(element);
                }

                continue;
            }

            open.Pop();
            if (at.Sequence is { } around)
            {
                Delimiter(DicomTag.ItemDelimitationValue, 0);
                Enter(open, around, at.NextItem);
            }
        }
    }

    private void Enter(Stack<Cursor> open, DicomSequence sequence, int item)
    {
        if (item == sequence.Items.Count)
        {
            Delimiter(DicomTag.SequenceDelimitationValue, 0);
            return;
        }

        Delimiter(DicomTag.ItemValue, Undefined);
        open.Push(new Cursor(sequence.Items[item], sequence) { NextItem = item + 1 });
    }

    private void WriteElement(DicomElement element)
    {
        switch (element)
        {
            case DicomEncapsulatedPixelData pixels:
                WriteFragments(pixels);
                break;
            case DicomStreamedPixelData pixels:
                WriteStreamed(pixels);
                break;
            default:
                WriteValue(element);
                break;
        }
    }

    private void WriteFragments(DicomEncapsulatedPixelData pixels)
    {
        NeedEncapsulation();
        Header(pixels.Tag, pixels.Vr, Undefined);
        foreach (var fragment in pixels.Fragments.Prepend(pixels.OffsetTable))
        {
            Delimiter(DicomTag.ItemValue, (uint)fragment.Length);
            output.Write(fragment.Span);
        }

        Delimiter(DicomTag.SequenceDelimitationValue, 0);
    }

    private void WriteStreamed(DicomStreamedPixelData pixels)
    {
        if (!pixels.IsEncapsulated)
        {
            var length = pixels.Length + pixels.Length % 2;
            var vr = StrictVr(pixels.Tag, pixels.Vr, length);
            Header(pixels.Tag, vr, (uint)length);
            pixels.Copy(0, syntax.IsBigEndian && vr.UnitSize() > 1, output);
            return;
        }

        NeedEncapsulation();
        Header(pixels.Tag, pixels.Vr, Undefined);
        for (var i = 0; i < pixels.Parts.Count; i++)
        {
            Delimiter(DicomTag.ItemValue, (uint)(pixels.Parts[i].Length + pixels.Parts[i].Length % 2));
            pixels.Copy(i, toBigEndian: false, output);
        }

        if (pixels.Parts.Count == 0)
        {
            // The offset table is not optional, only its content is.
            Delimiter(DicomTag.ItemValue, 0);
        }

        Delimiter(DicomTag.SequenceDelimitationValue, 0);
    }

    private void NeedEncapsulation()
    {
        if (!syntax.IsEncapsulated)
        {
            throw new InvalidOperationException("Encapsulated pixel data need an encapsulated transfer syntax.");
        }
    }

    private void WriteValue(DicomElement element)
    {
        var vr = StrictVr(element.Tag, element.Vr, element.Bytes.Length);
        // A value longer than a short VR can say travels as UN (PS3.5 6.2.2 note 6).
        if (syntax.IsExplicit && !vr.HasLongLength() && element.Bytes.Length > 0xFFFE)
        {
            vr = DicomVr.UN;
        }

        Header(element.Tag, vr, (uint)element.Bytes.Length);
        var unit = syntax.IsBigEndian ? vr.UnitSize() : 1;
        if (unit == 1)
        {
            output.Write(element.Bytes.Span);
            return;
        }

        var swapped = element.Bytes.ToArray();
        DicomNumbers.Swap(swapped, unit);
        output.Write(swapped);
    }

    /// <summary>
    /// The dictionary's VR where both are text, only the label was wrong, and where the value ends inside a number of the
    /// other one; UN where neither fits. Numbers of another width stay what they are.
    /// </summary>
    private static DicomVr StrictVr(DicomTag tag, DicomVr vr, long length)
    {
        var known = DicomDictionary.VrsOf(tag).Vr;
        if (length % vr.UnitSize() != 0)
        {
            return known is DicomVr.None or DicomVr.SQ || length % known.UnitSize() != 0 ? DicomVr.UN : known;
        }

        return vr.IsText() && !tag.IsPrivate && known != vr && known.IsText() ? known : vr;
    }

    private void Header(DicomTag tag, DicomVr vr, uint length)
    {
        Tag(tag);
        if (!syntax.IsExplicit)
        {
            UInt32(length);
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(output.Take(2), (ushort)vr);
        if (vr.HasLongLength())
        {
            UInt16(0);
            UInt32(length);
        }
        else
        {
            UInt16((ushort)length);
        }
    }

    private void Delimiter(uint tag, uint length)
    {
        Tag(new DicomTag(tag));
        UInt32(length);
    }

    private void Tag(DicomTag tag)
    {
        UInt16(tag.Group);
        UInt16(tag.Element);
    }

    private void UInt16(ushort value)
    {
        if (syntax.IsBigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(output.Take(2), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(output.Take(2), value);
        }
    }

    private void UInt32(uint value)
    {
        if (syntax.IsBigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(output.Take(4), value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(output.Take(4), value);
        }
    }

    /// <summary>Where writing stands in a data set, and in the sequence whose item it is.</summary>
    private sealed class Cursor(DicomDataset dataset, DicomSequence? sequence)
    {
        public DicomDataset Dataset => dataset;

        public DicomSequence? Sequence => sequence;

        public int NextElement { get; set; }

        public int NextItem { get; init; }
    }
}
