using System.Globalization;

namespace Pirogov.Deidentification;

/// <summary>Moves dates and caps ages.</summary>
public static class Dates
{
    private const int OldestAge = 89;

    /// <summary>DA (with the points of ACR-NEMA or without), or DT, whose time of day and zone stay.</summary>
    /// <returns>Null when the text is no date; empty stays empty.</returns>
    public static string? Move(string text, int days)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var dotted = text.Length == 10 && text[4] == '.' && text[7] == '.';
        var digits = dotted ? text.Replace(".", "", StringComparison.Ordinal) : text;
        if (digits.Length < 8 || !DateOnly.TryParseExact(digits.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || date.DayNumber + days < 0 || !digits.AsSpan(8).ToString().All(c => char.IsAsciiDigit(c) || c is '.' or '+' or '-'))
        {
            return null;
        }

        return date.AddDays(days).ToString("yyyyMMdd", CultureInfo.InvariantCulture) + digits[8..];
    }

    /// <summary>Ages above 89 as 90 years: so few reach them that the age alone may tell who it is.</summary>
    /// <param name="age">AS: nnnD, nnnW, nnnM or nnnY.</param>
    /// <returns>Null when the text is no age.</returns>
    public static string? CapAge(string age)
    {
        if (age.Length != 4 || !int.TryParse(age.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return age.Length == 0 ? age : null;
        }

        return age[3] switch
        {
            'Y' => number > OldestAge ? "090Y" : age,
            'D' or 'W' or 'M' => age,
            _ => null,
        };
    }

    /// <param name="year">How many of the age's units make one.</param>
    public static string CapYears(string age, double year = 1) =>
        double.TryParse(age, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > OldestAge * year
            ? Math.Round((OldestAge + 1) * year).ToString(CultureInfo.InvariantCulture) : age;
}
