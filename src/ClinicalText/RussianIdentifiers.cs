namespace Pirogov.ClinicalText;

/// <summary>
/// Finds what identifies a person in Russian clinical text without being told of anybody: names by their form, СНИЛС, policy,
/// passport, telephone, e-mail, address, dates, ages above ninety, numbers of records, UIDs. One pass over the tokens with a bounded look ahead.
/// </summary>
public static class RussianIdentifiers
{
    private const int LongestMailbox = 64;

    private delegate int Rule(TokenizedText text, int token, List<FoundIdentifier> found);

    /// <summary>The first that finds something takes the tokens.</summary>
    private static readonly Rule[] Rules = [UidRules.Find, DateRules.Find, AgeRules.Find, NumberRules.Find, AddressRules.Find, NameRules.Find];

    /// <returns>In the order of the text, without overlaps.</returns>
    public static IReadOnlyList<FoundIdentifier> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<FoundIdentifier>();
        // Without a digit, a capital or an @ there is nothing that the rules look for.
        if (!text.Any(c => char.IsAsciiDigit(c) || char.IsUpper(c) || c == '@'))
            return found;
        var tokens = new TokenizedText(text);
        for (var i = 0; i < tokens.Count;)
        {
            var next = Mailbox(tokens, i, found);
            for (var rule = 0; rule < Rules.Length && next == i; rule++)
                next = Rules[rule](tokens, i, found);
            i = next == i ? i + 1 : next;
        }

        return Ordered(found);
    }

    /// <summary>By start; what lies in another or overlaps it is taken with it.</summary>
    internal static IReadOnlyList<FoundIdentifier> Ordered(IEnumerable<FoundIdentifier> found)
    {
        var ordered = new List<FoundIdentifier>();
        foreach (var next in found.OrderBy(f => f.Start).ThenByDescending(f => f.Length))
        {
            if (ordered.Count == 0 || next.Start >= ordered[^1].End)
                ordered.Add(next);
            else if (next.End > ordered[^1].End)
                ordered[^1] = ordered[^1] with { Length = next.End - ordered[^1].Start };
        }

        return ordered;
    }

    private static int Mailbox(TokenizedText tokens, int at, List<FoundIdentifier> found)
    {
        if (!tokens.IsMark(at, '@'))
            return at;
        var text = tokens.Text;
        var (start, end) = (tokens.Tokens[at].Start, tokens.Tokens[at].End);
        while (start > 0 && tokens.Tokens[at].Start - start < LongestMailbox && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is '.' or '_' or '-' or '+' or '%'))
            start--;
        while (end < text.Length && end - tokens.Tokens[at].End < 255 && (char.IsLetterOrDigit(text[end]) || text[end] is '.' or '-'))
            end++;
        while (end > 0 && text[end - 1] is '.' or '-')
            end--;
        if (start == tokens.Tokens[at].Start || !text.AsSpan(tokens.Tokens[at].End, Math.Max(0, end - tokens.Tokens[at].End)).Contains('.'))
            return at;
        found.Add(new(start, end - start, IdentifierKind.Email));
        var next = at + 1;
        while (next < tokens.Count && tokens.Tokens[next].Start < end)
            next++;
        return next;
    }
}
