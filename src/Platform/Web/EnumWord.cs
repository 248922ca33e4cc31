namespace Pirogov.Platform.Web;

/// <summary>An enumeration's value in a query string, spelled as JSON spells it: route binding itself insists on C#'s capitals.</summary>
public readonly record struct EnumWord<T>(T Value) where T : struct, Enum
{
    public static bool TryParse(string? text, out EnumWord<T> word)
    {
        // A number would pass as any value, named or not.
        var parsed = Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text![0]) && text[0] != '-';
        word = new(value);
        return parsed;
    }
}
