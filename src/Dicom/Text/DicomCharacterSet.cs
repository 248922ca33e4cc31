using System.Text;

namespace Pirogov.Dicom;

/// <summary>
/// A Specific Character Set (PS3.3 C.12.1.1.2): one encoding, or several switched by the escape sequences of ISO 2022
/// (PS3.5 6.1.2.4). Bytes that no declared set covers are read as what they look like (<see cref="UndeclaredText"/>).
/// </summary>
public sealed class DicomCharacterSet
{
    private const int MostEvidence = 4096;
    private static readonly CodePagesEncodingProvider Pages = (CodePagesEncodingProvider)CodePagesEncodingProvider.Instance;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly Encoding? encoding;
    private readonly Iso2022? extensions;
    private readonly string? undeclared;

    private DicomCharacterSet(string name, Encoding? encoding, Iso2022? extensions, string? undeclared = null)
    {
        (Name, this.encoding, this.extensions, this.undeclared) = (name, encoding, extensions, undeclared);
    }

    /// <summary>The defined terms as declared, separated by backslashes.</summary>
    public string Name { get; }

    /// <summary>The encoding (IANA) that all undeclared text of a data set together shows; null where a set is declared or nothing goes beyond ASCII.</summary>
    public string? Assumed => undeclared;

    /// <summary>No declaration: the default repertoire ISO-IR 6.</summary>
    public static DicomCharacterSet Default { get; } = new("", null, null);

    public static DicomCharacterSet Utf8 { get; } = new("ISO_IR 192", StrictUtf8, null);

    /// <summary>Reads the value of (0008,0005). An unknown term counts as undeclared.</summary>
    public static DicomCharacterSet Parse(ReadOnlySpan<byte> declaration)
    {
        var name = Encoding.Latin1.GetString(declaration).Trim(' ', '\0');
        string[] terms = [.. name.Split('\\').Select(t => t.Trim().ToUpperInvariant())];
        // The multi-byte sets without code extensions stand alone; what is declared beside them is void.
        if (Alone(terms[0]) is { } alone)
        {
            return new DicomCharacterSet(name, alone, null);
        }

        string[] numbers = [.. terms.Select(Number)];
        var isExtended = terms.Length > 1 || terms[0].StartsWith("ISO 2022", StringComparison.Ordinal) || numbers[0] is "13" or "87" or "159" or "149" or "58";
        if (isExtended && numbers.Any(n => n != "6" && CodedSet.Find(n) is not null))
        {
            return new DicomCharacterSet(name, null, new Iso2022(numbers));
        }

        return new DicomCharacterSet(name, PageOf(numbers[0]) is > 0 and var page ? Page(page) : null, null);
    }

    /// <summary>What the bytes would be read as when they go beyond what is declared; null when they do not.</summary>
    public static string? Undeclared(ReadOnlySpan<byte> bytes) => UndeclaredText.EncodingOf(bytes);

    internal bool IsDefaultRepertoire => encoding is null && extensions is null;

    /// <summary>Declared as Latin-1 alone, which devices do by default whatever they send.</summary>
    internal bool IsLatin => encoding is { CodePage: 28591 };

    public string Decode(ReadOnlySpan<byte> bytes) => Decode(bytes, DicomVr.PN);

    /// <exception cref="ArgumentException">A character is outside the set.</exception>
    public byte[] Encode(string text) => Encode(text, DicomVr.PN);

    internal string Decode(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        if (extensions is not null)
        {
            return extensions.Decode(bytes, vr);
        }

        if (encoding is null)
        {
            return System.Text.Unicode.Utf8.IsValid(bytes) ? StrictUtf8.GetString(bytes)
                : UndeclaredText.For(undeclared ?? UndeclaredText.EncodingOf(bytes)).GetString(bytes);
        }

        if (ReferenceEquals(encoding, StrictUtf8) && !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return UndeclaredText.For(UndeclaredText.EncodingOf(bytes)).GetString(bytes);
        }

        return (IsLatin && UndeclaredText.MistakenForLatin(bytes) is { } mistaken ? UndeclaredText.For(mistaken) : encoding).GetString(bytes);
    }

    /// <exception cref="ArgumentException">A character is outside the set.</exception>
    internal byte[] Encode(string text, DicomVr vr)
    {
        if (extensions is not null)
        {
            return extensions.Encode(text, vr);
        }

        var strict = (Encoding)(encoding ?? Encoding.ASCII).Clone();
        strict.EncoderFallback = EncoderFallback.ExceptionFallback;
        return strict.GetBytes(text);
    }

    /// <summary>
    /// The default repertoire for a data set that goes beyond it. Its texts are judged together: one device writes one
    /// encoding, and a value of two letters alone would tell little.
    /// </summary>
    internal static DicomCharacterSet ForUndeclared(DicomDataset dataset)
    {
        var evidence = new List<byte>();
        foreach (var element in dataset)
        {
            var value = element.Bytes.Span;
            if (element.Vr.UsesCharacterSet() && !System.Text.Ascii.IsValid(value) && !System.Text.Unicode.Utf8.IsValid(value) && evidence.Count < MostEvidence)
            {
                evidence.AddRange(value[..Math.Min(value.Length, MostEvidence)]);
                evidence.Add((byte)' ');
            }
        }

        return evidence.Count == 0 ? Default
            : new DicomCharacterSet("", null, null, UndeclaredText.EncodingOf(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(evidence)));
    }

    internal static Encoding Page(int page) =>
        page == 65001 ? StrictUtf8 : Pages.GetEncoding(page) ?? Encoding.GetEncoding(page);

    private static Encoding? Alone(string term) => term switch
    {
        "ISO_IR 192" => StrictUtf8,
        "GB18030" => Page(54936),
        "GBK" => Page(936),
        _ => null,
    };

    /// <summary>"ISO_IR 100", "ISO 2022 IR 100" and the slips "ISO IR 100", "ISO-IR 100" → "100"; "6" for an empty term.</summary>
    private static string Number(string term) => term.Length == 0 ? "6"
        : term.StartsWith("ISO", StringComparison.Ordinal) && term.LastIndexOfAny([' ', '_', '-']) is > 0 and var at ? term[(at + 1)..] : term;

    private static int PageOf(string number) => number switch
    {
        "100" => 28591,
        "101" => 28592,
        "109" => 28593,
        "110" => 28594,
        "144" => 28595,
        "127" => 28596,
        "126" => 28597,
        "138" => 28598,
        "148" => 28599,
        "203" => 28605,
        "166" => 874,
        "192" => 65001,
        _ => 0,
    };
}
