using System.Text;

namespace Pirogov.Dicom;

/// <summary>
/// Code extension by escape sequences as DICOM restricts it (PS3.5 6.1.2.5): at the end of a line, a page, a value and, in
/// names, of a component, the sets of the first declared term are in force again.
/// </summary>
internal sealed class Iso2022
{
    private const byte Escape = 0x1B;

    private readonly CodedSet initialLower;
    private readonly CodedSet? initialUpper;
    private readonly CodedSet[] declared;

    /// <param name="numbers">Registration numbers of the declared terms in their order; "6" or empty for the default repertoire.</param>
    public Iso2022(IReadOnlyList<string> numbers)
    {
        initialLower = numbers[0] == "13" ? CodedSet.JisRoman : CodedSet.Ascii;
        initialUpper = CodedSet.Find(numbers[0]) is { IsLower: false } upper ? upper : null;
        declared = [.. numbers.Select(CodedSet.Find).OfType<CodedSet>()];
    }

    public string Decode(ReadOnlySpan<byte> bytes, DicomVr vr)
    {
        var text = new StringBuilder(bytes.Length);
        var (lower, upper, start) = (initialLower, initialUpper, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b == Escape)
            {
                Append(text, bytes[start..i], lower, upper);
                i += Designate(bytes[(i + 1)..], ref lower, ref upper);
                start = i + 1;
            }
            else if (lower.IsDouble && b >= 0x21)
            {
                i++;
            }
            else if (IsDelimiter(b, vr))
            {
                Append(text, bytes[start..i], lower, upper);
                (lower, upper, start) = (initialLower, initialUpper, i);
            }
        }

        if (start < bytes.Length)
        {
            Append(text, bytes[start..], lower, upper);
        }

        return text.ToString();
    }

    /// <exception cref="ArgumentException">A character is in none of the declared sets.</exception>
    public byte[] Encode(string text, DicomVr vr)
    {
        var bytes = new List<byte>(text.Length * 2);
        var (lower, upper) = (initialLower, initialUpper);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && lower.IsLower && lower != initialLower)
            {
                // Plain characters, delimiters among them, stand in the initial set.
                Designate(bytes, initialLower, ref lower, ref upper);
            }

            if (rune.IsAscii)
            {
                bytes.Add((byte)rune.Value);
                upper = IsDelimiter((byte)rune.Value, vr) ? initialUpper : upper;
                continue;
            }

            var set = declared.Where(s => s == lower || s == upper).Concat(declared).FirstOrDefault(s => s.Encode(rune) is not null)
                ?? throw new ArgumentException($"The declared character sets do not have U+{rune.Value:X4}.", nameof(text));
            if (set != lower && set != upper)
            {
                Designate(bytes, set, ref lower, ref upper);
            }

            bytes.AddRange(set.Encode(rune)!);
        }

        if (lower != initialLower)
        {
            Designate(bytes, initialLower, ref lower, ref upper);
        }

        return [.. bytes];
    }

    private static void Designate(List<byte> bytes, CodedSet set, ref CodedSet lower, ref CodedSet? upper)
    {
        bytes.Add(Escape);
        bytes.AddRange(Encoding.ASCII.GetBytes(set.Escape));
        (lower, upper) = set.IsLower ? (set, upper) : (lower, set);
    }

    /// <summary>Applies the escape sequence and tells its length after ESC; an unknown one is skipped by its final byte.</summary>
    private static int Designate(ReadOnlySpan<byte> sequence, ref CodedSet lower, ref CodedSet? upper)
    {
        var length = 0;
        while (length < sequence.Length && sequence[length] is >= 0x20 and <= 0x2F)
        {
            length++;
        }

        length = Math.Min(length + 1, sequence.Length);
        var escape = Encoding.Latin1.GetString(sequence[..length]);
        if (CodedSet.All.FirstOrDefault(s => s.Escape == escape) is { } set)
        {
            // A set of two bytes in G1 ends one in G0: both at once are not used (PS3.5 6.1.2.5.1).
            (lower, upper) = set.IsLower ? (set, upper) : (lower.IsDouble ? CodedSet.Ascii : lower, set);
        }

        return length;
    }

    private static bool IsDelimiter(byte b, DicomVr vr) => b switch
    {
        (byte)'\r' or (byte)'\n' or (byte)'\f' => true,
        (byte)'\\' => !vr.IsSingleText(),
        (byte)'^' or (byte)'=' => vr == DicomVr.PN,
        _ => false,
    };

    private static void Append(StringBuilder text, ReadOnlySpan<byte> segment, CodedSet lower, CodedSet? upper)
    {
        if (segment.IsEmpty)
        {
            return;
        }

        if (lower != CodedSet.Ascii && lower != CodedSet.JisRoman)
        {
            lower.Decode(segment, text);
        }
        else if (upper is not null)
        {
            upper.Decode(segment, text);
        }
        else
        {
            text.Append(UndeclaredText.For(UndeclaredText.EncodingOf(segment)).GetString(segment));
        }
    }
}
