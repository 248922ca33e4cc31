using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class DocumentTests
{
    private const int Side = 8;
    private static readonly SchemaVersionId Version = EntityId.New<SchemaVersionId>();

    private static readonly SchemaContent Schema = new(
        [
            new("organ", new("Орган", "Organ"), "#009e73", ["mask", "polygon", "point", "rectangle"]),
            new("stone", new("Камень", "Stone"), "#d55e00", ["point"], Required: true),
        ],
        [
            new("size", new("Размер", "Size"), Question.Number, [], Min: 0, Max: 10),
            new("signs", new("Признаки", "Signs"), Question.Multichoice, [new("a", new("а", "a")), new("b", new("б", "b"))], Required: true),
            new("note", new("Заметка", "Note"), Question.FreeText, []),
            new("count", new("Сколько", "How many"), Question.Number, []),
        ]);

    private static readonly Dictionary<string, CaseFile> Images = new[] { "1.1", "1.2" }
        .ToDictionary(uid => uid, uid => new CaseFile("1", "1", uid, 1, 1, Side, Side, "", "", 1));

    [Fact]
    public void A_polygon_reaching_the_corner_of_the_image_fits_and_one_beyond_it_does_not()
    {
        Assert.Null(Fault(Document(objects: [Polygon([[0, 0], [Side, 0], [Side, Side]])])));
        Assert.Equal("point-outside-image", Fault(Document(objects: [Polygon([[0, 0], [Side + 0.01, 0], [Side, Side]])])));
        Assert.Equal("coordinate-not-finite", Fault(Document(objects: [Polygon([[0, 0], [double.NaN, 0], [Side, Side]])])));
        Assert.Equal("coordinate-not-finite", Fault(Document(objects: [Polygon([[0, 0], [double.PositiveInfinity, 0], [Side, Side]])])));
        Assert.Equal("points-unfit", Fault(Document(objects: [Polygon([[0, 0], [1, 1]])])));
    }

    [Fact]
    public void Too_many_objects_and_repeated_ones_are_refused()
    {
        var one = Polygon([[0, 0], [1, 0], [1, 1]]);
        Assert.Equal("object-twice", Fault(Document(objects: [one, one])));
        Assert.Equal("too-many-objects", Fault(Document(objects: [.. Enumerable.Repeat(one, DocumentCheck.MostObjects + 1)])));
        Assert.Equal("geometry-not-allowed", Fault(Document(objects: [one with { Class = "stone" }])));
        Assert.Equal("object-type-unknown", Fault(Document(objects: [one with { Type = "mask" }])));
    }

    [Fact]
    public void Two_masks_of_a_class_on_one_frame_are_refused_and_empty_ones_are_dropped()
    {
        var mask = Mask("1.1", 3);
        Assert.Equal("mask-twice", Fault(Document(masks: [mask, mask])));
        Assert.Equal("geometry-not-allowed", Fault(Document(masks: [mask with { Class = "stone" }])));
        Assert.Empty(Check(Document(masks: [Mask("1.1", 0)])).Document.Masks);
        Assert.Equal(3, Check(Document(masks: [mask])).Document.Masks.Single().PixelCount);
    }

    [Theory]
    [InlineData("size", "11", "number-outside-range")]
    [InlineData("size", "\"3\"", "answer-of-other-type")]
    [InlineData("size", "3.5", null)]
    [InlineData("count", "-1e100", null)]
    [InlineData("count", "1e155", "number-outside-range")]
    [InlineData("signs", "[\"a\",\"b\"]", null)]
    [InlineData("signs", "[\"a\",\"a\"]", "option-unknown")]
    [InlineData("signs", "[\"c\"]", "option-unknown")]
    [InlineData("signs", "\"a\"", "answer-of-other-type")]
    [InlineData("other", "1", "question-unknown")]
    public void Answers_are_held_against_their_questions(string question, string value, string? fault) =>
        Assert.Equal(fault, Fault(Document(answers: Answers((question, value)))));

    [Fact]
    public void A_submission_needs_the_required_classes_and_answers()
    {
        var point = new DocumentObject(Guid.CreateVersion7().ToString(), "stone", "point", "1.1", 1, [[1, 1]]);
        Assert.Equal("class-is-required", Incomplete(Document()));
        Assert.Equal("answer-is-required", Incomplete(Document(objects: [point])));
        Assert.Null(Incomplete(Document(objects: [point], answers: new() { ["signs"] = new(null, CannotAssess: true) })));
    }

    [Fact]
    public void Equal_labels_have_equal_bytes_in_whatever_order_they_were_drawn()
    {
        DocumentMask[] masks = [Mask("1.1", 2) with { Blob = "x" }, Mask("1.2", 2) with { Blob = "y" }];
        var bytes = Document(masks: masks).ToCanonical();
        Assert.Equal(bytes, Document(masks: [masks[1], masks[0]]).ToCanonical());
        Assert.Equal(bytes, LabelDocument.Parse(bytes).ToCanonical());
    }

    [Fact]
    public void Everything_unfit_in_a_schema_is_told_at_once()
    {
        SchemaContent unfit = new(
            [new("Organ", new("", "Organ"), "red", []), new("x", new("х", "x"), "#000000", ["mask"]), new("x", new("х", "x"), "#000000", ["lasso"])],
            [new("q", new("?", "?"), Question.Choice, [new("a", new("а", "a"))])]);
        string[] reasons = [.. Faults(unfit).Select(f => f.Reason)];
        foreach (var expected in new[] { "id-twice", "id-unfit", "name-missing", "color-unfit", "geometry-missing", "geometry-unknown", "options-too-few" })
            Assert.Contains(expected, reasons);
        Assert.Equal("asks-nothing", Faults(SchemaContent.Empty).Single().Reason);
        Assert.Empty(Faults(Schema));
    }

    private static IEnumerable<SchemaIsUnfit> Faults(SchemaContent schema) => new SchemaFaults(schema, DataKind.Radiology).All();

    private static Dictionary<string, DocumentAnswer> Answers(params (string Id, string Value)[] given) =>
        given.ToDictionary(g => g.Id, g => new DocumentAnswer(JsonDocument.Parse(g.Value).RootElement));

    private static CheckedDocument Check(LabelDocument document) =>
        new DocumentCheck(Version, Schema, Images, [], new Dictionary<string, KnownMask>()).Check(document).Value;

    private static string? Fault(LabelDocument document) =>
        (new DocumentCheck(Version, Schema, Images, [], new Dictionary<string, KnownMask>()).Check(document).Refusal as DocumentDoesNotFitSchema)?.Reason;

    private static string? Incomplete(LabelDocument document) => (DocumentCheck.CheckComplete(Schema, document) as DocumentDoesNotFitSchema)?.Reason;

    private static LabelDocument Document(
        IReadOnlyList<DocumentMask>? masks = null, IReadOnlyList<DocumentObject>? objects = null, Dictionary<string, DocumentAnswer>? answers = null) =>
        new(Version.ToString(), masks ?? [], objects ?? [], answers ?? []);

    private static DocumentObject Polygon(IReadOnlyList<double[]> points) => new(Guid.CreateVersion7().ToString(), "organ", "polygon", "1.1", 1, points);

    private static DocumentMask Mask(string uid, int pixels)
    {
        var bits = new bool[Side * Side];
        bits.AsSpan(0, pixels).Fill(true);
        return new("organ", uid, 1, Side, Side, 0, Convert.ToBase64String(RunLengthMask.FromBits(bits, Side, Side).Encode()));
    }
}
