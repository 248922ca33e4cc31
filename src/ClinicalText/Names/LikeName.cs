namespace Pirogov.ClinicalText;

/// <summary>
/// A name as somebody remembers it: its words may come in any order, may be but beginnings, in Cyrillic or in any transliteration, with or
/// without accents, ё as е. "ivan sidorov", "Сидоров И" and "Sídorov^Ivan" are like "Сидоров^Иван^Петрович".
/// </summary>
public sealed class LikeName
{
    private readonly string[][] words;

    /// <param name="asked">Words in any order; what is no letter or digit parts them, wildcards too.</param>
    public LikeName(string asked) => words = [.. WordsOf(asked)];

    /// <summary>Whether every word that was asked for begins another word of the name.</summary>
    /// <param name="name">With its components and groups as DICOM parts them, or in any other way.</param>
    public bool Is(string name)
    {
        if (words.Length == 0)
            return false;
        string[][] own = [.. WordsOf(name)];
        return words.Length <= own.Length && Place(0, new bool[own.Length], own);
    }

    private bool Place(int word, bool[] taken, string[][] own)
    {
        if (word == words.Length)
            return true;
        for (var i = 0; i < own.Length; i++)
        {
            if (taken[i] || !Array.Exists(words[word], w => Array.Exists(own[i], o => o.StartsWith(w, StringComparison.Ordinal))))
                continue;
            taken[i] = true;
            if (Place(word + 1, taken, own))
                return true;
            taken[i] = false;
        }

        return false;
    }

    /// <returns>The skeletons of each word.</returns>
    private static IEnumerable<string[]> WordsOf(string text)
    {
        for (var (start, at) = (-1, 0); at <= text.Length; at++)
        {
            if (at < text.Length && IsOfWord(text[at]))
            {
                start = start < 0 ? at : start;
                continue;
            }

            if (start >= 0 && Word(text[start..at]) is { Length: > 0 } word)
                yield return word;
            start = -1;
        }
    }

    private static string[] Word(string word) => word.Any(char.IsLetter)
        ? [.. Skeleton.Of(word).Where(s => s.Length > 0)] : word.Any(char.IsDigit) ? [word] : [];

    // An apostrophe stands for a soft sign; an accent may be a sign of its own.
    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || c is '\'' or '\u2019' or '\u02BC' or '\u02B9' or '`' || c is >= '\u0300' and <= '\u036F';
}
