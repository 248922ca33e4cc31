using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Labelling.Agreement;

public class MatchingTests
{
    private static readonly ConsensusRules Rules = ConsensusRules.Default;

    [Fact]
    public void The_same_thing_is_found_again_by_its_overlap_within_its_class_and_across_classes_where_it_is_mostly_the_same_place()
    {
        var (a, moved, far) = (Box("1", 0, 0), Box("2", 4, 0), Box("3", 9.5, 0));
        Assert.Equal([("1", "2")], Pairs([a], [far, moved]));
        Assert.Empty(Pairs([a], [far]));
        Assert.Empty(Pairs([a], [moved with { Class = "other" }]));
        Assert.Equal([("1", "2")], Pairs([a], [moved with { Class = "other" }], across: true));
        Assert.Empty(Pairs([a], [Box("2", 6, 0) with { Class = "other" }], across: true));
        Assert.Empty(Pairs([a], [moved with { Frame = 2 }], across: true));
        var span = new DocumentObject("1", "node", "span", "", 0, [], Text: "t", Spans: [new(0, 10)]);
        Assert.Equal([("1", "2")], Pairs([span], [span with { Id = "2", Spans = [new(2, 10)] }]));
        Assert.Empty(Pairs([span], [span with { Id = "2", Spans = [new(10, 12)] }]));
        Assert.Equal([("1", "2")], Pairs([Point("1", 5, 5)], [Point("2", 17, 5)]));
        Assert.Empty(Pairs([Point("1", 5, 5)], [Point("2", 17, 5) with { Class = "other" }], across: true));
        Assert.Empty(Pairs([Point("1", 5, 5)], [Point("2", 26, 5)]));
    }

    [Fact]
    public void Taking_the_nearest_pair_first_would_leave_two_alone_who_have_partners()
    {
        DocumentObject[] first = [Box("a1", 4, 0), Box("a2", 0, 0)], second = [Box("b1", 3, 0), Box("b2", 10, 0)];
        Assert.Equal([("a1", "b1")], Greedy(first, second).Select(m => (m.First.Object.Id, m.Second.Object.Id)));
        Assert.Equal([("a1", "b2"), ("a2", "b1")], Pairs(first, second));
    }

    [Fact]
    public void No_way_to_pair_by_the_nearest_reaches_a_larger_sum_and_the_order_of_the_objects_changes_nothing()
    {
        var random = new Xoshiro256(20_261_130);
        for (var run = 0; run < 200; run++)
        {
            DocumentObject[] first = Scatter(random, "a"), second = Scatter(random, "b");
            var found = ObjectMatching.Of(first, second, Rules);
            Assert.Equal(found.Count, found.Select(m => m.First.Object.Id).Distinct().Count());
            Assert.Equal(found.Count, found.Select(m => m.Second.Object.Id).Distinct().Count());
            Assert.True(found.Sum(m => m.Nearness.Weight) >= Greedy(first, second).Sum(m => m.Nearness.Weight) - 1e-9);
            var pairs = Pairs(first, second);
            random.Shuffle(first.AsSpan());
            random.Shuffle(second.AsSpan());
            Assert.Equal(pairs, Pairs(first, second));
            Assert.Equal(pairs, Pairs(second, first).Select(p => (p.Second, p.First)).Order());
        }
    }

    [Fact]
    public void A_hundred_thousand_objects_inside_a_large_one_each_find_their_own()
    {
        const int side = 316;
        DocumentObject[] first = [Box("whole", -5, -5, 20 * side), .. Grid("a", side, 0)], second = [.. Grid("b", side, 1), Box("whole-too", 0, 0, 20 * side)];
        var pairs = Pairs(first, second).ToDictionary();
        Assert.Equal(side * side + 1, pairs.Count);
        Assert.Equal("whole-too", pairs["whole"]);
        Assert.All(pairs.Where(p => p.Key != "whole"), p => Assert.Equal(p.Key[1..], p.Value[1..]));
    }

    [Fact]
    public void Where_thousands_hang_together_pairs_are_taken_from_the_nearest_on()
    {
        DocumentObject[] first = [.. Enumerable.Range(0, 2_000).Select(n => Point($"a{n:D4}", 5 * n, 0))], second = [.. Enumerable.Range(0, 2_000).Select(n => Point($"b{n:D4}", 5 * n + 1, 0))];
        var pairs = Pairs(first, second);
        Assert.Equal(2_000, pairs.Count);
        Assert.All(pairs, p => Assert.Equal(p.First[1..], p.Second[1..]));
    }

    [Fact]
    public void A_point_that_knows_its_place_in_the_patient_and_one_that_does_not_meet_on_their_image()
    {
        var spatial = Point("1", 5, 5) with { FrameOfReferenceUid = "2.25.9", Points3d = [[100, 100, 100]] };
        Assert.Equal([("1", "2")], Pairs([spatial], [Point("2", 8, 5)]));
        Assert.Equal([("1", "2")], Pairs([Point("1", 8, 5)], [spatial with { Id = "2" }]));
        Assert.Equal("px", ObjectMatching.Of([spatial], [Point("2", 8, 5)], Rules)[0].Nearness.Measure);
        // Both know it, and they lie far apart in it: that their images show them near says nothing.
        Assert.Empty(Pairs([spatial], [spatial with { Id = "2", Points3d = [[100, 100, 150]] }]));
        Assert.Equal([("1", "2")], Pairs([spatial], [spatial with { Id = "2", SopInstanceUid = "2.25.8", Points3d = [[100, 100, 103]] }]));
    }

    private static List<(string First, string Second)> Pairs(IEnumerable<DocumentObject> first, IEnumerable<DocumentObject> second, bool across = false) =>
        [.. ObjectMatching.Of(first, second, Rules, across).Select(m => (m.First.Object.Id, m.Second.Object.Id)).Order()];

    private static List<Match> Greedy(DocumentObject[] first, DocumentObject[] second)
    {
        var all = from a in first.Select(Shape.Of)
                  from b in second.Select(Shape.Of)
                  where a.Object.Class == b.Object.Class
                  let nearness = Nearness.Of(a, b, Rules)
                  where nearness is not null
                  orderby nearness.Value.Weight descending
                  select new Match(a, b, nearness.Value);
        var chosen = new List<Match>();
        foreach (var one in all.ToArray().Where(m => !chosen.Any(c => c.First.Index == m.First.Index || c.Second.Index == m.Second.Index)))
            chosen.Add(one);
        return chosen;
    }

    /// <summary>Boxes and points of two classes and of many sizes, so crowded that most have several neighbours.</summary>
    private static DocumentObject[] Scatter(Xoshiro256 random, string name) =>
    [
        .. Enumerable.Range(0, random.NextInt32(24) + 1).Select(n => n % 4 == 0
            ? Point($"{name}{n}", random.NextDouble() * 50, random.NextDouble() * 50)
            : Box($"{name}{n}", random.NextDouble() * 40, random.NextDouble() * 40, Math.Pow(2, random.NextInt32(6))) with { Class = n % 4 == 1 ? "other" : "node" }),
    ];

    private static IEnumerable<DocumentObject> Grid(string name, int side, double shift) =>
        from x in Enumerable.Range(0, side)
        from y in Enumerable.Range(0, side)
        select Box($"{name}{x:D3}{y:D3}", 20 * x + shift, 20 * y + shift, 12);

    private static DocumentObject Box(string id, double left, double top, double side = 10) => new(id, "node", "rectangle", "2.25.1", 1, [[left, top], [left + side, top + side]]);

    private static DocumentObject Point(string id, double x, double y) => new(id, "node", "point", "2.25.1", 1, [[x, y]]);
}
