namespace Pirogov.ClinicalText;

/// <summary>
/// The forms a Russian name takes: every case of both genders and of the plural, from whatever form is given. Made to find,
/// not to write: a few forms that nobody uses are among them.
/// </summary>
internal static class Declension
{
    private const string Masculine = " а у ом ем е ы и ов ев ей ам ами ах я ю ям ями ях";
    private const string Surname = " а у ым им ой ою е ы ых ыми и";
    private const string Adjective = "ий ый ой ого его ому ему ым им ом ем ая яя ую юю ою ей ею ые ие ых их ыми ими";
    private const string First = "а я ы и е у ю ой ою ей ею ам ям ами ями ах ях";
    private const string OfIy = "ия ию ием ии ие иев иям иями иях";
    private const string Soft = "ь я ю ем ём е и ью ей ям ями ях";
    private const string Yot = "й я ю ем ём е и ев ям ями ях";

    /// <summary>Endings of names, the longest first; what is cut from the end, and what may stand instead.</summary>
    private static readonly (string[] Endings, int Cut, string Forms)[] Rules =
    [
        (["ович", "евич", "ич"], 0, Masculine),
        (["овна", "евна", "ична"], 1, First),
        (["ского", "скому", "цкого", "цкому"], 3, Adjective),
        (["ская", "ский", "ской", "ским", "скую", "цкая", "цкий", "цкой", "ные", "ный", "ная", "ной", "тый", "той", "тая"], 2, Adjective),
        (["гий", "кий", "хий", "ний", "жий", "ший", "чий", "щий"], 2, Adjective + " " + OfIy),
        (["ова", "ева", "ёва", "ина", "ына"], 1, Surname + " ам ами ах"),
        (["ову", "еву", "ину", "ыну"], 1, Surname),
        (["овой", "евой", "иной", "овым", "евым", "иным"], 2, Surname),
        (["ов", "ев", "ёв", "ин", "ын"], 0, Surname + " ам ами ах ом"),
        (["ый", "яя"], 2, Adjective),
        (["ой"], 2, Adjective + " оя ою оем оём ое ои оев оям оями оях"),
        (["ая"], 2, Adjective + " аи ае аю аей аею ай аям аями аях"),
        (["ия"], 1, "я и ю ей ею й ям ями ях"),
        (["ий", "ей", "ай", "уй", "яй"], 1, Yot),
        (["а", "я"], 1, First),
        (["ь"], 1, Soft),
        (["о", "е", "и", "у", "ю", "э", "ы"], 0, ""),
    ];

    /// <param name="word">Cyrillic, lower case, ё as е.</param>
    public static IEnumerable<string> FormsOf(string word)
    {
        yield return word;
        foreach (var stem in Irregular(word))
        {
            foreach (var ending in Endings(stem.Forms))
                yield return stem.Stem + ending;
        }

        foreach (var (endings, cut, forms) in Rules)
        {
            if (!Array.Exists(endings, e => word.EndsWith(e, StringComparison.Ordinal)))
                continue;
            var stem = word[..^cut];
            foreach (var ending in Endings(forms))
                yield return stem + ending;
            yield break;
        }

        foreach (var ending in Endings(Masculine))
            yield return word + ending;
    }

    /// <summary>Names whose stem changes: Павел — Павла, Лев — Льва, Кравец — Кравца, Соловей — Соловья, Петровна — Петровен.</summary>
    private static IEnumerable<(string Stem, string Forms)> Irregular(string word)
    {
        switch (word)
        {
            case "лев":
                yield return ("льв", "а у ом е ы ов ам ами ах");
                break;
            case "павел":
                yield return ("павл", "а у ом е ы ов ам ами ах");
                break;
            case "илья":
                yield return ("иль", "я и е ю ей ею ёй ям ями ях");
                yield return ("ил", "ей");
                break;
            case "любовь":
                yield return ("любов", "ь и ью");
                break;
        }

        if (word.Length > 4 && word[^2] is 'е' or 'о' && word[^1] is 'ц' or 'к' or 'г')
            yield return (word[..^2] + word[^1], "а у ом ем е ы и ов ам ами ах");
        if (word.Length > 4 && word.EndsWith("ей", StringComparison.Ordinal))
            yield return (word[..^2] + "ь", "я ю ем ём е и ев ям ями ях");
        // Of several: Петровен, Ильиничен; Анн, Никит, Сковород. What is left of a shorter name is no name.
        if (word.EndsWith("вна", StringComparison.Ordinal) || word.EndsWith("чна", StringComparison.Ordinal))
            yield return (word[..^2], "ен");
        else if (word.Length > 3 && word[^1] is 'а')
            yield return (word[..^1], " ");
    }

    private static IEnumerable<string> Endings(string forms) => forms.Split(' ').Distinct();
}
