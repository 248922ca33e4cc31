using System.Globalization;
using System.Text;

namespace Pirogov.ClinicalText;

/// <summary>
/// What is left of a word when its alphabet and its system of transliteration are taken away: "Щербакова", "Shcherbakova",
/// "Scherbakova" and "Ŝerbakova" have one skeleton. Both alphabets are brought to plain Russian letters without signs, soft vowels are taken
/// apart (я = иа), and what the systems write in several ways falls together.
/// </summary>
internal static class Skeleton
{
    /// <summary>One for Cyrillic words; for Latin ones one in the way of passports and one in the scientific way, where they differ.</summary>
    public static IEnumerable<string> Of(string word)
    {
        var letters = Plain(word);
        if (!letters.Any(char.IsAsciiLetterLower))
        {
            yield return Collapse(FromCyrillic(letters));
            yield break;
        }

        var passport = Collapse(FromLatin(letters, scientific: false));
        yield return passport;
        var scientific = Collapse(FromLatin(letters, scientific: true));
        if (scientific != passport)
            yield return scientific;
    }

    /// <summary>Lower case, without accents; the carons that stand for a sound of their own become digraphs.</summary>
    private static string Plain(string word)
    {
        var lower = word.ToLowerInvariant();
        if (lower.All(c => char.IsAsciiLetterLower(c) || (c is >= 'а' and <= 'я' && c != 'й')))
            return lower;
        var text = new StringBuilder(word.Length + 4);
        foreach (var c in lower.Normalize(NormalizationForm.FormC))
        {
            text.Append(c switch
            {
                'ё' => "е",
                'й' => "и",
                'ї' => "и",
                'š' => "sh",
                'ŝ' => "shch",
                'ž' => "zh",
                'č' => "ch",
                'è' => "e",
                'û' => "iu",
                'â' => "ia",
                'ë' => "e",
                'ĭ' => "i",
                _ => c.ToString(),
            });
        }

        return string.Concat(text.ToString().Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && char.IsLetter(c)));
    }

    private static string FromCyrillic(string word)
    {
        var text = new StringBuilder(word.Length + 4);
        foreach (var c in word)
        {
            text.Append(c switch
            {
                'ь' or 'ъ' => "",
                'э' or 'є' => "е",
                'ы' or 'і' => "и",
                'я' => "иа",
                'ю' => "иу",
                'щ' => "ш",
                'ґ' => "г",
                'ў' => "у",
                _ => c.ToString(),
            });
        }

        return text.ToString();
    }

    private static string FromLatin(string word, bool scientific)
    {
        var text = new StringBuilder(word.Length + 4);
        for (var i = 0; i < word.Length;)
        {
            var (letters, length) = Sound(word.AsSpan(i), scientific);
            text.Append(letters);
            i += length;
        }

        return text.ToString();
    }

    private static (string Letters, int Length) Sound(ReadOnlySpan<char> rest, bool scientific)
    {
        foreach (var (latin, russian) in Digraphs)
        {
            if (rest.StartsWith(latin))
                return (russian, latin.Length);
        }

        return (rest[0] switch
        {
            'a' => "а",
            'b' => "б",
            'd' => "д",
            'e' => "е",
            'f' => "ф",
            'g' => "г",
            'h' => "х",
            'i' or 'y' => "и",
            'k' or 'q' => "к",
            'l' => "л",
            'm' => "м",
            'n' => "н",
            'o' => "о",
            'p' => "п",
            'r' => "р",
            's' => "с",
            't' => "т",
            'u' => "у",
            'v' or 'w' => "в",
            'z' => "з",
            'j' => scientific || rest.Length == 1 || !IsVowel(rest[1]) ? "и" : "ж",
            'c' => scientific || rest.Length > 1 && rest[1] is 'e' or 'i' or 'y' ? "ц" : "к",
            'x' => scientific ? "х" : "кс",
            _ => "",
        }, 1);
    }

    private static readonly (string Latin, string Russian)[] Digraphs =
    [
        ("shch", "ш"), ("shh", "ш"), ("sch", "ш"), ("stch", "ш"), ("sh", "ш"), ("tch", "ч"), ("ch", "ч"), ("cz", "ц"), ("tz", "ц"), ("ts", "ц"), ("tc", "ц"),
        ("kh", "х"), ("ck", "к"), ("zh", "ж"), ("ph", "ф"), ("th", "т"),
    ];

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    /// <summary>Doubled letters, and the vowels that the systems write with or without a й before them, fall together.</summary>
    private static string Collapse(string word)
    {
        var text = new StringBuilder(word.Length);
        foreach (var c in word)
        {
            if (text.Length > 0 && text[^1] == c)
                continue;
            // "ие" and "ио" of Fyodor, Soloviev and Yelena are the е of Russian.
            if (c is 'е' or 'о' && text.Length > 0 && text[^1] == 'и')
            {
                text[^1] = 'е';
                if (text.Length > 1 && text[^2] == 'е')
                    text.Length--;
                continue;
            }

            // тс of a name is written ц as often.
            if (c == 'с' && text.Length > 0 && text[^1] == 'т')
            {
                text[^1] = 'ц';
                continue;
            }

            text.Append(c);
        }

        return text.Replace("шч", "ш").Replace("ндер", "ндр").ToString();
    }
}
