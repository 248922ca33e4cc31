using System.Globalization;

namespace Pirogov.Platform.Strings;

/// <summary>Points in time as pages write them: in UTC and saying so, for the people of one project sit in many zones.</summary>
public static class Moments
{
    /// <summary>«23 нояб. 2026», "23 Nov 2026".</summary>
    public static string Day(this DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.CurrentCulture);

    /// <inheritdoc cref="Day(DateTimeOffset)"/>
    public static string Day(this DateOnly at) => at.ToString("d MMM yyyy", CultureInfo.CurrentCulture);

    /// <summary>«23 нояб. 2026, 18:17 UTC».</summary>
    public static string Moment(this DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.CurrentCulture);

    /// <summary>To the second, for the audit log.</summary>
    public static string Second(this DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy, HH:mm:ss 'UTC'", CultureInfo.CurrentCulture);
}
