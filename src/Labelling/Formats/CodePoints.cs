using System.Globalization;
using System.Text;

namespace Pirogov.Labelling.Formats;

/// <summary>Offsets in Unicode code points (what Python and brat count) and in UTF-16 units (what C# and JavaScript count) of one text.</summary>
internal sealed class CodePoints
{
    private readonly string text;

    /// <summary>Of each code point where it begins in UTF-16, and the end; none for a text without surrogates, where both counts agree.</summary>
    private readonly int[]? starts;

    public CodePoints(string text)
    {
        this.text = text;
        if (!text.Any(char.IsSurrogate))
            return;
        var found = new List<int>(text.Length + 1);
        for (var at = 0; at < text.Length; at += char.IsSurrogatePair(text, at) ? 2 : 1)
            found.Add(at);
        found.Add(text.Length);
        starts = [.. found];
    }

    public int Length => starts is null ? text.Length : starts.Length - 1;

    public static int Count(string text) => text.Length - text.Count(char.IsLowSurrogate);

    /// <param name="codePoint">0 to <see cref="Length"/>.</param>
    public int ToUtf16(int codePoint) => starts is null ? codePoint : starts[codePoint];

    /// <returns>Null outside the text and between the two halves of one character.</returns>
    public int? FromUtf16(int unit)
    {
        if (unit < 0 || unit > text.Length)
            return null;
        if (starts is null)
            return unit;
        var found = Array.BinarySearch(starts, unit);
        return found >= 0 ? found : null;
    }

    /// <returns>Null when the stretch does not lie in the text.</returns>
    public string? Slice(int start, int end) => start < 0 || end < start || end > Length ? null : text[ToUtf16(start)..ToUtf16(end)];
}

/// <summary>
/// Carries offsets of a text as another tool holds it (carriage returns, decomposed letters, a byte order mark) over to the
/// normalised text of the case. Every character with its combining marks is normalised by itself, so each boundary between
/// two such groups has its place on both sides.
/// </summary>
internal sealed class TextAlignment
{
    private readonly int[] target;

    private TextAlignment(int[] target) => this.target = target;

    /// <returns>Null when the two are not the same text.</returns>
    public static TextAlignment? Of(string source, string normalised)
    {
        var (map, made) = (new List<int>(source.Length + 1), new StringBuilder(normalised.Length));
        var reached = 0;
        for (var at = 0; at < source.Length;)
        {
            var length = source[at] == '\r' && at + 1 < source.Length && source[at + 1] == '\n' ? 2 : GroupLength(source, at);
            var group = source.AsSpan(at, length);
            var became = group switch { "\r\n" or "\r" => "\n", "\uFEFF" when at == 0 => "", _ => Normal(group) };
            map.Add(reached);
            // Inside a group that changes there is no place of its own; one that stays goes over character by character.
            var kept = group.SequenceEqual(became);
            for (var i = 1; i < CodePoints.Count(group.ToString()); i++)
                map.Add(kept ? reached + i : group is "\r\n" ? reached : -1);
            reached += CodePoints.Count(became);
            made.Append(became);
            at += length;
        }

        map.Add(reached);
        return made.ToString() == normalised ? new([.. map]) : null;
    }

    /// <param name="offset">Code points in the source.</param>
    /// <returns>Code points in the normalised text; null outside, or inside a character that became another.</returns>
    public int? Carry(int offset) => offset >= 0 && offset < target.Length && target[offset] >= 0 ? target[offset] : null;

    private static string Normal(ReadOnlySpan<char> group)
    {
        var text = group.ToString();
        return text.All(c => !char.IsSurrogate(c)) || Rune.DecodeFromUtf16(text, out _, out _) == System.Buffers.OperationStatus.Done ? text.Normalize(NormalizationForm.FormC) : text;
    }

    private static int GroupLength(string text, int at)
    {
        var end = at + (char.IsSurrogatePair(text, at) ? 2 : 1);
        while (end < text.Length && IsMark(text, end))
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        return end - at;
    }

    private static bool IsMark(string text, int at) => CharUnicodeInfo.GetUnicodeCategory(text, at)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
