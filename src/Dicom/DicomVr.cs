namespace Pirogov.Dicom;

/// <summary>Value representations of PS3.5 6.2; the number is the two letters as they stand in the stream.</summary>
public enum DicomVr : ushort
{
    None = 0,
    AE = ('A' << 8) | 'E',
    AS = ('A' << 8) | 'S',
    AT = ('A' << 8) | 'T',
    CS = ('C' << 8) | 'S',
    DA = ('D' << 8) | 'A',
    DS = ('D' << 8) | 'S',
    DT = ('D' << 8) | 'T',
    FD = ('F' << 8) | 'D',
    FL = ('F' << 8) | 'L',
    IS = ('I' << 8) | 'S',
    LO = ('L' << 8) | 'O',
    LT = ('L' << 8) | 'T',
    OB = ('O' << 8) | 'B',
    OD = ('O' << 8) | 'D',
    OF = ('O' << 8) | 'F',
    OL = ('O' << 8) | 'L',
    OV = ('O' << 8) | 'V',
    OW = ('O' << 8) | 'W',
    PN = ('P' << 8) | 'N',
    SH = ('S' << 8) | 'H',
    SL = ('S' << 8) | 'L',
    SQ = ('S' << 8) | 'Q',
    SS = ('S' << 8) | 'S',
    ST = ('S' << 8) | 'T',
    SV = ('S' << 8) | 'V',
    TM = ('T' << 8) | 'M',
    UC = ('U' << 8) | 'C',
    UI = ('U' << 8) | 'I',
    UL = ('U' << 8) | 'L',
    UN = ('U' << 8) | 'N',
    UR = ('U' << 8) | 'R',
    US = ('U' << 8) | 'S',
    UT = ('U' << 8) | 'T',
    UV = ('U' << 8) | 'V',
}

public static class DicomVrTraits
{
    /// <summary>Explicit VR with a 32-bit length after two reserved bytes (PS3.5 7.1.2).</summary>
    public static bool HasLongLength(this DicomVr vr) => vr is DicomVr.OB or DicomVr.OD or DicomVr.OF or DicomVr.OL
        or DicomVr.OV or DicomVr.OW or DicomVr.SQ or DicomVr.SV or DicomVr.UC or DicomVr.UN or DicomVr.UR or DicomVr.UT
        or DicomVr.UV;

    public static bool IsText(this DicomVr vr) => vr is DicomVr.AE or DicomVr.AS or DicomVr.CS or DicomVr.DA
        or DicomVr.DS or DicomVr.DT or DicomVr.IS or DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH or DicomVr.ST
        or DicomVr.TM or DicomVr.UC or DicomVr.UI or DicomVr.UR or DicomVr.UT;

    /// <summary>Text governed by Specific Character Set (PS3.5 6.1.2.3).</summary>
    public static bool UsesCharacterSet(this DicomVr vr) => vr is DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH
        or DicomVr.ST or DicomVr.UC or DicomVr.UT;

    /// <summary>A backslash is a character of these, not a separator of values.</summary>
    public static bool IsSingleText(this DicomVr vr) => vr is DicomVr.LT or DicomVr.ST or DicomVr.UT or DicomVr.UR;

    /// <summary>Bytes or words without values of their own: inline base64 or bulk data in the models of PS3.18 and PS3.19.</summary>
    public static bool IsBinary(this DicomVr vr) => vr is DicomVr.OB or DicomVr.OD or DicomVr.OF or DicomVr.OL or DicomVr.OV
        or DicomVr.OW or DicomVr.UN;

    /// <summary>Bytes of one number: what is swapped in big endian streams; 1 for bytes and text.</summary>
    public static int UnitSize(this DicomVr vr) => vr switch
    {
        DicomVr.AT or DicomVr.OW or DicomVr.SS or DicomVr.US => 2,
        DicomVr.FL or DicomVr.OF or DicomVr.OL or DicomVr.SL or DicomVr.UL => 4,
        DicomVr.FD or DicomVr.OD or DicomVr.OV or DicomVr.SV or DicomVr.UV => 8,
        _ => 1,
    };

    /// <summary>Text is padded to even length by a space, UIDs and bytes by zero (PS3.5 6.2).</summary>
    public static byte Padding(this DicomVr vr) => vr.IsText() && vr != DicomVr.UI ? (byte)' ' : (byte)0;

    /// <summary>Longest value in characters (PS3.5 Table 6.2-1), or none where 2^32−2 bytes bound it.</summary>
    public static int? MaximumLength(this DicomVr vr) => vr switch
    {
        DicomVr.AE or DicomVr.CS or DicomVr.DS or DicomVr.SH or DicomVr.TM => 16,
        DicomVr.AS => 4,
        DicomVr.DA => 8,
        DicomVr.DT => 26,
        DicomVr.IS => 12,
        DicomVr.LO or DicomVr.PN or DicomVr.UI => 64,
        DicomVr.ST => 1024,
        DicomVr.LT => 10240,
        _ => null,
    };

    public static bool TryParse(ReadOnlySpan<byte> letters, out DicomVr vr)
    {
        vr = (DicomVr)((letters[0] << 8) | letters[1]);
        return vr.Exists();
    }

    /// <summary>What a reader asks of two letters with every element, in one look: see <see cref="PlainVr"/>.</summary>
    internal static PlainVr PlainOf(DicomVr vr)
    {
        var (first, second) = ((uint)vr >> 8, (uint)vr & 0xFF);
        return first - 'A' < Letters && second - 'A' < Letters ? Plain[((first - 'A') * Letters) + second - 'A'] : default;
    }

    private const uint Letters = 'Z' - 'A' + 1;

    private static readonly PlainVr[] Plain = BuildPlain();

    private static PlainVr[] BuildPlain()
    {
        var plain = new PlainVr[Letters * Letters];
        for (var i = 0u; i < plain.Length; i++)
        {
            var vr = (DicomVr)((('A' + (i / Letters)) << 8) | ('A' + (i % Letters)));
            plain[i] = vr.Exists() && vr is not (DicomVr.SQ or DicomVr.UN) ? new PlainVr(true, vr.HasLongLength(), vr.UsesCharacterSet(), (byte)vr.UnitSize()) : default;
        }

        return plain;
    }

    internal static bool Exists(this DicomVr vr) => vr.IsText() || vr.HasLongLength() || vr.UnitSize() > 1;
}

/// <summary>A VR whose values are nothing but values: neither items nor bytes of an unknown kind. Not <paramref name="Is"/> for every other.</summary>
internal readonly record struct PlainVr(bool Is, bool HasLongLength, bool UsesCharacterSet, byte UnitSize);
