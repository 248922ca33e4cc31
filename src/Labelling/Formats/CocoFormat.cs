using System.Globalization;
using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>
/// COCO's object annotations (https://cocodataset.org/#format-data). A segmentation is taken before the box that only frames it;
/// key points become points, of the class that has the key point's name if there is one. Members "uuid" and "attributes" are
/// ours and CVAT's, which other readers skip.
/// </summary>
internal sealed class CocoFormat : ILabelFormat
{
    public string Id => "coco";

    public IReadOnlyList<DataKind> Kinds { get; } = [DataKind.Radiology, DataKind.Pathology, DataKind.Endoscopy];

    public Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into)
    {
        var intake = new LabelIntake(into, Id);
        foreach (var file in files)
        {
            if (FormatText.ReadJson(file).IsRefused(out var refusal, out var json))
                return refusal;
            if (json.Member("annotations") is not { ValueKind: JsonValueKind.Array } annotations || json.Member("categories") is null || json.Member("images") is null)
                return new LabelFileUnreadable("not-this-format", file.Name);
            if (annotations.GetArrayLength() > FormatLimits.MostEntries)
                return new LabelFileUnreadable("too-many-entries", file.Name);
            new CocoReader(json, intake).Take();
        }

        return intake.Finish();
    }

    public ExportedLabels Export(LabelDocument document, FormatCase from) => new CocoWriter(document, from).Write();
}

internal sealed class CocoReader(JsonElement json, LabelIntake intake)
{
    private readonly Dictionary<string, JsonElement> images = ById(json, "images");
    private readonly Dictionary<string, JsonElement> categories = ById(json, "categories");

    public void Take()
    {
        foreach (var (place, annotation) in json.Items("annotations").Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"annotation {Key(annotation.Member("id")) ?? $"[{place}]"}");
            if (FrameOf(name, annotation) is { } frame && CategoryOf(name, annotation) is var (@class, category))
                TakeAnnotation(name, annotation, frame, @class, category);
        }
    }

    private static Dictionary<string, JsonElement> ById(JsonElement json, string member)
    {
        var found = new Dictionary<string, JsonElement>();
        foreach (var item in json.Items(member))
        {
            if (Key(item.Member("id")) is { } id)
                found[id] = item;
        }

        return found;
    }

    // Ids are numbers by the format and strings in some files.
    private static string? Key(JsonElement? id) => id is { ValueKind: JsonValueKind.Number or JsonValueKind.String } given ? given.ToString() : null;

    private LabelledFrame? FrameOf(string name, JsonElement annotation)
    {
        var id = Key(annotation.Member("image_id"));
        if (id is null || !images.TryGetValue(id, out var image))
        {
            intake.Leave(name, "image-unknown", id ?? "");
            return null;
        }

        var frame = intake.Case.FindImage(image.Text("file_name"))
            ?? (images.Count == 1 && intake.Case.Images.Count == 1 && intake.Case.Images[0].Frames <= 1 ? intake.Case.OnlyImage : null);
        if (frame is null)
            intake.Leave(name, "image-unknown", image.Text("file_name") ?? id);
        else if (image.Int("width") is { } width && width != frame.Columns || image.Int("height") is { } height && height != frame.Rows)
        {
            intake.Leave(name, "image-of-other-size", $"{image.Int("width")} × {image.Int("height")}");
            return null;
        }

        return frame;
    }

    private (LabelClass, JsonElement)? CategoryOf(string name, JsonElement annotation)
    {
        var id = Key(annotation.Member("category_id"));
        if (id is null || !categories.TryGetValue(id, out var category) || category.Text("name") is not { } said)
        {
            intake.Leave(name, "class-unknown", id ?? "");
            return null;
        }

        return intake.Class(name, said) is { } @class ? (@class, category) : null;
    }

    private void TakeAnnotation(string name, JsonElement annotation, LabelledFrame frame, LabelClass @class, JsonElement category)
    {
        var one = new DocumentObject(intake.IdFor(annotation.Text("uuid") ?? name), @class.Id, "", frame.SopInstanceUid, frame.Frame, [],
            Attributes: AttributeValues.FromJson(annotation.Member("attributes")));
        var segmentation = annotation.Member("segmentation") is { } traced && traced.GetRawText() is not "[]" ? traced : (JsonElement?)null;
        var points = annotation.Items("keypoints");
        if (annotation.Member("iscrowd") is { } crowd && (crowd.ValueKind == JsonValueKind.True || crowd.AsNumber() is > 0))
        {
            TakeCrowd(name, segmentation, frame, @class, one.Attributes);
            return;
        }

        if (points.Length > 0)
            TakeKeyPoints(name, annotation.Member("keypoints")!.Value.Numbers(), segmentation is null ? one : one with { Id = intake.IdFor(name + " key points") }, category);
        var mayTrace = segmentation is { ValueKind: JsonValueKind.Object } ? @class.Geometries.Contains("mask") : @class.Geometries.Contains("polygon");
        if (segmentation is { ValueKind: JsonValueKind.Object } runs && mayTrace)
            TakeRuns(name, runs, frame, @class, one.Attributes);
        else if (segmentation is { ValueKind: JsonValueKind.Array } rings && (mayTrace || !@class.Geometries.Contains("rectangle")))
            TakeRings(name, rings, one);
        else if (annotation.Member("bbox") is { } box && points.Length == 0)
        {
            if (segmentation is not null)
                intake.Leave(name, "only-box-taken");
            TakeBox(name, box, one);
        }
        else if (points.Length == 0)
            intake.Leave(name, "shape-missing");
    }

    /// <summary>Many things that nobody told apart: no object is one of them, but their area is a mask like another.</summary>
    private void TakeCrowd(string name, JsonElement? segmentation, LabelledFrame frame, LabelClass @class, IReadOnlyDictionary<string, DocumentAnswer>? attributes)
    {
        if (segmentation is not { ValueKind: JsonValueKind.Object } runs || !@class.Geometries.Contains("mask"))
        {
            intake.Leave(name, "crowd-unheld");
            return;
        }

        intake.Leave(name, "crowd-taken-as-mask");
        TakeRuns(name, runs, frame, @class, attributes);
    }

    private void TakeBox(string name, JsonElement box, DocumentObject one)
    {
        if (box.Numbers() is [var x, var y, >= 0 and var width, >= 0 and var height])
            intake.Add(name, one with { Type = "rectangle", Points = [[x, y], [x + width, y + height]] });
        else
            intake.Leave(name, "points-unfit", "bbox");
    }

    private void TakeRings(string name, JsonElement rings, DocumentObject one)
    {
        var parts = rings.GetArrayLength();
        if (parts > 1)
            intake.Leave(name, "parts-separated", $"{parts}");
        foreach (var (place, ring) in rings.Items().Index())
        {
            var part = place == 0 ? name : $"{name}[{place}]";
            if (ring.Numbers() is { Length: >= 6 } flat && flat.Length % 2 == 0)
                intake.Add(part, one with { Id = place == 0 ? one.Id : intake.IdFor(part), Type = "polygon", Points = [.. flat.Chunk(2)] });
            else
                intake.Leave(part, "points-unfit", "segmentation");
        }
    }

    private void TakeRuns(string name, JsonElement runs, LabelledFrame frame, LabelClass @class, IReadOnlyDictionary<string, DocumentAnswer>? attributes)
    {
        if (runs.Items("size") is not [var rows, var columns] || rows.AsNumber() != frame.Rows || columns.AsNumber() != frame.Columns)
        {
            intake.Leave(name, "mask-of-other-size", runs.Member("size")?.GetRawText() ?? "");
            return;
        }

        var counts = runs.Text("counts") is { } packed ? CocoRle.Unpack(packed) : runs.Member("counts")?.Numbers();
        if (counts is null || CocoRle.ToMask(counts, frame.Rows, frame.Columns) is not { } mask)
            intake.Leave(name, "mask-broken");
        else if (intake.AddMask(name, @class, frame, mask) && attributes is not null)
            intake.Leave(name, "mask-has-no-attributes");
    }

    private void TakeKeyPoints(string name, double[]? flat, DocumentObject one, JsonElement category)
    {
        if (flat is null || flat.Length % 3 != 0)
        {
            intake.Leave(name, "points-unfit", "keypoints");
            return;
        }

        var names = category.Items("keypoints");
        foreach (var (place, point) in flat.Chunk(3).Index())
        {
            // Visibility 0: the key point was not labelled, its coordinates mean nothing.
            if (point[2] == 0)
                continue;
            var said = place < names.Length && names[place].ValueKind == JsonValueKind.String ? names[place].GetString()! : "";
            var part = place == 0 ? name : $"{name} {said}[{place}]";
            if (point[2] == 1)
                intake.Leave(part, "key-point-hidden");
            intake.Add(part, one with { Id = place == 0 ? one.Id : intake.IdFor(part), Class = intake.Case.FindClass(said)?.Id ?? one.Class, Type = "point", Points = [point[..2]] });
        }
    }
}
