using System.IO.Enumeration;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Single value and wildcard matching in memory (PS3.4 C.2.2.2.1 and .4), as <see cref="MatchKeys"/> does it in the database.</summary>
internal static class Wildcards
{
    public static bool AreIn(string value) => value.AsSpan().ContainsAny('*', '?');

    /// <param name="ignoreCase">Of names alone (PN): everything else is matched letter by letter.</param>
    public static bool IsLike(string text, string value, bool ignoreCase) => AreIn(value)
        ? FileSystemName.MatchesSimpleExpression(value.Replace("\\", "\\\\", StringComparison.Ordinal), text, ignoreCase)
        : string.Equals(value, text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>A name: a wildcard or a whole one in letters of either case, or one that it is like. Delimiters at the end say nothing (PS3.5 6.2.1.1).</summary>
    public static bool IsName(string text, string value, bool isFuzzy) =>
        isFuzzy ? new Pirogov.ClinicalText.LikeName(value).Is(text) : IsLike(text.TrimEnd('^', '='), value.TrimEnd('^', '='), ignoreCase: true);
}
