using System.Text;

namespace Pirogov.ClinicalText;

/// <summary>
/// The names and numbers of one person and those around, as a header has them, ready to be found in a text: names in every
/// Russian case and both alphabets, numbers whatever stands between their characters.
/// </summary>
public sealed class KnownIdentifiers
{
    private const int ShortestName = 2;
    private const int ShortestNumber = 4;

    /// <summary>So many digits in a row of an identifier name the person without the letters around them: 7731904 of MRN-7731904.</summary>
    private const int ShortestRun = 5;

    /// <summary>Up to this many letters a name is told from a plain word by its capital only.</summary>
    private const int NeedsCapital = 3;

    private readonly HashSet<string> _names;
    private readonly string[] _numbers;

    /// <param name="names">Of persons: parts parted by whatever is no letter and no apostrophe; initials are passed over.</param>
    /// <param name="numbers">Identifiers of any letters and digits; shorter ones than four match by chance and are left out. Five digits in a row are looked for alone too.</param>
    public KnownIdentifiers(IEnumerable<string> names, IEnumerable<string> numbers)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(numbers);
        _names = names.SelectMany(NamesIn).Where(w => w.Length >= ShortestName).Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(SkeletonsOf).ToHashSet(StringComparer.Ordinal);
        _numbers = [.. numbers.SelectMany(n => Runs(n).Prepend(Squeezed(n).Text)).Where(n => n.Length >= ShortestNumber).Distinct()];
    }

    public bool IsEmpty => _names.Count == 0 && _numbers.Length == 0;

    /// <returns>In the order of the text, without overlaps.</returns>
    public IReadOnlyList<FoundIdentifier> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsEmpty ? [] : RussianIdentifiers.Ordered(Names(text).Concat(Numbers(text)));
    }

    private IEnumerable<FoundIdentifier> Names(string text)
    {
        if (_names.Count == 0)
            yield break;
        var tokens = new TokenizedText(text);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!tokens.IsWord(i) || tokens.Tokens[i].Length is < ShortestName or > 40 || !IsName(tokens, i))
                continue;
            var (first, last) = (WithInitialsBefore(tokens, i), WithInitialsAfter(tokens, i));
            yield return new(tokens.Tokens[first].Start, tokens.Tokens[last].End - tokens.Tokens[first].Start, IdentifierKind.Name);
        }
    }

    private bool IsName(TokenizedText tokens, int token)
    {
        if (tokens.Tokens[token].Length <= NeedsCapital && !tokens.IsCapitalised(token))
            return false;
        return PartsOf(tokens[token].ToString()).Any(part => Skeleton.Of(part).Any(_names.Contains));
    }

    /// <summary>The words of a name as <see cref="TokenizedText"/> cuts a text: "IVANOV/PETR" and "Ivanov1951" hold names too.</summary>
    private static IEnumerable<string> NamesIn(string name)
    {
        var tokens = new TokenizedText(name);
        return Enumerable.Range(0, tokens.Count).Where(tokens.IsWord).SelectMany(i => PartsOf(tokens[i].ToString()));
    }

    /// <summary>A word without its apostrophes, and what stands between them where it is long enough for a name: O'Neil is ONeil and Neil.</summary>
    private static IEnumerable<string> PartsOf(string word)
    {
        var parts = word.Split(TokenizedText.Apostrophes);
        return parts.Length == 1 ? parts : parts.Where(p => p.Length > NeedsCapital).Prepend(string.Concat(parts));
    }

    private IEnumerable<FoundIdentifier> Numbers(string text)
    {
        if (_numbers.Length == 0)
            yield break;
        var (squeezed, positions) = Squeezed(text);
        foreach (var number in _numbers)
        {
            for (var at = squeezed.IndexOf(number, StringComparison.Ordinal); at >= 0; at = squeezed.IndexOf(number, at + number.Length, StringComparison.Ordinal))
                yield return new(positions[at], positions[at + number.Length - 1] - positions[at] + 1, IdentifierKind.Known);
        }
    }

    private static IEnumerable<string> Runs(string number)
    {
        for (int at = 0, end; at < number.Length; at = end + 1)
        {
            for (end = at; end < number.Length && char.IsAsciiDigit(number[end]);)
                end++;
            if (end - at >= ShortestRun)
                yield return number[at..end];
        }
    }

    /// <summary>Letters and digits alone, in capitals; and where each stood.</summary>
    private static (string Text, List<int> Positions) Squeezed(string text)
    {
        var (letters, positions) = (new StringBuilder(text.Length), new List<int>(text.Length));
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsLetterOrDigit(text[i]))
                continue;
            letters.Append(char.ToUpperInvariant(text[i]));
            positions.Add(i);
        }

        return (letters.ToString(), positions);
    }

    private static int WithInitialsBefore(TokenizedText tokens, int token)
    {
        while (tokens.IsMark(token - 1, '.') && tokens.IsCapitalised(token - 2) && tokens.Tokens[token - 2].Length == 1)
            token -= 2;
        return token;
    }

    private static int WithInitialsAfter(TokenizedText tokens, int token)
    {
        while (tokens.IsCapitalised(token + 1) && tokens.Tokens[token + 1].Length == 1 && tokens.IsMark(token + 2, '.'))
            token += 2;
        return token;
    }

    private static IEnumerable<string> SkeletonsOf(string name)
    {
        foreach (var skeleton in Skeleton.Of(name))
        {
            var isLatin = char.IsAsciiLetter(name[0]);
            foreach (var form in Declension.FormsOf(isLatin ? Written(skeleton) : name.ToLowerInvariant().Replace('ё', 'е')))
                yield return Skeleton.Of(form).First();
        }
    }

    /// <summary>A Latin name's skeleton with the й that its declension needs: дмитри → дмитрий, сергеи → сергей, марина as it is.</summary>
    private static string Written(string skeleton) => skeleton.EndsWith("иа", StringComparison.Ordinal)
            ? skeleton.Length > 2 && IsVowel(skeleton[^3]) ? skeleton[..^2] + "я" : skeleton[..^1] + "я"
        : skeleton.Length > 3 && skeleton[^1] == 'и' ? IsVowel(skeleton[^2]) ? skeleton[..^1] + "й" : skeleton + "й"
        : skeleton;

    private static bool IsVowel(char c) => c is 'а' or 'е' or 'и' or 'о' or 'у';
}
