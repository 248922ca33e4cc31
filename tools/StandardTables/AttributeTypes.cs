using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pirogov.StandardTables;

/// <summary>
/// Types (1, 1C, 2, 2C, 3 of PS3.5 7.4) of the attributes whose action in Table E.1-1 depends on them: at the top level per
/// Information Object Definition, within sequences per parent sequence. Module tables are those of PS3.3 2016c where that extract has
/// them, else those of 2008; which modules an IOD has is of 2024.
/// </summary>
internal static partial class AttributeTypes
{
    /// <summary>Modules newer than both extracts.</summary>
    private static readonly Dictionary<string, (string Tag, string Type)[]> Newer = new()
    {
        ["general-reference"] = [("00081140", "3"), ("00082112", "3")],
        ["general-acquisition"] = [("00080022", "3"), ("00080032", "3"), ("0008002A", "3")],
        ["enhanced-patient-orientation"] = [],
        ["palette-color-lookup-table"] = [],
        ["supplemental-palette-color-lookup-table"] = [],
        ["multi-energy-ct-image"] = [],
        ["graphic-group"] = [],
        ["x-ray-table"] = [],
        ["ultrasound-frame-of-reference"] = [],
        ["enhanced-pet-series"] = [("00081111", "1C")],
        ["enhanced-pet-image"] = [("0008002A", "1C")],
        ["enhanced-mammography-series"] = [("00081111", "1C")],
        ["breast-view"] = [],
        ["whole-slide-microscopy-series"] = [("00081111", "1C")],
        ["whole-slide-microscopy-image"] = [("0008002A", "1")],
        ["optical-path"] = [],
        ["multi-resolution-pyramid"] = [],
        ["microscope-slide-layer-tile-organization"] = [],
        ["slide-label"] = [("22000002", "2"), ("22000005", "2")],
    };

    private static readonly string[] Strictest = ["1", "1C", "2", "2C", "3"];

    public static string Generate(string standards)
    {
        var compound = Compound(Path.Combine(standards, "dicom-innolitics", "confidentiality_profile_attributes.json"));
        using var old = Parse(standards, "gdcm", "part3_2008_modules_types.json");
        using var recent = Parse(standards, "dicom-validator", "ps3.3_2016c_module_attributes_subset.json");
        using var iods = Parse(standards, "highdicom", "iod_module_map.json");
        using var classes = Parse(standards, "highdicom", "sop_class_iod_map.json");
        var tables = Tables(old.RootElement, recent.RootElement).ToArray();
        var modules = tables.Where(t => t.IsModule).GroupBy(t => t.Key).ToDictionary(g => g.Key, g => g.Last().Rows);

        var text = new StringBuilder("{\n  \"source\": \"DICOM PS3.3, (c) NEMA: modules of IODs by highdicom, commit 49728738b395c40058f091f13a514b468dff9451, MIT License; attribute types of 2016c by pydicom/dicom-validator, commit b1af56c06bb0e90c0360b68944a1da5735ce84ec, MIT License, and of 2008 by GDCM, commit 2cd05d13222b175e791b5ae3c08feeabcc1ed1f0, BSD License\",\n");
        text.Append("  \"sopClasses\": {\n");
        text.AppendJoin(",\n", classes.RootElement.EnumerateObject().Select(c => $"    {Json(c.Name)}: {Json(c.Value.GetString()!)}"));
        text.Append("\n  },\n  \"iods\": {\n");
        text.AppendJoin(",\n", iods.RootElement.EnumerateObject().Select(i => Iod(i, modules, compound)));
        text.Append("\n  },\n  \"nested\": {\n");
        text.AppendJoin(",\n", Nested(tables.SelectMany(t => t.Rows.Select(r => r)), compound));
        return text.Append("\n  }\n}\n").ToString();
    }

    /// <summary>"complete" where the tables hold every module of the IOD: then what is not named is of Type 3.</summary>
    private static string Iod(JsonProperty iod, Dictionary<string, List<Row>> modules, HashSet<string> compound)
    {
        var names = iod.Value.EnumerateArray().Select(m => m.GetProperty("key").GetString()!)
            .Select(k => k.EndsWith("multi-frame-functional-groups", StringComparison.Ordinal) ? "multi-frame-functional-groups" : k).ToArray();
        var types = names.SelectMany(n => modules.TryGetValue(n, out var rows)
                ? rows.Where(r => r.Parent is null).Select(r => (r.Tag, r.Type)) : Newer.GetValueOrDefault(n, []))
            .Where(t => compound.Contains(t.Tag)).GroupBy(t => t.Tag).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{Json(g.Key)}: {Json(g.Select(t => t.Type).MinBy(t => Array.IndexOf(Strictest, t))!)}");
        var complete = names.All(n => modules.ContainsKey(n) || Newer.ContainsKey(n)) ? "true" : "false";
        return $"    {Json(iod.Name)}: {{ \"complete\": {complete}, \"types\": {{ {string.Join(", ", types)} }} }}";
    }

    private static IEnumerable<string> Nested(IEnumerable<Row> rows, HashSet<string> compound) => rows
        .Where(r => r.Parent is not null && compound.Contains(r.Tag)).GroupBy(r => $"{r.Parent}/{r.Tag}").OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => $"    {Json(g.Key)}: {Json(g.Select(r => r.Type).MinBy(t => Array.IndexOf(Strictest, t))!)}");

    private static IEnumerable<(string Key, bool IsModule, List<Row> Rows)> Tables(JsonElement old, JsonElement recent)
    {
        foreach (var table in old.GetProperty("modules").EnumerateObject())
        {
            yield return (KeyOf(table.Name), true, Rows(table.Value, old.GetProperty("macros")));
        }

        foreach (var table in old.GetProperty("macros").EnumerateObject())
        {
            yield return (KeyOf(table.Name), false, Rows(table.Value, old.GetProperty("macros")));
        }

        foreach (var table in recent.EnumerateObject())
        {
            yield return (KeyOf(table.Name), table.Name.Contains("Module", StringComparison.Ordinal), Rows(table.Value, default));
        }
    }

    /// <summary>Rows with their parent sequence; macros included at the top level are followed by their table's number.</summary>
    private static List<Row> Rows(JsonElement table, JsonElement macros, int depth = 0)
    {
        var rows = new List<Row>();
        var path = new List<string>();
        foreach (var attribute in table.GetProperty("attributes").EnumerateArray())
        {
            var level = attribute.GetProperty("depth").GetInt32();
            path.RemoveRange(Math.Min(level, path.Count), path.Count - Math.Min(level, path.Count));
            if (attribute.TryGetProperty("include", out var include))
            {
                if (level == 0 && depth < 3 && macros.ValueKind == JsonValueKind.Object && Included(include.GetString()!, macros) is { } macro)
                {
                    rows.AddRange(Rows(macro, macros, depth + 1));
                }

                continue;
            }

            var tag = attribute.GetProperty("tag").GetString() is { } written ? Hex().Replace(written, "").ToUpperInvariant() : "";
            if (attribute.GetProperty("type").GetString() is { } type && Strictest.Contains(type))
            {
                rows.Add(new(tag, level == 0 ? null : path.LastOrDefault() ?? "", type));
            }

            path.Add(tag);
        }

        return rows;
    }

    private static JsonElement? Included(string text, JsonElement macros)
    {
        var number = TableNumber().Match(text).Groups[1].Value;
        return number.Length == 0 ? null : macros.EnumerateObject().Where(m => m.Value.GetProperty("table").GetString() == number).Select(m => (JsonElement?)m.Value).FirstOrDefault();
    }

    private static HashSet<string> Compound(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Where(e => e.GetProperty("basicProfile").GetString()!.Contains('/', StringComparison.Ordinal))
            .Select(e => e.GetProperty("id").GetString()!.ToUpperInvariant())];
    }

    /// <summary>"CT Image Module Attributes" → "ct-image".</summary>
    private static string KeyOf(string title) => NotWord().Replace(Title().Replace(title, "").ToLowerInvariant(), "-").Trim('-');

    private static JsonDocument Parse(string standards, params string[] path) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine([standards, .. path])));

    private static string Json(string value) => JsonSerializer.Serialize(value);

    private sealed record Row(string Tag, string? Parent, string Type);

    [GeneratedRegex("[^0-9A-Fa-f]")]
    private static partial Regex Hex();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotWord();

    [GeneratedRegex(@"\s+(Module|Macro|Attributes|Table|Description)\b.*$")]
    private static partial Regex Title();

    [GeneratedRegex(@"Table ([0-9A-Z.]+(-[0-9a-z]+)?)")]
    private static partial Regex TableNumber();
}
