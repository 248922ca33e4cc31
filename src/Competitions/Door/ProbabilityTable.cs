using System.Globalization;

namespace Pirogov.Competitions.Door;

/// <summary>A CSV of <c>case,probability</c>, UTF-8, comma and decimal point, one row a case in any order.</summary>
internal static class ProbabilityTable
{
    public const string Header = "case,probability";

    private const int LongestLine = 1000;

    /// <returns>The report and, when it is clean, the probability of each case.</returns>
    public static async Task<(DoorReport Report, Dictionary<string, double> Probabilities)> Read(
        Stream csv, IReadOnlyCollection<string> cases, CancellationToken cancellation)
    {
        var report = new DoorReport();
        var (found, names) = (new Dictionary<string, double>(StringComparer.Ordinal), cases.ToHashSet(StringComparer.Ordinal));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var reader = new StreamReader(csv, leaveOpen: true);
        var header = await reader.ReadLineAsync(cancellation);
        if (header is null || header.Length > LongestLine || !Fields(header).SequenceEqual(Header.Split(','), StringComparer.OrdinalIgnoreCase))
        {
            report.Add("wrong-header", "1", Header, header ?? "");
            return (report, found);
        }

        for (var line = 2; await reader.ReadLineAsync(cancellation) is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text))
                continue;
            var fields = text.Length > LongestLine ? [] : Fields(text);
            if (fields is not [var name, var value])
                report.Add("wrong-columns", Line(line), "2", fields.Length.ToString(CultureInfo.InvariantCulture));
            else if (!names.Contains(name))
                report.Add("unknown-row", Line(line), "", name);
            else if (!seen.Add(name))
                report.Add("duplicate-row", Line(line), "", name);
            else if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var p) || !double.IsFinite(p))
                report.Add("not-a-number", Line(line), "", value);
            else if (p is < 0 or > 1)
                report.Add("outside-range", Line(line), "0–1", value);
            else
                found[name] = p;
            if (seen.Count > names.Count || line > names.Count * 2 + LongestLine)
            {
                report.Add("too-many-rows", Line(line), names.Count.ToString(CultureInfo.InvariantCulture));
                break;
            }
        }

        foreach (var missing in cases.Where(c => !seen.Contains(c)))
            report.Add("missing-row", missing);
        return (report, found);
    }

    private static string[] Fields(string line) => [.. line.Trim('\uFEFF').Split(',').Select(f => f.Trim().Trim('"'))];

    private static string Line(int number) => number.ToString(CultureInfo.InvariantCulture);
}
