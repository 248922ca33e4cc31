using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Unit.Labelling.Agreement;

/// <summary>Readings without a database: what the tests of the comparison hold against one another.</summary>
internal static class ComparisonBench
{
    public const int Side = 16;
    public static readonly SchemaVersionId Version = EntityId.New<SchemaVersionId>();
    public static readonly Guid Seed = Guid.Parse("00000000-0000-7000-8000-000000000001");

    public static readonly SchemaContent Schema = new(
        [
            new("organ", new("Орган", "Organ"), "#009e73", ["mask"]),
            new("node", new("Узел", "Node"), "#d55e00", ["polygon", "rectangle", "ellipse"], Attributes:
                [new("side", new("Сторона", "Side"), Question.Choice, [new("left", new("л", "l")), new("right", new("п", "r"))]), new("size", new("Размер", "Size"), Question.Number, [])]),
            new("mark", new("Точка", "Point"), "#0072b2", ["point", "length", "polyline"]),
            new("mention", new("Упоминание", "Mention"), "#cc79a7", ["span"]),
            new("phase", new("Фаза", "Phase"), "#56b4e9", ["event", "track"]),
        ],
        [
            new("size", new("Размер", "Size"), Question.Number, [], Min: 0, Max: 10),
            new("note", new("Заметка", "Note"), Question.FreeText, []),
        ],
        [new("of", new("чего", "of"), ["mention"], ["mention"])]);

    /// <summary>Ten images of one series.</summary>
    public static readonly CaseFile[] Files =
        [.. Enumerable.Range(1, 10).Select(n => new CaseFile("1", "1", $"1.{n}", n, 1, Side, Side, "", "", 1))];

    public static readonly FrameOrder Order = new(Files);

    public static LabelDocument Document(
        IEnumerable<DocumentObject>? objects = null, IEnumerable<DocumentMask>? masks = null, IEnumerable<DocumentRelation>? relations = null,
        params (string Id, string Json)[] answers) => new(Version.ToString(), [.. masks ?? []], [.. objects ?? []],
        answers.ToDictionary(a => a.Id, a => new DocumentAnswer(JsonDocument.Parse(a.Json).RootElement)), relations is null ? null : [.. relations]);

    /// <summary>The mask's bytes travel in its runs.</summary>
    public static ComparedDocument Open(LabelDocument document) =>
        new(document, (mask, _) => Task.FromResult(RunLengthMask.Decode(Convert.FromBase64String(mask.Runs!), mask.Rows, mask.Columns)));

    public static Task<ComparisonResult> Compare(IReadOnlyList<LabelDocument> readings, ConsensusRules? rules = null, double threshold = 0.8) =>
        new CompareDocuments(Schema, rules ?? ConsensusRules.Default, _ => threshold, Order).Compare(Seed, [.. readings.Select(Open)], default);

    public static async Task<BuildConsensus.Result> Agree(IReadOnlyList<LabelDocument> readings, IReadOnlyList<int> agreeing, ConsensusRules? rules = null) =>
        await new BuildConsensus(Schema, rules ?? ConsensusRules.Default, Order).OfAgreement(
            (await Compare(readings, rules)).Detail, [.. readings.Select(Open)], agreeing, default);

    public static async Task<BuildConsensus.Result> Undisputed(params LabelDocument[] readings) =>
        await new BuildConsensus(Schema, ConsensusRules.Default, Order).OfUndisputed(await Compare(readings), [.. readings.Select(Open)], default);

    public static DocumentObject Object(string type, string @class, IReadOnlyList<double[]> points, int frame = 1) =>
        new(Guid.CreateVersion7().ToString(), @class, type, $"1.{frame}", 1, points);

    public static DocumentObject Box(double left, double top, double side, string? sideOf = null) =>
        Object("rectangle", "node", [[left, top], [left + side, top + side]]) with
        {
            Attributes = sideOf is null ? null : new Dictionary<string, DocumentAnswer> { ["side"] = new(JsonSerializer.SerializeToElement(sideOf)) },
        };

    public static DocumentObject Point(double x, double y) => Object("point", "mark", [[x, y]]);

    public static DocumentObject Span(int start, int end) =>
        new(Guid.CreateVersion7().ToString(), "mention", "span", "", 0, [], Text: "note.txt", Spans: [new(start, end)]);

    public static DocumentObject Event(int first, int last) =>
        new(Guid.CreateVersion7().ToString(), "phase", "event", "1.1", 0, [], Interval: new(first, last));

    public static DocumentObject Track(params (int Frame, double Left)[] keys) =>
        new(Guid.CreateVersion7().ToString(), "phase", "track", "1.1", 0, [], Track: [.. keys.Select(k => new KeyFrame(k.Frame, [[k.Left, 0], [k.Left + 4, 4]]))]);

    /// <summary>A square of pixels on some images of the series.</summary>
    public static IEnumerable<DocumentMask> Squares(int left, int top, int side, params int[] frames) => frames.Select(frame =>
    {
        var bits = new bool[Side * Side];
        for (var row = top; row < top + side; row++)
            bits.AsSpan(row * Side + left, side).Fill(true);
        return Mask(bits, frame);
    });

    public static DocumentMask Mask(bool[] bits, int frame)
    {
        var mask = RunLengthMask.FromBits(bits, Side, Side);
        return new("organ", $"1.{frame}", 1, Side, Side, mask.PixelCount, Convert.ToBase64String(mask.Encode()));
    }
}
