using System.Text.Json.Nodes;

namespace Pirogov.Unit.Datasets;

/// <summary>The rules of Croissant 1.0 that its own fixtures break one by one.</summary>
internal static class CroissantRules
{
    private static readonly string[] Mandatory = ["name", "description", "license", "url", "datePublished", "version", "conformsTo"];

    private static readonly string[] Terms = ["citeAs", "column", "conformsTo", "dataType", "extract", "field", "fileObject", "fileSet", "includes", "recordSet", "source"];

    public static IReadOnlyList<string> Errors(JsonNode document) => [.. Metadata(document), .. Distribution(document), .. RecordSets(document)];

    private static IEnumerable<string> Metadata(JsonNode document)
    {
        if (document["@type"]?.ToString() != "sc:Dataset")
            yield return "not a dataset";
        foreach (var name in Mandatory.Where(n => document[n] is null))
            yield return $"{name} is missing";
        // Without its term in the context a property means something else in JSON-LD.
        foreach (var term in Terms.Where(t => document["@context"]?[t] is null))
            yield return $"the context lacks {term}";
    }

    private static IEnumerable<string> Distribution(JsonNode document)
    {
        var nodes = Items(document, "distribution").ToArray();
        var ids = nodes.Select(n => n["@id"]?.ToString()).ToHashSet();
        foreach (var node in nodes)
        {
            var (id, type) = (node["@id"]?.ToString() ?? "", node["@type"]?.ToString());
            if (id.Length == 0 || id.Any(char.IsWhiteSpace))
                yield return $"id '{id}'";
            if (type is not ("cr:FileObject" or "cr:FileSet"))
                yield return $"{id} has type {type}";
            if (node["encodingFormat"] is null)
                yield return $"{id} has no encodingFormat";
            if (type == "cr:FileObject" && (node["contentUrl"] is null || (node["sha256"] ?? node["md5"]) is null))
                yield return $"{id} has no contentUrl or hash";
            if (type == "cr:FileSet" && node["includes"] is null)
                yield return $"{id} includes nothing";
            if (node["containedIn"] is { } container && !ids.Contains(Reference(container)))
                yield return $"{id} is contained in nothing known";
        }
    }

    private static IEnumerable<string> RecordSets(JsonNode document)
    {
        var files = Items(document, "distribution").Select(n => n["@id"]?.ToString()).ToHashSet();
        foreach (var set in Items(document, "recordSet"))
        {
            if (set["@type"]?.ToString() != "cr:RecordSet")
                yield return "record set of another type";
            var sources = new HashSet<string?>();
            foreach (var field in Items(set, "field"))
            {
                var id = field["@id"]?.ToString() ?? "";
                if (field["@type"]?.ToString() != "cr:Field" || id.Length == 0 || id.Any(char.IsWhiteSpace))
                    yield return $"field '{id}'";
                if (field["dataType"] is null)
                    yield return $"{id} has no data type";
                var source = field["source"] is { } s ? Reference(s["fileObject"] ?? s["fileSet"] ?? s["distribution"] ?? s["field"]) : null;
                if (source is null || !files.Contains(source))
                    yield return $"{id} has no source that is known";
                sources.Add(source);
                if (field["references"] is not null)
                    sources.Clear();
            }

            if (sources.Count > 1)
                yield return "several sources without a join";
        }
    }

    private static IEnumerable<JsonNode> Items(JsonNode node, string name) =>
        node[name] is JsonArray many ? many.OfType<JsonNode>() : node[name] is { } one ? [one] : [];

    private static string? Reference(JsonNode? node) => node is JsonObject target ? target["@id"]?.ToString() : node?.ToString();
}
