using System.Diagnostics;
using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Labelling;

/// <summary>Every member of an object and of a document, held against the image, the slide, the video or the text.</summary>
public class AnchorTests
{
    private const string Story = "Боль 😀 в спине";
    private static readonly SchemaVersionId Version = EntityId.New<SchemaVersionId>();
    private static readonly Bilingual Named = new("а", "a");

    private static readonly SchemaContent Schema = new(
        [
            new("finding", Named, "#009e73", Geometry.All[1..], Required: true),
            new("lesion", Named, "#d55e00", Geometry.All[1..], Parent: "finding", Attributes:
            [
                new("kind", Named, Question.Choice, [new("solid", Named), new("cyst", Named)], Required: true),
                new("wall", Named, Question.Number, [], Required: true, Min: 0, OnlyIf: new(Question: "kind", Is: ["cyst"])),
            ]),
            new("drug", Named, "#cc79a7", ["span"]),
        ],
        [
            new("clear", Named, Question.YesNo, [], Required: true, AllowUncertain: true, OnlyIf: new(Not: new(Class: "finding"))),
            new("why", Named, Question.FreeText, [], Required: true, OnlyIf: new(Question: "clear", Is: ["true"])),
        ],
        [new("near", Named, ["finding"], ["finding"], Directed: false), new("treats", Named, ["drug"], ["finding"])]);

    private static readonly CaseFile[] Images =
    [
        new("1", "1", "1.1", 1, 1, 100, 200, "", "", 1),
        new("1", "1", "1.2", 1, 5_000, 256, 256, "", "", 1, (90_000, 60_000)),
        new("1", "1", "1.3", 1, 40, 100, 200, "", "", 1),
    ];

    [Fact]
    public void A_slides_points_lie_on_its_whole_matrix_and_its_tiles_are_no_frames()
    {
        Assert.Null(Fault(Ring([[0, 0], [90_000, 0], [90_000, 60_000]]) with { SopInstanceUid = "1.2" }));
        Assert.Equal("point-outside-image", Fault(Ring([[0, 0], [90_000.5, 0], [90_000, 60_000]]) with { SopInstanceUid = "1.2" }));
        Assert.Equal("point-outside-image", Fault(Ring([[0, 0], [201, 0], [90, 60]])));
        Assert.Equal("frame-unknown", Fault(Ring([[0, 0], [1, 0], [1, 1]]) with { SopInstanceUid = "1.2", Frame = 2 }));
        Assert.Equal("image-of-other-case", Fault(Ring([[0, 0], [1, 0], [1, 1]]) with { SopInstanceUid = "1.4" }));
    }

    [Fact]
    public void Holes_lie_inside_and_cross_nothing()
    {
        var square = Ring([[10, 10], [90, 10], [90, 90], [10, 90]]);
        Assert.Null(Fault(square with { Holes = [[[20, 20], [30, 20], [30, 30]], [[30, 20], [40, 20], [40, 30]]] }));
        Assert.Equal("hole-outside-polygon", Fault(square with { Holes = [[[95, 20], [99, 20], [99, 30]]] }));
        Assert.Equal("polygon-crosses-itself", Fault(square with { Holes = [[[80, 20], [99, 20], [99, 30]]] }));
        Assert.Equal("polygon-crosses-itself", Fault(Ring([[10, 10], [90, 90], [90, 10], [10, 90]])));
        Assert.Equal("points-unfit", Fault(square with { Holes = [[[20, 20], [30, 20]]] }));
        Assert.Equal("anchor-unfit", Fault(square with { Type = "polyline", Holes = [[[20, 20], [30, 20], [30, 30]]] }));
    }

    [Fact]
    public void Spans_are_counted_in_code_points_of_their_text()
    {
        // Fourteen code points; the face is one of them and two UTF-16 units.
        Assert.Null(Fault(Span(new(0, 4), new(5, 14))));
        Assert.Equal("span-outside-text", Fault(Span(new TextSpan(0, 15))));
        Assert.Equal("span-outside-text", Fault(Span(new TextSpan(-1, 4))));
        Assert.Equal("spans-unfit", Fault(Span(new TextSpan(4, 4))));
        Assert.Equal("spans-unfit", Fault(Span(new(5, 14), new(0, 4))));
        Assert.Equal("spans-unfit", Fault(Span(new(0, 4), new(3, 9))));
        Assert.Equal("spans-unfit", Fault(Span()));
        Assert.Equal("text-of-other-case", Fault(Span(new TextSpan(0, 4)) with { Text = "other.txt" }));
        Assert.Equal("anchor-unfit", Fault(Span(new TextSpan(0, 4)) with { Points = [[1, 1]] }));
    }

    [Fact]
    public void Events_and_tracks_keep_to_the_frames_of_their_video()
    {
        var seen = One("event") with { SopInstanceUid = "1.3", Interval = new(1, 40, 0, 1.6) };
        Assert.Null(Fault(seen));
        Assert.Equal("frame-unknown", Fault(seen with { Interval = new(1, 41) }));
        Assert.Equal("frame-unknown", Fault(seen with { Interval = new(9, 8) }));
        Assert.Equal("time-unfit", Fault(seen with { Interval = new(1, 2, 3, 2) }));
        Assert.Equal("time-unfit", Fault(seen with { Interval = new(1, 2, double.NaN) }));
        var track = One("track") with { SopInstanceUid = "1.3", Track = [Key(1), Key(7), new(9, [], Outside: true), Key(40)] };
        Assert.Null(Fault(track));
        Assert.Equal("key-frames-unfit", Fault(track with { Track = [Key(7), Key(7)] }));
        Assert.Equal("key-frames-unfit", Fault(track with { Track = [Key(1), new(2, [[1, 1], [2, 2], [3, 1]])] }));
        Assert.Equal("key-frames-unfit", Fault(track with { Track = [new(1, [])] }));
        Assert.Equal("frame-unknown", Fault(track with { Track = [Key(1), Key(41)] }));
        Assert.Equal("point-outside-image", Fault(track with { Track = [new(1, [[0, 0], [201, 9]])] }));
        Assert.Equal("polygon-crosses-itself", Fault(track with { Track = [new(1, [[0, 0], [9, 9], [9, 0], [0, 9]])] }));
    }

    [Fact]
    public void Attributes_answer_their_class_and_a_submission_needs_the_required_ones()
    {
        var lesion = Ring([[0, 0], [1, 0], [1, 1]]) with { Class = "lesion" };
        Assert.Null(Fault(lesion with { Attributes = Given(("kind", "\"cyst\""), ("wall", "2")) }));
        Assert.Equal("attribute-unknown", Fault(lesion with { Attributes = Given(("colour", "1")) }));
        Assert.Equal("number-outside-range", Fault(lesion with { Attributes = Given(("kind", "\"cyst\""), ("wall", "-2")) }));
        Assert.Equal("question-not-asked", Fault(lesion with { Attributes = Given(("kind", "\"solid\""), ("wall", "2")) }));
        Assert.Equal(("attribute-is-required", "kind", "objects[0]", lesion.Id), Incomplete(Document(lesion)));
        Assert.Equal("wall", Incomplete(Document(lesion with { Attributes = Given(("kind", "\"cyst\"")) }))!.Value.Where);
        Assert.Null(Incomplete(Document(lesion with { Attributes = Given(("kind", "\"solid\"")) })));
    }

    [Fact]
    public void A_question_is_asked_only_if_its_condition_holds_and_only_then_answered()
    {
        var (clear, why) = (("clear", "true"), ("why", "\"чисто\""));
        Assert.Null(Reason(Document() with { Answers = Given(clear, why) }));
        Assert.Equal("question-not-asked", Reason(Document() with { Answers = Given(("clear", "false"), why) }));
        Assert.Equal("question-not-asked", Reason(Document() with { Answers = Given(why) }));
        // A lesion is a finding.
        Assert.Equal("question-not-asked", Reason(Document(Ring([[0, 0], [1, 0], [1, 1]]) with { Class = "lesion" }) with { Answers = Given(clear) }));
        Assert.Null(Incomplete(Document(Ring([[0, 0], [1, 0], [1, 1]]))));
        Assert.Equal("class-is-required", Incomplete(Document() with { Answers = Given(clear, why) })!.Value.Reason);
    }

    [Fact]
    public void Relations_join_what_their_type_joins_and_once()
    {
        var (a, b, drug) = (Ring([[0, 0], [1, 0], [1, 1]]), Ring([[0, 0], [2, 0], [2, 2]]) with { Class = "lesion" }, Span(new TextSpan(0, 4)) with { Class = "drug" });
        Assert.Null(Joined(Relation("near", a, b), Relation("treats", drug, b)));
        Assert.Equal("relation-twice", Joined(Relation("near", a, b), Relation("near", b, a)));
        Assert.Equal("relation-not-allowed", Joined(Relation("treats", b, drug)));
        Assert.Equal("relation-unknown", Joined(Relation("causes", a, b)));
        Assert.Equal("relation-without-ends", Joined(Relation("near", a, a)));
        Assert.Equal("relation-without-ends", Joined(Relation("near", a, Ring([[0, 0], [1, 0], [1, 1]]))));
        string? Joined(params DocumentRelation[] relations) => Reason(Document(a, b, drug) with { Relations = relations });
    }

    [Fact]
    public void A_refusal_names_the_object_by_its_place_and_id()
    {
        var (fit, unfit) = (Ring([[0, 0], [1, 0], [1, 1]]), Ring([[0, 0], [1, 0], [1, -1]]));
        var refusal = (DocumentDoesNotFitSchema)Checked(Document(fit, unfit)).Refusal!;
        Assert.Equal(("point-outside-image", "1; -1", "objects[1]", unfit.Id), (refusal.Reason, refusal.Where, refusal.At, refusal.Id));
    }

    [Fact]
    public void More_than_a_document_holds_is_refused_before_anything_is_looked_at()
    {
        var one = Ring([[double.NaN, 0]]);
        Assert.Equal("too-many-objects", Reason(new(Version.ToString(), [], new Endless<DocumentObject>(100_000, one), new Dictionary<string, DocumentAnswer>())));
        Assert.Equal("too-many-relations", Reason(Document() with { Relations = new Endless<DocumentRelation>(100_000, Relation("near", one, one)) }));
        Assert.Equal("too-many-points", Fault(One("polyline") with { Points = new Endless<double[]>(20_001, [1, 1]) }));
    }

    /// <summary>A list of a length that nobody may walk.</summary>
    private sealed class Endless<T>(int count, T first) : IReadOnlyList<T>
    {
        public T this[int index] => index == 0 ? first : throw new UnreachableException();
        public int Count => count;
        public IEnumerator<T> GetEnumerator() => throw new UnreachableException();
        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private static DocumentObject One(string type) => new(Guid.CreateVersion7().ToString(), "finding", type, "1.1", 1, []);

    private static DocumentObject Ring(IReadOnlyList<double[]> points) => One("polygon") with { Points = points };

    private static DocumentObject Span(params TextSpan[] spans) => One("span") with { SopInstanceUid = "", Text = "story.txt", Spans = spans };

    private static KeyFrame Key(int frame) => new(frame, [[0, 0], [200, 100]]);

    private static DocumentRelation Relation(string type, DocumentObject from, DocumentObject to) => new(Guid.CreateVersion7().ToString(), type, from.Id, to.Id);

    private static Dictionary<string, DocumentAnswer> Given(params (string Id, string Value)[] given) =>
        given.ToDictionary(g => g.Id, g => new DocumentAnswer(JsonDocument.Parse(g.Value).RootElement));

    private static LabelDocument Document(params DocumentObject[] objects) => new(Version.ToString(), [], objects, new Dictionary<string, DocumentAnswer>());

    private static Pirogov.Platform.Problems.Outcome<CheckedDocument> Checked(LabelDocument document) => new DocumentCheck(
        Version, Schema, Images.ToDictionary(i => i.SopInstanceUid), [new("story.txt", "", Story)], new Dictionary<string, KnownMask>()).Check(document);

    private static string? Reason(LabelDocument document) => (Checked(document).Refusal as DocumentDoesNotFitSchema)?.Reason;

    private static string? Fault(DocumentObject one) => Reason(Document(one));

    private static (string Reason, string Where, string At, string? Id)? Incomplete(LabelDocument document) =>
        DocumentCheck.CheckComplete(Schema, document) is DocumentDoesNotFitSchema no ? (no.Reason, no.Where, no.At, no.Id) : null;
}
