namespace Pirogov.ClinicalText;

/// <summary>Ages above ninety, in figures and in words: so few reach them that the age alone may tell who it is.</summary>
internal static class AgeRules
{
    private const int Youngest = 91, Oldest = 130;

    private static readonly string[] Years = ["год", "года", "году", "годам", "годами", "лет", "годик", "years", "year", "yrs", "yr", "yo"];
    private static readonly string[] AgeWords = ["возраст", "возраста", "возрасте", "возрастом", "age", "aged"];
    private static readonly string[] Units = ["один", "одного", "два", "двух", "три", "трех", "четыре", "четырех", "пять", "пяти", "шесть", "шести", "семь", "семи", "восемь", "восьми", "девять", "девяти"];

    /// <summary>Of numerals in figures, as they are declined; the last two are of ordinals alone.</summary>
    private static readonly string[] Endings = ["х", "ти", "и", "го", "му", "ми", "мя", "м", "й"];

    /// <summary>Between two ages of a list or a range.</summary>
    private static readonly string[] Joined = ["и", "или", "до", "and", "or", "to"];

    /// <returns>The index of the token after the age; the same index when there is none. The word for years stays.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        var last = text.IsNumber(token) ? Figures(text, token) : Words(text, token);
        if (last is not { } end)
            return token;
        found.Add(new(text.Tokens[token].Start, text.Tokens[end].End - text.Tokens[token].Start, IdentifierKind.Age));
        return end + 1;
    }

    /// <summary>"94 года", "94-летняя", "94-х лет", "91-го и 95 лет", "от 91 до 95 лет", "на 94-м году жизни", "возраст: 94", "94 y.o.".</summary>
    private static int? Figures(TokenizedText text, int token)
    {
        if (text.Tokens[token].Length > 3 || text.Value(token) is < Youngest or > Oldest)
            return null;
        return TellsYears(text, token) || IsAfterAge(text, token) ? token : null;
    }

    /// <summary>The word for years may stand behind a further number of the same list or range; one of one figure is no age beside these.</summary>
    private static bool TellsYears(TokenizedText text, int token)
    {
        for (var number = token; ;)
        {
            var (next, ending) = AfterNumber(text, number);
            if (IsYears(text, next) || IsYearsOld(text, next))
                return !IsOfTheCalendar(text, token, next, ending);
            var further = text.IsMark(number + 1, '-') && next == number + 2 ? next : Joined.Contains(text.Lower(next)) || text.IsMark(next, '–') || text.IsMark(next, '—') ? next + 1 : -1;
            if (further < 0 || !text.IsNumber(further) || text.Tokens[further].Length is < 2 or > 3)
                return false;
            number = further;
        }
    }

    /// <returns>The token behind a number and its ending, and the ending: "91-го", "94-х".</returns>
    private static (int Next, string Ending) AfterNumber(TokenizedText text, int token)
    {
        if (!text.IsMark(token + 1, '-'))
            return (token + 1, "");
        var ending = text.Lower(token + 2);
        return Endings.Contains(ending) ? (token + 3, ending) : (token + 2, "");
    }

    /// <summary>"в 91-м году", "с 91-го года" are years of the century; "на 91-м году жизни" is an age.</summary>
    private static bool IsOfTheCalendar(TokenizedText text, int token, int years, string ending) =>
        ending is "м" or "й" ? text.Lower(years + 1) != "жизни" : ending == "го" && text.Lower(years) == "года" && text.Lower(token - 1) is "с" or "со" or "после";

    private static bool IsYearsOld(TokenizedText text, int token) =>
        text.Lower(token) == "y" && text.Lower(text.IsMark(token + 1, '.') || text.IsMark(token + 1, '/') ? token + 2 : token + 1) == "o";

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
