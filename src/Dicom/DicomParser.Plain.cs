using System.Buffers.Binary;
using System.Numerics;

namespace Pirogov.Dicom;

internal sealed partial class DicomParser
{
    /// <summary>
    /// Reads on over elements as nearly all are: little endian, of the dictionary's VR, whole, in order, of even length, their text ASCII.
    /// Nothing of these is to be remarked, so they cost a few comparisons. Whatever is anything else is left, untouched, to
    /// <see cref="Step"/>, which knows all cases: this one may be taken away without a difference in what is read.
    /// </summary>
    private void ReadPlain(Level level)
    {
        if (level.Encoding.BigEndian || level.Items is not null)
        {
            return;
        }

        var span = data.Span[..Math.Min(level.End, data.Length)];
        var (dataset, isExplicit) = (level.Dataset, level.Encoding.Explicit);
        var last = dataset.Count == 0 ? 0 : dataset[^1].Tag.Value;
        while (span.Length - Position >= 8 && elements < options.MaximumElements)
        {
            var header = BinaryPrimitives.ReadUInt64LittleEndian(span[Position..]);
            // The group stands before the element, each of them little endian.
            var tag = new DicomTag(BitOperations.RotateLeft((uint)header, 16));
            if (tag.Value <= last || tag.Group == 0xFFFE || tag.IsPixelData)
            {
                return;
            }

            var (known, alternative) = DicomDictionary.VrsOf(tag);
            var vr = isExplicit ? (DicomVr)BinaryPrimitives.ReverseEndianness((ushort)(header >> 32)) : alternative == DicomVr.None ? known : DicomVr.None;
            var plain = DicomVrTraits.PlainOf(vr);
            if (!plain.Is || (vr != known && vr != alternative && known != DicomVr.None))
            {
                return;
            }

            var (start, length) = (Position + 8, isExplicit ? (uint)(header >> 48) : (uint)(header >> 32));
            if (isExplicit && plain.HasLongLength)
            {
                if (span.Length - start < 4)
                {
                    return;
                }

                length = BinaryPrimitives.ReadUInt32LittleEndian(span[start..]);
                start += 4;
            }

            if (length > span.Length - start || (length & 1) != 0 || (length & (plain.UnitSize - 1u)) != 0
                || (plain.UsesCharacterSet && !System.Text.Ascii.IsValid(span.Slice(start, (int)length))))
            {
                return;
            }

            elements++;
            dataset.Append(new DicomElement(tag, vr, data.Slice(start, (int)length)));
            (last, Position) = (tag.Value, start + (int)length);
        }
    }
}
