using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pirogov.StandardTables;

/// <summary>
/// The graylist of the deid recipe as data: filters by the header that name regions of pixels. Filters without regions say
/// nothing about where to look and are left out.
/// </summary>
internal static partial class BurnedInRecipes
{
    public static string Generate(string recipe)
    {
        var text = new StringBuilder("{\n  \"source\": \"deid.dicom of https://github.com/pydicom/deid, commit 8d26fca2ea09793932877f285ad76e196f205b27, MIT License, after the filters of RSNA CTP and the AMBR project\",\n  \"filters\": [\n");
        text.AppendJoin(",\n", Filters(File.ReadLines(recipe)).Where(f => f.Regions.Count > 0).Select(Json));
        return text.Append("\n  ]\n}\n").ToString();
    }

    private static IEnumerable<Filter> Filters(IEnumerable<string> lines)
    {
        var (section, filter) = ("", (Filter?)null);
        foreach (var line in lines.Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
        {
            if (line.StartsWith('%'))
            {
                section = line;
            }
            else if (section != "%filter graylist")
            {
                continue;
            }
            else if (line.StartsWith("LABEL ", StringComparison.Ordinal))
            {
                if (filter is not null)
                {
                    yield return filter;
                }

                filter = new(line[6..].Trim(), [], []);
            }
            else if (Coordinates().Match(line) is { Success: true } at)
            {
                var n = at.Groups[2].Value.Split(',').Select(v => int.Parse(v.Trim(), CultureInfo.InvariantCulture)).ToArray();
                // The recipe's own coordinates are corners, those taken from CTP are a corner and a size.
                filter!.Regions.Add(at.Groups[1].Value == "ctpcoordinates" ? n : [n[0], n[1], n[2] - n[0], n[3] - n[1]]);
            }
            else
            {
                filter!.Conditions.Add([.. Conditions(line)]);
            }
        }

        if (filter is not null)
        {
            yield return filter;
        }
    }

    private static IEnumerable<Condition> Conditions(string line) => ConditionText().Matches(line).Select(m =>
        new Condition(m.Groups[2].Value, Corrected(m.Groups[3].Value), m.Groups[4].Value.Trim().Split('|')));

    /// <summary>Two fields are misspelt in the recipe.</summary>
    private static string Corrected(string field) => field is "Manfacturer" or "Manufacture" ? "Manufacturer" : field;

    private static string Json(Filter f) =>
        $"    {{ \"label\": {JsonSerializer.Serialize(f.Label)}, \"conditions\": [{string.Join(", ", f.Conditions.Select(Json))}], \"regions\": {JsonSerializer.Serialize(f.Regions)} }}";

    private static string Json(List<Condition> anyOf) => $"[{string.Join(", ", anyOf.Select(c =>
        $"{{ \"test\": {JsonSerializer.Serialize(c.Test)}, \"field\": {JsonSerializer.Serialize(c.Field)}, \"values\": {JsonSerializer.Serialize(c.Values)} }}"))}]";

    /// <param name="Conditions">All of the lists, any of the conditions in each.</param>
    private sealed record Filter(string Label, List<List<Condition>> Conditions, List<int[]> Regions);

    private sealed record Condition(string Test, string Field, string[] Values);

    [GeneratedRegex(@"^(ctpcoordinates|coordinates)\s+([0-9, ]+)$")]
    private static partial Regex Coordinates();

    [GeneratedRegex(@"(\+|\|\|)?\s*(contains|equals|missing|empty)\s+(\w+)\s*((?:(?!\|\|).)*)")]
    private static partial Regex ConditionText();
}
