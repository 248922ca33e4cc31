using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Dicom;

/// <summary>
/// Writes Part 10 files: preamble, meta header with its true group length, data set in the file's transfer syntax with
/// sequences and items of undefined length. The bytes are a function of the content alone.
/// </summary>
public static class DicomWriter
{
    private const uint Undefined = 0xFFFFFFFF;

    public static byte[] ToBytes(DicomFile file)
    {
        var buffer = BufferFor(file.Dataset);
        Write(file, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteFile(string path, DicomFile file)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
        Write(file, stream);
    }

    public static void Write(DicomFile file, Stream stream)
    {
        var buffer = BufferFor(file.Dataset);
        Write(file, buffer);
        stream.Write(buffer.WrittenSpan);
    }

    /// <summary>The data set alone, without preamble and meta header, as it travels in a C-STORE.</summary>
    /// <exception cref="InvalidOperationException">Encapsulated pixels in a syntax for native ones.</exception>
    public static byte[] DatasetToBytes(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        var buffer = BufferFor(dataset);
        WriteDataset(dataset, syntax, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Room for the large values, so that pixels are not copied again and again while the buffer grows.</summary>
    private static ArrayBufferWriter<byte> BufferFor(DicomDataset dataset)
    {
        var size = dataset.Sum(e => (long)e.Bytes.Length + (e is DicomEncapsulatedPixelData pixels ? pixels.Fragments.Sum(f => f.Length + 8L) : 0));
        return new ArrayBufferWriter<byte>((int)Math.Min(size + 64 * 1024, Array.MaxLength));
    }

    private static void Write(DicomFile file, ArrayBufferWriter<byte> buffer)
    {
        buffer.Write(file.Preamble.Span);
        buffer.Write("DICM"u8);
        var meta = new ArrayBufferWriter<byte>(512);
        var metaWriter = new ElementWriter(meta, DicomTransferSyntax.ExplicitLittleEndian);
        foreach (var element in file.Meta.Where(e => !e.Tag.IsGroupLength))
        {
            metaWriter.Write(element);
        }

        var groupLength = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(groupLength, meta.WrittenCount);
        new ElementWriter(buffer, DicomTransferSyntax.ExplicitLittleEndian)
            .Write(new DicomElement(new DicomTag(0x00020000), DicomVr.UL, groupLength));
        buffer.Write(meta.WrittenSpan);
        WriteDataset(file.Dataset, file.TransferSyntax, buffer);
    }

    private static void WriteDataset(DicomDataset dataset, DicomTransferSyntax syntax, ArrayBufferWriter<byte> buffer)
    {
        if (!syntax.IsDeflated)
        {
            new ElementWriter(buffer, syntax).Write(dataset);
            return;
        }

        var plain = new ArrayBufferWriter<byte>(64 * 1024);
        new ElementWriter(plain, syntax).Write(dataset);
        using var deflated = new MemoryStream();
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(plain.WrittenSpan);
        }

        buffer.Write(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
        if (deflated.Length % 2 != 0)
        {
            buffer.Write("\0"u8);
        }
    }

    private sealed class ElementWriter(ArrayBufferWriter<byte> buffer, DicomTransferSyntax syntax)
    {
        public void Write(DicomDataset dataset)
        {
            // Group lengths of the data set are retired and would be wrong after any change (PS3.5 7.2).
            foreach (var element in dataset.Where(e => !e.Tag.IsGroupLength))
            {
                Write(element);
            }
        }

        public void Write(DicomElement element)
        {
            switch (element)
            {
                case DicomSequence sequence:
                    WriteSequence(sequence);
                    break;
                case DicomEncapsulatedPixelData pixels:
                    WriteFragments(pixels);
                    break;
                default:
                    WriteValue(element);
                    break;
            }
        }

        private void WriteSequence(DicomSequence sequence)
        {
            Header(sequence.Tag, DicomVr.SQ, Undefined);
            foreach (var item in sequence.Items)
            {
                Delimiter(DicomTag.ItemValue, Undefined);
                Write(item);
                Delimiter(DicomTag.ItemDelimitationValue, 0);
            }

            Delimiter(DicomTag.SequenceDelimitationValue, 0);
        }

        private void WriteFragments(DicomEncapsulatedPixelData pixels)
        {
            if (!syntax.IsEncapsulated)
            {
                throw new InvalidOperationException("Encapsulated pixel data need an encapsulated transfer syntax.");
            }

            Header(pixels.Tag, pixels.Vr, Undefined);
            foreach (var fragment in pixels.Fragments.Prepend(pixels.OffsetTable))
            {
                Delimiter(DicomTag.ItemValue, (uint)fragment.Length);
                buffer.Write(fragment.Span);
            }

            Delimiter(DicomTag.SequenceDelimitationValue, 0);
        }

        private void WriteValue(DicomElement element)
        {
            // A value longer than a short VR can say travels as UN (PS3.5 6.2.2 note 6).
            var vr = syntax.IsExplicit && !element.Vr.HasLongLength() && element.Bytes.Length > 0xFFFE ? DicomVr.UN : element.Vr;
            Header(element.Tag, vr, (uint)element.Bytes.Length);
            var unit = syntax.IsBigEndian && vr == element.Vr ? vr.UnitSize() : 1;
            if (unit == 1)
            {
                buffer.Write(element.Bytes.Span);
                return;
            }

            var swapped = element.Bytes.ToArray();
            DicomNumbers.Swap(swapped, unit);
            buffer.Write(swapped);
        }

        private void Header(DicomTag tag, DicomVr vr, uint length)
        {
            Tag(tag);
            if (!syntax.IsExplicit)
            {
                UInt32(length);
                return;
            }

            BinaryPrimitives.WriteUInt16BigEndian(buffer.GetSpan(2), (ushort)vr);
            buffer.Advance(2);
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
            var span = buffer.GetSpan(2);
            if (syntax.IsBigEndian)
            {
                BinaryPrimitives.WriteUInt16BigEndian(span, value);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(span, value);
            }

            buffer.Advance(2);
        }

        private void UInt32(uint value)
        {
            var span = buffer.GetSpan(4);
            if (syntax.IsBigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(span, value);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(span, value);
            }

            buffer.Advance(4);
        }
    }
}
