using System.Text.Json;

namespace Pirogov.StandardTables;

/// <summary>One row of PS3.6: <paramref name="Tag"/> is eight hexadecimal digits, with <c>x</c> in repeating groups.</summary>
internal sealed record ElementRow(string Tag, string Vr, string Vm, string Name, bool Retired, string Keyword);

/// <summary>One row of PS3.6 Annex A.</summary>
internal sealed record UidRow(string Uid, string Name, string Type, bool Retired, string Keyword);

/// <summary>One row of a private dictionary: <paramref name="Tag"/> is "ggggxxee", xx standing for the block.</summary>
internal sealed record PrivateRow(string Creator, string Tag, string Vr, string Vm, string Name);

internal static class DictionarySource
{
    /// <summary>Item and delimitation tags (VR "NONE") belong to the encoding, not to the dictionary.</summary>
    public static IReadOnlyList<ElementRow> ReadElements(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var elements = document.RootElement.GetProperty("elements").EnumerateArray().Select(e => Row(e, "tag"));
        var repeaters = document.RootElement.GetProperty("repeaters").EnumerateArray().Select(e => Row(e, "mask"));
        return [.. elements.Concat(repeaters).Where(r => r.Vr != "NONE" && r.Keyword.Length > 0)];
    }

    public static IReadOnlyList<UidRow> ReadUids(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateArray().Select(e => new UidRow(
            Text(e, "uid"), Text(e, "name"), Text(e, "type"), Text(e, "retired").Length > 0, Text(e, "keyword")))];
    }

    /// <summary>Rows outside a block (elements 0001–00FF written without "xx") have no place in a private group (PS3.5 7.8.1).</summary>
    public static IReadOnlyList<PrivateRow> ReadPrivate(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.EnumerateObject()
            .SelectMany(creator => creator.Value.EnumerateObject().Select(row => new PrivateRow(
                creator.Name, row.Name, Text(row.Value, "vr").Replace('_', '/').Replace(" or ", "/", StringComparison.Ordinal),
                Text(row.Value, "vm"), Text(row.Value, "name"))))
            .Where(r => r.Tag.IndexOf("xx", StringComparison.Ordinal) == 4)];
    }

    private static ElementRow Row(JsonElement e, string tag) => new(
        Text(e, tag).ToUpperInvariant().Replace('X', 'x'), Text(e, "vr").Replace(" or ", "/", StringComparison.Ordinal),
        Text(e, "vm"), Text(e, "name"), Text(e, "retired").Length > 0, Text(e, "keyword"));

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!.Trim();
}
