using System.Text.Json;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

/// <summary>What a format writes and what it says it cannot hold are together the document, and nothing is both.</summary>
public class LossTests
{
    private static readonly FormatCase Case = FormatRoom.Case with
    {
        Schema = FormatRoom.Schema with
        {
            Questions = [.. FormatRoom.Schema.Questions, FormatRoom.Schema.Question("signs")! with { Id = "none" },
                .. new[] { "sure", "open", "blind" }.Select(id => new Question(id, new(id, id), Question.YesNo, [], AllowUncertain: true, AllowCannotAssess: true))],
        },
        Images = [.. FormatRoom.Case.Images, .. VolumeRoom.Tilted.Images],
        Series = VolumeRoom.Tilted.Series,
    };

    private static readonly LabelDocument Everything = new(
        Case.SchemaVersion.ToString(),
        [Mask("organ", $"{VolumeRoom.Series}.2", 1, VolumeRoom.Rows, VolumeRoom.Columns), Mask("stone", $"{VolumeRoom.Series}.3", 1, VolumeRoom.Rows, VolumeRoom.Columns),
            Mask("organ", "1.2.3", 1, FormatRoom.Rows, FormatRoom.Columns), Mask("stone", FormatRoom.Video, 7, FormatRoom.Rows, FormatRoom.Columns)],
        [
            Image("point", [[1, 2]]) with { Attributes = Attributes() },
            Image("rectangle", [[1, 2], [9, 8]]) with { Attributes = Attributes() },
            Image("polygon", [[0, 0], [20, 0], [20, 20]]) with { Attributes = Attributes() },
            Image("polygon holed", [[0, 0], [20, 0], [20, 20], [0, 20]]) with { Holes = [[[2, 2], [8, 2], [8, 8]]] },
            Image("polyline", [[0, 0], [3, 4], [9, 1]]) with { Attributes = Attributes() },
            Image("length", [[0, 0], [3, 4]]) with { FrameOfReferenceUid = "1.7", Points3d = [[0, 0, 5], [1.5, 2, 5]], Measurement = new(2.5) },
            Image("point mm", [[4, 4]]) with { FrameOfReferenceUid = "1.7", Points3d = [[2, 2, 5]] },
            Image("ellipse", [[4, 4], [10, 8]]) with { Attributes = Attributes() },
            Image("rectangle film", [[1, 1], [4, 4]]) with { SopInstanceUid = FormatRoom.Video, Frame = 5 },
            Film("event") with { Interval = new(3, 9), Attributes = Attributes() },
            Film("event timed") with { Interval = new(11, 19, 0.44, 0.76) },
            Film("track") with { Track = [new(2, [[1, 1], [5, 5]]), new(6, [[2, 1], [6, 5]], null, true)], Attributes = Attributes() },
            Film("track timed") with { Track = [new(4, [[1, 1], [5, 5]], 0.16), new(8, [[2, 1], [6, 5]], 0.32)] },
            Film("track ring") with { Track = [new(5, [[1, 1], [5, 1], [5, 5]])] },
            Text("span", new TextSpan(0, 6)) with { Attributes = Attributes() },
            Text("span other", new TextSpan(12, 16)),
            Text("span in it", new TextSpan(0, 3)),
            Text("span spaced", new TextSpan(16, 18)),
            Text("span cut", new(7, 8), new(18, 24)) with { Attributes = Attributes() },
            Text("span cut too", new(9, 11), new(18, 20)),
        ],
        new Dictionary<string, DocumentAnswer>
        {
            ["size"] = new(Json(2.5)),
            ["kind"] = new(Json("b")),
            ["signs"] = new(Json(new[] { "x", "y" })),
            ["none"] = new(Json(Array.Empty<string>())),
            ["remark"] = new(Json("ни <слова> &")),
            ["sure"] = new(Json(true), Uncertain: true),
            ["open"] = new(null, Uncertain: true),
            ["blind"] = new(null, CannotAssess: true),
        },
        [Relation("point", "rectangle"), Relation("rectangle", "polygon holed"), Relation("ellipse", "length"), Relation("point", "rectangle film"), Relation("point", "span"), Relation("track", "event"),
            Relation("track ring", "event"), Relation("span", "span other"), Relation("span", "span cut"), Relation("span cut", "span cut too"), Relation("span other", "event timed")]);

    public static TheoryData<string> Formats => [.. LabelFormats.All.Select(f => f.Id)];

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_exported_and_what_is_listed_as_lost_is_everything(string id)
    {
        var format = LabelFormats.All.Single(f => f.Id == id);
        var exported = format.Export(Everything, Case);
        Assert.Equal(exported.Losses.Select(l => (l.Object, l.Reason, l.Detail)).Distinct().Count(), exported.Losses.Count);
        var all = Facts(Everything, o => o.Id);
        var lost = exported.Losses.SelectMany(l => Lost(l, all)).ToHashSet();
        var back = format.Import(exported.Files, Case).Value;
        Assert.Empty(back.Untaken);

        var ids = Everything.Objects.ToDictionary(Place, o => o.Id);
        var names = back.Document.Objects.ToDictionary(o => o.Id, o => ids[Place(o)]);
        // brat numbers its lines, CoNLL has none.
        if (id is not ("brat" or "conll")) Assert.All(names, n => Assert.Equal(n.Value, n.Key));
        var held = Facts(back.Document, o => names[o.Id]);
        Assert.Empty(held.Intersect(lost));
        Assert.Equal([], all.Except(held).Except(lost));
        Assert.Equal([], held.Except(all));
        if (id == "pirogov") Assert.Empty(exported.Losses);
    }

    /// <summary>Formats that say nothing must not be taken for ones that hold all: each reason is met.</summary>
    [Fact]
    public void Every_reason_of_a_loss_is_met() => Assert.Equal(
        ["answer-unheld", "attribute-mark-unheld", "attribute-unheld", "geometry-unheld", "holes-unheld", "mask-off-grid", "mask-unheld", "patient-coordinates-unheld", "relation-unheld", "span-edge-is-space",
            "span-interrupted", "span-overlaps", "time-unheld"],
        LabelFormats.All.SelectMany(f => f.Export(Everything, Case).Losses).Select(l => l.Reason).Distinct().Order(StringComparer.Ordinal));

    /// <summary>Single statements of a document, each beginning with the id of what it says something about.</summary>
    private static HashSet<string> Facts(LabelDocument document, Func<DocumentObject, string> idOf)
    {
        var facts = document.Masks.Select(m => $"{m.Class} {m.SopInstanceUid}#{m.Frame}: mask {m.Runs}").ToHashSet();
        foreach (var one in document.Objects)
        {
            facts.Add($"{idOf(one)}: {Place(one)}");
            if (one.Holes is { Count: > 0 }) facts.Add($"{idOf(one)}: holes {Json(one.Holes)}");
            if (one.Points3d is not null) facts.Add($"{idOf(one)}: mm {Json(one.Points3d)} {one.Measurement?.LengthMm}");
            if (one.Interval?.FirstSeconds is not null || one.Track?.Any(k => k.Seconds is not null) is true)
                facts.Add($"{idOf(one)}: times {one.Interval?.FirstSeconds} {one.Interval?.LastSeconds} {string.Join(' ', one.Track?.Select(k => k.Seconds) ?? [])}");
            foreach (var (id, answer) in one.Attributes ?? new Dictionary<string, DocumentAnswer>()) Add(idOf(one), id, answer);
        }

        foreach (var (id, answer) in document.Answers) Add(id, id, answer);
        var names = document.Objects.ToDictionary(o => o.Id, idOf);
        facts.UnionWith((document.Relations ?? []).Select(r => $"{RelationId(r.Type, names[r.From], names[r.To])}: relation"));
        return facts;

        void Add(string of, string id, DocumentAnswer answer)
        {
            if (answer.Value is { } value) facts.Add($"{of}: value {id} {JsonSerializer.Serialize(value)}");
            if (answer.Uncertain || answer.CannotAssess) facts.Add($"{of}: mark {id} {answer.Uncertain} {answer.CannotAssess}");
        }
    }

    private static string[] Lost(Untaken loss, HashSet<string> all)
    {
        var said = loss.Reason switch
        {
            "geometry-unheld" or "span-interrupted" or "span-overlaps" or "span-edge-is-space" or "relation-unheld" or "mask-unheld" or "mask-off-grid" or "answer-unheld" => [""],
            "attribute-unheld" => [$"value {loss.Detail} ", $"mark {loss.Detail} "],
            "attribute-mark-unheld" => [$"mark {loss.Detail} "],
            "holes-unheld" => ["holes "],
            "patient-coordinates-unheld" => ["mm "],
            "time-unheld" => ["times "],
            _ => Array.Empty<string>(),
        };
        var lost = all.Where(f => said.Any(s => f.StartsWith($"{loss.Object}: {s}", StringComparison.Ordinal))).ToArray();
        Assert.True(lost.Length > 0, $"{loss} is nothing of the document.");
        return lost;
    }

    /// <summary>Where it lies; sums and quotients of other tools round.</summary>
    private static string Place(DocumentObject one) =>
        $"{one.Type} {one.Class} {one.SopInstanceUid}#{one.Frame} {Json(Rounded(one.Points))} {one.Text} {string.Join(' ', one.Spans ?? [])} {one.Interval?.First}–{one.Interval?.Last} "
        + string.Join(' ', one.Track?.Select(k => $"{k.Frame} {Json(Rounded(k.Points))} {k.Outside}") ?? []);

    private static double[][] Rounded(IReadOnlyList<double[]> points) => [.. points.Select(p => p.Select(v => Math.Round(v, 8)).ToArray())];

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    private static string IdOf(string name) => new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();

    private static string RelationId(string type, string from, string to) => IdOf($"{type} {from} {to}");

    private static DocumentRelation Relation(string from, string to) => new(RelationId("causes", IdOf(from), IdOf(to)), "causes", IdOf(from), IdOf(to));

    private static DocumentObject Image(string name, double[][] points) => new(IdOf(name), "organ", name.Split(' ')[0], "1.2.3", 1, points);

    private static DocumentObject Film(string name) => new(IdOf(name), "stone", name.Split(' ')[0], FormatRoom.Video, 1, []);

    private static DocumentObject Text(string name, params TextSpan[] spans) => new(IdOf(name), "organ", "span", "", 1, [], Text: "story.txt", Spans: spans);

    private static Dictionary<string, DocumentAnswer> Attributes() => new()
    {
        ["certainty"] = new(Json(0.5)),
        ["seen"] = new(Json(true)),
        ["word"] = new(Json("два слова")),
        ["list"] = new(Json(new[] { "x", "y" })),
        ["doubted"] = new(Json("да"), Uncertain: true),
        ["unseen"] = new(null, CannotAssess: true),
    };

    private static DocumentMask Mask(string @class, string uid, int frame, int rows, int columns) =>
        FormatRoom.MaskOf(@class, uid, frame, RunLengthMask.FromBits([.. Enumerable.Range(0, rows * columns).Select(at => at % 7 is 2 or 3)], rows, columns));
}
