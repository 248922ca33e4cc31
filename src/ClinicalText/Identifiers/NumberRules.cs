using System.Text;

namespace Pirogov.ClinicalText;

/// <summary>СНИЛС, policy, passport, telephone and record numbers: groups of digits by their shape, their check and the words before them.</summary>
internal static class NumberRules
{
    private const int MostGroups = 6;

    private static readonly string[] PhoneWords = ["тел", "телефон", "телефона", "телефону", "моб", "мобильный", "сот", "факс", "phone", "tel", "fax", "mobile"];
    private static readonly string[] PolicyWords = ["полис", "полиса", "омс", "енп"];
    private static readonly string[] PassportWords = ["паспорт", "паспорта", "паспорту", "паспортом", "серия", "серии", "passport"];
    private static readonly string[] RecordWords =
    [
        "болезни", "карта", "карты", "карте", "карту", "медкарта", "амбкарта", "иб", "мк", "мрт№", "направление", "направления", "талон", "талона", "mrn", "исследования",
        "исследование", "протокол", "id", "пациента", "случай", "договор", "договора",
    ];

    /// <returns>The index of the token after what was found; the same index when nothing was.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        if (!text.IsNumber(token))
            return token;
        // A group inside a longer word or number (v1.2, ВТ17) belongs to it.
        var groups = Groups(text, token);
        foreach (var count in Enumerable.Range(1, groups.Count).Reverse())
        {
            if (KindOf(text, token, groups, count) is { } kind)
            {
                var start = Opening(text, token, kind);
                found.Add(new(text.Tokens[start].Start, text.Tokens[groups[count - 1]].End - text.Tokens[start].Start, kind));
                return groups[count - 1] + 1;
            }
        }

        return Record(text, token, found);
    }

    private static IdentifierKind? KindOf(TokenizedText text, int token, List<int> groups, int count)
    {
        var digits = new StringBuilder(20);
        foreach (var group in groups.Take(count))
            digits.Append(text[group]);
        if (digits.Length is < 5 or > 16)
            return null;
        var (number, shape) = (digits.ToString(), string.Concat(groups.Take(count).Select(g => (char)('0' + Math.Min(text.Tokens[g].Length, 9)))));
        if (number.Length == 11 && (shape == "3332" || Follows(text, token, 3, "снилс") || (count == 1 && CheckDigits.IsSnils(number))))
            return IdentifierKind.Snils;
        if (number.Length == 16 && (count == 1 || shape == "4444") && (CheckDigits.IsOmsPolicy(number) || Follows(text, token, 4, PolicyWords)))
            return IdentifierKind.OmsPolicy;
        if (number.Length == 10 && shape is "46" or "226" or "9" or "19" && (shape == "226" || Follows(text, token, 6, PassportWords)))
            return IdentifierKind.Passport;
        return IsPhone(text, token, number, shape, count) ? IdentifierKind.Phone : null;
    }

    private static bool IsPhone(TokenizedText text, int token, string number, string shape, int count)
    {
        var plus = text.IsMark(token - 1, '+');
        if (number.Length == 11 && number[0] is '7' or '8' && number[1] is '3' or '4' or '8' or '9' && (count == 1 || shape[0] == '1'))
            return count > 1 || plus || number[1] == '9' || Follows(text, token, 3, PhoneWords);
        if (plus && number.Length is >= 10 and <= 15)
            return true;
        if (number.Length == 10 && shape is "3322" or "334" && (text.IsMark(token - 1, '(') || number[0] == '9'))
            return true;
        return number.Length is >= 5 and <= 11 && Follows(text, token, 3, PhoneWords);
    }

    /// <summary>A number after the words for a record, with what hangs on it: "№ 1234/56-К".</summary>
    private static int Record(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        if (!Follows(text, token, 4, RecordWords) || !(HasNumberSign(text, token) || text.Tokens[token].Length >= 4))
            return token;
        var end = token;
        while (end + 2 < text.Count && text.Touch(end, end + 1) && (text.IsMark(end + 1, '/') || text.IsMark(end + 1, '-')) && text.Touch(end + 1, end + 2)
               && !text.IsMark(end + 2, '/'))
            end += 2;
        if (text.Tokens[end].End - text.Tokens[token].Start < 3)
            return token;
        found.Add(new(text.Tokens[token].Start, text.Tokens[end].End - text.Tokens[token].Start, IdentifierKind.Record));
        return end + 1;
    }

    private static bool HasNumberSign(TokenizedText text, int token) => text.IsMark(token - 1, '№') || text.IsMark(token - 1, '#') || text.IsMark(token - 1, ':');

    /// <summary>Groups of one number: parted by a space, a hyphen, brackets, or by № within a passport.</summary>
    private static List<int> Groups(TokenizedText text, int token)
    {
        var groups = new List<int> { token };
        for (var at = token; groups.Count < MostGroups;)
        {
            var next = at + 1;
            while (next < text.Count && next - at <= 3 && !text.IsNumber(next) && IsSeparator(text, next))
                next++;
            if (!text.IsNumber(next) || text.Tokens[next].Start - text.Tokens[at].End > 4 || text.Text.AsSpan(text.Tokens[at].End, text.Tokens[next].Start - text.Tokens[at].End).ContainsAny('\n', '\r'))
                break;
            groups.Add(next);
            at = next;
        }

        return groups;
    }

    private static bool IsSeparator(TokenizedText text, int token) =>
        text.Tokens[token].Kind == TokenKind.Mark && text.Text[text.Tokens[token].Start] is '-' or '–' or '—' or '(' or ')' or '№'
        || text.Lower(token) is "номер" or "n";

    /// <summary>What stands before the first group and belongs to it.</summary>
    private static int Opening(TokenizedText text, int token, IdentifierKind kind)
    {
        while (kind == IdentifierKind.Phone && (text.IsMark(token - 1, '+') || text.IsMark(token - 1, '(')))
            token--;
        return token;
    }

    /// <summary>One of the words stands among the few tokens before.</summary>
    private static bool Follows(TokenizedText text, int token, int within, params string[] words)
    {
        for (var i = token - 1; i >= Math.Max(0, token - within - 1); i--)
        {
            if (text.IsWord(i) && words.Contains(text.Lower(i)))
                return true;
        }

        return false;
    }
}
