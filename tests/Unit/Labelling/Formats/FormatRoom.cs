using System.Text;
using System.Text.Json;
using CsCheck;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

/// <summary>A case with two images, a video and a text outside the basic plane, and random labels for it.</summary>
internal static class FormatRoom
{
    public const int Rows = 24;
    public const int Columns = 32;
    public const string Video = "1.2.9";
    public const string Story = "Жалобы 😀 на боль. Кашель\tс мокротой 𝛼2!\nОтёк голеней, нет. E\u0301тап второй.\n";

    private static readonly string[] All = ["mask", "polygon", "polyline", "rectangle", "ellipse", "length", "point", "span", "event", "track"];

    public static SchemaContent Schema { get; } = new(
        [
            new("organ", new("Орган", "Organ"), "#009e73", All),
            new("stone", new("Камень", "Stone"), "#d55e00", All),
            new("box_only", new("Рамка", "Box"), "#cc79a7", ["rectangle"]),
        ],
        [
            new("size", new("Размер", "Size"), Question.Number, []),
            new("kind", new("Вид", "Kind"), Question.Choice, [new("a", new("А", "A")), new("b", new("Б", "B"))]),
            new("signs", new("Признаки", "Signs"), Question.Multichoice, [new("x", new("икс", "X")), new("y", new("игрек", "Y"))]),
            new("remark", new("Заметка", "Remark"), Question.FreeText, []),
        ]);

    public static FormatCase Case { get; } = OfTexts([new("story.txt", "", Story.Normalize())]);

    public static FormatCase OfTexts(IReadOnlyList<CaseText> texts) => new("C-1", EntityId.New<SchemaVersionId>(), Schema,
        [Image("1.2.3", 1), Image("1.2.4", 1), Image(Video, 40)], texts);

    public static CaseFile Image(string uid, int frames) => new("1", "1.1", uid, 1, frames, Rows, Columns, "", "", 1);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static readonly Gen<string> Class = OneOf("organ", "stone");

    /// <summary>Hundredths of a pixel: decimals that are no binary fractions.</summary>
    private static readonly Gen<double[]> Point = Gen.Select(Gen.Int[0, Columns * 100], Gen.Int[0, Rows * 100], (x, y) => new[] { x / 100.0, y / 100.0 });

    private static readonly Gen<IReadOnlyDictionary<string, DocumentAnswer>?> Attributes = Gen.OneOf(
        Gen.Const((IReadOnlyDictionary<string, DocumentAnswer>?)null),
        Gen.Select(Gen.Bool, Gen.Double[-9, 9], OneOf("слово", "два слова", "<&\"'>"), (seen, number, word) =>
            (IReadOnlyDictionary<string, DocumentAnswer>?)new Dictionary<string, DocumentAnswer>
            {
                ["certainty"] = new(JsonSerializer.SerializeToElement(number)),
                ["seen"] = new(JsonSerializer.SerializeToElement(seen)),
                ["word"] = new(JsonSerializer.SerializeToElement(word)),
            }));

    public static Gen<DocumentObject> Shape(params string[] types) =>
        from type in OneOf(types)
        from uid in OneOf("1.2.3", "1.2.4")
        from id in Gen.Guid
        from @class in Class
        from attributes in Attributes
        from points in Point.Array[type switch { "point" => 1, "rectangle" or "length" => 2, "ellipse" => 4, _ => 3 }, type switch { "point" => 1, "rectangle" or "length" => 2, "ellipse" => 4, _ => 9 }]
        from holes in Point.Array[3, 5].Array[0, 2]
        select new DocumentObject(id.ToString(), @class, type, uid, 1, type == "rectangle" ? Upright(points) : points,
            Holes: type == "polygon" && holes.Length > 0 ? holes : null, Attributes: attributes, Origin: "import");

    public static readonly Gen<DocumentObject> Span =
        from id in Gen.Guid
        from @class in Class
        from attributes in Attributes
        from cuts in Gen.Int[0, CodePoints.Count(Case.Texts[0].Text)].HashSet[2, 4]
        let sorted = cuts.Order().ToArray()
        select new DocumentObject(id.ToString(), @class, "span", "", 1, [], Text: "story.txt", Attributes: attributes, Origin: "import",
            Spans: [.. sorted[..(sorted.Length / 2 * 2)].Chunk(2).Select(c => new TextSpan(c[0], c[1]))]);

    public static readonly Gen<DocumentObject> Track =
        from one in Shape("rectangle")
        from frames in Gen.Int[1, 40].HashSet[1, 5]
        from outside in Gen.Bool
        let sorted = frames.Order().ToArray()
        select one with
        {
            Type = "track",
            SopInstanceUid = Video,
            Points = [],
            Track = [.. sorted.Select((f, n) => new KeyFrame(f, [[n, 1.25], [n + 9.5, 8]], null, outside && n > 0 && n == sorted.Length - 1))],
        };

    private static readonly Gen<DocumentObject> Event =
        from one in Shape("rectangle")
        from first in Gen.Int[1, 40]
        from last in Gen.Int[first, 40]
        from seconds in Gen.Bool
        select one with { Type = "event", SopInstanceUid = Video, Points = [], Interval = new(first, last, seconds ? first / 30.0 : null, seconds ? last / 30.0 : null) };

    /// <summary>What only the platform's own document has places for: times, millimetres, doubts.</summary>
    public static readonly Gen<DocumentObject> Rich =
        from one in Gen.OneOf(Track, Shape("length"), Event)
        from seconds in Gen.Double[0, 1]
        from mm in Gen.Double[-200, 200].Array[3].Array[2]
        from marks in Gen.Int[0, 2]
        select one with
        {
            Track = one.Track?.Select(k => k with { Seconds = k.Frame * seconds }).ToArray(),
            FrameOfReferenceUid = one.Type == "length" ? "1.2.7" : null,
            Points3d = one.Type == "length" ? mm : null,
            Measurement = one.Type == "length" ? new(seconds) : null,
            Attributes = marks == 0 ? null : new Dictionary<string, DocumentAnswer> { ["doubt"] = marks == 1 ? new(JsonSerializer.SerializeToElement(seconds), Uncertain: true) : new(null, CannotAssess: true) },
        };

    public static readonly Gen<DocumentMask> Mask =
        from uid in OneOf("1.2.3", "1.2.4")
        from @class in Class
        from bits in Gen.Bool.Array[Rows * Columns]
        select MaskOf(@class, uid, 1, RunLengthMask.FromBits(bits, Rows, Columns));

    public static DocumentMask MaskOf(string @class, string uid, int frame, RunLengthMask mask) =>
        new(@class, uid, frame, mask.Rows, mask.Columns, mask.PixelCount, Convert.ToBase64String(mask.Encode()), null, "import");

    public static Gen<LabelDocument> Document(Gen<DocumentObject> objects, bool masks = false) =>
        from some in objects.Array[0, 6]
        from drawn in masks ? Mask.Array[0, 3] : Gen.Const(Array.Empty<DocumentMask>())
        from joined in Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], OneOf("causes", "part_of"), Gen.Guid).Array[0, 3]
        let relations = joined.Where(j => j.Item1 < some.Length && j.Item2 < some.Length)
            .Select(j => new DocumentRelation(j.Item4.ToString(), j.Item3, some[j.Item1].Id, some[j.Item2].Id, "import")).ToArray()
        select new LabelDocument(Case.SchemaVersion.ToString(), drawn.DistinctBy(m => (m.Class, m.SopInstanceUid)).ToArray(), some,
            new Dictionary<string, DocumentAnswer>(), relations.Length > 0 ? relations : null);

    public static ImportedLabels Import(this ILabelFormat format, params LabelFile[] files) => format.Import(files, Case).Value;

    public static ImportedLabels Import(this ILabelFormat format, string name, string text) => format.Import(new LabelFile(name, Encoding.UTF8.GetBytes(text)));

    public static string? Refused(this ILabelFormat format, string name, string text) => format.Refused(name, Encoding.UTF8.GetBytes(text));

    public static string? Refused(this ILabelFormat format, string name, byte[] bytes) =>
        format.Import([new LabelFile(name, bytes)], Case).Refusal is LabelFileUnreadable refusal ? $"{refusal.Reason} {refusal.Where}" : null;

    public static ImportedLabels ThereAndBack(this ILabelFormat format, LabelDocument document, FormatCase? of = null)
    {
        var exported = format.Export(document, of ?? Case);
        var back = format.Import(exported.Files, of ?? Case);
        Assert.False(back.IsRefused(out var refusal), refusal?.ToString());
        return back.Value;
    }

    /// <summary>Canonical JSON of every part, so that a difference is seen as text.</summary>
    public static void Same(LabelDocument expected, LabelDocument actual) =>
        Assert.Equal(Encoding.UTF8.GetString(Bare(expected).ToCanonical()), Encoding.UTF8.GetString(Bare(actual).ToCanonical()));

    /// <summary>Without the ids, for formats that number their objects anew; the order of the objects is the file's.</summary>
    public static LabelDocument Numbered(LabelDocument document)
    {
        var numbers = document.Objects.Index().ToDictionary(o => o.Item.Id, o => $"{o.Index}");
        return document with
        {
            Objects = [.. document.Objects.Select(o => o with { Id = numbers[o.Id] })],
            Relations = document.Relations?.Select(r => r with { Id = "", From = numbers[r.From], To = numbers[r.To] }).ToArray(),
        };
    }

    private static LabelDocument Bare(LabelDocument document) => document with { Masks = [.. document.Masks.Select(m => m with { Blob = m.Runs })] };

    private static double[][] Upright(double[][] points) => [
        [Math.Min(points[0][0], points[1][0]), Math.Min(points[0][1], points[1][1])],
        [Math.Max(points[0][0], points[1][0]), Math.Max(points[0][1], points[1][1])]];
}
