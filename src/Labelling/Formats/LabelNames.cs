using System.Text.Json;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// What labels of a volume mean, from a file beside it: a table with the columns "index" and "name" (BIDS, *_dseg.tsv), or JSON with names
/// and numbers under "labels" (nnU-Net's dataset.json) or at the top.
/// </summary>
internal sealed class LabelNames
{
    private const int MostRows = 100_000;

    private readonly Dictionary<string, Dictionary<int, string>> tables = [];

    public static Outcome<LabelNames> Read(IEnumerable<LabelFile> files)
    {
        var names = new LabelNames();
        foreach (var file in files)
        {
            var isTable = file.Name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase);
            if (!isTable && !file.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                continue;
            var read = isTable ? ReadTable(file) : ReadObject(file);
            if (read.IsRefused(out var refusal, out var table))
                return refusal;
            names.tables[VolumeLabels.Stem(file.Name)] = table!;
        }

        return names;
    }

    /// <summary>The table whose name the volume's begins with; the only table needs no name.</summary>
    public string? Of(string file, int label)
    {
        var stem = VolumeLabels.Stem(file);
        var named = tables.Where(t => stem.StartsWith(t.Key, StringComparison.Ordinal)).OrderByDescending(t => t.Key.Length).Select(t => t.Value).FirstOrDefault();
        return (named ?? (tables.Count == 1 ? tables.Values.First() : null))?.GetValueOrDefault(label);
    }

    private static Outcome<Dictionary<int, string>> ReadTable(LabelFile file)
    {
        if (FormatText.ReadText(file).IsRefused(out var refusal, out var text))
            return refusal;
        string[][] rows = [.. text!.TrimStart('\uFEFF').Split('\n', MostRows).Select(l => l.TrimEnd('\r').Split('\t'))];
        var (index, name) = (Array.IndexOf(rows[0], "index"), Array.IndexOf(rows[0], "name"));
        if (index < 0 || name < 0)
            return new LabelFileUnreadable("not-this-format", file.Name);
        var table = new Dictionary<int, string>();
        foreach (var (number, row) in rows.Index().Skip(1).Where(r => r.Item is not [""]))
        {
            if (row.Length <= Math.Max(index, name) || FormatText.ParseInt(row[index]) is not { } label)
                return new LabelFileUnreadable("malformed", $"{file.Name}: {number + 1}");
            table[label] = row[name];
        }

        return table;
    }

    private static Outcome<Dictionary<int, string>> ReadObject(LabelFile file)
    {
        if (FormatText.ReadJson(file).IsRefused(out var refusal, out var json))
            return refusal;
        var members = json.Member("labels") ?? json;
        if (members.ValueKind != JsonValueKind.Object)
            return new LabelFileUnreadable("not-this-format", file.Name);
        var table = new Dictionary<int, string>();
        foreach (var member in members.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out var label))
                table[label] = member.Name;
            else if (member.Value.ValueKind == JsonValueKind.String && FormatText.ParseInt(member.Name) is { } key)
                table[key] = member.Value.GetString()!;
        }

        return table;
    }
}
