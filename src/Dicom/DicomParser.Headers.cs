namespace Pirogov.Dicom;

internal sealed partial class DicomParser
{
    private Header ReadHeader(Encoding encoding, Level level)
    {
        var start = Position;
        Need(8, start);
        var tag = TagAt(Position, encoding);
        if (!encoding.Explicit)
        {
            var length = UInt32At(Position + 4, encoding);
            Position += 8;
            return new Header(tag, ImplicitVr(tag, length, level), length, start);
        }

        var letters = data.Span.Slice(Position + 4, 2);
        if (DicomVrTraits.TryParse(letters, out var vr))
        {
            return ReadExplicit(tag, vr, vr.HasLongLength(), encoding, start);
        }

        Warn("invalid-vr", tag);
        if (char.IsAsciiLetterUpper((char)letters[0]) && char.IsAsciiLetterUpper((char)letters[1]))
        {
            // A VR of a later edition: those have the long form (PS3.5 6.2). Older slips of the pen have the short one.
            var isLong = Remaining >= 12 && UInt16At(Position + 6, encoding) == 0 && Fits(UInt32At(Position + 8, encoding), Position + 12);
            return ReadExplicit(tag, KnownOr(tag, DicomVr.UN), isLong, encoding, start);
        }

        // No letters at all: either an implicit element in an explicit stream, or a VR wiped to zeros.
        var implicitLength = UInt32At(Position + 4, encoding);
        if (implicitLength == Undefined || Fits(implicitLength, Position + 8))
        {
            Position += 8;
            return new Header(tag, ImplicitVr(tag, implicitLength, level), implicitLength, start);
        }

        return ReadExplicit(tag, KnownOr(tag, DicomVr.UN), isLong: false, encoding, start);
    }

    private Header ReadExplicit(DicomTag tag, DicomVr vr, bool isLong, Encoding encoding, int start)
    {
        if (!isLong)
        {
            var length = UInt16At(Position + 6, encoding);
            Position += 8;
            return new Header(tag, vr, length, start);
        }

        Need(12, start);
        var longLength = UInt32At(Position + 8, encoding);
        Position += 12;
        return new Header(tag, vr, longLength, start);
    }

    private static DicomVr KnownOr(DicomTag tag, DicomVr fallback) =>
        DicomDictionary.VrsOf(tag).Vr is var vr and not DicomVr.None ? vr : fallback;

    /// <summary>VR of an element that does not carry it (PS3.5 A.1 for the choices the dictionary leaves open).</summary>
    private DicomVr ImplicitVr(DicomTag tag, uint length, Level level)
    {
        var (vr, alternative) = DicomDictionary.VrsOf(tag);
        return (vr, alternative) switch
        {
            (DicomVr.None, _) => length == Undefined ? DicomVr.SQ : tag.IsPrivate ? PrivateVr(tag, length, level) : DicomVr.UN,
            (DicomVr.OB, DicomVr.OW) => length == Undefined ? DicomVr.OB : DicomVr.OW,
            (DicomVr.US, DicomVr.SS) => IsSigned(level.Dataset) ? DicomVr.SS : DicomVr.US,
            (DicomVr.US, DicomVr.OW) => DicomVr.OW,
            _ => vr,
        };
    }

    /// <summary>VR by the maker's dictionary where the value can be of it; else UN.</summary>
    private DicomVr PrivateVr(DicomTag tag, uint length, Level level)
    {
        var vr = DicomPrivateDictionary.VrOf(level.CreatorOf(tag), tag);
        if (vr is DicomVr.None or DicomVr.UN || length > Remaining)
        {
            return DicomVr.UN;
        }

        var value = data.Span.Slice(Position, (int)length);
        if (vr == DicomVr.SQ)
        {
            return StartsItem(Position, length, Encoding.Implicit) ? vr : DicomVr.UN;
        }

        // Makers reuse tags between models: letters with control characters or part of a number show another VR.
        return vr.IsText()
            ? value.ContainsAnyInRange((byte)1, (byte)8) || value.TrimEnd((byte)0).Contains((byte)0) ? DicomVr.UN : vr
            : length % vr.UnitSize() == 0 ? vr : DicomVr.UN;
    }

    private bool StartsItem(int position, uint length, Encoding encoding) =>
        length == 0 || (length >= 8 && Fits(8, position) && TagAt(position, encoding).Value is DicomTag.ItemValue or DicomTag.SequenceDelimitationValue);

    /// <summary>Pixel Representation of the data set or of the nearest one around it.</summary>
    private static bool IsSigned(DicomDataset? context)
    {
        for (; context is not null; context = context.Parent)
        {
            if (context.GetInt(DicomTags.PixelRepresentation) is { } representation)
            {
                return representation == 1;
            }
        }

        return false;
    }

    /// <summary>A VR that the dictionary does not give to the tag; the choices "US or SS or OW" and "OB or OW" are free.</summary>
    private static bool IsWrong(DicomTag tag, DicomVr vr)
    {
        var (known, alternative) = DicomDictionary.VrsOf(tag);
        return known != vr && alternative != vr && known != DicomVr.None && vr != DicomVr.UN
            && !(vr == DicomVr.OW && alternative == DicomVr.SS);
    }
}
