namespace Pirogov.ClinicalText;

/// <summary>Names that nobody told of: with initials, with a patronymic, after the words for a doctor or a patient.</summary>
internal static class NameRules
{
    private static readonly string[] Patronymics = ["ович", "евич", "ьич", "фомич", "лукич", "никитич", "саввич", "овн", "евн", "ичн"];
    private static readonly string[] PatronymicEndings = ["", "а", "у", "ем", "ом", "е", "и", "ы", "ой", "ою"];
    private static readonly string[] NotNames = ["плановн", "основн", "уровн", "готовн", "церковн", "духовн", "верховн", "виновн", "любовн", "условн", "кровн", "взрывн", "дневн", "душевн", "напевн"];

    private static readonly string[] Titles =
    [
        "врач", "врача", "врачу", "врачом", "доктор", "доктора", "доктору", "профессор", "профессора", "проф", "лаборант", "рентгенолаборант", "медсестра", "медсестры", "рентгенолог",
        "рентгенолога", "радиолог", "хирург", "хирурга", "терапевт", "терапевта", "онколог", "онколога", "пациент", "пациента", "пациенту", "пациентка", "пациентки", "пациентке", "пациентку",
        "больной", "больного", "больному", "больная", "больную", "фамилия", "фио", "имя", "гр", "гражданин", "гражданка", "mr", "mrs", "dr", "patient", "name",
    ];

    /// <returns>The index of the token after the name; the same index when there is none.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        var end = AfterTitle(text, token) ?? WithInitials(text, token) ?? WithPatronymic(text, token);
        if (end is not { } last)
            return token;
        var first = Titles.Contains(text.Lower(token)) ? NextName(text, token) : token;
        found.Add(new(text.Tokens[first].Start, text.Tokens[last].End - text.Tokens[first].Start, IdentifierKind.Name));
        return last + 1;
    }

    /// <summary>Иванов И.И., И.И. Иванов; with one initial only where the name is not the first word of a sentence.</summary>
    private static int? WithInitials(TokenizedText text, int token)
    {
        if (IsSurname(text, token) && Initials(text, token + 1) is { } after && after.Count == 2)
            return after.Last;
        if (Initials(text, token) is { Count: 2 } before && IsSurname(text, before.Last + 1))
            return Hyphenated(text, before.Last + 1);
        var hyphenated = Hyphenated(text, token);
        return hyphenated > token && IsSurname(text, token) && Initials(text, hyphenated + 1) is { Count: 2 } tail ? tail.Last : null;
    }

    private static (int Last, int Count)? Initials(TokenizedText text, int token)
    {
        var (last, count) = (-1, 0);
        for (var i = token; count < 2 && IsInitial(text, i); i += 2)
            (last, count) = (i + 1, count + 1);
        return count > 0 ? (last, count) : null;
    }

    private static bool IsInitial(TokenizedText text, int token) =>
        text.IsCapitalised(token) && text.Tokens[token].Length == 1 && text.IsMark(token + 1, '.') && text.Touch(token, token + 1);

    /// <summary>Up to two proper words, a patronymic, and a surname behind it.</summary>
    private static int? WithPatronymic(TokenizedText text, int token)
    {
        if (!text.IsCapitalised(token) || text.Tokens[token].Length < 2)
            return null;
        for (var i = token; i <= token + 2 && text.IsCapitalised(i) && (i == token || OnOneLine(text, i - 1, i)); i++)
        {
            if (!IsPatronymic(text, i))
                continue;
            // Family names follow only where nothing stands before the given name.
            return i - token < 2 && text.IsProper(i + 1, 4) && OnOneLine(text, i, i + 1) ? Hyphenated(text, i + 1) : i;
        }

        return null;
    }

    private static bool IsPatronymic(TokenizedText text, int token)
    {
        if (!text.IsCapitalised(token) || text.Tokens[token].Length < 5)
            return false;
        var word = text.Lower(token);
        return Array.Exists(PatronymicEndings, e => word.EndsWith(e, StringComparison.Ordinal)
            && Array.Exists(Patronymics, p => word.AsSpan(0, word.Length - e.Length).EndsWith(p)) && !(e.Length == 0 && word.EndsWith('н')))
            && !Array.Exists(NotNames, n => word.StartsWith(n, StringComparison.Ordinal));
    }

    private static int? AfterTitle(TokenizedText text, int token)
    {
        if (!text.IsWord(token) || !Titles.Contains(text.Lower(token)))
            return null;
        var name = NextName(text, token);
        var last = -1;
        for (var i = name; i < name + 3 && text.IsCapitalised(i) && text.Tokens[i].Length > 1 && IsNameLike(text, i, name - token > 1); i++)
            last = i = Hyphenated(text, i);
        return last < 0 ? Initials(text, name) is { Count: 2 } initials && IsSurname(text, initials.Last + 1) ? initials.Last + 1 : null
            : Initials(text, last + 1) is { } tail ? tail.Last : last;
    }

    /// <summary>Capitals alone are a name only where a colon announces one: "Врач УЗИ" is a trade.</summary>
    private static bool IsNameLike(TokenizedText text, int token, bool announced) => text.IsProper(token, 2) || (announced && text.Tokens[token].Length > 2);

    private static int NextName(TokenizedText text, int title)
    {
        var next = title + 1;
        while (next <= title + 2 && (text.IsMark(next, ':') || text.IsMark(next, '.') || text.IsMark(next, '-')))
            next++;
        return next;
    }

    private static bool IsSurname(TokenizedText text, int token) => text.IsCapitalised(token) && text.Tokens[token].Length >= 3;

    private static int Hyphenated(TokenizedText text, int token) =>
        text.IsMark(token + 1, '-') && text.Touch(token, token + 1) && text.Touch(token + 1, token + 2) && text.IsCapitalised(token + 2) ? token + 2 : token;

    private static bool OnOneLine(TokenizedText text, int token, int next) =>
        !text.Text.AsSpan(text.Tokens[token].End, text.Tokens[next].Start - text.Tokens[token].End).ContainsAny('\n', '\r');
}
