using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Pirogov.StandardTables;

/// <summary>
/// Codes that classes of a schema are given: МКБ-10 and the morphology of ICD-O from the Ministry of Health's reference books
/// (1.2.643.5.1.13.13.11.1005 and .1486, by ak4nv/mkb10), and every concept of DICOM's context groups (PS3.16, by pydicom). One a line:
/// designator, code, meaning, and the category of CID 7150 under which a segment of it stands.
/// </summary>
internal static class CodingTables
{
    /// <summary>Context groups of property types → the letter of their category (CID 7150).</summary>
    private static readonly (string Cid, string Category)[] Categories =
        [("7191", "T"), ("7194", "M"), ("7193", "P"), ("7195", "F"), ("7197", "B"), ("7198", "S"), ("7196", "R"), ("7192", "A")];

    public static byte[] Generate(string standards)
    {
        var lines = new SortedDictionary<(string Scheme, string Code), (string Meaning, string Category)>();
        foreach (var row in Rows(Path.Combine(standards, "icd10-ru", "1.2.643.5.1.13.13.11.1005_2.27.csv")).Where(r => r[6] == "1" && !r[2].Contains('-', StringComparison.Ordinal)))
        {
            if (row[2].Length >= 3 && char.IsAsciiDigit(row[2][1]))
                lines.TryAdd(("I10", row[2].TrimEnd('*', '+')), (row[3], ""));
        }

        foreach (var row in Rows(Path.Combine(standards, "icd10-ru", "1.2.643.5.1.13.13.11.1486_2.7.csv")).Where(r => r[2].Contains('/', StringComparison.Ordinal)))
            lines.TryAdd(("ICDO3", row[2]), (row[3], "M"));
        AddContextGroups(Path.Combine(standards, "dicom-pydicom", "context_groups.json"), lines);
        return Pack(lines);
    }

    private static void AddContextGroups(string path, SortedDictionary<(string Scheme, string Code), (string Meaning, string Category)> lines)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var categories = new Dictionary<(string, string), string>();
        foreach (var (cid, category) in Categories)
        {
            foreach (var concept in json.RootElement.GetProperty(cid).GetProperty("concepts").EnumerateArray())
                categories.TryAdd((concept.GetProperty("scheme").GetString()!, concept.GetProperty("code").GetString()!), category);
        }

        // A group may call a concept by a word of its own: most groups know it by its name.
        foreach (var concept in json.RootElement.EnumerateObject().SelectMany(g => g.Value.GetProperty("concepts").EnumerateArray())
            .GroupBy(c => (c.GetProperty("scheme").GetString()!, c.GetProperty("code").GetString()!), c => c.GetProperty("meaning").GetString()!))
        {
            var meaning = concept.GroupBy(m => m).OrderByDescending(g => g.Count()).ThenBy(g => g.Key.Length).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
            lines.TryAdd(concept.Key, (meaning, categories.GetValueOrDefault(concept.Key, "")));
        }
    }

    private static byte[] Pack(SortedDictionary<(string Scheme, string Code), (string Meaning, string Category)> lines)
    {
        var text = string.Concat(lines.Select(l => $"{l.Key.Scheme}\t{l.Key.Code}\t{l.Value.Meaning.Trim()}\t{l.Value.Category}\n"));
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            brotli.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    /// <summary>Semicolons part fields; a field in quotation marks may hold them, and doubles its own marks.</summary>
    private static IEnumerable<string[]> Rows(string path) => File.ReadLines(path).Skip(1).Select(Fields).Where(f => f.Length >= 5);

    private static string[] Fields(string line)
    {
        var (fields, field, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '"' && quoted && at + 1 < line.Length && line[at + 1] == '"')
                field.Append(line[++at]);
            else if (line[at] == '"')
                quoted = !quoted;
            else if (line[at] == ';' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(line[at]);
        }

        fields.Add(field.ToString());
        return [.. fields];
    }
}
