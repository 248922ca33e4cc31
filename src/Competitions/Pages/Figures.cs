using System.Globalization;
using System.Text.Json;
using Pirogov.Competitions.Boards;
using Pirogov.Platform.Strings;

namespace Pirogov.Competitions.Pages;

/// <summary>Figures as pages write them: three digits, a unit where there is one, the interval beside the value.</summary>
internal static class Figures
{
    public static string Name(this Localizer words, string group, Enum value) => words[$"competitions.{group}.{JsonNamingPolicy.CamelCase.ConvertName(value.ToString())}"];

    public static string Value(this Localizer words, Metric metric, double? value) => value is not { } v ? words["competitions.undefined"]
        : metric == Metric.HausdorffDistance95 ? $"{v.ToString("0.0", CultureInfo.CurrentCulture)} {words["competitions.mm"]}"
        : v.ToString("0.000", CultureInfo.CurrentCulture);

    public static string Interval(BoardFigure figure)
    {
        if (figure is not { Low: { } low, High: { } high })
            return "";
        var format = figure.Metric == Metric.HausdorffDistance95 ? "0.0" : "0.000";
        return $"[{low.ToString(format, CultureInfo.CurrentCulture)}; {high.ToString(format, CultureInfo.CurrentCulture)}]";
    }

    public static string Size(this Localizer words, long bytes) => bytes >= 1 << 20
        ? words["competitions.megabytes", new { n = (bytes / 1048576.0).ToString("0.#", CultureInfo.CurrentCulture) }]
        : words["competitions.kilobytes", new { n = Math.Max(1, bytes / 1024).ToString(CultureInfo.CurrentCulture) }];

    public static string Day(DateTimeOffset moment) => moment.ToString("d MMM yyyy, HH:mm", CultureInfo.CurrentCulture);
}
