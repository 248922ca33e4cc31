using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pirogov.StandardTables;

/// <summary>PS3.15 Table E.1-1 as the versioned data of the de-identifier: tag mask and Basic Profile action of each row.</summary>
internal static partial class ConfidentialityProfile
{
    public static string Generate(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var rows = document.RootElement.EnumerateArray()
            .Select(e => (Tag: Mask(Text(e, "tag")), Name: Text(e, "name"), Action: Text(e, "basicProfile")))
            .OrderBy(r => r.Tag, StringComparer.Ordinal);

        // Written by hand, not by a serialiser: one row a line keeps the difference between two editions readable.
        var text = new StringBuilder();
        text.Append("{\n");
        text.Append("  \"name\": \"Basic Application Confidentiality Profile\",\n");
        text.Append("  \"version\": \"2024e\",\n");
        text.Append("  \"source\": \"DICOM PS3.15 2024e Table E.1-1, (c) NEMA; extract by innolitics/dicom-standard, commit 7f4749d09ed3ef2fa70637d376d423a4b13523cd, MIT License\",\n");
        text.Append("  \"attributes\": [\n");
        text.AppendJoin(",\n", rows.Select(r =>
            $"    {{ \"tag\": {Json(r.Tag)}, \"action\": {Json(r.Action)}, \"name\": {Json(r.Name)} }}"));
        return text.Append("\n  ]\n}\n").ToString();
    }

    /// <summary>"(0008,0050)" → "00080050"; "(50XX,XXXX)" → "50xxxxxx"; the private row → "private".</summary>
    private static string Mask(string tag)
    {
        if (tag.Contains("ODD", StringComparison.OrdinalIgnoreCase))
        {
            return "private";
        }

        var match = TagPattern().Match(tag);
        return match.Success
            ? (match.Groups[1].Value + match.Groups[2].Value).ToUpperInvariant().Replace('X', 'x')
            : throw new FormatException($"Unreadable tag '{tag}' in Table E.1-1.");
    }

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!.Trim();

    private static string Json(string value) => JsonSerializer.Serialize(value);

    [GeneratedRegex(@"^\(([0-9A-Fa-fXx]{4}),([0-9A-Fa-fXx]{4})\)$")]
    private static partial Regex TagPattern();
}
