using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>One task.</summary>
internal sealed partial class LabelStudioReader(JsonElement task, int place, LabelIntake intake)
{
    private readonly string prefix = string.Create(CultureInfo.InvariantCulture, $"task {(task.Member("id") is { } id ? id.ToString() : $"[{place}]")}");
    private CaseText? text;
    private TextAlignment? alignment;
    private string source = "";
    private LabelledFrame? frame;
    private CaseFile? video;

    public void Take()
    {
        var (annotations, predictions) = (task.Items("annotations"), task.Items("predictions"));
        var chosen = annotations.FirstOrDefault(a => a.Member("was_cancelled") is not { ValueKind: JsonValueKind.True });
        if (annotations.Length == 0 && predictions is [var prediction, ..])
            chosen = prediction;
        foreach (var (number, other) in annotations.Concat(predictions).Where(a => !Same(a, chosen)).Index())
        {
            foreach (var result in other.Items("result"))
                intake.Leave($"{prefix}/{result.Text("id") ?? "?"}", "other-annotation", $"{other.Member("id")?.ToString() ?? $"{number}"}");
        }

        if (chosen.ValueKind != JsonValueKind.Object)
            return;
        FindData();
        var results = chosen.Items("result");
        var regions = results.Where(r => LabelsOf(r) is not null).Select(r => r.Text("id")).OfType<string>().ToHashSet();
        var attributes = results.Where(r => LabelsOf(r) is null && r.Text("id") is { } own && regions.Contains(own)).ToLookup(r => r.Text("id")!);
        foreach (var (number, result) in results.Index())
        {
            var name = $"{prefix}/{result.Text("id") ?? $"[{number}]"}";
            if (result.Text("type") == "relation")
                TakeRelation(result, $"{name} relation[{number}]");
            else if (LabelsOf(result) is not null)
                TakeRegion(result, name, attributes);
            else if (result.Text("id") is not { } id || !regions.Contains(id))
                TakeAnswer(result, name);
        }
    }

    private static bool Same(JsonElement one, JsonElement other) => other.ValueKind == JsonValueKind.Object && one.GetRawText() == other.GetRawText();

    /// <summary>The labels stand under the name of the result's type, whatever that is.</summary>
    private static string[]? LabelsOf(JsonElement result) => result.Text("type") is { } type && type.EndsWith("labels", StringComparison.Ordinal)
        ? [.. (result.Member("value") ?? default).Items(type).Where(l => l.ValueKind == JsonValueKind.String).Select(l => l.GetString()!)]
        : result.Text("type") == "videorectangle" ? [.. (result.Member("value") ?? default).Items("labels").Where(l => l.ValueKind == JsonValueKind.String).Select(l => l.GetString()!)] : null;

    private void FindData()
    {
        foreach (var member in (task.Member("data") ?? default) is { ValueKind: JsonValueKind.Object } data ? data.EnumerateObject().ToArray() : [])
        {
            if (member.Value.ValueKind != JsonValueKind.String)
                continue;
            var said = member.Value.GetString()!;
            foreach (var known in text is null ? intake.Case.Texts : [])
            {
                if (TextAlignment.Of(said, known.Text) is { } fitting)
                    (text, alignment, source) = (known, fitting, said);
            }

            var bare = said[(said.LastIndexOfAny(['/', '\\']) + 1)..];
            frame ??= intake.Case.FindImage(said) ?? intake.Case.FindImage(UploadMark().Replace(bare, ""));
            video ??= intake.Case.Images.FirstOrDefault(i => i.Frames > 1 && bare.Contains(i.SopInstanceUid, StringComparison.Ordinal));
        }

        frame ??= intake.Case.Images is [{ Frames: <= 1 }] ? intake.Case.OnlyImage : null;
        video ??= intake.Case.Images is [{ Frames: > 1 } only] ? only : null;
    }

    private void TakeRegion(JsonElement result, string name, ILookup<string, JsonElement> attributes)
    {
        var labels = LabelsOf(result)!;
        if (labels.Length == 0)
        {
            intake.Leave(name, "class-missing");
            return;
        }

        foreach (var further in labels.Skip(1))
            intake.Leave(name, "label-further", further);
        if (intake.Class(name, labels[0]) is not { } @class)
            return;
        var value = result.Member("value") ?? default;
        var one = new DocumentObject(Id(result.Text("id") ?? name), @class.Id, "", "", 1, [], Attributes: Attributes(result, @class, name, attributes));
        switch (result.Text("type"))
        {
            case "labels" or "hypertextlabels" when value.Int("start") is not null:
                TakeSpan(value, name, one);
                break;
            case "videorectangle":
                TakeTrack(value, name, one);
                break;
            case "timelinelabels":
                TakeEvents(value, name, one);
                break;
            default:
                TakeShape(result, value, name, one, @class);
                break;
        }
    }

    private string Id(string said) => Guid.TryParseExact(said, "D", out _) ? said : intake.IdFor($"{prefix}/{said}");

    private void TakeSpan(JsonElement value, string name, DocumentObject one)
    {
        if (text is null || alignment is null)
        {
            intake.Leave(name, "text-unknown");
            return;
        }

        var points = new CodePoints(source);
        var (start, end) = (value.Int("start") ?? -1, value.Int("end") ?? -1);
        if (start < 0 || end <= start || end > source.Length)
            intake.Leave(name, "span-outside-text", $"{start}–{end}");
        else if (points.FromUtf16(start) is not { } first || points.FromUtf16(end) is not { } last || alignment.Carry(first) is not { } from || alignment.Carry(last) is not { } to)
            intake.Leave(name, "offset-splits-character", $"{start}–{end}");
        else if (value.Text("text") is { Length: > 0 } quote && quote.ReplaceLineEndings("\n") != source[start..end].ReplaceLineEndings("\n"))
            intake.Leave(name, "quote-differs", quote);
        else
            intake.Add(name, one with { Type = "span", Text = text.Name, Spans = [new(from, to)] });
    }

    private void TakeShape(JsonElement result, JsonElement value, string name, DocumentObject one, LabelClass @class)
    {
        if (frame is null)
            intake.Leave(name, "image-unknown");
        else if (result.Int("original_width") is { } width && width != frame.Columns || result.Int("original_height") is { } height && height != frame.Rows)
            intake.Leave(name, "image-of-other-size", $"{result.Int("original_width")} × {result.Int("original_height")}");
        else if ((result.Number("image_rotation") ?? 0) != 0)
            intake.Leave(name, "rotation-unheld", "image_rotation");
        else if (result.Text("type") == "brushlabels")
            TakeBrush(value, name, one, @class);
        else if (Shape(result.Text("type")!, value, name, one with { SopInstanceUid = frame.SopInstanceUid, Frame = frame.Frame }, @class) is { } shape)
            intake.Add(name, shape);
    }

    private void TakeBrush(JsonElement value, string name, DocumentObject one, LabelClass @class)
    {
        var bytes = value.Member("rle")?.Numbers();
        if (value.Text("format") is not (null or "rle") || bytes is null || bytes.Any(b => b is < 0 or > 255 || b != Math.Floor(b))
            || ThingRle.Unpack([.. bytes.Select(b => (byte)b)], frame!.Rows, frame.Columns) is not { } mask)
            intake.Leave(name, "mask-broken");
        else if (intake.AddMask(name, @class, frame, mask) && one.Attributes is not null)
            intake.Leave(name, "mask-has-no-attributes");
    }

    private DocumentObject? Shape(string type, JsonElement value, string name, DocumentObject one, LabelClass @class)
    {
        double? X(string member) => value.Number(member) * frame!.Columns / 100;
        double? Y(string member) => value.Number(member) * frame!.Rows / 100;
        var rotation = (value.Number("rotation") ?? 0) % 360;
        switch (type)
        {
            case "rectanglelabels" when X("x") is { } x && Y("y") is { } y && X("width") is { } width && Y("height") is { } height:
                double[][] corners = [[x, y], [x + width, y + height]];
                // Label Studio turns a rectangle about its top left corner.
                return rotation != 0 ? Turned.About(x, y, corners, rotation, name, one, @class, intake) : one with { Type = "rectangle", Points = corners };
            case "ellipselabels" when X("x") is { } x && Y("y") is { } y && X("radiusX") is { } rx && Y("radiusY") is { } ry && rotation % 180 == 0:
                return one with { Type = "ellipse", Points = [[x - rx, y - ry], [x + rx, y + ry]] };
            case "keypointlabels" when X("x") is { } x && Y("y") is { } y:
                return one with { Type = "point", Points = [[x, y]] };
            case "polygonlabels" when value.Items("points").Select(p => p.Numbers()).ToArray() is { Length: > 0 } ring && ring.All(p => p is [_, _]):
                return one with { Type = "polygon", Points = [.. ring.Select(p => new[] { p![0] * frame!.Columns / 100, p[1] * frame.Rows / 100 })] };
            case "ellipselabels" when rotation % 180 != 0:
                intake.Leave(name, "rotation-unheld");
                return null;
            case "rectanglelabels" or "ellipselabels" or "keypointlabels" or "polygonlabels":
                intake.Leave(name, "points-unfit", type);
                return null;
            default:
                intake.Leave(name, "shape-unheld", type);
                return null;
        }
    }

    private void TakeTrack(JsonElement value, string name, DocumentObject one)
    {
        if (video is null)
        {
            intake.Leave(name, "image-unknown");
            return;
        }

        var keys = new List<KeyFrame>();
        foreach (var key in value.Items("sequence"))
        {
            if (key.Int("frame") is not { } at || key.Number("x") is not { } x || key.Number("y") is not { } y || key.Number("width") is not { } width || key.Number("height") is not { } height)
            {
                intake.Leave(name, "key-frames-unfit");
                return;
            }

            if ((key.Number("rotation") ?? 0) % 360 != 0)
            {
                intake.Leave(name, "rotation-unheld", $"{at}");
                return;
            }

            keys.Add(new(at, [[x * video.Columns / 100, y * video.Rows / 100], [(x + width) * video.Columns / 100, (y + height) * video.Rows / 100]], key.Number("time"),
                key.Member("enabled") is { ValueKind: JsonValueKind.False }));
        }

        intake.Add(name, one with { Type = "track", SopInstanceUid = video.SopInstanceUid, Track = keys });
    }

    private void TakeEvents(JsonElement value, string name, DocumentObject one)
    {
        if (video is null)
        {
            intake.Leave(name, "image-unknown");
            return;
        }

        foreach (var (number, range) in value.Items("ranges").Index())
        {
            var part = number == 0 ? name : $"{name}[{number}]";
            if (range.Int("start") is { } first && range.Int("end") is { } last)
                intake.Add(part, one with { Id = number == 0 ? one.Id : intake.IdFor(part), Type = "event", SopInstanceUid = video.SopInstanceUid, Interval = new(first, last) });
            else
                intake.Leave(part, "frame-unknown");
        }
    }

    private IReadOnlyDictionary<string, DocumentAnswer>? Attributes(JsonElement region, LabelClass @class, string name, ILookup<string, JsonElement> attributes)
    {
        var read = new Dictionary<string, DocumentAnswer>();
        foreach (var result in region.Text("id") is { } id ? attributes[id] : [])
        {
            if (Words(result) is not { } words)
            {
                intake.Leave(name, "attribute-unknown", result.Text("type") ?? "");
                continue;
            }

            var (attribute, value) = AttributeValues.Read(@class, result.Text("from_name") ?? "", words);
            if (!read.TryAdd(attribute, new(value)))
                intake.Leave(name, "attribute-twice", attribute);
        }

        return AttributeValues.Some(read);
    }

    /// <summary>Null for a kind of answer that is not known.</summary>
    private static string[]? Words(JsonElement result)
    {
        var value = result.Member("value") ?? default;
        return result.Text("type") switch
        {
            "choices" => [.. value.Items("choices").Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()!)],
            "number" or "rating" when value.Number(result.Text("type")!) is { } number => [FormatText.Number(number)],
            "textarea" => value.Text("text") is { } text ? [text] : [.. value.Items("text").Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)],
            _ => null,
        };
    }

    private void TakeAnswer(JsonElement result, string name)
    {
        var said = result.Text("from_name") ?? "";
        if (Words(result) is not { } words)
            intake.Leave(name, "shape-unheld", result.Text("type") ?? "");
        else if (intake.Case.FindQuestion(said) is not { } question)
            intake.Leave(name, "question-unknown", said);
        else if (AttributeValues.Read(question, words) is { } value)
            intake.AddAnswer(name, question.Id, value);
        else
            intake.Leave(name, "answer-unfit", string.Join(", ", words));
    }

    private void TakeRelation(JsonElement relation, string name)
    {
        var (from, to) = (Id(relation.Text("from_id") ?? ""), Id(relation.Text("to_id") ?? ""));
        if (relation.Text("direction") == "left")
            (from, to) = (to, from);
        foreach (var label in relation.Items("labels").Where(l => l.ValueKind == JsonValueKind.String).Select(l => l.GetString()!).DefaultIfEmpty(""))
            intake.AddRelation(name, label, from, to, relation.Text("relation_id"));
    }

    /// <summary>What Label Studio puts before the name of an uploaded file.</summary>
    [GeneratedRegex("^[0-9a-f]{8}-")]
    private static partial Regex UploadMark();
}
