using System.Text;

namespace Pirogov.Dicom;

/// <summary>
/// A set of PS3.3 Tables C.12-2 to C.12-4: its ISO registration number, the escape sequence that designates it (after ESC)
/// and where it goes: G0 (bytes below 80) or G1. The multi-byte sets of G0 take two bytes a character.
/// </summary>
internal sealed class CodedSet
{
    private readonly Encoding? page;
    private readonly Kind kind;

    private CodedSet(string number, string escape, bool isLower, Kind kind, int page = 0)
    {
        (Number, Escape, IsLower, this.kind) = (number, escape, isLower, kind);
        this.page = page == 0 ? null : Strict(page);
    }

    private enum Kind
    {
        Ascii,
        Page,
        Katakana,
        JisX0208,
        JisX0212,
    }

    public static CodedSet Ascii { get; } = new("6", "(B", true, Kind.Ascii);

    /// <summary>JIS X 0201 roman letters: 5C and 7E are yen and overline by name; all readers take them for \ and ~.</summary>
    public static CodedSet JisRoman { get; } = new("14", "(J", true, Kind.Ascii);

    public static IReadOnlyList<CodedSet> All { get; } =
    [
        Ascii, JisRoman, new("13", ")I", false, Kind.Katakana), new("13", "(I", true, Kind.Katakana),
        new("100", "-A", false, Kind.Page, 28591), new("101", "-B", false, Kind.Page, 28592), new("109", "-C", false, Kind.Page, 28593),
        new("110", "-D", false, Kind.Page, 28594), new("144", "-L", false, Kind.Page, 28595), new("127", "-G", false, Kind.Page, 28596),
        new("126", "-F", false, Kind.Page, 28597), new("138", "-H", false, Kind.Page, 28598), new("148", "-M", false, Kind.Page, 28599),
        new("203", "-b", false, Kind.Page, 28605), new("166", "-T", false, Kind.Page, 874),
        new("87", "$B", true, Kind.JisX0208, 51932), new("159", "$(D", true, Kind.JisX0212, 20932),
        new("149", "$)C", false, Kind.Page, 51949), new("58", "$)A", false, Kind.Page, 936),
    ];

    public string Number { get; }

    public string Escape { get; }

    public bool IsLower { get; }

    /// <summary>Two bytes a character in G0, where a byte may look like a delimiter.</summary>
    public bool IsDouble => kind is Kind.JisX0208 or Kind.JisX0212;

    /// <summary>The set of a single-byte or G1 registration number; null when DICOM has none.</summary>
    public static CodedSet? Find(string number) => All.FirstOrDefault(s => s.Number == number);

    public void Decode(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        switch (kind)
        {
            case Kind.Page:
                text.Append(page!.GetString(bytes));
                break;
            case Kind.JisX0208 or Kind.JisX0212:
                DecodePairs(bytes, text);
                break;
            default:
                foreach (var b in bytes)
                {
                    text.Append(kind == Kind.Katakana && b >= 0x80 != IsLower && (b & 0x7F) is >= 0x21 and <= 0x5F ? (char)(0xFF40 + (b & 0x7F)) : (char)b);
                }

                break;
        }
    }

    /// <summary>Bytes of one character, or null when the set has it not.</summary>
    public byte[]? Encode(Rune rune)
    {
        if (kind == Kind.Ascii)
        {
            return rune.IsAscii ? [(byte)rune.Value] : null;
        }

        if (kind == Kind.Katakana)
        {
            return rune.Value is >= 0xFF61 and <= 0xFF9F ? [(byte)(rune.Value - 0xFF40 | (IsLower ? 0 : 0x80))] : null;
        }

        try
        {
            var bytes = page!.GetBytes(rune.ToString());
            return kind switch
            {
                Kind.JisX0208 => bytes is [>= 0xA1, >= 0xA1] ? [(byte)(bytes[0] & 0x7F), (byte)(bytes[1] & 0x7F)] : null,
                // Code page 20932 tells JIS X 0212 from 0208 by the second byte's upper bit.
                Kind.JisX0212 => bytes is [>= 0xA1, < 0x80] ? [(byte)(bytes[0] & 0x7F), bytes[1]] : null,
                // Of GBK and the Windows pages only what the ISO sets have: both bytes, or the one, in A0–FF.
                _ => bytes.All(b => b >= 0xA0) ? bytes : null,
            };
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    private void DecodePairs(ReadOnlySpan<byte> bytes, StringBuilder text)
    {
        Span<byte> pair = stackalloc byte[2];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] < 0x21 || i + 1 == bytes.Length)
            {
                text.Append((char)bytes[i]);
                continue;
            }

            (pair[0], pair[1]) = ((byte)(bytes[i] | 0x80), (byte)(kind == Kind.JisX0208 ? bytes[i + 1] | 0x80 : bytes[i + 1] & 0x7F));
            text.Append(page!.GetString(pair));
            i++;
        }
    }

    private static Encoding Strict(int page)
    {
        var encoding = (Encoding)DicomCharacterSet.Page(page).Clone();
        encoding.EncoderFallback = EncoderFallback.ExceptionFallback;
        return encoding;
    }
}
