using System.Globalization;

namespace Pirogov.ClinicalText;

/// <summary>How a birth date of a header is written in texts, for <see cref="KnownIdentifiers"/>: it is no date of an examination, and goes where those stay.</summary>
public static class BirthDates
{
    private static readonly string[] Months = ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"];

    /// <param name="date">As DA has it, or with points.</param>
    /// <returns>Day first, month first, the month in words; whatever parts the figures. Nothing but the value itself of what is no date.</returns>
    public static IEnumerable<string> SpellingsOf(string date)
    {
        ArgumentNullException.ThrowIfNull(date);
        yield return date;
        if (!DateOnly.TryParseExact(date.Replace(".", "", StringComparison.Ordinal), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            yield break;
        foreach (var form in (string[])["ddMMyyyy", "dMyyyy", "dMMyyyy", "ddMMyy", "MMddyyyy", "ddMMMyyyy", "dMMMyyyy", "ddMMMMyyyy", "dMMMMyyyy", "MMMddyyyy", "MMMMddyyyy", "MMMMdyyyy"])
            yield return day.ToString(form, CultureInfo.InvariantCulture);
        var month = Months[day.Month - 1];
        foreach (var form in (string[])["dd", "%d"])
        {
            yield return day.ToString(form, CultureInfo.InvariantCulture) + month + day.Year.ToString(CultureInfo.InvariantCulture);
            yield return day.ToString(form, CultureInfo.InvariantCulture) + month[..3] + day.Year.ToString(CultureInfo.InvariantCulture);
        }
    }
}
