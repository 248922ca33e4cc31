using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class ObjectConsensusTests
{
    [Fact]
    public void Boxes_are_fused_by_score()
    {
        ScoredBox[][] sources =
        [
            [new(new(0, 0, 10, 10), 1, 0.9), new(new(50, 50, 60, 60), 1, 0.4)],
            [new(new(1, 0, 11, 10), 1, 0.6)],
            [new(new(0, 0, 10, 10), 2, 0.8)],
        ];
        var fusion = BoxFusion.Of(sources);
        Assert.Equal(3, fusion.Boxes.Count);
        var first = fusion.Boxes[0];
        Assert.Equal(0.6 / 1.5, first.Box.Left, 1e-12);
        Assert.Equal((0.9 * 10 + 0.6 * 11) / 1.5, first.Box.Right, 1e-12);
        Assert.Equal(0.75 * 2 / 3, first.Confidence, 1e-12);
        Assert.Equal([0, 1], first.Sources);
        Assert.True(first.Stands);
        Assert.Equal((2, 0.8 / 3), (fusion.Boxes[1].Category, fusion.Boxes[1].Confidence));
        Assert.False(fusion.Boxes[1].Stands);
        Assert.Equal((1, 1, 2.0 / 3), (fusion.Sources[0].Standing, fusion.Sources[0].Common, fusion.Sources[0].F1));
        Assert.Equal(0, fusion.Sources[2].F1);
        Assert.Null(fusion.Sources[2].Overlap);
    }

    [Fact]
    public void Weights_of_sources_multiply_scores_and_count_in_their_number()
    {
        ScoredBox[][] sources = [[new(new(0, 0, 10, 10), 0, 0.9)], [new(new(2, 0, 12, 10), 0, 0.9)]];
        var box = BoxFusion.Of(sources, weights: [2, 1]).Boxes.Single();
        Assert.Equal(2.0 / 3, box.Box.Left, 1e-12);
        Assert.Equal((1.8 + 0.9) / 2 * 2 / 3, box.Confidence, 1e-12);
        Assert.Equal(2, BoxFusion.Of([[.. sources[0], .. sources[1]]], onePerSource: true).Boxes.Count);
        Assert.Equal(0.9, BoxFusion.Of([[.. sources[0], .. sources[1]]]).Boxes.Single().Confidence, 1e-12);
    }

    // As weighted_boxes_fusion of the authors' ensemble_boxes 1.0.9 gives it: 0.9, 0.8 and 0.7 of equal sources are 0.8 whatever "equal" is.
    [Theory]
    [InlineData(1)]
    [InlineData(0.25)]
    [InlineData(30)]
    public void Confidence_does_not_hang_on_the_scale_of_the_weights(double scale)
    {
        ScoredBox[][] sources = [[new(new(0, 0, 10, 10), 0, 0.9)], [new(new(1, 0, 11, 10), 0, 0.8)], [new(new(0, 1, 10, 11), 0, 0.7), new(new(50, 50, 60, 60), 0, 0.6)]];
        var boxes = BoxFusion.Of(sources, weights: [scale, scale, scale]).Boxes;
        Assert.Equal(0.8, boxes[0].Confidence, 1e-12);
        Assert.Equal(0.2, boxes[1].Confidence, 1e-12);
        Assert.Equal(0.9 * 2 / 4, BoxFusion.Of([sources[0], [], []], weights: [2 * scale, scale, scale]).Boxes.Single().Confidence, 1e-12);
    }

    [Fact]
    public void The_order_of_sources_does_not_move_a_box() =>
        (from x in Gen.Double[0, 20] from y in Gen.Double[0, 20] from category in Gen.Int[0, 1] select new ScoredBox(new(x, y, x + 10, y + 10), category))
        .Array[0, 4].Array[0, 4].Sample(sources =>
        {
            var (a, b) = (BoxFusion.Of(sources), BoxFusion.Of([.. sources.Reverse()]));
            Assert.Equal(a.Boxes.Select(Key).Order(), b.Boxes.Select(Key).Order());
            Assert.Equal(a.Sources, b.Sources.Reverse());
            static string Key(FusedBox box) => $"{box.Category} {box.Box.Left:F6} {box.Box.Top:F6} {box.Confidence:F9} {box.Stands}";
        }, iter: 50);

    [Fact]
    public void Unfit_boxes_are_refused()
    {
        Assert.Empty(BoxFusion.Of([[], []]).Boxes);
        Assert.Equal(1, BoxFusion.Of([[], []]).Sources[0].F1);
        Assert.Throws<ArgumentException>(() => BoxFusion.Of([[new(new(0, 0, 0, 5), 0)]]));
        Assert.Throws<ArgumentException>(() => BoxFusion.Of([[new(new(0, 0, 5, double.NaN), 0)]]));
        Assert.Throws<ArgumentException>(() => BoxFusion.Of([[new(new(0, 0, 5, 5), 0, 0)]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BoxFusion.Of([[]], 1));
    }

    [Fact]
    public void Places_that_most_sources_cover_stand()
    {
        var voting = SpanVoting.Of([[new(0, 10, 1)], [new(2, 12, 1), new(20, 25, 2)], [new(0, 8, 1), new(20, 25, 2)], []]);
        var span = voting.Spans[0];
        Assert.Equal(new LabelledSpan(2, 8, 1), span.Span);
        Assert.Equal(0.75, span.Confidence, 1e-12);
        Assert.Equal(0, span.Exact);
        Assert.Single(voting.Spans);
        Assert.Equal(0.5, voting.Sources[1].All.RelaxedF1 * 0.75, 1e-12);
        Assert.Equal(0, voting.Sources[3].All.ExactF1);
    }

    [Fact]
    public void Spans_that_touch_stay_two_where_most_end_one_there()
    {
        LabelledSpan[] two = [new(0, 5, 0), new(5, 9, 0)], one = [new(0, 9, 0)];
        Assert.Equal(two, SpanVoting.Of([two, two, one]).Spans.Select(s => s.Span));
        Assert.Equal(one, SpanVoting.Of([two, one, one]).Spans.Select(s => s.Span));
        Assert.Equal(one, SpanVoting.Of([two, one]).Spans.Select(s => s.Span));
    }

    [Fact]
    public void Whole_spans_keep_nested_ones()
    {
        LabelledSpan outer = new(0, 9, 0), inner = new(3, 5, 0);
        var voting = SpanVoting.Of([[outer, inner], [outer, inner, inner], [inner, new(0, 8, 0)]], SpanVote.Whole);
        Assert.Equal([new VotedSpan(outer, 2.0 / 3, 2), new VotedSpan(inner, 1, 3)], voting.Spans);
        Assert.Empty(SpanVoting.Of([]).Spans);
    }

    [Fact]
    public void One_source_is_its_own_consensus_and_order_does_not_matter() => UnitSpans.Array[0, 4].Sample(sources =>
    {
        Assert.Equal(SpanVoting.Of(sources).Spans.Select(s => s.Span), SpanVoting.Of([.. sources.Reverse()]).Spans.Select(s => s.Span));
        foreach (var spans in sources)
        {
            var alone = spans.Where(a => spans.All(b => a == b || SpanMatching.Iou(a, b) == 0)).Distinct().ToArray();
            Assert.Equal(alone.OrderBy(s => s.Start), SpanVoting.Of([alone]).Spans.Select(s => s.Span).OrderBy(s => s.Start));
        }
    });

    [Fact]
    public void The_middle_measurement_stands_with_its_spread()
    {
        var median = MeasurementMedian.Of([[10, 1, null], [12, 2, null], [11, null, null], [40, null, null], [10.5, null, null], [11.5, null, null]]);
        var item = median.Items[0]!;
        Assert.Equal((11.25, 10, 40, 6), (item.Value, item.Lowest, item.Highest, item.Count));
        Assert.Equal(1.4826 * 0.75, item.Deviation, 1e-12);
        Assert.Equal(new ConfidenceInterval(10, 40, 1 - 2.0 / 64), item.Interval);
        Assert.Equal((1.5, 0.5), (median.Items[1]!.Value, median.Items[1]!.Interval.Level));
        Assert.Null(median.Items[2]);
        Assert.Equal(new MeasurementReliability(2, -0.875, 0.875), median.Sources[0]);
        Assert.Equal(28.75, median.Sources[3].Bias);
        Assert.Equal(0, MeasurementMedian.Of([[7]]).Items[0]!.Interval.Level);
        Assert.Empty(MeasurementMedian.Of([]).Items);
        Assert.Throws<ArgumentException>(() => MeasurementMedian.Of([[double.NaN]]));
        Assert.Throws<ArgumentException>(() => MeasurementMedian.Of([[1], [1, 2]]));
    }

    // Conover 1999: of 20 values the 6th and 15th bound the median at 95.86 %.
    [Fact]
    public void Of_twenty_measurements_the_sixth_and_the_fifteenth_bound_the_median()
    {
        var item = MeasurementMedian.Of([.. Enumerable.Range(1, 20).Select(i => new double?[] { i })]).Items[0]!;
        Assert.Equal((6, 15), (item.Interval.Lower, item.Interval.Upper));
        Assert.Equal(0.9586, item.Interval.Level, 5e-5);
    }

    // 1 − 2·scipy.stats.binom.cdf(lower − 1, n, 0.5) of SciPy 1.10; 2^−n has no double from n = 1,075.
    [Theory]
    [InlineData(1_074, 505, 0.9527281175673827)]
    [InlineData(1_100, 518, 0.9500329480537484)]
    [InlineData(10_000, 4_902, 0.9511670501036188)]
    public void The_median_of_thousands_of_measurements_has_an_interval_too(int n, int lower, double coverage)
    {
        var interval = MeasurementMedian.Of([.. Enumerable.Range(1, n).Select(i => new double?[] { i })]).Items[0]!.Interval;
        Assert.Equal((lower, n + 1 - lower), (interval.Lower, interval.Upper));
        Assert.Equal(coverage, interval.Level, 1e-9);
    }

    internal static readonly Gen<LabelledSpan[]> UnitSpans =
        (from start in Gen.Int[0, 15] from length in Gen.Int[1, 6] from category in Gen.Int[0, 1] select new LabelledSpan(start, start + length, category)).Array[0, 5];
}
