namespace Pirogov.ClinicalText;

/// <summary>Dates in figures and in words; a year with "года рождения" behind it or before.</summary>
internal static class DateRules
{
    private static readonly string[] Months =
    [
        "январ", "феврал", "март", "апрел", "мая", "май", "мае", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр",
        "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
    ];

    private static readonly string[] ShortMonths =
    [
        "янв", "фев", "мар", "апр", "июн", "июл", "авг", "сен", "сент", "окт", "ноя", "нояб", "дек",
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];

    /// <returns>The index of the token after the date; the same index when there is none.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        var date = text.IsNumber(token) ? Figures(text, token) ?? Words(text, token) : MonthAndYear(text, token);
        if ((date ?? (text.IsNumber(token) ? BirthYear(text, token) : null)) is not { } last)
            return token;
        last = WithYearWord(text, last);
        var kind = date is null || BirthWords.StandBefore(text, token) || BirthWords.StandBehind(text, last) ? IdentifierKind.BirthDate : IdentifierKind.Date;
        found.Add(new(text.Tokens[token].Start, text.Tokens[last].End - text.Tokens[token].Start, kind));
        return last + 1;
    }

    private static int? Figures(TokenizedText text, int token)
    {
        if (text.Tokens[token].Length is 8 or 14)
            return IsCompact(text[token]) ? token : null;
        if (!(text.IsNumber(token + 2) && text.IsNumber(token + 4) && SameMark(text, token + 1, token + 3) is { } mark && Adjoin(text, token, token + 4)))
            return null;
        // 1.2.3.4 is a version or a list.
        if (text.IsMark(token + 5, mark) && text.Touch(token + 4, token + 5) && text.IsNumber(token + 6) && text.Touch(token + 5, token + 6))
            return null;
        if (text.IsMark(token - 1, mark) && text.Touch(token - 1, token) && text.IsNumber(token - 2) && text.Touch(token - 2, token - 1))
            return null;
        var (first, second, third) = (text.Value(token), text.Value(token + 2), text.Value(token + 4));
        if (text.IsNumber(token, 4))
            return IsYear(first) && second is >= 1 and <= 12 && third is >= 1 and <= 31 ? token + 4 : null;
        var year = text.IsNumber(token + 4, 4) ? IsYear(third) : text.IsNumber(token + 4, 2) && mark != '-';
        var dayAndMonth = (first is >= 1 and <= 31 && second is >= 1 and <= 12) || (mark == '/' && first is >= 1 and <= 12 && second is >= 1 and <= 31);
        return year && dayAndMonth && text.Tokens[token].Length <= 2 && text.Tokens[token + 2].Length <= 2 ? token + 4 : null;
    }

    /// <summary>YYYYMMDD, with HHMMSS or without.</summary>
    private static bool IsCompact(ReadOnlySpan<char> digits) =>
        int.TryParse(digits[..4], out var year) && IsYear(year) && int.TryParse(digits[4..6], out var month) && month is >= 1 and <= 12
        && int.TryParse(digits[6..8], out var day) && day is >= 1 and <= 31;

    /// <summary>"12 марта 2024", "12 марта".</summary>
    private static int? Words(TokenizedText text, int token)
    {
        if (text.Value(token) is < 1 or > 31 || text.Tokens[token].Length > 2 || !IsMonth(text, token + 1, allowShort: true))
            return null;
        var year = text.IsMark(token + 2, '.') ? token + 3 : token + 2;
        return text.IsNumber(year, 4) && IsYear(text.Value(year)) ? year : IsMonth(text, token + 1, allowShort: false) ? token + 1 : null;
    }

    private static int? MonthAndYear(TokenizedText text, int token)
    {
        if (!IsMonth(text, token, allowShort: false))
            return null;
        var year = text.IsMark(token + 1, ',') ? token + 2 : token + 1;
        return text.IsNumber(year, 4) && IsYear(text.Value(year)) ? year : null;
    }

    /// <summary>"1951 г.р.", "1951 года рождения", "Год рождения: 1951".</summary>
    private static int? BirthYear(TokenizedText text, int token)
    {
        if (!text.IsNumber(token, 4) || !IsYear(text.Value(token)))
            return null;
        if (BirthWords.StandBefore(text, token))
            return token;
        if (text.Lower(token + 1) is not ("г" or "год" or "года" or "гр"))
            return null;
        for (var i = token + 1; i <= token + 4 && i < text.Count; i++)
        {
            if (text.Lower(i) is "р" or "гр" || text.Lower(i).StartsWith("рожд", StringComparison.Ordinal))
                return text.IsMark(i + 1, '.') && text.Touch(i, i + 1) ? i + 1 : i;
        }

        return null;
    }

    private static int WithYearWord(TokenizedText text, int last) =>
        text.IsNumber(last) && text.Lower(last + 1) is "г" or "года" or "году" ? text.IsMark(last + 2, '.') && text.Touch(last + 1, last + 2) ? last + 2 : last + 1 : last;

    private static bool IsMonth(TokenizedText text, int token, bool allowShort)
    {
        if (!text.IsWord(token))
            return false;
        var word = text.Lower(token);
        return Array.Exists(Months, m => word.StartsWith(m, StringComparison.Ordinal) && word.Length <= m.Length + 3) || (allowShort && ShortMonths.Contains(word));
    }

    private static char? SameMark(TokenizedText text, int first, int second)
    {
        foreach (var mark in (ReadOnlySpan<char>)['.', '/', '-'])
        {
            if (text.IsMark(first, mark) && text.IsMark(second, mark))
                return mark;
        }

        return null;
    }

    private static bool Adjoin(TokenizedText text, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (!text.Touch(i, i + 1))
                return false;
        }

        return true;
    }

    private static bool IsYear(int year) => year is >= 1900 and <= 2099;
}
