using System.Text;
using System.Text.Json;
using CsCheck;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

public class MarkupFormatTests
{
    private static readonly CvatFormat Cvat = new();
    private static readonly LabelStudioFormat Studio = new();
    private static readonly W3cFormat W3c = new();

    private static readonly Gen<DocumentObject> Box = Gen.Select(FormatRoom.Shape("point", "polygon", "rectangle"), o => o with { Holes = null });

    private static readonly Gen<DocumentObject> Ellipse = Gen.Select(FormatRoom.Shape("rectangle"), o => o with { Type = "ellipse" });

    private static readonly Gen<DocumentObject> Line = FormatRoom.Shape("polyline", "length");

    private static readonly Gen<IReadOnlyDictionary<string, DocumentAnswer>> Answers = Gen.Select(Gen.Int[0, 4], Gen.Double[-5, 5], (some, number) =>
        (IReadOnlyDictionary<string, DocumentAnswer>)new Dictionary<string, DocumentAnswer>(new[]
        {
            KeyValuePair.Create("size", new DocumentAnswer(JsonSerializer.SerializeToElement(number))), KeyValuePair.Create("kind", new DocumentAnswer(JsonSerializer.SerializeToElement("b"))),
            KeyValuePair.Create("signs", new DocumentAnswer(JsonSerializer.SerializeToElement(new[] { "x", "y" }))), KeyValuePair.Create("remark", new DocumentAnswer(JsonSerializer.SerializeToElement("ни <слова> &"))),
        }.Take(some)));

    [Fact]
    public void Shapes_masks_tracks_and_answers_survive_cvat() => Survive(Cvat, Gen.OneOf(Box, Ellipse, Line, FormatRoom.Track), (_, _) => false);

    [Fact]
    public void Shapes_masks_tracks_relations_and_answers_survive_label_studio() =>
        Survive(Studio, Gen.OneOf(Box, Ellipse, FormatRoom.Track, Whole), (one, other) => (one.Text, one.SopInstanceUid) == (other.Text, other.SopInstanceUid));

    [Fact]
    public void Shapes_with_holes_stretches_relations_and_answers_survive_web_annotations() => Survive(W3c, Gen.OneOf(FormatRoom.Shape("point", "polygon", "rectangle", "polyline", "length"), Ellipse, Whole), (_, _) => true, masks: false);

    private static Gen<DocumentObject> Whole => FormatRoom.Span.Select(s => s with { Spans = [s.Spans![0]] });

    /// <param name="joins">Whether the format holds a relation between two objects: Label Studio within a task.</param>
    private static void Survive(ILabelFormat format, Gen<DocumentObject> objects, Func<DocumentObject, DocumentObject, bool> joins, bool masks = true) =>
        Gen.Select(FormatRoom.Document(objects, masks), Answers).Sample((made, answers) =>
        {
            var document = made with { Answers = answers };
            var exported = format.Export(document, FormatRoom.Case);
            var named = document.Objects.ToDictionary(o => o.Id);
            var kept = document.Relations?.Where(r => joins(named[r.From], named[r.To])).ToArray() ?? [];
            Assert.Equal((document.Relations ?? []).Except(kept).Select(r => new Untaken(r.Id, "relation-unheld", r.Type)), exported.Losses);
            var back = format.Import(exported.Files, FormatRoom.Case).Value;
            Assert.DoesNotContain(back.Untaken, u => u.Reason is not "mask-has-no-attributes");
            FormatRoom.Same(Sorted(document with { Relations = kept.Length > 0 ? kept : null }), Sorted(back.Document));
        }, iter: 200);

    /// <summary>Formats group by image; percentages and sizes are sums and quotients in binary fractions.</summary>
    private static LabelDocument Sorted(LabelDocument document) => document with
    {
        Objects = [.. document.Objects.Select(o => o with { Frame = o.Type is "span" or "track" ? 1 : o.Frame, Points = Rounded(o.Points), Holes = o.Holes?.Select(Rounded).ToArray(),
            Track = o.Track?.Select(k => k with { Points = Rounded(k.Points) }).ToArray() }).OrderBy(o => o.Id, StringComparer.Ordinal)],
        Relations = document.Relations?.OrderBy(r => r.Id, StringComparer.Ordinal).ToArray(),
        Answers = document.Answers.OrderBy(a => a.Key, StringComparer.Ordinal).ToDictionary(a => a.Key, a => a.Value),
    };

    private static IReadOnlyList<double[]> Rounded(IReadOnlyList<double[]> points) => [.. points.Select(p => p.Select(v => Math.Round(v, 8)).ToArray())];

    [Fact]
    public void A_foreign_cvat_file_is_taken_object_by_object()
    {
        var back = Cvat.Import("annotations.xml", """
            <?xml version="1.0" encoding="utf-8"?>
            <annotations><version>1.1</version><meta><task/></meta>
              <image id="0" name="ct/1.2.3.png" width="32" height="24">
                <box label="organ" source="manual" occluded="1" xtl="1" ytl="2" xbr="5" ybr="6" z_order="0"><attribute name="certainty">0.5</attribute></box>
                <box label="organ" xtl="10" ytl="8" xbr="20" ybr="12" rotation="90"/>
                <box label="box_only" xtl="10" ytl="8" xbr="20" ybr="12" rotation="30"/>
                <points label="stone" points="1,1;2,2"/>
                <mask label="organ" rle="1, 2, 1" left="4" top="5" width="2" height="2"/>
                <mask label="organ" rle="1, 9" left="4" top="5" width="2" height="2"/>
                <ellipse label="stone" cx="9" cy="9" rx="3" ry="2"/>
                <ellipse label="stone" cx="9" cy="9" rx="3" ry="2" rotation="45"/>
                <cuboid label="stone"/>
                <polygon label="dog" points="1,1;2,2;3,1"/>
                <polygon label="stone" points="1,1;2,x;3,1"/>
                <polygon label="stone" points="1,1;99,2;3,1"/>
                <tag label="kind"><attribute name="value">Б</attribute><attribute name="reader">2</attribute></tag>
                <tag label="organ"/>
              </image>
              <track id="7" label="organ"><polygon frame="0" keyframe="1" outside="0" points="1,1;5,1;5,5"/><polygon frame="3" keyframe="0" outside="0" points="1,1;5,1;5,5"/>
                <polygon frame="5" keyframe="1" outside="1" points="2,1;5,1;5,5"/></track>
              <track id="8" label="box_only"><box frame="2" keyframe="1" outside="0" xtl="1" ytl="1" xbr="2" ybr="2"/><box frame="3" keyframe="1" outside="1" xtl="1" ytl="1" xbr="2" ybr="2"/></track>
              <track id="9" label="organ"><box frame="99" keyframe="1" outside="0" xtl="1" ytl="1" xbr="2" ybr="2"/></track>
            </annotations>
            """.TrimStart());
        Assert.Equal(["rectangle organ", "polygon organ", "point stone", "point stone", "ellipse stone", "track organ", "rectangle box_only"], back.Document.Objects.Select(o => $"{o.Type} {o.Class}"));
        Assert.Equal(["17,5", "17,15", "13,15", "13,5"], Corners(back.Document.Objects[1]));
        Assert.Equal((3, FormatRoom.Video), (back.Document.Objects[^1].Frame, back.Document.Objects[^1].SopInstanceUid));
        Assert.Equal([1, 6], back.Document.Objects[5].Track!.Select(k => k.Frame));
        Assert.Equal("b", back.Document.Answers["kind"].Value!.Value.GetString());
        Assert.Equal(2, back.Document.Masks.Single().PixelCount);
        Assert.Equal(
            ["member-unheld", "taken-as-polygon", "rotation-unheld", "parts-separated", "mask-broken", "rotation-unheld", "shape-unheld", "class-unknown", "number-not-finite", "point-outside-image", "tag-attribute-unheld", "shape-missing", "frame-unknown"],
            back.Untaken.Select(u => u.Reason));
    }

    /// <summary>CVAT turns about the middle, Label Studio about the corner; the corner that was left above is then right above.</summary>
    private static IEnumerable<string> Corners(DocumentObject one) => one.Points.Select(p => FormattableString.Invariant($"{Math.Round(p[0], 6)},{Math.Round(p[1], 6)}"));

    [Theory]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"y\">]><annotations>&x;</annotations>", "malformed")]
    [InlineData("<annotations><image></annotations>", "malformed")]
    [InlineData("<other/>", "not-this-format")]
    public void Xml_with_a_document_type_or_of_another_kind_is_refused(string xml, string reason) => Assert.StartsWith(reason, Cvat.Refused("x.xml", xml), StringComparison.Ordinal);

    [Fact]
    public void Depth_and_entries_of_xml_are_bounded()
    {
        Assert.StartsWith("too-deep", Cvat.Refused("x.xml", string.Concat(Enumerable.Repeat("<annotations>", 100)) + string.Concat(Enumerable.Repeat("</annotations>", 100))), StringComparison.Ordinal);
        Assert.StartsWith("too-many-entries", Cvat.Refused("x.xml", "<annotations>" + string.Concat(Enumerable.Repeat("<image/>", FormatLimits.MostEntries + 1)) + "</annotations>"), StringComparison.Ordinal);
    }

    /// <summary>Made by hand after the description of rle-pack: 8 words, 8 bits a word, one run of four zeros and one of four times 255.</summary>
    [Fact]
    public void Runs_of_the_brush_are_those_of_rle_pack()
    {
        var mask = RunLengthMask.FromBits([false, true], 1, 2);
        const string Bits = "00000000000000000000000000001000" + "00111" + "0010" + "0011" + "0111" + "1111" + "1" + "00" + "011" + "00000000" + "1" + "00" + "011" + "11111111";
        byte[] bytes = [.. Bits.PadRight((Bits.Length + 7) / 8 * 8, '0').Chunk(8).Select(b => Convert.ToByte(new string(b), 2))];
        Assert.Equal(bytes, ThingRle.Pack(mask));
        Assert.Equal(mask, ThingRle.Unpack(bytes, 1, 2));
        Assert.Null(ThingRle.Unpack(bytes, 2, 2));
        Assert.Null(ThingRle.Unpack(bytes.AsSpan(0, 9), 1, 2));
    }

    [Fact]
    public void Literal_runs_of_the_brush_are_read_by_their_alpha()
    {
        // Not repeated: the words 1 2 3 200 (painted) and 255 255 255 100 (less than half).
        var bits = "00000000000000000000000000001000" + "00111" + "0010" + "0011" + "0111" + "1111" + "0" + "00" + "111" + string.Concat(new[] { 1, 2, 3, 200, 255, 255, 255, 100 }.Select(v => Convert.ToString(v, 2).PadLeft(8, '0')));
        byte[] bytes = [.. bits.PadRight((bits.Length + 7) / 8 * 8, '0').Chunk(8).Select(b => Convert.ToByte(new string(b), 2))];
        Assert.Equal(RunLengthMask.FromBits([true, false], 1, 2), ThingRle.Unpack(bytes, 1, 2));
    }

    [Fact]
    public void A_foreign_label_studio_file_is_taken_object_by_object()
    {
        var story = FormatRoom.Case.Texts[0].Text;
        var at = story.IndexOf("боль", StringComparison.Ordinal);
        var file = $$"""
            [{"id": 1, "data": {"text": {{JsonSerializer.Serialize(story)}}}, "annotations": [
               {"id": 5, "result": [
                 {"id": "a", "from_name": "label", "to_name": "text", "type": "labels", "value": {"start": {{at}}, "end": {{at + 4}}, "text": "боль", "labels": ["organ", "stone"]} },
                 {"id": "b", "from_name": "label", "to_name": "text", "type": "labels", "value": {"start": {{story.IndexOf("😀", StringComparison.Ordinal) + 1}}, "end": {{at}}, "labels": ["stone"]} },
                 {"id": "c", "from_name": "label", "to_name": "text", "type": "labels", "value": {"start": 0, "end": 6, "text": "другое", "labels": ["stone"]} },
                 {"id": "d", "from_name": "label", "to_name": "text", "type": "labels", "value": {"start": 0, "end": 6, "text": "Жалобы", "labels": ["stone"]} },
                 {"id": "d", "from_name": "certainty", "to_name": "text", "type": "number", "value": {"number": 3} },
                 {"from_id": "a", "to_id": "d", "type": "relation", "direction": "left", "labels": ["causes"]},
                 {"from_id": "a", "to_id": "b", "type": "relation", "direction": "right", "labels": ["causes"]},
                 {"id": "q", "from_name": "kind", "to_name": "text", "type": "choices", "value": {"choices": ["A"]} },
                 {"id": "r", "from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["A"]} },
                 {"id": "s", "from_name": "signs", "to_name": "text", "type": "choices", "value": {"choices": ["nothing"]} }]},
               {"id": 6, "result": [{"id": "z", "type": "labels", "value": {"start": 0, "end": 6, "labels": ["stone"]} }]}]},
             {"id": 2, "data": {"image": "/data/upload/3/0a1b2c3d-1.2.4.png"}, "predictions": [{"result": [
                 {"id": "e", "type": "rectanglelabels", "original_width": 32, "original_height": 24, "value": {"x": 25, "y": 50, "width": 25, "height": 25, "rotation": 90, "rectanglelabels": ["organ"]} },
                 {"id": "f", "type": "rectanglelabels", "original_width": 64, "original_height": 24, "value": {"x": 1, "y": 1, "width": 1, "height": 1, "rectanglelabels": ["organ"]} },
                 {"id": "g", "type": "brushlabels", "original_width": 32, "original_height": 24, "value": {"format": "rle", "rle": [1, 2, 3], "brushlabels": ["organ"]} },
                 {"id": "h", "type": "keypointlabels", "original_width": 32, "original_height": 24, "value": {"x": 100.00000001, "y": 50, "keypointlabels": ["organ"]} },
                 {"id": "i", "type": "cubelabels", "original_width": 32, "original_height": 24, "value": {"cubelabels": ["organ"]} }]}]}]
            """;
        var back = Studio.Import("export.json", file);
        Assert.Equal(["span organ", "span stone", "polygon organ", "point organ"], back.Document.Objects.Select(o => $"{o.Type} {o.Class}"));
        Assert.Equal(["8,12", "8,20", "2,20", "2,12"], Corners(back.Document.Objects[2]));
        Assert.Equal(3, back.Document.Objects[1].Attributes!["certainty"].Value!.Value.GetDouble());
        var relation = back.Document.Relations!.Single();
        Assert.Equal((back.Document.Objects[1].Id, back.Document.Objects[0].Id), (relation.From, relation.To));
        Assert.Equal("a", back.Document.Answers["kind"].Value!.Value.GetString());
        Assert.Equal(
            ["task 1/z other-annotation", "task 1/a label-further", "task 1/b offset-splits-character", "task 1/c quote-differs", "task 1/[6] relation[6] relation-without-ends", "task 1/r question-unknown", "task 1/s answer-unfit",
                "task 2/e taken-as-polygon", "task 2/f image-of-other-size", "task 2/g mask-broken", "task 2/i shape-unheld"],
            back.Untaken.Select(u => $"{u.Object} {u.Reason}"));
    }

    [Fact]
    public void Foreign_web_annotations_are_taken_object_by_object()
    {
        var story = FormatRoom.Case.Texts[0].Text;
        var back = W3c.Import("page.json", """
            {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "items": [
              {"id": "urn:uuid:a9b5f8a4-6d1b-4d93-9e6a-2f6d0d3c1b11", "type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"},
               "target": {"source": "https://pacs/wado/studies/1/series/2/instances/1.2.3/frames/1", "selector": {"type": "SvgSelector", "value": "<svg><path d='M0 0 h 9 v 9 H 0 Z'/></svg>"}}},
              {"type": "Annotation", "bodyValue": "stone", "target": "urn:oid:1.2.4#xywh=percent:25,50,25,25"},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"}, "target": {"source": "story.txt", "selector": {"type": "TextQuoteSelector", "exact": "Кашель", "suffix": "\tс"}}},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"}, "target": {"source": "story.txt", "selector": {"type": "TextQuoteSelector", "exact": "о"}}},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"}, "target": {"source": "urn:oid:1.2.3", "selector": {"type": "SvgSelector", "value": "<svg><path d='M0 0 C 1 1 2 2 3 3 Z'/></svg>"}}},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"}, "target": {"source": "urn:oid:1.2.3", "selector": {"type": "SvgSelector", "value": "<svg><g transform='scale(2)'><rect width='1' height='1'/></g></svg>"}}},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"}, "target": {"source": "urn:oid:7.7", "selector": {"type": "FragmentSelector", "value": "xywh=1,1,2,2"}}},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "commenting", "value": "hm"}, "target": "urn:oid:1.2.3#xywh=1,1,2,2"},
              {"type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "organ"}, "target": {"source": "urn:oid:1.2.3", "selector": {"type": "XPathSelector", "value": "/"}}}]}
            """);
        Assert.Equal(["polygon organ 1.2.3", "rectangle stone 1.2.4", "span organ "], back.Document.Objects.Select(o => $"{o.Type} {o.Class} {o.SopInstanceUid}"));
        Assert.Equal([[8, 12], [16, 18]], back.Document.Objects[1].Points);
        var span = back.Document.Objects[2].Spans!.Single();
        Assert.Equal("Кашель", new CodePoints(story).Slice(span.Start, span.End));
        Assert.Equal(["quote-ambiguous", "selector-unheld", "selector-unheld", "image-unknown", "class-missing", "selector-unheld"], back.Untaken.Select(u => u.Reason));
    }

    /// <summary>Whatever happens to the bytes, the answer is a value.</summary>
    [Fact]
    public void Damaged_files_never_throw() => Gen.Select(FormatRoom.Document(Gen.OneOf(Box, FormatRoom.Track, Whole), masks: true), Gen.Int[0, 1 << 20], Gen.Byte).Sample((document, at, value) =>
    {
        foreach (var format in new ILabelFormat[] { Cvat, Studio, W3c })
        {
            var bytes = format.Export(document, FormatRoom.Case).Files[0].Bytes.ToArray();
            bytes[at % bytes.Length] = value;
            format.Import([new("x", bytes)], FormatRoom.Case);
            format.Import([new("x", bytes.AsMemory(0, at % bytes.Length))], FormatRoom.Case);
        }
    }, iter: 300);
}
