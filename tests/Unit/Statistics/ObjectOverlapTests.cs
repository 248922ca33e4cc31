using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class ObjectOverlapTests
{
    private static readonly Gen<Box> Boxes =
        from x in Gen.Int[0, 8]
        from y in Gen.Int[0, 8]
        from width in Gen.Int[0, 4]
        from height in Gen.Int[0, 4]
        from depth in Gen.Int[1, 2]
        select new Box(x, y, x + width, y + height, 0, depth);

    private static readonly Gen<Position> Places = from x in Gen.Double[0, 9] from y in Gen.Double[0, 9] from z in Gen.Double[0, 3] select new Position(x, y, z);

    [Fact]
    public void Boxes_overlap_as_their_unit_cubes_do() => Gen.Select(Boxes, Boxes).Sample((a, b) =>
    {
        HashSet<(int, int, int)> Cubes(Box box) =>
            [.. from x in Enumerable.Range(0, 20) from y in Enumerable.Range(0, 20) from z in Enumerable.Range(0, 3)
                where x >= box.Left && x < box.Right && y >= box.Top && y < box.Bottom && z >= box.Front && z < box.Back select (x, y, z)];
        var (first, second) = (Cubes(a), Cubes(b));
        int both = first.Intersect(second).Count(), either = first.Union(second).Count();
        Assert.Equal(either == 0 ? (a == b ? 1 : 0) : (double)both / either, BoxOverlap.Iou(a, b), 1e-12);
        Assert.Equal(BoxOverlap.Iou(b, a), BoxOverlap.Iou(a, b));
        Assert.InRange(BoxOverlap.GeneralizedIou(a, b), -1, BoxOverlap.Iou(a, b));
        Assert.Equal(BoxOverlap.GeneralizedIou(b, a), BoxOverlap.GeneralizedIou(a, b));
        Assert.Equal(1, BoxOverlap.GeneralizedIou(a, a));
    });

    [Fact]
    public void Boxes_apart_are_told_by_the_gap_between_them()
    {
        Assert.Equal(0.5, BoxOverlap.GeneralizedIou(new(0, 0, 2, 2), new(0, 0, 1, 2)), 1e-12);
        Assert.Equal(-1.0 / 3, BoxOverlap.GeneralizedIou(new(0, 0, 1, 1), new(2, 0, 3, 1)), 1e-12);
        Assert.Throws<ArgumentException>(() => BoxOverlap.Iou(new(0, 0, -1, 1), new(0, 0, 1, 1)));
        Assert.Throws<ArgumentException>(() => BoxOverlap.Iou(new(0, 0, double.PositiveInfinity, 1), new(0, 0, 1, 1)));
    }

    [Fact]
    public void Keypoints_fall_off_with_distance_scale_and_falloff()
    {
        Position?[] reference = [new(0, 0), new(10, 0), null], found = [new(0, 3), null, new(5, 5)];
        Assert.Equal(Math.Exp(-9.0 / (2 * 100 * 0.04)) / 2, KeypointSimilarity.Of(reference, found, 10, [0.2, 0.1, 0.1]), 1e-12);
        Assert.Equal(1, KeypointSimilarity.Of(reference, reference, 10, [0.2, 0.1, 0.1]));
        Assert.Equal(double.NaN, KeypointSimilarity.Of([null], [new(1, 1)], 10, [0.1]));
        Assert.Throws<ArgumentException>(() => KeypointSimilarity.Of(reference, found, 10, [0.2, 0.1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeypointSimilarity.Of(reference, found, 0, [0.2, 0.1, 0.1]));
    }

    [Fact]
    public void Objects_matched_in_parts_are_matched_as_well_as_all_at_once() => Gen.Select(Boxes.Array[0, 8], Boxes.Array[0, 8]).Sample((a, b) =>
    {
        var matching = InstanceMatching.OfBoxes(a, b, 0.2);
        double[] overlaps = [.. a.SelectMany(x => b.Select(y => BoxOverlap.Iou(x, y)))];
        Assert.Equal(OptimalAssignment.MaximumWeight(overlaps, a.Length, b.Length, 0.2).Total, matching.Pairs.Sum(p => p.Value), 1e-9);
        Assert.All(matching.Pairs, pair => Assert.Equal(pair.Value, BoxOverlap.Iou(a[pair.First], b[pair.Second])));
        Assert.Equal(Enumerable.Range(0, a.Length), matching.OnlyFirst.Concat(matching.Pairs.Select(p => p.First)).Order());
        Assert.Equal(Enumerable.Range(0, b.Length), matching.OnlySecond.Concat(matching.Pairs.Select(p => p.Second)).Order());
        Assert.Equal(matching.F1, InstanceMatching.OfBoxes(b, a, 0.2).F1, 1e-12);
    });

    [Fact]
    public void Points_are_paired_within_a_limit_as_often_as_can_be() => Gen.Select(Places.Array[0, 7], Places.Array[0, 7], Gen.Double[0, 5]).Sample((a, b, limit) =>
    {
        var matching = InstanceMatching.OfPoints(a, b, limit);
        double[] distances = [.. a.SelectMany(x => b.Select(y => x.DistanceTo(y)))];
        var best = OptimalAssignment.MinimumCost(distances, a.Length, b.Length, limit);
        Assert.Equal(best.Pairs, matching.Pairs.Count);
        Assert.Equal(best.Total, matching.Pairs.Sum(p => p.Value), 1e-9);
    });

    // In steps of a tenth, where x − limit and x − x' are rounded differently.
    [Fact]
    public void Points_just_at_the_limit_are_paired() => Gen.Select(Gen.Int[-50, 50], Gen.Int[-50, 50], Gen.Int[0, 60]).Sample((x, y, steps) =>
    {
        Position[] first = [new(x / 10.0, y / 10.0)], second = [new(x / 10.0 + steps / 10.0, y / 10.0)];
        var limit = first[0].DistanceTo(second[0]);
        Assert.Single(InstanceMatching.OfPoints(first, second, limit).Pairs);
        Assert.Single(InstanceMatching.OfPoints(second, first, limit).Pairs);
    });

    [Fact]
    public void Thousands_of_cells_are_matched_and_no_object_at_all_is_agreement()
    {
        Position[] cells = [.. Enumerable.Range(0, 10_000).Select(i => new Position(i % 141 * 10, i / 141 * 10))];
        var matching = InstanceMatching.OfPoints(cells, [.. cells.Skip(1).Reverse().Select(c => new Position(c.X + 1, c.Y))], 7.5);
        Assert.Equal((9_999, 1.0), (matching.Pairs.Count, matching.MeanOfPairs));
        Assert.Equal([0], matching.OnlyFirst);
        var none = InstanceMatching.OfBoxes([], []);
        Assert.Equal((1, 1, double.NaN), (none.F1, none.PanopticQuality, none.Recall));
        var missed = InstanceMatching.OfBoxes([new(0, 0, 1, 1)], []);
        Assert.Equal((0, 0, 0.0, double.NaN), (missed.F1, missed.PanopticQuality, missed.Recall, missed.Precision));
        var half = InstanceMatching.OfBoxes([new(0, 0, 4, 1), new(9, 9, 10, 10)], [new(0, 0, 3, 1)]);
        Assert.Equal(0.75 / 1.5, half.PanopticQuality, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => InstanceMatching.OfBoxes([], [], 0));
        Assert.Throws<ArgumentException>(() => InstanceMatching.ByOverlap([new(0, 1, 0.9)], 1, 1, 0.5));
    }

    [Fact]
    public void Parallel_lines_are_as_far_apart_as_they_look()
    {
        Position[] line = [new(0, 0), new(10, 0)], beside = [new(0, 3), new(4, 3), new(10, 3)], half = [new(0, 0), new(5, 0)];
        var distances = PolylineDistances.Between(line, beside);
        foreach (var distance in new[] { distances.FirstToSecond, distances.SecondToFirst, distances.Mean, distances.Hausdorff }) Assert.Equal(3, distance, 1e-7);
        var shorter = PolylineDistances.Between(line, half);
        Assert.Equal(1.25, shorter.FirstToSecond, 1e-7);
        Assert.Equal(0, shorter.SecondToFirst, 1e-7);
        Assert.Equal(5, shorter.Hausdorff, 1e-7);
        Assert.Equal(0.625, shorter.Mean, 1e-7);
    }

    // A roof over two posts: the farthest place lies between corners.
    [Fact]
    public void The_farthest_place_need_not_be_a_corner()
    {
        Position[] roof = [new(0, 0), new(10, 0)], posts = [new(0, 9), new(0, 0), new(0, 9), new(5, 20), new(10, 9), new(10, 0)];
        var distances = PolylineDistances.Between(roof, posts);
        Assert.Equal(2.5, distances.FirstToSecond, 1e-6);
        Assert.Equal(20, distances.Hausdorff, 1e-6);
        Assert.Equal(5, new PolylineTrace(roof, posts).Largest(), 1e-6);
    }

    [Fact]
    public void Outlines_close_points_are_lines_without_length_and_nothing_is_at_no_distance()
    {
        Position[] square = [new(0, 0), new(4, 0), new(4, 4), new(0, 4)], turned = [new(4, 4), new(0, 4), new(0, 0), new(4, 0)];
        Assert.Equal(0, PolylineDistances.Between(square, turned, closed: true).Hausdorff, 1e-9);
        Assert.True(PolylineDistances.Between(square, turned).Hausdorff > 1);
        Assert.Equal(new PolylineDistances(5, 5, 5), PolylineDistances.Between([new(0, 0)], [new(3, 4)]));
        Assert.Equal(0, PolylineDistances.Between([], []).Mean);
        Assert.Equal(double.NaN, PolylineDistances.Between([], square).Hausdorff);
        Assert.Throws<ArgumentException>(() => PolylineDistances.Between([new(double.NaN, 0)], square));
    }

    // 200,001 points of NumPy on the line: 0.98998751; the spike is a thousandth of it wide.
    [Theory]
    [InlineData(20)]
    [InlineData(33)]
    [InlineData(61.1)]
    public void A_spike_far_narrower_than_the_line_counts_in_its_mean(double x)
    {
        Position[] line = [new(0, 1), new(100, 1)], spiked = [new(0, 0), new(x - 0.05, 0), new(x, 1), new(x + 0.05, 0), new(100, 0)];
        var distances = PolylineDistances.Between(line, spiked);
        Assert.Equal(0.98998751, distances.FirstToSecond, 1e-7);
        Assert.Equal(0.99017444, distances.SecondToFirst, 1e-7);
        Assert.Equal(1, distances.Hausdorff, 1e-9);
    }

    [Fact]
    public void Lines_are_measured_as_by_many_points_on_them() => Gen.Select(Places.Array[1, 5], Places.Array[1, 5]).Sample((a, b) =>
    {
        var distances = PolylineDistances.Between(a, b);
        var trace = new PolylineTrace(a.Length == 1 ? [a[0], a[0]] : a, b.Length == 1 ? [b[0], b[0]] : b);
        var (sampled, length, largest) = (0.0, 0.0, 0.0);
        const int Parts = 200;
        for (var i = 0; i + 1 < a.Length; i++)
            for (var part = 0; part <= Parts; part++)
            {
                double t = (double)part / Parts, weight = a[i].DistanceTo(a[i + 1]) / Parts * (part is 0 or Parts ? 0.5 : 1);
                Position at = new(a[i].X + t * (a[i + 1].X - a[i].X), a[i].Y + t * (a[i + 1].Y - a[i].Y), a[i].Z + t * (a[i + 1].Z - a[i].Z));
                var away = PolylineDistances.Between([at], b).FirstToSecond;
                (sampled, length, largest) = (sampled + weight * away, length + weight, Math.Max(largest, away));
            }

        if (length > 0) Assert.Equal(sampled / length, distances.FirstToSecond, 5e-3);
        if (length > 0) Assert.InRange(trace.Largest(), largest - 1e-6, largest + 0.1);
        Assert.Equal(distances.Hausdorff, PolylineDistances.Between(b, a).Hausdorff, 1e-6);
    }, iter: 10);
}
