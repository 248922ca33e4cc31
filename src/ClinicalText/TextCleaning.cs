using System.Text;

namespace Pirogov.ClinicalText;

/// <summary>A text without its identifiers, and what was taken out.</summary>
public sealed record CleanedText(string Text, IReadOnlyList<FoundIdentifier> Found);

/// <summary>Puts a mark in the place of each identifier, and ninety in that of a greater age; the marks are ASCII, so that every character set can write them.</summary>
public static class TextCleaning
{
    /// <param name="keepDates">Dates stay, but for those of birth: the caller keeps those of the header too.</param>
    public static CleanedText Clean(string text, KnownIdentifiers? known = null, bool keepDates = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = RussianIdentifiers.Ordered((known?.Find(text) ?? []).Concat(RussianIdentifiers.Find(text)).Where(f => !(keepDates && f.Kind == IdentifierKind.Date)));
        if (found.Count == 0)
            return new(text, found);
        var cleaned = new StringBuilder(text.Length);
        var at = 0;
        foreach (var identifier in found)
        {
            cleaned.Append(text, at, identifier.Start - at).Append(MarkOf(identifier.Kind));
            at = identifier.End;
        }

        return new(cleaned.Append(text, at, text.Length - at).ToString(), found);
    }

    private static string MarkOf(IdentifierKind kind) => kind switch
    {
        IdentifierKind.Name => "[NAME]",
        IdentifierKind.Phone => "[PHONE]",
        IdentifierKind.Email => "[EMAIL]",
        IdentifierKind.Address => "[ADDRESS]",
        IdentifierKind.Date or IdentifierKind.BirthDate => "[DATE]",
        IdentifierKind.Age => "90",
        _ => "[ID]",
    };
}
