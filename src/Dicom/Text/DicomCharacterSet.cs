using System.Text;

namespace Pirogov.Dicom;

/// <summary>
/// A Specific Character Set (PS3.3 C.12.1.1.2): one encoding, or several switched by the escape sequences of ISO 2022
/// (PS3.5 6.1.2.4). Bytes that no declared set covers are read as UTF-8 or Windows-1251 if they look like it, which
/// Russian devices send undeclared.
/// </summary>
public sealed class DicomCharacterSet
{
    private static readonly CodePagesEncodingProvider Pages = (CodePagesEncodingProvider)CodePagesEncodingProvider.Instance;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly Encoding? _encoding;
    private readonly bool _usesEscapes;

    private DicomCharacterSet(string name, Encoding? encoding, bool usesEscapes)
    {
        Name = name;
        _encoding = encoding;
        _usesEscapes = usesEscapes;
    }

    /// <summary>The defined terms as declared, separated by backslashes.</summary>
    public string Name { get; }

    /// <summary>No declaration: the default repertoire ISO-IR 6.</summary>
    public static DicomCharacterSet Default { get; } = new("", null, false);

    public static DicomCharacterSet Utf8 { get; } = new("ISO_IR 192", StrictUtf8, false);

    /// <summary>Reads the value of (0008,0005). An unknown term counts as undeclared.</summary>
    public static DicomCharacterSet Parse(ReadOnlySpan<byte> declaration)
    {
        var name = Encoding.Latin1.GetString(declaration).Trim(' ', '\0');
        var terms = name.Split('\\');
        var page = CodePage(terms[0].Trim());
        var escapes = terms.Length > 1 || terms[0].StartsWith("ISO 2022", StringComparison.OrdinalIgnoreCase);
        return new DicomCharacterSet(name, page == 0 ? null : Page(page), escapes && page is not (65001 or 54936 or 936));
    }

    /// <summary>What the bytes would be read as when they go beyond what is declared; null when they do not.</summary>
    public static string? Undeclared(ReadOnlySpan<byte> bytes) =>
        System.Text.Ascii.IsValid(bytes) ? null : IsUtf8(bytes) ? "utf-8" : LooksCyrillic(bytes) ? "windows-1251" : "iso-8859-1";

    internal bool IsDefaultRepertoire => _encoding is null && !_usesEscapes;

    public string Decode(ReadOnlySpan<byte> bytes)
    {
        if (_usesEscapes && bytes.Contains((byte)0x1B))
        {
            return Iso2022.Decode(bytes, _encoding ?? Encoding.Latin1);
        }

        if (_encoding is null || (ReferenceEquals(_encoding, StrictUtf8) && !IsUtf8(bytes)))
        {
            return Guess(bytes).GetString(bytes);
        }

        return _encoding.GetString(bytes);
    }

    /// <exception cref="ArgumentException">A character is outside the set.</exception>
    public byte[] Encode(string text)
    {
        var encoding = (Encoding)(_encoding ?? Encoding.ASCII).Clone();
        encoding.EncoderFallback = EncoderFallback.ExceptionFallback;
        return encoding.GetBytes(text);
    }

    internal static Encoding Page(int page) =>
        page == 65001 ? StrictUtf8 : Pages.GetEncoding(page) ?? Encoding.GetEncoding(page);

    private static Encoding Guess(ReadOnlySpan<byte> bytes) => Undeclared(bytes) switch
    {
        "utf-8" => StrictUtf8,
        "windows-1251" => Page(1251),
        _ => Encoding.Latin1,
    };

    private static bool IsUtf8(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    /// <summary>
    /// Windows-1251 puts the Russian letters at C0–FF. A run of two or more of them is a Russian word; Latin-1 text
    /// has such letters one at a time between plain ones ("Müller").
    /// </summary>
    private static bool LooksCyrillic(ReadOnlySpan<byte> bytes)
    {
        var (letters, paired) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] >= 0xC0)
            {
                letters++;
                paired += (i > 0 && bytes[i - 1] >= 0xC0) || (i + 1 < bytes.Length && bytes[i + 1] >= 0xC0) ? 1 : 0;
            }
        }

        return letters >= 2 && paired * 2 > letters;
    }

    private static int CodePage(string term) => term.ToUpperInvariant().Replace("ISO 2022 IR ", "ISO_IR ", StringComparison.Ordinal) switch
    {
        "ISO_IR 100" => 28591,
        "ISO_IR 101" => 28592,
        "ISO_IR 109" => 28593,
        "ISO_IR 110" => 28594,
        "ISO_IR 144" => 28595,
        "ISO_IR 127" => 28596,
        "ISO_IR 126" => 28597,
        "ISO_IR 138" => 28598,
        "ISO_IR 148" => 28599,
        "ISO_IR 203" => 28605,
        "ISO_IR 13" => 932,
        "ISO_IR 166" => 874,
        "ISO_IR 192" => 65001,
        "GB18030" => 54936,
        "GBK" => 936,
        _ => 0,
    };
}
