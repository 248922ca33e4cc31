namespace Pirogov.ClinicalText;

internal enum TokenKind
{
    Word,
    Number,
    Mark,
}

/// <summary>A run of letters, with apostrophes within, a run of digits, or one other character that is no space.</summary>
internal readonly record struct TextToken(int Start, int Length, TokenKind Kind)
{
    public int End => Start + Length;
}

/// <summary>A text cut into tokens once, for every rule to walk over.</summary>
internal sealed class TokenizedText
{
    /// <summary>Whatever stands for one: in Latin letters it is the soft sign of a Russian name.</summary>
    public static readonly char[] Apostrophes = ['\'', '’', '‘', '`', '´', '′', 'ʹ', 'ʼ', 'ʻ'];

    public TokenizedText(string text)
    {
        Text = text;
        var tokens = new List<TextToken>(text.Length / 4 + 4);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (char.IsLetter(text[i]))
            {
                while (i < text.Length && (char.IsLetter(text[i]) || char.GetUnicodeCategory(text[i]) == System.Globalization.UnicodeCategory.NonSpacingMark || IsApostrophe(text, i)))
                    i++;
                tokens.Add(new(start, i - start, TokenKind.Word));
            }
            else if (char.IsAsciiDigit(text[i]))
            {
                while (i < text.Length && char.IsAsciiDigit(text[i]))
                    i++;
                tokens.Add(new(start, i - start, TokenKind.Number));
            }
            else
            {
                if (!char.IsWhiteSpace(text[i]))
                    tokens.Add(new(start, 1, TokenKind.Mark));
                i++;
            }
        }

        Tokens = tokens;
    }

    public string Text { get; }

    public IReadOnlyList<TextToken> Tokens { get; }

    public int Count => Tokens.Count;

    public ReadOnlySpan<char> this[int token] => Text.AsSpan(Tokens[token].Start, Tokens[token].Length);

    public bool IsWord(int token) => IsOf(token, TokenKind.Word);

    public bool IsNumber(int token) => IsOf(token, TokenKind.Number);

    public bool IsNumber(int token, int digits) => IsNumber(token) && Tokens[token].Length == digits;

    public bool IsMark(int token, char mark) => IsOf(token, TokenKind.Mark) && Text[Tokens[token].Start] == mark;

    /// <summary>Nothing but the tokens themselves stands between two neighbours.</summary>
    public bool Touch(int token, int next) => token >= 0 && next < Count && Tokens[token].End == Tokens[next].Start;

    /// <summary>A word with a capital at its start, or of capitals alone.</summary>
    public bool IsCapitalised(int token) => IsWord(token) && char.IsUpper(Text[Tokens[token].Start]);

    /// <summary>A capital and small letters: no abbreviation.</summary>
    public bool IsProper(int token, int shortest = 3) => IsCapitalised(token) && Tokens[token].Length >= shortest && char.IsLower(Text[Tokens[token].Start + 1]);

    public string Lower(int token) => token >= 0 && token < Count ? this[token].ToString().ToLowerInvariant().Replace('ё', 'е') : "";

    public int Value(int token) => Tokens[token].Length <= 9 ? int.Parse(this[token], System.Globalization.CultureInfo.InvariantCulture) : -1;

    /// <summary>Between two letters.</summary>
    private static bool IsApostrophe(string text, int at) => Apostrophes.Contains(text[at]) && at + 1 < text.Length && char.IsLetter(text[at + 1]);

    private bool IsOf(int token, TokenKind kind) => token >= 0 && token < Count && Tokens[token].Kind == kind;
}
