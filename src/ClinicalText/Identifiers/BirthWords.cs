namespace Pirogov.ClinicalText;

/// <summary>Words that make a birth date of the date beside them: "г.р.", "г/р", "д.р.", "дата рождения", "родилась", "DOB".</summary>
internal static class BirthWords
{
    /// <summary>Tokens between a date and the word; points count.</summary>
    private const int Within = 4;

    private static readonly string[] Openings = ["год", "года", "году", "г", "дата", "дату", "д", "day", "date", "of"];

    /// <summary>Those that follow a number are said of it: in "1951 г.р., 12.03.2024" the second date is no birth date.</summary>
    public static bool StandBefore(TokenizedText text, int token)
    {
        for (var i = token - 1; i >= Math.Max(0, token - Within) && !text.IsNumber(i); i--)
        {
            if (IsOf(text, i))
                return !text.IsNumber(First(text, i) - 1);
        }

        return false;
    }

    /// <summary>Those that a number follows are said of that one: "от 12.03.2024. Год рождения: 1951".</summary>
    public static bool StandBehind(TokenizedText text, int token)
    {
        for (var i = token + 1; i <= token + Within && i < text.Count && !text.IsNumber(i); i++)
        {
            if (IsOf(text, i))
                return !text.IsNumber(i + 1) && !text.IsMark(i + 1, ':');
        }

        return false;
    }

    private static bool IsOf(TokenizedText text, int token)
    {
        if (!text.IsWord(token))
            return false;
        var word = text.Lower(token);
        return word.StartsWith("рожд", StringComparison.Ordinal) || word.StartsWith("родил", StringComparison.Ordinal) || word.StartsWith("birth", StringComparison.Ordinal)
            || word is "dob" or "born" || (word == "др" && text.Lower(token - 1) != "и") || (word == "р" && Abbreviated(text, token) < token);
    }

    /// <summary>Where "г.р.", "г/р", "г р" or "д.р." begins, in letters of one size: "12.03.2024 г. Р.И. Иванов" holds none.</summary>
    private static int Abbreviated(TokenizedText text, int token)
    {
        var before = text.IsMark(token - 1, '.') || text.IsMark(token - 1, '/') ? token - 2 : token - 1;
        return text.Lower(before) is "г" or "д" && text.IsCapitalised(before) == text.IsCapitalised(token) ? before : token;
    }

    private static int First(TokenizedText text, int token)
    {
        var first = text.Lower(token) == "р" ? Abbreviated(text, token) : token;
        while (first > 0 && (Openings.Contains(text.Lower(first - 1)) || (text.IsMark(first - 1, '.') && Openings.Contains(text.Lower(first - 2)))))
            first--;
        return first;
    }
}
