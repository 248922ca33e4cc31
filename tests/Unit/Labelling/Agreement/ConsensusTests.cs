using System.Text.Json;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class ConsensusTests
{
    [Fact]
    public async Task The_consensus_of_three_holds_what_two_drew_and_of_two_what_both_did()
    {
        var (four, two, none) = (Document(masks: Squares(0, 0, 4, 1)), Document(masks: Squares(0, 0, 2, 1)), Document());
        Assert.Equal(4, (await Agree([four, two, none], [0, 1, 2])).Document.Masks.Single().PixelCount);
        Assert.Equal(16, (await Agree([four, four, two], [0, 1, 2])).Document.Masks.Single().PixelCount);
        Assert.Empty((await Agree([four, none, none], [0, 1, 2])).Document.Masks);
        Assert.Equal(4, (await Agree([four, two, none], [0, 1])).Document.Masks.Single().PixelCount);
    }

    [Fact]
    public async Task Notes_of_all_are_kept_and_masks_are_named_by_their_hash()
    {
        var (a, b) = (Document(masks: Squares(0, 0, 3, 1), answers: ("note", "\"раз\"")), Document(masks: Squares(0, 0, 2, 1), answers: ("note", "\"два\"")));
        var made = await Agree([a, b], [0, 1]);
        Assert.Equal(made.NewMasks.Single().Sha256, made.Document.Masks.Single().Blob);
        Assert.Equal("раз\nдва", made.Document.Answers["note"].Value!.Value.GetString());
    }

    [Fact]
    public async Task Boxes_are_fused_points_meet_in_the_median_and_spans_are_voted_on()
    {
        LabelDocument Read(double left, double x, int start, int first) => Document([Box(left, 0, 8), Point(x, 5), Span(start, start + 10), Event(first, first + 20)]);
        var objects = (await Agree([Read(0, 0, 0, 10), Read(1, 1, 1, 11), Read(2, 5, 5, 15)], [0, 1, 2])).Document.Objects.ToDictionary(o => o.Type);
        Assert.Equal([[1.0, 0], [9, 8]], objects["rectangle"].Points);
        Assert.Equal([[1.0, 5]], objects["point"].Points);
        Assert.Equal([new TextSpan(1, 11)], objects["span"].Spans!);
        Assert.Equal((11, 31), (objects["event"].Interval!.First, objects["event"].Interval!.Last));
    }

    [Fact]
    public async Task A_fused_track_passes_through_the_mean_of_the_boxes_and_ends_where_half_no_longer_see_it()
    {
        var (a, b, c) = (Track((1, 0), (9, 8)), Track((1, 2), (9, 10)), Track((1, 1), (5, 5)));
        var fused = (await Agree([Document([a]), Document([b]), Document([c])], [0, 1, 2])).Document.Objects.Single().Track!;
        Assert.Equal([1, 5, 9], fused.Select(k => k.Frame));
        Assert.Equal([[1.0, 0], [5, 4]], fused[0].Points);
        Assert.Equal([[9.0, 0], [13, 4]], fused[2].Points);
    }

    [Fact]
    public async Task Outlines_are_those_of_the_most_central_reading()
    {
        static DocumentObject Outline(double shift) => Object("polygon", "node", [[shift, 0], [shift + 8, 0], [shift + 8, 8], [shift, 8]]);
        var (a, b, c) = (Outline(0), Outline(1), Outline(2));
        Assert.Equal(b.Points, (await Agree([Document([a]), Document([b]), Document([c])], [0, 1, 2])).Document.Objects.Single().Points);
    }

    [Fact]
    public async Task The_consensus_says_of_each_part_whose_it_is_how_it_was_made_and_how_good_each_reading_was()
    {
        var made = (await Agree([Document([Box(0, 0, 8)], Squares(0, 0, 4, 1)), Document([Box(0, 0, 8)], Squares(0, 0, 4, 1)), Document([], Squares(0, 0, 2, 1))], [0, 1, 2])).Provenance;
        var box = Assert.Single(made.Elements, e => e.Kind == "object");
        Assert.Equal(("weighted-box-fusion", "AB"), (box.Algorithm, string.Concat(box.Sources)));
        Assert.Equal(2.0 / 3, box.Confidence!.Value, 6);
        var third = made.Reliability.Single(r => r is { Source: "C", Part: "organ" });
        Assert.Equal((0.25, 1.0), (third.Sensitivity, third.Precision));
        Assert.Equal((0.0, (double?)null), (made.Reliability.Single(r => r is { Source: "C", Part: "node" }).Sensitivity, made.Reliability.Single(r => r is { Source: "C", Part: "node" }).Precision));
    }

    [Fact]
    public async Task Where_an_adjudicator_begins_stands_what_nobody_disputes()
    {
        var (same, other, mine, theirs) = (Box(0, 0, 4, "left"), Box(0, 0, 4, "right"), Box(8, 8, 4), Box(12, 0, 3));
        var begun = (await Undisputed(
            Document([same, mine], Squares(0, 0, 4, 1).Concat(Squares(0, 0, 4, 5)), answers: ("size", "3")),
            Document([other, theirs], Squares(0, 0, 4, 1), answers: ("size", "4")))).Document;
        Assert.Null(Assert.Single(begun.Objects).Attributes);
        Assert.Equal("1.1", Assert.Single(begun.Masks).SopInstanceUid);
        Assert.Empty(begun.Answers);
    }

    [Fact]
    public async Task Attributes_are_those_of_most_readers_and_numbers_their_median()
    {
        static DocumentObject With(string side, double size) => Box(0, 0, 8) with
        {
            Attributes = new Dictionary<string, DocumentAnswer> { ["side"] = new(JsonSerializer.SerializeToElement(side)), ["size"] = new(JsonSerializer.SerializeToElement(size)) },
        };
        var taken = (await Agree([Document([With("left", 1)]), Document([With("right", 2)]), Document([With("right", 9)])], [0, 1, 2])).Document.Objects.Single().Attributes!;
        Assert.Equal(("right", 2.0), (taken["side"].Value!.Value.GetString(), taken["size"].Value!.Value.GetDouble()));
    }
}
