using System.Globalization;
using Pirogov.Imaging;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class ComparisonTests
{
    [Fact]
    public async Task Dice_is_over_the_whole_case_and_two_empty_readings_agree()
    {
        var (a, b, empty) = (Document(masks: Squares(0, 0, 2, 1).Concat(Squares(0, 0, 3, 2))), Document(masks: Squares(0, 0, 2, 1)), Document());
        Assert.Equal(2.0 * 4 / (4 + 9 + 4), (await Compare([a, b])).Figures.Dice["organ"]);
        Assert.Equal(1, (await Compare([empty, empty])).Figures.Dice["organ"]);
        Assert.Equal(0, (await Compare([a, empty])).Figures.Dice["organ"]);
    }

    [Fact]
    public async Task A_class_that_both_lack_is_agreed_about_and_one_that_one_lacks_is_not()
    {
        var figures = (await Compare([Document([Box(0, 0, 4)]), Document()])).Figures;
        Assert.Equal(0, figures.Agreement["node"]);
        Assert.Equal(1, figures.Agreement["mark"]);
        Assert.Empty(figures.AgreeingMajority(_ => 0.5));
    }

    [Fact]
    public async Task Free_text_is_not_compared_and_numbers_are_within_the_tolerance()
    {
        var (a, b) = (Document(answers: [("note", "\"раз\""), ("size", "3")]), Document(answers: [("note", "\"два\""), ("size", "3.1")]));
        Assert.Equal("size", Assert.Single((await Compare([a, b])).Detail.Disagreements).Question);
        Assert.Empty((await Compare([a, b], ConsensusRules.Default with { NumberTolerance = 0.05 })).Detail.Disagreements);
    }

    [Fact]
    public async Task Readers_agree_when_more_than_half_of_them_agree_with_one_another_or_all_where_all_have_to()
    {
        var (a, b, c) = (Document(answers: ("size", "3")), Document(answers: ("size", "4")), Document(answers: ("size", "5")));
        Assert.Equal([0, 2], (await Compare([a, b, a])).Figures.AgreeingMajority(_ => 0.8));
        Assert.Empty((await Compare([a, b, c])).Figures.AgreeingMajority(_ => 0.8));
        Assert.Empty((await Compare([a, b, a, b])).Figures.AgreeingMajority(_ => 0.8));
        Assert.Equal([0, 1, 3], (await Compare([a, a, b, a])).Figures.AgreeingMajority(_ => 0.8));
        var all = ConsensusRules.Default with { Agreement = AgreementNeeds.Everybody };
        Assert.Empty((await Compare([a, b, a])).Figures.Agreeing(_ => 0.8, all));
        Assert.Equal([0, 1], (await Compare([a, a])).Figures.Agreeing(_ => 0.8, all));
    }

    [Fact]
    public async Task A_class_is_held_to_its_own_threshold()
    {
        var figures = (await Compare([Document([Box(0, 0, 4)]), Document([Box(1, 0, 4)])])).Figures;
        var node = figures.Agreement["node"];
        Assert.Equal(0.75, node, 6);
        Assert.NotEmpty(figures.AgreeingMajority(c => c == "node" ? node : 1));
        Assert.Empty(figures.AgreeingMajority(c => c == "node" ? node + 0.001 : 0));
    }

    [Fact]
    public async Task Objects_are_matched_so_that_the_sum_is_largest_and_not_one_after_another()
    {
        // The first of A is nearest to the first of B, and yet belongs to the second: else the second of A would have nobody.
        var (a1, a2) = (Box(4, 0, 4), Box(0, 0, 4));
        var (b1, b2) = (Box(3, 0, 4), Box(5.5, 0, 4));
        var detail = (await Compare([Document([a1, a2]), Document([b1, b2])])).Detail;
        Assert.Equal(2, detail.Groups.Count);
        Assert.Contains(detail.Groups, g => g.Members.SequenceEqual([a1.Id, b2.Id]));
        Assert.Contains(detail.Groups, g => g.Members.SequenceEqual([a2.Id, b1.Id]));
    }

    [Fact]
    public async Task Each_disagreement_says_of_what_kind_it_is_where_it_lies_and_who_has_it()
    {
        var (box, same, far) = (Box(0, 0, 4, "left"), Box(0, 0, 4, "right"), Box(10, 10, 4));
        var (wide, narrow) = (Box(0, 8, 4), Box(2, 8, 4));
        var found = (await Compare([Document([box, wide]), Document([same, far, narrow])])).Detail.Disagreements;
        var missing = Assert.Single(found, d => d.Kind == DisagreementKind.Missing);
        Assert.Equal(("node", "1.1", 1, 0.5, "votes"), (missing.Class, missing.Place!.SopInstanceUid, missing.Place.Frame, missing.Figure, missing.Measure));
        Assert.Equal([10.0, 10, 14, 14], missing.Place.Box!);
        Assert.Equal([false, true], missing.Sources.Select(s => s.Has));
        Assert.Equal(far.Id, Assert.Single(missing.Sources[1].Objects));
        var attribute = Assert.Single(found, d => d.Kind == DisagreementKind.Attribute);
        Assert.Equal(("side", "left", "right"), (attribute.Question, attribute.Sources[0].Value, attribute.Sources[1].Value));
        var shape = Assert.Single(found, d => d.Kind == DisagreementKind.Shape);
        Assert.Equal(("dice", 0.5), (shape.Measure, Math.Round(shape.Figure, 6)));
    }

    [Theory]
    [InlineData("point", 9, 1.0)]
    [InlineData("point", 11, 0.0)]
    public async Task Points_are_the_same_within_the_tolerance(string type, double apart, double agreement)
    {
        var (a, b) = (Object(type, "mark", [[0, 0]]), Object(type, "mark", [[apart, 0]]));
        Assert.Equal(agreement, (await Compare([Document([a]), Document([b])])).Figures.Agreement["mark"]);
    }

    [Fact]
    public async Task Points_that_know_their_place_in_the_patient_match_across_images_in_millimetres()
    {
        static DocumentObject At(int frame, double z) => Object("point", "mark", [[1, 1]], frame) with { FrameOfReferenceUid = "2.25.9", Points3d = [[10, 10, z]] };
        Assert.Equal(1, (await Compare([Document([At(1, 0)]), Document([At(2, 4)])])).Figures.Agreement["mark"]);
        var apart = (await Compare([Document([At(1, 0)]), Document([At(2, 7)])])).Detail.Disagreements;
        Assert.Equal((DisagreementKind.Shape, "mm", 7.0), (apart[0].Kind, apart[0].Measure, apart[0].Figure));
        Assert.All((await Compare([Document([At(1, 0)]), Document([At(2, 12)])])).Detail.Disagreements, d => Assert.Equal(DisagreementKind.Missing, d.Kind));
    }

    [Fact]
    public async Task Lines_and_lengths_do_not_depend_on_the_direction_in_which_they_were_drawn()
    {
        foreach (var type in new[] { "length", "polyline" })
        {
            var (a, b) = (Object(type, "mark", [[0, 0], [15, 0]]), Object(type, "mark", [[15, 1], [0, 1]]));
            var detail = await Compare([Document([a]), Document([b])]);
            Assert.Equal(1, detail.Figures.Agreement["mark"]);
            Assert.Single(detail.Detail.Groups);
        }
    }

    [Fact]
    public async Task Spans_events_and_tracks_are_held_by_what_they_share()
    {
        Assert.Equal(2.0 * 6 / 18, (await Compare([Document([Span(0, 10)]), Document([Span(4, 12)])])).Figures.Agreement["mention"], 12);
        Assert.Equal(2.0 * 5 / 15, (await Compare([Document([Event(1, 10)]), Document([Event(6, 10)])])).Figures.Agreement["phase"], 12);
        // Boxes of four move by one a frame; the other stands still and shares less and less of them.
        var tracks = await Compare([Document([Track((1, 0), (5, 4))]), Document([Track((1, 0), (5, 0))])]);
        Assert.Equal(2.0 * (4 + 3 + 2 + 1 + 0) / (5 * 4 * 2), tracks.Figures.Agreement["phase"], 12);
    }

    [Fact]
    public async Task A_relation_is_disputed_only_between_objects_that_both_have()
    {
        var (a1, a2, a3) = (Span(0, 4), Span(6, 9), Span(20, 24));
        var (b1, b2) = (Span(0, 4), Span(6, 9));
        DocumentRelation Of(DocumentObject from, DocumentObject to) => new(Guid.CreateVersion7().ToString(), "of", from.Id, to.Id);
        var compared = await Compare([Document([a1, a2, a3], relations: [Of(a1, a2), Of(a1, a3)]), Document([b1, b2])]);
        Assert.Equal([DisagreementKind.Missing, DisagreementKind.Relation], compared.Detail.Disagreements.Select(d => d.Kind));
        Assert.Equal(0, compared.Figures.Pairs[0].Relations["of"]);
    }

    [Fact]
    public async Task What_hangs_together_through_neighbouring_images_is_one_disagreement_and_what_does_not_is_another()
    {
        var (a, b) = (Document(masks: Squares(0, 0, 4, 1, 2, 3)), Document(masks: Squares(8, 8, 4, 5)));
        var found = (await Compare([a, b])).Detail.Disagreements;
        Assert.Equal([3, 1], found.Select(d => d.Frames));
        Assert.Equal([48L, 0L], found[0].Sources.Select(s => s.Pixels!.Value));
        Assert.Equal([0.0, 0, 4, 4], found[0].Place!.Box!);
    }

    [Fact]
    public async Task Frames_are_ranked_by_the_entropy_of_the_votes()
    {
        var (a, b) = (Document(masks: Squares(0, 0, 4, 1, 2)), Document(masks: Squares(0, 0, 4, 1).Concat(Squares(1, 0, 4, 2))));
        var frames = (await Compare([a, b])).Detail.Frames;
        Assert.Equal((16L, 0L, 0.0), (frames[0].Drawn, frames[0].Disputed, frames[0].Entropy));
        Assert.Equal((20L, 8L, 8.0), (frames[1].Drawn, frames[1].Disputed, frames[1].Entropy));
    }

    [Fact]
    public async Task The_same_readings_give_the_same_ids()
    {
        LabelDocument[] readings = [Document([Box(0, 0, 4)], Squares(0, 0, 4, 1)), Document([Box(1, 0, 4), Box(9, 9, 4)])];
        var (once, again) = (await Compare(readings), await Compare(readings));
        Assert.Equal(once.Detail.Disagreements.Select(d => d.Id), again.Detail.Disagreements.Select(d => d.Id));
        Assert.Equal(once.Detail.Disagreements.Count, once.Detail.Disagreements.Select(d => d.Id).Distinct().Count());
    }

    [Fact]
    public void Areas_are_those_of_geometry()
    {
        double[][] square = [[0, 0], [10, 0], [10, 10], [0, 10]];
        double[][] hole = [[2, 2], [8, 2], [8, 8], [2, 8]];
        double[][] triangle = [[0, 0], [10, 0], [0, 10]];
        var (first, second, both) = PolygonOverlap.Areas([square, hole], [triangle]);
        Assert.Equal(64, first, 2);
        Assert.Equal(50, second, 2);
        // Half of the square, less the half of the hole below the diagonal x + y = 10.
        Assert.Equal(50 - 18, both, 2);
    }

    [Fact]
    public async Task Pieces_of_random_masks_are_those_that_flooding_finds()
    {
        var random = new Xoshiro256(7);
        for (var round = 0; round < 30; round++)
        {
            var bits = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, Side * Side).Select(_ => random.NextDouble() < 0.35).ToArray()).ToArray();
            var reading = Document(masks: bits.Select((b, i) => Mask(b, i + 1)));
            var pieces = (await Compare([reading, Document()])).Detail.Disagreements;
            var flooded = Flood(bits).OrderDescending().ToArray();
            var told = pieces.Select(p => p.Sources[0].Pixels!.Value).OrderDescending().ToArray();
            Assert.Equal(flooded.Sum(), told.Sum());
            if (flooded.Length <= MaskComparison.MostPieces)
                Assert.Equal(flooded, told);
        }
    }

    private static List<long> Flood(bool[][] bits)
    {
        var (seen, sizes) = (new HashSet<(int, int)>(), new List<long>());
        for (var frame = 0; frame < bits.Length; frame++)
        {
            for (var at = 0; at < bits[frame].Length; at++)
            {
                var (queue, size) = (new Queue<(int Frame, int At)>([(frame, at)]), 0L);
                while (queue.TryDequeue(out var here))
                {
                    if (here.Frame < 0 || here.Frame >= bits.Length || here.At < 0 || here.At >= Side * Side || !bits[here.Frame][here.At] || !seen.Add(here))
                        continue;
                    size++;
                    queue.Enqueue((here.Frame - 1, here.At));
                    queue.Enqueue((here.Frame + 1, here.At));
                    queue.Enqueue((here.Frame, here.At - Side));
                    queue.Enqueue((here.Frame, here.At + Side));
                    if (here.At % Side > 0)
                        queue.Enqueue((here.Frame, here.At - 1));
                    if (here.At % Side < Side - 1)
                        queue.Enqueue((here.Frame, here.At + 1));
                }

                if (size > 0)
                    sizes.Add(size);
            }
        }

        return sizes;
    }

    [Fact]
    public void Stretches_of_pixels_make_the_mask_that_they_came_from()
    {
        var random = new Xoshiro256(3);
        for (var round = 0; round < 50; round++)
        {
            var mask = RunLengthMask.FromBits([.. Enumerable.Range(0, 60).Select(_ => random.NextInt32(2) == 0)], 6, 10);
            Assert.Equal(mask, RunLengthMask.FromStretches(mask.Stretches(), 6, 10));
        }

        Assert.Equal(RunLengthMask.Empty(2, 2), RunLengthMask.FromStretches([], 2, 2));
        Assert.Equal(4, RunLengthMask.FromStretches([(0, 2), (2, 2)], 2, 2).PixelCount);
        Assert.Throws<ArgumentException>(() => RunLengthMask.FromStretches([(2, 2), (0, 1)], 2, 2));
    }

    [Fact]
    public void Voting_is_in_bits() => Assert.Equal("1|0|0.918", string.Create(CultureInfo.InvariantCulture,
        $"{MaskComparison.VoteEntropy(2, 4)}|{MaskComparison.VoteEntropy(4, 4)}|{Math.Round(MaskComparison.VoteEntropy(1, 3), 3)}"));
}
