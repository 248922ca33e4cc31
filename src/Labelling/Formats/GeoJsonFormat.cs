using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// GeoJSON (RFC 7946) as QuPath writes it: coordinates are pixels of level 0, the class is <c>properties.classification</c>.
/// Our own members <c>properties.shape</c>, <c>image</c>, <c>frame</c> and <c>attributes</c> say what geometry alone does not.
/// </summary>
internal sealed class GeoJsonFormat : ILabelFormat
{
    private static readonly string[] Members = ["type", "id", "geometry", "properties", "bbox"];
    private static readonly string[] Properties = ["classification", "shape", "image", "frame", "attributes"];

    public string Id => "geojson";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.Pathology, DataKind.Radiology, DataKind.Endoscopy];

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (FormatText.ReadJson(file).IsRefused(out var refusal, out var json))
                return refusal;
            var features = json.ValueKind == JsonValueKind.Array ? json.Items() : json.Text("type") == "Feature" ? [json] : json.Items("features");
            if (features.Length == 0 && json.ValueKind != JsonValueKind.Array && json.Text("type") != "FeatureCollection")
                return new LabelFileUnreadable("not-this-format", file.Name);
            if (features.Length > FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            foreach (var (place, feature) in features.Index())
                Take(feature, string.Create(CultureInfo.InvariantCulture, $"features[{place}]"), intake);
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from)
    {
        var losses = new List<Untaken>();
        Losses.Masks(document, losses);
        Losses.Answers(document, losses);
        Losses.Relations(document, losses);
        var features = new JsonArray();
        foreach (var one in document.Objects)
        {
            if (one.Type is "point" or "polygon" or "rectangle" or "polyline" or "length")
                features.Add((JsonNode)Feature(one, from, losses));
            else
                Losses.Geometry(one, losses);
        }

        return new([new(from.Label + ".geojson", FormatText.WriteJson(new JsonObject { ["type"] = "FeatureCollection", ["features"] = features }))], losses);
    }

    private static JsonObject Feature(DocumentObject one, FormatCase from, List<Untaken> losses)
    {
        Losses.Patient(one, losses);
        var color = from.Schema.Class(one.Class) is { } known ? Convert.FromHexString(known.Color.AsSpan(1)) : [0, 0, 0];
        var properties = new JsonObject
        {
            ["objectType"] = "annotation",
            ["classification"] = new JsonObject { ["name"] = one.Class, ["color"] = new JsonArray([.. color.Select(c => (JsonNode)(int)c)]) },
            ["shape"] = one.Type,
            ["image"] = one.SopInstanceUid,
            ["frame"] = one.Frame,
        };
        if (AttributeValues.ToJson(one, losses) is { } attributes)
            properties["attributes"] = attributes;
        return new() { ["type"] = "Feature", ["id"] = one.Id, ["geometry"] = Geometry(one), ["properties"] = properties };
    }

    private static JsonObject Geometry(DocumentObject one)
    {
        var (type, coordinates) = one.Type switch
        {
            "point" => ("Point", Position(one.Points[0])),
            "polyline" or "length" => ("LineString", new JsonArray([.. one.Points.Select(p => (JsonNode)Position(p))])),
            "rectangle" => ("Polygon", new JsonArray(Ring(Corners(one.Points)))),
            _ => ("Polygon", new JsonArray([.. (one.Holes ?? []).Prepend(one.Points).Select(r => (JsonNode)Ring(r))])),
        };
        return new() { ["type"] = type, ["coordinates"] = coordinates };
    }

    private static double[][] Corners(IReadOnlyList<double[]> points) => [points[0], [points[1][0], points[0][1]], points[1], [points[0][0], points[1][1]]];

    private static JsonArray Position(double[] point) => new(point[0], point[1]);

    private static JsonArray Ring(IReadOnlyList<double[]> points) => new([.. points.Append(points[0]).Select(p => (JsonNode)Position(p))]);

    private static void Take(JsonElement feature, string place, LabelIntake intake)
    {
        var properties = feature.Member("properties") ?? default;
        var name = feature.Text("id") is { Length: > 0 } id ? id : place;
        var said = properties.Member("classification") is { ValueKind: JsonValueKind.String } bare ? bare.GetString() : properties.Member("classification")?.Text("name");
        if (said is null)
        {
            intake.Leave(name, "class-missing");
            return;
        }

        if (intake.Class(name, said) is not { } @class)
            return;
        var image = properties.Text("image") is { } uid ? intake.Case.FindImage(uid) : intake.Case.OnlyImage;
        if (image is null)
        {
            intake.Leave(name, "image-unknown", properties.Text("image") ?? "");
            return;
        }

        var plane = feature.Member("geometry")?.Member("plane");
        if (plane?.Int("z") is not (null or 0) || plane?.Int("t") is not (null or 0))
        {
            intake.Leave(name, "plane-unknown");
            return;
        }

        foreach (var member in Unheld(feature, Members).Concat(Unheld(properties, Properties)))
            intake.Leave(name, "member-unheld", member);

        TakeGeometry(name, feature.Member("geometry") ?? default, properties.Text("shape"),
            new(intake.IdFor(name), @class.Id, "", image.SopInstanceUid, properties.Int("frame") ?? image.Frame, [],
                Attributes: AttributeValues.FromJson(properties.Member("attributes"))), intake);
    }

    private static IEnumerable<string> Unheld(JsonElement of, string[] held) => of.ValueKind != JsonValueKind.Object ? [] : of.EnumerateObject()
        .Where(p => !held.Contains(p.Name) && IsSaid(p.Value) && !(p.Name == "objectType" && p.Value.ValueKind == JsonValueKind.String && p.Value.ValueEquals("annotation")))
        .Select(p => p.Name);

    private static bool IsSaid(JsonElement value) => value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && value.GetRawText() is not ("[]" or "{}" or "\"\"");

    private static void TakeGeometry(string name, JsonElement geometry, string? shape, DocumentObject one, LabelIntake intake)
    {
        var coordinates = geometry.Member("coordinates") ?? default;
        var type = geometry.Text("type") ?? "";
        JsonElement[] parts = type.StartsWith("Multi", StringComparison.Ordinal) ? coordinates.Items() : [coordinates];
        if (parts.Length > 1)
            intake.Leave(name, "parts-separated", $"{parts.Length}");
        foreach (var (place, part) in parts.Index())
        {
            var partName = place == 0 ? name : $"{name}[{place}]";
            var own = one with { Id = place == 0 ? one.Id : intake.IdFor(partName) };
            var read = type switch
            {
                "Point" or "MultiPoint" => Position(part) is { } point ? own with { Type = "point", Points = [point] } : null,
                "LineString" or "MultiLineString" => Positions(part) is { } line ? own with { Type = shape == "length" && line.Length == 2 ? "length" : "polyline", Points = line } : null,
                "Polygon" or "MultiPolygon" => Polygon(part, shape, own),
                _ => null,
            };
            if (read is null)
                intake.Leave(partName, type is "Point" or "MultiPoint" or "LineString" or "MultiLineString" or "Polygon" or "MultiPolygon" ? "points-unfit" : "shape-unheld", type);
            else
                intake.Add(partName, read);
        }
    }

    private static DocumentObject? Polygon(JsonElement rings, string? shape, DocumentObject one)
    {
        var read = rings.Items().Select(Open).ToArray();
        if (read.Length == 0 || read.Any(r => r is null))
            return null;
        if (shape == "rectangle" && read is [[var a, var b, var c, var d]] && a[1] == b[1] && b[0] == c[0] && c[1] == d[1] && d[0] == a[0])
            return one with { Type = "rectangle", Points = [a, c] };
        return one with { Type = "polygon", Points = read[0]!, Holes = read.Length > 1 ? [.. read.Skip(1).Select(r => r!)] : null };
    }

    /// <summary>A linear ring repeats its first position at its end (RFC 7946, 3.1.6).</summary>
    private static double[][]? Open(JsonElement ring) =>
        Positions(ring) is not { Length: >= 3 } points ? null : points[0].SequenceEqual(points[^1]) ? points[..^1] : points;

    private static double[][]? Positions(JsonElement line)
    {
        var items = line.Items();
        double[][] points = [.. items.Select(Position).OfType<double[]>()];
        return points.Length > 0 && points.Length == items.Length ? points : null;
    }

    private static double[]? Position(JsonElement position) => position.Numbers() is [var x, var y, ..] ? [x, y] : null;
}
