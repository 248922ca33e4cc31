using System.Globalization;
using System.Xml.Linq;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

internal sealed class CvatReader(XElement root, string file, LabelIntake intake)
{
    private readonly Dictionary<string, List<string>> answers = [];
    private readonly bool hasOneImage = root.Elements("image").Take(2).Count() == 1;

    public void Take()
    {
        foreach (var (place, element) in root.Elements().Where(e => e.Name.LocalName is not ("version" or "meta")).Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{element.Name} {(string?)element.Attribute("id") ?? $"[{place}]"}");
            if (element.Name == "image")
                TakeImage(element, name);
            else if (element.Name == "track")
                TakeTrack(element, name);
            else
                intake.Leave(name, "shape-unheld", element.Name.LocalName);
        }

        foreach (var (question, said) in answers)
        {
            if (intake.Case.FindQuestion(question) is { } known && AttributeValues.Read(known, said) is { } value)
                intake.AddAnswer(question, question, value);
            else
                intake.Leave(question, "answer-unfit", string.Join(", ", said));
        }
    }

    private void TakeImage(XElement image, string name)
    {
        var frame = intake.Case.FindImage((string?)image.Attribute("name")) ?? (hasOneImage && intake.Case.Images is [{ Frames: <= 1 }] ? intake.Case.OnlyImage : null);
        foreach (var (place, shape) in image.Elements().Index())
        {
            var own = string.Create(CultureInfo.InvariantCulture, $"{name} {shape.Name}[{place}]");
            if (shape.Name == "tag")
                TakeTag(shape, own);
            else if (frame is null)
                intake.Leave(own, "image-unknown", (string?)image.Attribute("name") ?? "");
            else if (Whole(image, "width") is { } width && width != frame.Columns || Whole(image, "height") is { } height && height != frame.Rows)
                intake.Leave(own, "image-of-other-size", $"{(string?)image.Attribute("width")} × {(string?)image.Attribute("height")}");
            else if (intake.Class(own, (string?)shape.Attribute("label") ?? "") is { } @class)
                TakeShape(shape, own, shape, frame, @class);
        }
    }

    private void TakeTag(XElement tag, string name)
    {
        var said = (string?)tag.Attribute("label") ?? "";
        if (intake.Case.FindQuestion(said) is not { } question)
        {
            intake.Leave(name, intake.Case.FindClass(said) is null ? "class-unknown" : "shape-missing", said);
            return;
        }

        if (!answers.TryGetValue(question.Id, out var words))
            answers[question.Id] = words = [];
        foreach (var other in tag.Elements("attribute").Select(a => (string?)a.Attribute("name") ?? "").Where(a => a != CvatFormat.Value))
            intake.Leave(name, "tag-attribute-unheld", other);
        words.AddRange(tag.Elements("attribute").Where(a => (string?)a.Attribute("name") == CvatFormat.Value).Select(a => a.Value).DefaultIfEmpty("true"));
    }

    /// <param name="said">The element with the attributes and our own members: the shape itself, or its track.</param>
    private void TakeShape(XElement shape, string name, XElement said, LabelledFrame frame, LabelClass @class)
    {
        Note(shape, name);
        if (shape.Name == "mask")
        {
            if (ReadMask(shape, frame) is not { } mask)
                intake.Leave(name, "mask-broken");
            else if (intake.AddMask(name, @class, frame, mask) && shape.Elements("attribute").Any())
                intake.Leave(name, "mask-has-no-attributes");
            return;
        }

        var one = new DocumentObject(intake.IdFor((string?)said.Attribute("uuid") ?? $"{file} {name}"), @class.Id, "", frame.SopInstanceUid, frame.Frame, [],
            Attributes: Attributes(shape.Elements("attribute").Concat(said == shape ? [] : said.Elements("attribute")), @class, name));
        if (shape.Name == "points" && Points(shape) is { Length: > 1 } several)
        {
            intake.Leave(name, "parts-separated", $"{several.Length}");
            foreach (var (place, point) in several.Index())
                intake.Add($"{name}[{place}]", one with { Id = place == 0 ? one.Id : intake.IdFor($"{file} {name}[{place}]"), Type = "point", Points = [point] });
        }
        else if (Shape(shape, name, (string?)said.Attribute("shape"), one, @class) is { } read)
            intake.Add(name, read);
    }

    private DocumentObject? Shape(XElement shape, string name, string? wanted, DocumentObject one, LabelClass @class)
    {
        switch (shape.Name.LocalName)
        {
            case "box" when Box(shape) is { } box:
                if ((Number(shape, "rotation") ?? 0) % 360 is var turned and not 0)
                    return Turned.Box(box, turned, name, one, @class, intake);
                return one with { Type = "rectangle", Points = box };
            case "polygon" when Points(shape) is { } ring:
                return one with { Type = "polygon", Points = ring };
            case "polyline" when Points(shape) is { } line:
                return one with { Type = wanted == "length" && line.Length == 2 ? "length" : "polyline", Points = line };
            case "points" when Points(shape) is [var point]:
                return one with { Type = "point", Points = [point] };
            case "ellipse" when Number(shape, "cx") is { } x && Number(shape, "cy") is { } y && Number(shape, "rx") is { } rx && Number(shape, "ry") is { } ry:
                if ((Number(shape, "rotation") ?? 0) % 180 != 0)
                    break;
                return one with { Type = "ellipse", Points = [[x - rx, y - ry], [x + rx, y + ry]] };
            case "box" or "polygon" or "polyline" or "points":
                intake.Leave(name, "points-unfit", shape.Name.LocalName);
                return null;
            case not "ellipse":
                intake.Leave(name, "shape-unheld", shape.Name.LocalName);
                return null;
        }

        intake.Leave(name, "rotation-unheld", "ellipse");
        return null;
    }

    private void TakeTrack(XElement track, string name)
    {
        if (intake.Class(name, (string?)track.Attribute("label") ?? "") is not { } @class)
            return;
        var videos = intake.Case.Images.Where(i => i.Frames > 1).ToArray();
        var video = intake.Case.ImageNames.TryGetValue(file, out var said) ? said : videos is [var only] ? only.SopInstanceUid
            : videos.FirstOrDefault(v => file.Contains(v.SopInstanceUid, StringComparison.Ordinal))?.SopInstanceUid;
        if (video is null)
        {
            intake.Leave(name, "image-unknown", file);
            return;
        }

        XElement[] keys = [.. track.Elements().Where(e => e.Name != "attribute" && (string?)e.Attribute("keyframe") is null or "1")];
        var seen = keys.Where(k => (string?)k.Attribute("outside") != "1").ToArray();
        var wanted = (string?)track.Attribute("shape");
        if (seen is [var lone] && (wanted is not (null or "track") || !@class.Geometries.Contains("track")) && Whole(lone, "frame") is { } at)
        {
            if (intake.Case.Frame(video, at + 1) is { } frame)
                TakeShape(lone, name, track, frame, @class);
            else
                intake.Leave(name, "frame-unknown", $"{at}");
            return;
        }

        foreach (var key in keys)
            Note(key, name);
        if (Keys(keys) is { } frames)
            intake.Add(name, new(intake.IdFor((string?)track.Attribute("uuid") ?? $"{file} {name}"), @class.Id, "track", video, 1, [], Track: frames,
                Attributes: Attributes(track.Elements("attribute").Concat(seen.Length > 0 ? seen[0].Elements("attribute") : []), @class, name)));
        else
            intake.Leave(name, "shape-unheld", keys is [var first, ..] ? first.Name.LocalName : "");
    }

    private static KeyFrame[]? Keys(XElement[] keys)
    {
        var frames = new List<KeyFrame>();
        foreach (var key in keys)
        {
            if (Whole(key, "frame") is not { } frame || (key.Name == "box" ? Number(key, "rotation") is null or 0 ? Box(key) : null : key.Name == "polygon" ? Points(key) : null) is not { } points)
                return null;
            frames.Add(new(frame + 1, points, null, (string?)key.Attribute("outside") == "1"));
        }

        return [.. frames];
    }

    /// <summary>Marks of the tool that a document has no place for; the shape itself is taken.</summary>
    private void Note(XElement shape, string name)
    {
        foreach (var mark in new[] { "occluded", "group_id" })
        {
            if ((string?)shape.Attribute(mark) is { } set and not ("" or "0"))
                intake.Leave(name, "member-unheld", $"{mark} {set}");
        }
    }

    private IReadOnlyDictionary<string, DocumentAnswer>? Attributes(IEnumerable<XElement> elements, LabelClass @class, string name)
    {
        var read = new Dictionary<string, DocumentAnswer>();
        foreach (var element in elements)
        {
            var (id, value) = AttributeValues.Read(@class, (string?)element.Attribute("name") ?? "", [element.Value]);
            if (!read.TryAdd(id, new(value)))
                intake.Leave(name, "attribute-twice", id);
        }

        return AttributeValues.Some(read);
    }

    /// <summary>Runs of background and foreground in turn, row by row, within a box of whole pixels.</summary>
    private static RunLengthMask? ReadMask(XElement mask, LabelledFrame frame)
    {
        if (Whole(mask, "left") is not { } left || Whole(mask, "top") is not { } top || Whole(mask, "width") is not (> 0 and var width) || Whole(mask, "height") is not (> 0 and var height)
            || left < 0 || top < 0 || left > frame.Columns - width || top > frame.Rows - height)
            return null;
        var (bits, at, area, isForeground) = (new bool[frame.Rows * frame.Columns], 0L, (long)width * height, false);
        foreach (var word in ((string?)mask.Attribute("rle") ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (FormatText.ParseInt(word) is not (>= 0 and var run) || at + run > area)
                return null;
            for (var end = at + run; at < end; at++)
            {
                if (isForeground)
                    bits[(top + (int)(at / width)) * frame.Columns + left + (int)(at % width)] = true;
            }

            isForeground = !isForeground;
        }

        return at == area ? RunLengthMask.FromBits(bits, frame.Rows, frame.Columns) : null;
    }

    private static double[][]? Box(XElement box) => Number(box, "xtl") is { } left && Number(box, "ytl") is { } top && Number(box, "xbr") is { } right && Number(box, "ybr") is { } bottom
        ? [[left, top], [right, bottom]] : null;

    private static double[][]? Points(XElement shape)
    {
        var pairs = ((string?)shape.Attribute("points") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries);
        double[][] points = [.. pairs.Select(p => p.Split(',')).Where(p => p.Length == 2).Select(p => new[] { FormatText.ParseNumber(p[0]) ?? double.NaN, FormatText.ParseNumber(p[1]) ?? double.NaN })];
        return points.Length > 0 && points.Length == pairs.Length ? points : null;
    }

    private static double? Number(XElement element, string name) => FormatText.ParseNumber((string?)element.Attribute(name));

    private static int? Whole(XElement element, string name) => FormatText.ParseInt((string?)element.Attribute(name));
}

/// <summary>Rectangles that are turned: a document has none, but the polygon of their corners says the same.</summary>
internal static class Turned
{
    /// <param name="degrees">Clockwise about the middle.</param>
    public static DocumentObject? Box(double[][] corners, double degrees, string name, DocumentObject one, LabelClass @class, LabelIntake intake) =>
        About((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2, corners, degrees, name, one, @class, intake);

    public static DocumentObject? About(double x, double y, double[][] corners, double degrees, string name, DocumentObject one, LabelClass @class, LabelIntake intake)
    {
        if (!@class.Geometries.Contains("polygon"))
        {
            intake.Leave(name, "rotation-unheld");
            return null;
        }

        intake.Leave(name, "taken-as-polygon");
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        double[][] ring = [corners[0], [corners[1][0], corners[0][1]], corners[1], [corners[0][0], corners[1][1]]];
        return one with { Type = "polygon", Points = [.. ring.Select(p => new[] { x + (p[0] - x) * cos - (p[1] - y) * sin, y + (p[0] - x) * sin + (p[1] - y) * cos })] };
    }
}
