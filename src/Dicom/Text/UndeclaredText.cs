using System.Text;

namespace Pirogov.Dicom;

/// <summary>
/// What text beyond ASCII is when no character set, or a wrong one, is declared for it: Russian archives are full of
/// Windows-1251, older ones of KOI8-R and code page 866. Told by how Russian each reading looks: frequency of letters,
/// vowels between consonants, capitals at the beginnings of words. KOI8-R read as Windows-1251 is letters too, but rare
/// ones, and with their case turned around.
/// </summary>
public static class UndeclaredText
{
    private static readonly (string Name, int Page)[] Cyrillic =
        [("windows-1251", 1251), ("koi8-r", 20866), ("ibm866", 866), ("iso-8859-5", 28595)];

    /// <summary>ln(frequency / 3 %) of а–я in Russian text.</summary>
    private static readonly double[] Commonness = [.. new[]
    {
        8.01, 1.59, 4.54, 1.70, 2.98, 8.45, 0.94, 1.65, 7.35, 1.21, 3.49, 4.40, 3.21, 6.70, 10.97, 2.81,
        4.73, 5.47, 6.26, 2.62, 0.50, 0.97, 0.48, 1.44, 0.73, 0.36, 0.04, 1.90, 1.74, 0.32, 0.64, 2.01,
    }.Select(percent => Math.Log(percent / 3))];

    /// <summary>Name of the encoding (IANA) the bytes look to be in; null for ASCII.</summary>
    public static string? EncodingOf(ReadOnlySpan<byte> bytes) => System.Text.Ascii.IsValid(bytes) ? null
        : System.Text.Unicode.Utf8.IsValid(bytes) ? "utf-8"
        : BestCyrillic(bytes) is { } best && best.Score > LatinScore(bytes) ? best.Name : "iso-8859-1";

    /// <summary>The encoding itself; Latin-1 for ASCII.</summary>
    internal static Encoding For(string? name) => name switch
    {
        "utf-8" => DicomCharacterSet.Page(65001),
        null or "iso-8859-1" => Encoding.Latin1,
        _ => DicomCharacterSet.Page(Cyrillic.Single(c => c.Name == name).Page),
    };

    /// <summary>
    /// Whether text declared as Latin-1 is none: UTF-8 with bytes that Latin-1 keeps for control characters, or words of
    /// nothing but accented letters that read as Russian.
    /// </summary>
    internal static string? MistakenForLatin(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Ascii.IsValid(bytes))
        {
            return null;
        }

        var found = EncodingOf(bytes);
        return found switch
        {
            "utf-8" => bytes.IndexOfAnyInRange((byte)0x80, (byte)0x9F) >= 0 ? found : null,
            "windows-1251" or "koi8-r" => LongestRun(bytes) >= 3 ? found : null,
            _ => null,
        };
    }

    private static int LongestRun(ReadOnlySpan<byte> bytes)
    {
        var (longest, run) = (0, 0);
        foreach (var b in bytes)
        {
            run = b >= 0xC0 ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    private static (string Name, double Score)? BestCyrillic(ReadOnlySpan<byte> bytes)
    {
        (string, double)? best = null;
        foreach (var (name, page) in Cyrillic)
        {
            // Windows wrote most of what lies in archives: it wins where the letters leave the choice open.
            var score = Score(DicomCharacterSet.Page(page).GetString(bytes)) + (page == 1251 ? 0.5 : 0);
            best = best is null || score > best.Value.Item2 ? (name, score) : best;
        }

        return best;
    }

    private static double Score(string text)
    {
        var score = 0.0;
        var previous = ' ';
        foreach (var c in text)
        {
            score += c is >= 'А' and <= 'я' or 'Ё' or 'ё' ? ScoreLetter(c, previous)
                : char.IsAscii(c) ? (char.IsAsciiLetter(c) && IsRussian(previous) ? -4 : 0)
                : c is '№' or '«' or '»' or '–' or '—' or '°' or '\u00A0' ? -1
                : c is 'І' or 'і' or 'Ї' or 'ї' or 'Є' or 'є' or 'Ў' or 'ў' or 'Ґ' or 'ґ' ? -2 : -6;
            previous = c;
        }

        return score;
    }

    private static double ScoreLetter(char letter, char previous)
    {
        var lower = char.ToLowerInvariant(letter);
        var score = lower == 'ё' ? -1.5 : Commonness[lower - 'а'];
        if (!IsRussian(previous))
        {
            // Words begin with any letter, names with a capital one, nothing with these three.
            return (lower is 'ъ' or 'ь' or 'ы' ? -4 : Math.Max(score, 0)) - (char.IsAsciiLetter(previous) ? 4 : 0) - (letter == lower ? 1 : 0);
        }

        score += IsVowel(lower) != IsVowel(char.ToLowerInvariant(previous)) ? 0.6 : -0.4;
        return score - (char.IsUpper(letter) && char.IsLower(previous) ? 4 : char.IsLower(letter) && char.IsUpper(previous) ? -0.5 : 0);
    }

    /// <summary>Latin-1 puts accented letters one at a time between plain ones.</summary>
    private static double LatinScore(ReadOnlySpan<byte> bytes)
    {
        var score = 0.0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] < 0x80)
            {
                continue;
            }

            var touchesPlain = (i > 0 && char.IsAsciiLetter((char)bytes[i - 1])) || (i + 1 < bytes.Length && char.IsAsciiLetter((char)bytes[i + 1]));
            score += bytes[i] >= 0xC0 ? (touchesPlain ? 2 : -0.5) : bytes[i] >= 0xA0 ? -0.5 : -6;
        }

        return score;
    }

    private static bool IsRussian(char c) => c is >= 'А' and <= 'я' or 'Ё' or 'ё';

    private static bool IsVowel(char lower) => lower is 'а' or 'е' or 'ё' or 'и' or 'о' or 'у' or 'ы' or 'э' or 'ю' or 'я';
}
