using System.Globalization;

namespace Pirogov.Archive.Cases;

/// <summary>Dates and times of headers in the one spelling of each that sorts as text.</summary>
internal static class Moment
{
    /// <summary>YYYYMMDD of a DA, in the spelling of ACR-NEMA too; null when it is none.</summary>
    public static string? Date(string? text)
    {
        var digits = text?.Replace(".", "", StringComparison.Ordinal).Trim();
        return DateOnly.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? digits : null;
    }

    /// <summary>HHMMSS of a TM, with a fraction where it has one that is not nought; null when it is none.</summary>
    public static string? Time(string? text)
    {
        var digits = Digits(text ?? "");
        return TimeOnly.TryParseExact(digits, ["HHmmss.FFFFFF", "HHmmss", "HHmm", "HH"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToString("HHmmss.FFFFFF", CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Of a DT: its date and time without zone; the zones of a query and of a value are taken for one.</summary>
    public static string? DateTimeOf(string? text)
    {
        var local = (text ?? "").Split('+', '-')[0].Trim();
        return local.Length >= 8 && Date(local[..8]) is { } date ? date + (local.Length > 8 ? Time(local[8..]) : "") : null;
    }

    /// <summary>Completed years of an AS (PS3.5 6.2): <c>072Y</c>, <c>018M</c>, <c>006W</c>, <c>010D</c>; leading noughts may lack. Null when it is none.</summary>
    public static int? Years(string? text)
    {
        var age = (text ?? "").Trim();
        if (age.Length is < 2 or > 4 || !int.TryParse(age[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return char.ToUpperInvariant(age[^1]) switch
        {
            'Y' => number,
            'M' => number / 12,
            'W' => (int)(number * 7 / DaysOfYear),
            'D' => (int)(number / DaysOfYear),
            _ => null,
        };
    }

    private const double DaysOfYear = 365.25;

    public static string Digits(string text) => text.Replace(":", "", StringComparison.Ordinal).Trim();
}
