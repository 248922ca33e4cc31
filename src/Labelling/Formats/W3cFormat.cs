using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// Web Annotations (W3C, https://www.w3.org/TR/annotation-model/): a class is a body whose purpose is tagging; a place is a text position
/// (in code points), a text quotation, a media fragment or SVG. Relations are annotations that link two others, answers are those that assess
/// the case. Members "shape", "frame", "question" and "attributes" are ours, declared in the context.
/// </summary>
internal sealed class W3cFormat : ILabelFormat
{
    public const string Context = "http://www.w3.org/ns/anno.jsonld";
    public const string Vocabulary = "urn:pirogov:labels#";

    public string Id => "w3c";

    public IReadOnlyList<DataKind> Kinds { get; } = Enum.GetValues<DataKind>();

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (FormatText.ReadJson(file).IsRefused(out var refusal, out var json))
                return refusal;
            var annotations = Annotations(json);
            if (annotations is null)
                return new LabelFileUnreadable("not-this-format", file.Name);
            if (annotations.Length > FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            new W3cReader(annotations, intake).Take();
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) => new W3cWriter(document, from).Write();

    public static bool Is(JsonElement node, string type) => node.Text("type") == type || node.Items("type").Any(t => t.ValueKind == JsonValueKind.String && t.GetString() == type);

    private static JsonElement[]? Annotations(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
            return json.Items();
        if (Is(json, "Annotation"))
            return [json];
        if (Is(json, "AnnotationPage"))
            return json.Items("items");
        return Is(json, "AnnotationCollection") && json.Member("first") is { ValueKind: JsonValueKind.Object } first ? first.Items("items") : null;
    }
}

internal sealed class W3cWriter(LabelDocument document, FormatCase from)
{
    private readonly List<Untaken> losses = [];
    private readonly JsonArray items = [];
    private readonly HashSet<string> held = [];

    public ExportedLabels Write()
    {
        Losses.Masks(document, losses);
        foreach (var one in document.Objects)
            Put(one);
        foreach (var relation in document.Relations ?? [])
        {
            if (held.Contains(relation.From) && held.Contains(relation.To))
                items.Add((JsonNode)Annotation(relation.Id, "linking", relation.Type, Iri(relation.To), new JsonArray(Iri(relation.From))));
            else
                losses.Add(new(relation.Id, "relation-unheld", relation.Type));
        }

        foreach (var (id, answer) in document.Answers.Where(a => a.Value.IsGiven || a.Value.Uncertain).OrderBy(a => a.Key, StringComparer.Ordinal))
            Put(id, answer);
        var page = new JsonObject
        {
            ["@context"] = new JsonArray(W3cFormat.Context, new JsonObject
            {
                ["shape"] = W3cFormat.Vocabulary + "shape",
                ["frame"] = W3cFormat.Vocabulary + "frame",
                ["question"] = W3cFormat.Vocabulary + "question",
                ["attributes"] = new JsonObject { ["@id"] = W3cFormat.Vocabulary + "attributes", ["@type"] = "@json" },
            }),
            ["id"] = $"urn:pirogov:case:{Uri.EscapeDataString(from.Label)}",
            ["type"] = "AnnotationPage",
            ["items"] = items,
        };
        return new([new($"{from.Label}.w3c.json", FormatText.WriteJson(page))], losses);
    }

    private static string Iri(string id) => "urn:uuid:" + id;

    private void Put(DocumentObject one)
    {
        if (Target(one) is not { } target)
        {
            Losses.Geometry(one, losses);
            return;
        }

        held.Add(one.Id);
        Losses.Patient(one, losses);
        var annotation = Annotation(one.Id, "tagging", one.Class, null, target);
        if (AttributeValues.ToJson(one, losses) is { } attributes)
            annotation["attributes"] = attributes;
        annotation["shape"] = one.Type;
        items.Add((JsonNode)annotation);
    }

    private void Put(string question, DocumentAnswer answer)
    {
        foreach (var word in AttributeValues.Words(question, answer, losses))
        {
            var annotation = Annotation(null, "assessing", word, null, $"urn:pirogov:case:{Uri.EscapeDataString(from.Label)}");
            annotation["question"] = question;
            items.Add((JsonNode)annotation);
        }
    }

    /// <param name="linked">The other end of a relation; only annotations that link have one.</param>
    private static JsonObject Annotation(string? id, string motivation, string value, string? linked, JsonNode target)
    {
        var body = new JsonArray(new JsonObject { ["type"] = "TextualBody", ["purpose"] = motivation == "assessing" ? "assessing" : "tagging", ["value"] = value });
        if (linked is not null)
            body.Add((JsonNode)linked);
        var annotation = new JsonObject { ["type"] = "Annotation", ["motivation"] = motivation, ["body"] = body, ["target"] = target };
        if (id is not null)
            annotation["id"] = Iri(id);
        return annotation;
    }

    private JsonObject? Target(DocumentObject one)
    {
        if (one.Type == Geometry.Span)
        {
            var points = new CodePoints(from.Texts.Single(t => t.Name == one.Text).Text);
            if (one.Spans is not [var span])
                return null;
            return new()
            {
                ["source"] = Uri.EscapeDataString(one.Text!),
                ["selector"] = new JsonArray(new JsonObject { ["type"] = "TextPositionSelector", ["start"] = span.Start, ["end"] = span.End },
                    new JsonObject { ["type"] = "TextQuoteSelector", ["exact"] = points.Slice(span.Start, span.End) }),
            };
        }

        if (Selector(one) is not { } selector)
            return null;
        var target = new JsonObject { ["source"] = "urn:oid:" + one.SopInstanceUid, ["selector"] = selector };
        if (from.Images.FirstOrDefault(i => i.SopInstanceUid == one.SopInstanceUid) is { Frames: > 1 })
            target["frame"] = Math.Max(1, one.Frame);
        return target;
    }

    private static JsonObject? Selector(DocumentObject one) => (one.Type, one.Points) switch
    {
        ("rectangle", [var a, var b]) => new()
        {
            ["type"] = "FragmentSelector",
            ["conformsTo"] = "http://www.w3.org/TR/media-frags/",
            ["value"] = $"xywh=pixel:{FormatText.Number(a[0])},{FormatText.Number(a[1])},{FormatText.Number(b[0] - a[0])},{FormatText.Number(b[1] - a[1])}",
        },
        ("point", [var p]) => Svg($"<circle cx=\"{FormatText.Number(p[0])}\" cy=\"{FormatText.Number(p[1])}\" r=\"0\"/>"),
        ("ellipse", [var a, var b]) => Svg($"<ellipse cx=\"{FormatText.Number((a[0] + b[0]) / 2)}\" cy=\"{FormatText.Number((a[1] + b[1]) / 2)}\" "
            + $"rx=\"{FormatText.Number(Math.Abs(b[0] - a[0]) / 2)}\" ry=\"{FormatText.Number(Math.Abs(b[1] - a[1]) / 2)}\"/>"),
        ("length" or "polyline", _) => Svg($"<polyline points=\"{Points(one.Points)}\"/>"),
        ("polygon", _) when one.Holes is null => Svg($"<polygon points=\"{Points(one.Points)}\"/>"),
        ("polygon", _) => Svg($"<path fill-rule=\"evenodd\" d=\"{string.Join(' ', one.Holes!.Prepend(one.Points).Select(r => $"M {Points(r).Replace(" ", " L ", StringComparison.Ordinal)} Z"))}\"/>"),
        _ => null,
    };

    private static JsonObject Svg(string shape) => new() { ["type"] = "SvgSelector", ["value"] = $"<svg xmlns=\"http://www.w3.org/2000/svg\">{shape}</svg>" };

    private static string Points(IReadOnlyList<double[]> points) => string.Join(' ', points.Select(p => $"{FormatText.Number(p[0])},{FormatText.Number(p[1])}"));
}
