using System.Text;
using System.Text.Json;
using CsCheck;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

public class PictureFormatTests
{
    private static readonly CocoFormat Coco = new();
    private static readonly GeoJsonFormat GeoJson = new();
    private static readonly PlatformFormat Own = new();

    [Fact]
    public void The_platforms_own_document_survives_whole() => Gen.Select(
        FormatRoom.Document(Gen.OneOf(FormatRoom.Span, FormatRoom.Rich, FormatRoom.Track, FormatRoom.Shape("point", "polygon", "rectangle", "polyline", "length", "ellipse")), masks: true),
        Gen.Bool.Array[4]).Sample((made, marks) =>
        {
            var document = made with
            {
                Answers = new Dictionary<string, DocumentAnswer>
                {
                    ["size"] = new(JsonSerializer.SerializeToElement(0.1), Uncertain: marks[0]),
                    ["kind"] = new(marks[1] ? null : JsonSerializer.SerializeToElement("b"), CannotAssess: marks[1]),
                    ["remark"] = new(marks[2] ? null : JsonSerializer.SerializeToElement("тень?"), Uncertain: marks[2] || marks[3]),
                },
            };
            var back = Own.ThereAndBack(document);
            Assert.Empty(back.Untaken);
            FormatRoom.Same(document, back.Document);
        }, iter: 300);

    [Fact]
    public void Boxes_rings_points_and_masks_survive_coco() => FormatRoom.Document(FormatRoom.Shape("point", "polygon", "rectangle"), masks: true).Sample(document =>
    {
        var back = Coco.ThereAndBack(document with { Objects = [.. document.Objects.Select(o => o with { Holes = null })] });
        Assert.Equal([], back.Untaken.Where(u => u.Reason != "mask-has-no-attributes"));
        FormatRoom.Same(document with { Objects = [.. document.Objects.Select(o => Rounded(o with { Holes = null }))], Relations = null },
            back.Document with { Objects = [.. back.Document.Objects.Select(Rounded)] });
    }, iter: 200);

    /// <summary>A box is a corner and a size: the other corner is their sum, in binary fractions.</summary>
    private static DocumentObject Rounded(DocumentObject one) => one with { Points = [.. one.Points.Select(p => p.Select(v => Math.Round(v, 9)).ToArray())] };

    [Fact]
    public void What_coco_cannot_say_is_listed()
    {
        var shape = FormatRoom.Shape("ellipse", "polyline").Array[2].Single();
        var lost = Coco.Export(new("", [], shape, new Dictionary<string, DocumentAnswer>()), FormatRoom.Case).Losses;
        Assert.Equal(shape.Select(s => (s.Id, "geometry-unheld", s.Type)), lost.Select(l => (l.Object, l.Reason, l.Detail)));
    }

    /// <summary>The example in cocoapi's own description of its runs: M = [0 0 1 1 1 0 1] is [2 3 1 1], M = [1 1 1 1 1 1 0] is [0 6 1].</summary>
    [Theory]
    [InlineData("0011101", new double[] { 2, 3, 1, 1 }, "231N")]
    [InlineData("1111110", new double[] { 0, 6, 1 }, "061")]
    public void Runs_are_those_of_cocos_own_description(string column, double[] counts, string packed)
    {
        var mask = RunLengthMask.FromBits([.. column.Select(c => c == '1')], column.Length, 1);
        Assert.Equal(mask, CocoRle.ToMask(counts, column.Length, 1));
        Assert.Equal(counts, CocoRle.Unpack(CocoRle.Pack(mask))!);
        Assert.Equal(packed, CocoRle.Pack(mask));
    }

    [Fact]
    public void Runs_go_down_the_columns()
    {
        var mask = RunLengthMask.FromBits([false, true, false, true, false, false], 2, 3);
        Assert.Equal([1.0, 2, 3], CocoRle.Unpack(CocoRle.Pack(mask))!);
        Assert.Null(CocoRle.ToMask([1, 2, 4], 2, 3));
        Assert.Null(CocoRle.ToMask([1, -2, 7], 2, 3));
        Assert.Null(CocoRle.ToMask([1, 2], 2, 3));
        Assert.Null(CocoRle.Unpack("ooooooooooooooo"));
        Assert.Null(CocoRle.Unpack("1\n"));
    }

    [Fact]
    public void A_foreign_coco_file_is_taken_object_by_object()
    {
        var back = Coco.Import("instances.json", """
            {"images": [{"id": 7, "file_name": "train/1.2.3.png", "width": 32, "height": 24}, {"id": 8, "file_name": "other.png"}, {"id": 9, "file_name": "1.2.4.jpg", "width": 640, "height": 480}],
             "categories": [{"id": 1, "name": "Орган"}, {"id": 2, "name": "Stone", "keypoints": ["tip", "organ"]}, {"id": 3, "name": "dog"}, {"id": 4, "name": "box_only"}],
             "annotations": [
              {"id": 1, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]},
              {"id": 2, "image_id": 7, "category_id": 1, "segmentation": [[0, 0, 5, 0, 5, 5], [9, 9, 12, 9, 12, 12]], "bbox": [0, 0, 12, 12]},
              {"id": 3, "image_id": 7, "category_id": 2, "keypoints": [1, 1, 2, 2, 2, 1, 0, 0, 0], "bbox": [1, 1, 1, 1]},
              {"id": 4, "image_id": 7, "category_id": 1, "iscrowd": 1, "segmentation": {"size": [24, 32], "counts": [700, 68]}},
              {"id": 5, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4]},
              {"id": 6, "image_id": 8, "category_id": 1, "bbox": [1, 2, 3, 4]},
              {"id": 7, "image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4]},
              {"id": 8, "image_id": 7, "category_id": 4, "segmentation": [[0, 0, 5, 0, 5, 5]], "bbox": [0, 0, 5, 5]},
              {"id": 9, "image_id": 7, "category_id": 1, "bbox": [1, 2, 1e999, 4]},
              {"id": 10, "image_id": 7, "category_id": 1, "bbox": [30, 2, 3, 4]},
              {"id": 11, "image_id": 7, "category_id": 1},
              {"id": 12, "image_id": 7, "category_id": 1, "segmentation": {"size": [24, 32], "counts": "!!"}},
              {"id": 13, "image_id": 7, "category_id": 1, "iscrowd": 1, "segmentation": [[0, 0, 5, 0, 5, 5]], "bbox": [0, 0, 5, 5]},
              {"id": 14, "image_id": 7, "category_id": 4, "iscrowd": 1, "segmentation": {"size": [24, 32], "counts": [0, 68, 700]}, "bbox": [0, 0, 5, 5]}]}
            """);
        Assert.Equal(["rectangle organ", "polygon organ", "polygon organ", "point stone", "point organ", "rectangle box_only"], back.Document.Objects.Select(o => $"{o.Type} {o.Class}"));
        Assert.Equal(68, back.Document.Masks.Single().PixelCount);
        Assert.Equal(
            ["annotation 2: parts-separated", "annotation 3 organ[1]: key-point-hidden", "annotation 4: crowd-taken-as-mask", "annotation 5: class-unknown", "annotation 6: image-unknown", "annotation 7: image-of-other-size",
                "annotation 8: only-box-taken", "annotation 9: points-unfit", "annotation 10: point-outside-image", "annotation 11: shape-missing", "annotation 12: mask-broken",
                "annotation 13: crowd-unheld", "annotation 14: crowd-unheld"],
            back.Untaken.Select(u => $"{u.Object}: {u.Reason}"));
    }

    [Fact]
    public void Shapes_with_holes_survive_geojson() => FormatRoom.Document(FormatRoom.Shape("point", "polygon", "rectangle", "polyline", "length")).Sample(document =>
    {
        // A ring that happens to end where it begins is closed already.
        if (document.Objects.Any(o => o.Type == "polygon" && (o.Holes ?? []).Append(o.Points).Any(r => r[0].SequenceEqual(r[^1]))))
            return;
        var back = GeoJson.ThereAndBack(document);
        Assert.Empty(back.Untaken);
        FormatRoom.Same(document with { Relations = null }, back.Document);
    }, iter: 200);

    [Fact]
    public void QuPath_s_features_are_taken()
    {
        var slide = FormatRoom.Case with { Images = [FormatRoom.Image("1.9", 1) with { TotalPixelMatrix = (2000, 1000) }, FormatRoom.Image("1.8", 1) with { TotalPixelMatrix = (500, 250) }] };
        var back = GeoJson.Import([new("q.geojson", Encoding.UTF8.GetBytes("""
            [{"type": "Feature", "id": "a9b5f8a4-6d1b-4d93-9e6a-2f6d0d3c1b11", "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1999, 0], [1999, 999], [0, 0]], [[9, 1], [12, 1], [12, 2], [9, 1]]]},
              "properties": {"objectType": "annotation", "classification": {"name": "organ", "color": [0, 158, 115]}, "measurements": {"Area": 1}, "name": "Очаг 3", "isLocked": false, "metadata": {"pathologist": "1"}}},
             {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[[[0, 0], [9, 0], [9, 9], [0, 0]]], [[[20, 0], [29, 0], [29, 9], [20, 0]]]]}, "properties": {"classification": "stone"}},
             {"type": "Feature", "geometry": {"type": "Point", "coordinates": [3, 4]}, "properties": {"objectType": "detection"}},
             {"type": "Feature", "geometry": {"type": "Point", "plane": {"z": 1}, "coordinates": [3, 4]}, "properties": {"classification": "stone"}},
             {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": []}, "properties": {"classification": "stone"}}]
            """))], slide).Value;
        Assert.Equal(["polygon 1", "polygon 0", "polygon 0"], back.Document.Objects.Select(o => $"{o.Type} {o.Holes?.Count ?? 0}"));
        Assert.Equal("a9b5f8a4-6d1b-4d93-9e6a-2f6d0d3c1b11", back.Document.Objects[0].Id);
        Assert.All(back.Document.Objects, o => Assert.Equal("1.9", o.SopInstanceUid));
        Assert.Equal(["member-unheld measurements", "member-unheld name", "member-unheld metadata", "parts-separated 2", "class-missing ", "plane-unknown ", "shape-unheld GeometryCollection"],
            back.Untaken.Select(u => $"{u.Reason} {u.Detail}"));
    }

    [Theory]
    [InlineData("{\"images\": [], \"categories\": [], \"annotations\": [{\"bbox\": [NaN, 0, 1, 1]}]}", "malformed x.json: 1:")]
    [InlineData("{\"images\": []}", "not-this-format x.json")]
    [InlineData("[1]", "not-this-format x.json")]
    [InlineData("", "malformed x.json: 1:1")]
    [InlineData("{\"images\": [\"\\ud800\"]}", "not-utf8 x.json: 12")]
    public void Files_that_are_no_json_or_no_coco_are_refused_with_their_place(string text, string refusal) => Assert.StartsWith(refusal, Coco.Refused("x.json", text), StringComparison.Ordinal);

    [Fact]
    public void Depth_is_bounded_in_every_json() => Assert.StartsWith("malformed", Own.Refused("x.json", new string('[', 100_000)), StringComparison.Ordinal);

    /// <summary>Whatever happens to the bytes, the answer is a value.</summary>
    [Fact]
    public void Damaged_files_never_throw() => Gen.Select(FormatRoom.Document(FormatRoom.Shape("point", "polygon", "rectangle"), masks: true), Gen.Int[0, 1 << 20], Gen.Byte).Sample((document, at, value) =>
    {
        foreach (ILabelFormat format in new ILabelFormat[] { Own, Coco, GeoJson })
        {
            var bytes = format.Export(document, FormatRoom.Case).Files[0].Bytes.ToArray();
            bytes[at % bytes.Length] = value;
            format.Import([new("x.json", bytes)], FormatRoom.Case);
            format.Import([new("x.json", bytes.AsMemory(0, at % bytes.Length))], FormatRoom.Case);
        }
    }, iter: 300);

    [Fact]
    public void A_file_that_is_read_into_many_cases_is_parsed_once_and_finds_the_images_of_each()
    {
        var file = new LabelFile("annotations.xml", Encoding.UTF8.GetBytes("<annotations><image name=\"1.9.png\"/></annotations>"));
        Assert.Same(FormatText.ReadXml(file).Value, FormatText.ReadXml(file).Value);
        var broken = new LabelFile("annotations.xml", Encoding.UTF8.GetBytes("<annotations>"));
        Assert.Equal(FormatText.ReadXml(broken).Refusal, FormatText.ReadXml(broken).Refusal);
        Assert.True(FormatText.ReadJson(file).IsRefused(out _));
        var first = FormatRoom.Case with { Images = [FormatRoom.Image("1.9", 1)] };
        Assert.NotNull(first.Frame("1.9", 1));
        Assert.Null((first with { Images = [FormatRoom.Image("1.8", 1)] }).Frame("1.9", 1));
    }
}
