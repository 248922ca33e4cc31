using System.Globalization;
using System.Xml.Linq;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>One file for the images of a case, and one for each video, where a shape on one frame is a track that ends behind it.</summary>
internal sealed class CvatWriter(LabelDocument document, FormatCase from)
{
    private readonly List<Untaken> losses = [];
    private int next;

    public ExportedLabels Write()
    {
        Losses.Relations(document, losses);
        var files = new List<LabelFile>();
        var images = from.Images.Where(i => i.Frames <= 1).ToArray();
        if (images.Length > 0)
            files.Add(new($"{from.Label}.cvat.xml", Bytes("annotation", images.Length, Images(images))));
        else
            Losses.Answers(document, losses);
        foreach (var video in from.Images.Where(i => i.Frames > 1))
        {
            var name = from.Images.Count == 1 ? from.Label : $"{from.Label}_{video.SopInstanceUid}";
            files.Add(new($"{name}.cvat.xml", Bytes("interpolation", video.Frames, Tracks(video))));
        }

        foreach (var other in document.Objects.Where(o => from.Images.All(i => i.SopInstanceUid != o.SopInstanceUid)))
            Losses.Geometry(other, losses);
        return new(files, losses);
    }

    private byte[] Bytes(string mode, int size, IEnumerable<XElement> content) => FormatText.WriteXml(new("annotations", new XElement("version", "1.1"),
        new XElement("meta", new XElement("task", new XElement("name", from.Label), new XElement("size", size), new XElement("mode", mode), new XElement("labels", Labels()))), content.ToArray()));

    private IEnumerable<XElement> Labels() => from.Schema.Classes.Select(c => new XElement("label", new XElement("name", c.Id), new XElement("color", c.Color), new XElement("type", "any"),
            new XElement("attributes", (c.Attributes ?? []).Select(Attribute))))
        .Concat(from.Schema.Questions.Select(q => new XElement("label", new XElement("name", q.Id), new XElement("color", "#888888"), new XElement("type", "tag"),
            new XElement("attributes", Attribute(q with { Id = CvatFormat.Value })))));

    private static XElement Attribute(Question question) => new("attribute", new XElement("name", question.Id), new XElement("mutable", "False"),
        new XElement("input_type", question.Type switch { Question.Choice or Question.Multichoice => "select", Question.YesNo => "checkbox", _ => "text" }),
        new XElement("default_value", ""), new XElement("values", string.Join('\n', question.Options.Select(o => o.Id))));

    private IEnumerable<XElement> Images(IReadOnlyList<CaseFile> images)
    {
        foreach (var (place, image) in images.Index())
        {
            var frame = from.Frame(image.SopInstanceUid, 1)!;
            yield return new XElement("image", new XAttribute("id", place), new XAttribute("name", from.NameOf(image.SopInstanceUid, 1)), new XAttribute("width", frame.Columns),
                new XAttribute("height", frame.Rows), place == 0 ? Answers() : null,
                document.Objects.Where(o => o.SopInstanceUid == image.SopInstanceUid).Select(o => Shape(o) is { } shape ? Marked(shape, o, shape, Attributes(o)) : null),
                document.Masks.Where(m => m.SopInstanceUid == image.SopInstanceUid).Select(m => Labelled(Mask(m), m.Class)));
        }
    }

    private IEnumerable<XElement> Answers()
    {
        foreach (var (id, answer) in document.Answers.Where(a => a.Value.IsGiven || a.Value.Uncertain).OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            foreach (var word in AttributeValues.Words(id, answer, losses))
                yield return Labelled(new("tag", new XElement("attribute", new XAttribute("name", CvatFormat.Value), word)), id);
        }
    }

    private IEnumerable<XElement> Tracks(CaseFile video)
    {
        foreach (var one in document.Objects.Where(o => o.SopInstanceUid == video.SopInstanceUid))
        {
            if (one.Track is { } keys)
            {
                if (keys.Any(k => k.Seconds is not null))
                    losses.Add(new(one.Id, "time-unheld"));
                var first = keys.FirstOrDefault(k => k.Points.Count > 0)!.Points;
                yield return Track(one.Class, keys.Select(k => Key(k.Points.Count == 2 || k.Points.Count == 0 && first.Count == 2 ? Box(k.Points.Count == 0 ? first : k.Points)
                    : Ring("polygon", k.Points.Count == 0 ? first : k.Points), k.Frame, k.Outside)), one);
            }
            else if (Shape(one) is { } shape)
                yield return Track(one.Class, Alone(shape, Math.Max(1, one.Frame), video), one);
        }

        foreach (var mask in document.Masks.Where(m => m.SopInstanceUid == video.SopInstanceUid))
            yield return Track(mask.Class, Alone(Mask(mask), Math.Max(1, mask.Frame), video), null);
    }

    private static IEnumerable<XElement> Alone(XElement shape, int frame, CaseFile video)
    {
        var behind = new XElement(shape.Name, shape.Attributes());
        yield return Key(shape, frame, outside: false);
        if (frame < video.Frames)
            yield return Key(behind, frame + 1, outside: true);
    }

    private XElement Track(string @class, IEnumerable<XElement> keys, DocumentObject? one)
    {
        var track = Labelled(new("track", new XAttribute("id", next++)), @class);
        var shapes = keys.ToArray();
        if (one is null)
            track.Add(new XAttribute("shape", Geometry.Mask));
        else
            Marked(track, one, shapes[0], Attributes(one));
        track.Add(shapes);
        return track;
    }

    private static XElement Key(XElement shape, int frame, bool outside)
    {
        shape.Add(new XAttribute("frame", frame - 1), new XAttribute("keyframe", 1), new XAttribute("outside", outside ? 1 : 0));
        return shape;
    }

    private static XElement Labelled(XElement element, string label)
    {
        element.Add(new XAttribute("label", label), new XAttribute("source", "manual"));
        return element;
    }

    private XElement Marked(XElement element, DocumentObject one, XElement withAttributes, IEnumerable<XElement> attributes)
    {
        if (element.Attribute("label") is null)
            Labelled(element, one.Class);
        element.Add(new XAttribute("uuid", one.Id), new XAttribute("shape", one.Type));
        Losses.Patient(one, losses);
        withAttributes.Add(attributes.ToArray());
        return element;
    }

    private IEnumerable<XElement> Attributes(DocumentObject one)
    {
        foreach (var (id, value) in AttributeValues.Plain(one, losses))
        {
            if (AttributeValues.Spell(value) is { } said)
                yield return new("attribute", new XAttribute("name", id), said);
            else
                losses.Add(new(one.Id, "attribute-unheld", id));
        }
    }

    private XElement? Shape(DocumentObject one)
    {
        if (one.Holes is { Count: > 0 })
            losses.Add(new(one.Id, "holes-unheld"));
        switch (one.Type)
        {
            case "rectangle" when one.Points.Count == 2:
                return Box(one.Points);
            case "polygon" or "polyline":
                return Ring(one.Type, one.Points);
            case "length":
                return Ring("polyline", one.Points);
            case "point":
                return Ring("points", one.Points);
            case "ellipse" when one.Points is [var a, var b]:
                return new("ellipse", Number("cx", (a[0] + b[0]) / 2), Number("cy", (a[1] + b[1]) / 2), Number("rx", Math.Abs(b[0] - a[0]) / 2), Number("ry", Math.Abs(b[1] - a[1]) / 2));
            default:
                Losses.Geometry(one, losses);
                return null;
        }
    }

    private static XElement Box(IReadOnlyList<double[]> points) =>
        new("box", Number("xtl", points[0][0]), Number("ytl", points[0][1]), Number("xbr", points[1][0]), Number("ybr", points[1][1]));

    private static XElement Ring(string name, IReadOnlyList<double[]> points) =>
        new(name, new XAttribute("points", string.Join(';', points.Select(p => $"{FormatText.Number(p[0])},{FormatText.Number(p[1])}"))));

    private static XAttribute Number(string name, double value) => new(name, FormatText.Number(value));

    private static XElement Mask(DocumentMask mask)
    {
        var runs = MaskLayers.Decode(mask);
        var lengths = string.Join(", ", runs.Runs.ToArray().Select(r => r.ToString(CultureInfo.InvariantCulture)));
        return new("mask", new XAttribute("rle", lengths), new XAttribute("left", 0), new XAttribute("top", 0), new XAttribute("width", mask.Columns), new XAttribute("height", mask.Rows));
    }
}
