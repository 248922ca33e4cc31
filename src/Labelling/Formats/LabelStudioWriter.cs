using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>A task for each text, for each video and for each other frame that has labels; answers stand in the first.</summary>
internal sealed class LabelStudioWriter(LabelDocument document, FormatCase from)
{
    private readonly List<Untaken> losses = [];
    private readonly JsonArray tasks = [];
    private readonly HashSet<string> held = [];
    private readonly HashSet<string> joined = [];
    private readonly ILookup<(string, int), DocumentObject> shapes = document.Objects.Where(o => o.Type is not (Geometry.Track or Geometry.Event or Geometry.Span)).ToLookup(o => (o.SopInstanceUid, Math.Max(1, o.Frame)));
    private readonly ILookup<(string, int), DocumentMask> masks = document.Masks.ToLookup(m => (m.SopInstanceUid, Math.Max(1, m.Frame)));

    public ExportedLabels Write()
    {
        foreach (var text in from.Texts)
            Task("text", text.Text, document.Objects.Where(o => o.Type == Geometry.Span && o.Text == text.Name).SelectMany(o => Span(o, new(text.Text))), isNeeded: true);
        foreach (var image in from.Images)
        {
            if (image.Frames > 1)
                Task("video", image.SopInstanceUid + ".mp4", document.Objects.Where(o => o.SopInstanceUid == image.SopInstanceUid && o.Type is Geometry.Track or Geometry.Event).SelectMany(o => Moving(o, image)), false);
            for (var frame = 1; frame <= Math.Max(1, image.Frames); frame++)
                TaskOf(from.Frame(image.SopInstanceUid, frame)!);
        }

        // A case with answers and nothing else has a task all the same.
        if (tasks.Count == 0)
            Task("case", from.Label, [], isNeeded: true);
        foreach (var one in document.Objects.Where(o => !held.Contains(o.Id)))
            Losses.Geometry(one, losses);
        losses.AddRange((document.Relations ?? []).Where(r => !joined.Contains(r.Id)).Select(r => new Untaken(r.Id, "relation-unheld", r.Type)));
        return new([new($"{from.Label}.label-studio.json", FormatText.WriteJson(tasks))], losses);
    }

    private void TaskOf(LabelledFrame frame)
    {
        var place = (frame.SopInstanceUid, frame.Frame);
        if (shapes.Contains(place) || masks.Contains(place))
            Task("image", from.NameOf(frame.SopInstanceUid, frame.Frame), shapes[place].SelectMany(o => Shape(o, frame)).Concat(masks[place].Select(m => Brush(m, frame))), isNeeded: false);
    }

    private void Task(string kind, string data, IEnumerable<JsonObject> regions, bool isNeeded)
    {
        var before = held.Count;
        var result = new JsonArray([.. regions]);
        if (result.Count == 0 && !isNeeded)
            return;
        foreach (var entry in result.OfType<JsonObject>())
            entry["to_name"] = kind;
        // Both ends of a relation stand in one task.
        var own = result.OfType<JsonObject>().Select(r => (string?)r["id"]).ToHashSet();
        foreach (var relation in held.Count > before ? document.Relations ?? [] : [])
        {
            if (own.Contains(relation.From) && own.Contains(relation.To) && joined.Add(relation.Id))
                result.Add((JsonNode)new JsonObject { ["type"] = "relation", ["from_id"] = relation.From, ["to_id"] = relation.To, ["direction"] = "right", ["labels"] = new JsonArray(relation.Type), ["relation_id"] = relation.Id });
        }

        if (tasks.Count == 0)
        {
            foreach (var answer in Answers(kind))
                result.Add((JsonNode)answer);
        }

        tasks.Add((JsonNode)new JsonObject
        {
            ["id"] = tasks.Count + 1,
            ["data"] = new JsonObject { [kind] = data },
            ["annotations"] = new JsonArray(new JsonObject { ["id"] = tasks.Count + 1, ["result"] = result }),
        });
    }

    private IEnumerable<JsonObject> Answers(string kind)
    {
        foreach (var (id, answer) in document.Answers.Where(a => a.Value.IsGiven || a.Value.Uncertain).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            if (AttributeValues.Words(id, answer, losses).Count > 0 && answer.Value is { } value && Said(value, from.Schema.Question(id)) is var (type, said))
                yield return new() { ["id"] = $"answer-{id}", ["from_name"] = id, ["to_name"] = kind, ["type"] = type, ["value"] = said };
        }
    }

    /// <summary>Of a question, or of an attribute that the schema does not know.</summary>
    private static (string Type, JsonObject Value)? Said(JsonElement value, Question? question) => value.ValueKind switch
    {
        JsonValueKind.Number => ("number", new() { ["number"] = value.GetDouble() }),
        JsonValueKind.String when question?.HasOptions is not true => ("textarea", new() { ["text"] = new JsonArray(value.GetString()!) }),
        JsonValueKind.String or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Array =>
            ("choices", new() { ["choices"] = new JsonArray([.. AttributeValues.Words(value).Select(w => (JsonNode)w)]) }),
        _ => null,
    };

    /// <summary>The region, and a result of the same id for each of its attributes.</summary>
    private IEnumerable<JsonObject> Region(DocumentObject one, string type, JsonObject value, LabelledFrame? frame)
    {
        held.Add(one.Id);
        Losses.Patient(one, losses);
        value[type == "videorectangle" ? "labels" : type] = new JsonArray(one.Class);
        var region = new JsonObject { ["id"] = one.Id, ["from_name"] = "label", ["type"] = type, ["value"] = value };
        if (frame is not null)
            (region["original_width"], region["original_height"], region["image_rotation"]) = (frame.Columns, frame.Rows, 0);
        yield return region;
        foreach (var (id, attribute) in AttributeValues.Plain(one, losses))
        {
            if (Said(attribute, from.Schema.Class(one.Class)?.Attributes?.FirstOrDefault(a => a.Id == id)) is var (kind, said))
                yield return new() { ["id"] = one.Id, ["from_name"] = id, ["type"] = kind, ["value"] = said };
            else
                losses.Add(new(one.Id, "attribute-unheld", id));
        }
    }

    private IEnumerable<JsonObject> Span(DocumentObject one, CodePoints points)
    {
        if (one.Spans is not [var span])
        {
            held.Add(one.Id);
            losses.Add(new(one.Id, "span-interrupted"));
            return [];
        }

        return Region(one, "labels", new() { ["start"] = points.ToUtf16(span.Start), ["end"] = points.ToUtf16(span.End), ["text"] = points.Slice(span.Start, span.End) }, null);
    }

    private IEnumerable<JsonObject> Shape(DocumentObject one, LabelledFrame frame)
    {
        double X(double x) => x / frame.Columns * 100;
        double Y(double y) => y / frame.Rows * 100;
        if (one.Holes is { Count: > 0 })
            losses.Add(new(one.Id, "holes-unheld"));
        return (one.Type, one.Points) switch
        {
            ("rectangle", [var a, var b]) => Region(one, "rectanglelabels", new() { ["x"] = X(a[0]), ["y"] = Y(a[1]), ["width"] = X(b[0] - a[0]), ["height"] = Y(b[1] - a[1]), ["rotation"] = 0 }, frame),
            ("ellipse", [var a, var b]) => Region(one, "ellipselabels", new()
            {
                ["x"] = X((a[0] + b[0]) / 2),
                ["y"] = Y((a[1] + b[1]) / 2),
                ["radiusX"] = X(Math.Abs(b[0] - a[0]) / 2),
                ["radiusY"] = Y(Math.Abs(b[1] - a[1]) / 2),
                ["rotation"] = 0,
            }, frame),
            ("point", [var p]) => Region(one, "keypointlabels", new() { ["x"] = X(p[0]), ["y"] = Y(p[1]), ["width"] = 0.5 }, frame),
            ("polygon", _) => Region(one, "polygonlabels", new() { ["closed"] = true, ["points"] = new JsonArray([.. one.Points.Select(p => (JsonNode)new JsonArray(X(p[0]), Y(p[1])))]) }, frame),
            _ => [],
        };
    }

    private static JsonObject Brush(DocumentMask mask, LabelledFrame frame) => new()
    {
        ["id"] = $"{mask.Class}-{mask.SopInstanceUid}-{mask.Frame}",
        ["from_name"] = "label",
        ["type"] = "brushlabels",
        ["original_width"] = frame.Columns,
        ["original_height"] = frame.Rows,
        ["image_rotation"] = 0,
        ["value"] = new JsonObject
        {
            ["format"] = "rle",
            ["rle"] = new JsonArray([.. ThingRle.Pack(MaskLayers.Decode(mask)).Select(b => (JsonNode)(int)b)]),
            ["brushlabels"] = new JsonArray(mask.Class),
        },
    };

    private IEnumerable<JsonObject> Moving(DocumentObject one, CaseFile video)
    {
        if (one.Interval is { } interval)
        {
            if (interval.FirstSeconds is not null || interval.LastSeconds is not null)
                losses.Add(new(one.Id, "time-unheld"));
            return Region(one, "timelinelabels", new() { ["ranges"] = new JsonArray(new JsonObject { ["start"] = interval.First, ["end"] = interval.Last }) }, null);
        }

        var box = one.Track!.FirstOrDefault(k => k.Points.Count > 0)?.Points;
        if (box is not { Count: 2 })
            return [];
        return Region(one, "videorectangle", new() { ["framesCount"] = video.Frames, ["sequence"] = new JsonArray([.. one.Track!.Select(k => (JsonNode)Key(k, k.Points.Count == 2 ? k.Points : box, video))]) }, null);
    }

    private static JsonObject Key(KeyFrame key, IReadOnlyList<double[]> box, CaseFile video)
    {
        var written = new JsonObject
        {
            ["frame"] = key.Frame,
            ["enabled"] = !key.Outside,
            ["rotation"] = 0,
            ["x"] = box[0][0] / video.Columns * 100,
            ["y"] = box[0][1] / video.Rows * 100,
            ["width"] = (box[1][0] - box[0][0]) / video.Columns * 100,
            ["height"] = (box[1][1] - box[0][1]) / video.Rows * 100,
        };
        if (key.Seconds is { } seconds)
            written["time"] = seconds;
        return written;
    }
}
