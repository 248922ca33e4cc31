using System.Text.Json.Nodes;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>Rectangles as boxes, polygons as rings, points as a category's only key point, masks as compressed runs.</summary>
internal sealed class CocoWriter(LabelDocument document, FormatCase from)
{
    private const string OnlyKeyPoint = "point";

    private readonly List<Untaken> losses = [];
    private readonly JsonArray annotations = [];
    private readonly Dictionary<(string Uid, int Frame), int> frames = [];
    private readonly JsonArray images = [];

    public ExportedLabels Write()
    {
        Losses.Answers(document, losses);
        Losses.Relations(document, losses);
        foreach (var image in from.Images.Where(i => i.Frames <= 1))
            ImageOf(image.SopInstanceUid, 1);
        foreach (var one in document.Objects)
            Put(one);
        foreach (var mask in document.Masks)
            Put(mask);
        var json = new JsonObject { ["images"] = images, ["categories"] = Categories(), ["annotations"] = annotations };
        return new([new(from.Label + ".coco.json", FormatText.WriteJson(json))], losses);
    }

    private JsonArray Categories() => [.. from.Schema.Classes.Index().Select(c =>
    {
        var category = new JsonObject { ["id"] = c.Index + 1, ["name"] = c.Item.Id, ["supercategory"] = "" };
        if (c.Item.Geometries.Contains("point"))
        {
            category["keypoints"] = new JsonArray(OnlyKeyPoint);
            category["skeleton"] = new JsonArray();
        }

        return (JsonNode)category;
    })];

    private int ImageOf(string uid, int frame)
    {
        if (frames.TryGetValue((uid, frame), out var id))
            return id;
        var place = from.Frame(uid, frame)!;
        images.Add((JsonNode)new JsonObject
        {
            ["id"] = frames[(uid, frame)] = frames.Count + 1,
            ["file_name"] = from.NameOf(uid, frame),
            ["width"] = place.Columns,
            ["height"] = place.Rows,
        });
        return frames[(uid, frame)];
    }

    private void Put(DocumentObject one)
    {
        if (one.Type is not ("rectangle" or "polygon" or "point"))
        {
            Losses.Geometry(one, losses);
            return;
        }

        Losses.Patient(one, losses);
        var (x, y) = (one.Points.Min(p => p[0]), one.Points.Min(p => p[1]));
        var (width, height) = (one.Points.Max(p => p[0]) - x, one.Points.Max(p => p[1]) - y);
        var annotation = Annotation(one.Class, one.SopInstanceUid, Math.Max(1, one.Frame), [x, y, width, height], one.Type == "polygon" ? Area(one.Points) : width * height);
        annotation["uuid"] = one.Id;
        if (AttributeValues.ToJson(one, losses) is { } attributes)
            annotation["attributes"] = attributes;
        if (one.Type == "polygon")
        {
            annotation["segmentation"] = new JsonArray(new JsonArray([.. one.Points.SelectMany(p => p).Select(v => (JsonNode)v)]));
            if (one.Holes is { Count: > 0 })
                losses.Add(new(one.Id, "holes-unheld"));
        }
        else if (one.Type == "point")
        {
            annotation["keypoints"] = new JsonArray(x, y, 2);
            annotation["num_keypoints"] = 1;
        }

        annotations.Add((JsonNode)annotation);
    }

    private void Put(DocumentMask mask)
    {
        var runs = RunLengthMask.Decode(Convert.FromBase64String(mask.Runs!), mask.Rows, mask.Columns);
        var annotation = Annotation(mask.Class, mask.SopInstanceUid, Math.Max(1, mask.Frame), Bounds(runs), runs.PixelCount);
        annotation["segmentation"] = new JsonObject { ["size"] = new JsonArray(mask.Rows, mask.Columns), ["counts"] = CocoRle.Pack(runs) };
        annotations.Add((JsonNode)annotation);
    }

    private JsonObject Annotation(string @class, string uid, int frame, double[] box, double area) => new()
    {
        ["id"] = annotations.Count + 1,
        ["image_id"] = ImageOf(uid, frame),
        ["category_id"] = from.Schema.Classes.Index().First(c => c.Item.Id == @class).Index + 1,
        ["bbox"] = new JsonArray([.. box.Select(v => (JsonNode)v)]),
        ["area"] = area,
        ["iscrowd"] = 0,
        ["segmentation"] = new JsonArray(),
    };

    /// <summary>Gauss's area formula, px².</summary>
    private static double Area(IReadOnlyList<double[]> ring)
    {
        var twice = 0.0;
        for (var i = 0; i < ring.Count; i++)
        {
            var (p, q) = (ring[i], ring[(i + 1) % ring.Count]);
            twice += p[0] * q[1] - q[0] * p[1];
        }

        return Math.Abs(twice) / 2;
    }

    private static double[] Bounds(RunLengthMask mask)
    {
        var (at, left, right, top, bottom) = (0, mask.Columns, -1, -1, -1);
        for (var i = 0; i < mask.Runs.Length; at += mask.Runs[i++])
        {
            if ((i & 1) == 0 || mask.Runs[i] == 0)
                continue;
            var (first, last) = (at, at + mask.Runs[i] - 1);
            var isWrapped = first / mask.Columns != last / mask.Columns;
            (left, right) = (Math.Min(left, isWrapped ? 0 : first % mask.Columns), Math.Max(right, isWrapped ? mask.Columns - 1 : last % mask.Columns));
            (top, bottom) = (top < 0 ? first / mask.Columns : top, last / mask.Columns);
        }

        return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
    }
}
