namespace Pirogov.ClinicalText;

/// <summary>
/// Postal addresses: parts (postcode, region, town, street, house) found one by one, and neighbouring parts taken as one
/// address when a street or a place is among them.
/// </summary>
internal static class AddressRules
{
    private static readonly string[] Streets =
    [
        "ул", "улица", "улице", "улицы", "улицу", "проспект", "проспекте", "проспекта", "просп", "переулок", "переулке", "переулка", "пер", "бульвар", "бульваре", "бульвара", "бул",
        "шоссе", "набережная", "набережной", "наб", "площадь", "площади", "проезд", "проезде", "тупик", "аллея", "аллее", "микрорайон", "микрорайоне", "мкр", "street", "avenue",
    ];

    /// <summary>Abbreviations with a hyphen: their first part; the second follows.</summary>
    private static readonly (string First, string Second)[] HyphenatedStreets = [("пр", "т"), ("пр", "кт"), ("б", "р"), ("пр", "д")];

    private static readonly string[] Places =
    [
        "г", "гор", "город", "города", "городе", "пос", "поселок", "поселке", "поселка", "пгт", "с", "село", "селе", "села", "дер", "деревня", "деревне", "деревни", "станица", "станице",
        "хутор", "хуторе", "аул", "п", "респ", "республика", "республике", "республики",
    ];

    private static readonly string[] Regions = ["обл", "область", "области", "край", "края", "крае", "район", "района", "районе"];

    private static readonly string[] Parts = ["д", "дом", "дома", "доме", "корп", "корпус", "к", "стр", "строение", "кв", "квартира", "квартире", "оф", "офис", "подъезд", "литер", "литера"];

    /// <summary>More parts than an address has; keeps a text of nothing else linear.</summary>
    private const int MostAtoms = 12;

    private enum Atom
    {
        Postcode,
        Place,
        Street,
        House,
        Number,
    }

    /// <returns>The index of the token after the address; the same index when there is none.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        var (at, last, atoms) = (token, -1, 0);
        var seen = new bool[5];
        while (at < text.Count && atoms++ < MostAtoms && Next(text, at, seen[(int)Atom.Street] || seen[(int)Atom.House]) is { } atom)
        {
            seen[(int)atom.Kind] = true;
            last = atom.Last;
            at = last + 1;
            while (at < text.Count && at <= last + 2 && (text.IsMark(at, ',') || text.IsMark(at, '.') || text.IsMark(at, ';')))
                at++;
        }

        if (last < 0 || !(seen[(int)Atom.Street] || seen[(int)Atom.Place]))
            return token;
        found.Add(new(text.Tokens[token].Start, text.Tokens[last].End - text.Tokens[token].Start, IdentifierKind.Address));
        return last + 1;
    }

    private static (Atom Kind, int Last)? Next(TokenizedText text, int token, bool afterStreet)
    {
        if (text.IsNumber(token))
            return text.IsNumber(token, 6) && text.IsMark(token + 1, ',') ? (Atom.Postcode, token)
                : afterStreet && text.Tokens[token].Length <= 4 ? (Atom.Number, HouseNumber(text, token)) : null;
        if (!text.IsWord(token))
            return null;
        return Street(text, token) is { } street ? (Atom.Street, street)
            : House(text, token) is { } house ? (Atom.House, house)
            : Place(text, token) is { } place ? (Atom.Place, place) : null;
    }

    private static int? Street(TokenizedText text, int token)
    {
        // "ул. Ленина", "ул. 8 Марта", "пр-т Мира".
        if (StreetWord(text, token) is { } word)
        {
            var name = text.IsMark(word + 1, '.') ? word + 2 : word + 1;
            return StreetName(text, name);
        }

        // "Невский проспект", "Ленина ул.", "Большая Садовая улица".
        for (var i = token; i < token + 3 && text.IsProper(i); i++)
        {
            if (StreetWord(text, i + 1) is { } behind)
                return text.IsMark(behind + 1, '.') ? behind + 1 : behind;
        }

        return null;
    }

    private static int? StreetWord(TokenizedText text, int token)
    {
        if (!text.IsWord(token))
            return null;
        var word = text.Lower(token);
        if (Streets.Contains(word))
            return token;
        return text.IsMark(token + 1, '-') && Array.Exists(HyphenatedStreets, h => h.First == word && h.Second == text.Lower(token + 2)) ? token + 2 : null;
    }

    private static int? StreetName(TokenizedText text, int token)
    {
        var last = -1;
        for (var i = token; i < token + 5; i++)
        {
            if (text.IsNumber(i) && text.Tokens[i].Length <= 3 && i == token)
                last = i;
            else if (text.IsMark(i, '-') && last == i - 1 && text.IsWord(i + 1))
                continue;
            else if (text.IsCapitalised(i) && (text.Tokens[i].Length > 1 || text.IsMark(i + 1, '.')))
                last = i;
            else if (text.Lower(i) is "им" or "имени" or "я" or "й" or "го" or "лет" or "марта" or "мая")
                last = i;
            else if (!text.IsMark(i, '.') || last != i - 1 || text.Tokens[last].Length > 2)
                break;
        }

        return last < 0 ? null : last;
    }

    private static int? House(TokenizedText text, int token)
    {
        if (!Parts.Contains(text.Lower(token)))
            return null;
        var number = token + 1;
        while (number <= token + 2 && (text.IsMark(number, '.') || text.IsMark(number, '№')))
            number++;
        return text.IsNumber(number) && text.Tokens[number].Length <= 4 ? HouseNumber(text, number) : null;
    }

    /// <summary>12, 12а, 12/3, 12-45.</summary>
    private static int HouseNumber(TokenizedText text, int token)
    {
        var last = token;
        if (text.IsWord(last + 1) && text.Touch(last, last + 1) && text.Tokens[last + 1].Length == 1)
            last++;
        while ((text.IsMark(last + 1, '/') || text.IsMark(last + 1, '-')) && text.Touch(last, last + 1) && text.IsNumber(last + 2))
            last += 2;
        return last;
    }

    private static int? Place(TokenizedText text, int token)
    {
        if (Places.Contains(text.Lower(token)))
        {
            // A letter with a point before a capital: a town, unless it follows a figure (2 г. of a drug, 2020 г.).
            var isShort = text.Tokens[token].Length <= 3;
            if (isShort && (!text.IsMark(token + 1, '.') || text.IsNumber(token - 1) || text.IsCapitalised(token) || text.Touch(token - 1, token)))
                return null;
            var name = text.IsMark(token + 1, '.') ? token + 2 : token + 1;
            return text.IsProper(name) ? PlaceName(text, name) : null;
        }

        // "Московская область", "Одинцовский р-н".
        if (!text.IsProper(token, 5) || !IsAdjectiveOfPlace(text.Lower(token)))
            return null;
        if (Regions.Contains(text.Lower(token + 1)))
            return text.IsMark(token + 2, '.') ? token + 2 : token + 1;
        return text.Lower(token + 1) == "р" && text.IsMark(token + 2, '-') && text.Lower(token + 3) == "н" ? token + 3 : null;
    }

    private static int PlaceName(TokenizedText text, int token)
    {
        var last = token;
        while (text.IsMark(last + 1, '-') && text.Touch(last, last + 1) && text.IsWord(last + 2))
            last += 2;
        return text.IsProper(last + 1) && StreetWord(text, last + 2) is null && last == token && text.Lower(last) is "нижний" or "великий" or "старый" or "новый" or "набережные" or "санкт" ? last + 1 : last;
    }

    private static bool IsAdjectiveOfPlace(string word) =>
        word.EndsWith("ская", StringComparison.Ordinal) || word.EndsWith("ский", StringComparison.Ordinal) || word.EndsWith("ской", StringComparison.Ordinal)
        || word.EndsWith("ского", StringComparison.Ordinal) || word.EndsWith("ском", StringComparison.Ordinal);
}
