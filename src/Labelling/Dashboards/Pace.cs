namespace Pirogov.Labelling.Dashboards;

/// <summary>When what remains will be done at a pace. Readings and cases are foreseen by the same arithmetic, each from its own pace.</summary>
internal static class Pace
{
    /// <summary>Beyond ten years a date says no more than that it will never be.</summary>
    private const double LongestDays = 3_650;

    /// <returns>None where nothing is done at all.</returns>
    public static double? Days(int remaining, double? perDay) => remaining == 0 ? 0 : perDay is > 0 ? remaining / perDay : null;

    public static DateOnly? Day(DateOnly today, double? days) => days is <= LongestDays ? today.AddDays((int)Math.Ceiling(days.Value)) : null;
}
