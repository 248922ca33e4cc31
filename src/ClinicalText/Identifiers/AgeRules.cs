namespace Pirogov.ClinicalText;

/// <summary>Ages above ninety, in figures and in words: so few reach them that the age alone may tell who it is.</summary>
internal static class AgeRules
{
    private const int Youngest = 91, Oldest = 130;

    private static readonly string[] Years = ["год", "года", "году", "годам", "лет", "годик", "years", "year", "yrs", "yr", "yo"];
    private static readonly string[] AgeWords = ["возраст", "возраста", "возрасте", "возрастом", "age", "aged"];
    private static readonly string[] Units = ["один", "одного", "два", "двух", "три", "трех", "четыре", "четырех", "пять", "пяти", "шесть", "шести", "семь", "семи", "восемь", "восьми", "девять", "девяти"];

    /// <returns>The index of the token after the age; the same index when there is none. The word for years stays.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        var last = text.IsNumber(token) ? Figures(text, token) : Words(text, token);
        if (last is not { } end)
            return token;
        found.Add(new(text.Tokens[token].Start, text.Tokens[end].End - text.Tokens[token].Start, IdentifierKind.Age));
        return end + 1;
    }

    /// <summary>"94 года", "94-летняя", "94-х лет", "возраст: 94", "94 y.o.".</summary>
    private static int? Figures(TokenizedText text, int token)
    {
        if (text.Tokens[token].Length > 3 || text.Value(token) is < Youngest or > Oldest)
            return null;
        var next = text.IsMark(token + 1, '-') ? token + 2 : token + 1;
        if (next == token + 2 && text.Lower(next) is "х" or "ти" or "и")
            next++;
        var isYears = IsYears(text, next) || (text.Lower(next) == "y" && text.Lower(text.IsMark(next + 1, '.') || text.IsMark(next + 1, '/') ? next + 2 : next + 1) == "o");
        return isYears || IsAfterAge(text, token) ? token : null;
    }

    /// <summary>"девяносто четыре года", "девяностолетняя".</summary>
    private static int? Words(TokenizedText text, int token)
    {
        var word = text.Lower(token);
        if (word.StartsWith("девяност", StringComparison.Ordinal) && word.Contains("летн", StringComparison.Ordinal))
            return token;
        if (word is not ("девяносто" or "девяноста" or "сто"))
            return null;
        var unit = Units.Contains(text.Lower(token + 1));
        return (unit || word == "сто") && IsYears(text, unit ? token + 2 : token + 1) ? unit ? token + 1 : token : null;
    }

    private static bool IsYears(TokenizedText text, int token) =>
        text.IsWord(token) && (Years.Contains(text.Lower(token)) || text.Lower(token).StartsWith("летн", StringComparison.Ordinal));

    private static bool IsAfterAge(TokenizedText text, int token)
    {
        var before = text.IsMark(token - 1, ':') || text.IsMark(token - 1, '-') || text.IsMark(token - 1, '–') || text.IsMark(token - 1, '—') ? token - 2 : token - 1;
        return AgeWords.Contains(text.Lower(before));
    }
}
