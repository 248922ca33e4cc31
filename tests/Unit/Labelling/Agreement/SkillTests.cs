using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class SkillTests
{
    private static readonly ConsensusRules Skilled = ConsensusRules.Default with { Boxes = BoxAlgorithm.SkillWeightedFusion, Spans = SpanAlgorithm.SkillWeightedVoting };

    [Fact]
    public async Task Who_came_nearer_to_results_before_pulls_a_box_and_decides_a_span()
    {
        LabelDocument[] readings = [.. new[] { 0, 1, 2 }.Select(n => Document([Box(n, 0, 8), Span(n, n + 10)]))];
        var made = await Agree(readings, [0, 1, 2], Skilled, ("node", [1, 0.5, 0.5]), ("mention", [0.9, 0.3, 0.3]));
        var objects = made.Document.Objects.ToDictionary(o => o.Type);
        // (0·1 + 1·0.5 + 2·0.5) / 2.
        Assert.Equal([[0.75, 0], [8.75, 8]], objects["rectangle"].Points);
        Assert.Equal([new TextSpan(0, 10)], objects["span"].Spans!);
        var elements = made.Provenance.Elements.Where(e => e.Kind == "object").ToDictionary(e => e.Algorithm);
        Assert.Equal(["skill-weighted-box-fusion", "skill-weighted-span-voting"], elements.Keys.Order());
        Assert.All(elements.Values, e => Assert.InRange(e.Confidence!.Value, 0.5, 1));
        Assert.Equal(("A", "node", 1.0), made.Provenance.Skills!.Select(s => (s.Source, s.Class, s.Weight)).First());
    }

    [Fact]
    public async Task An_object_stands_that_readers_with_more_than_half_of_the_weight_have_and_its_confidence_is_their_share()
    {
        LabelDocument[] readings = [Document([Box(0, 0, 8)]), Document(), Document()];
        var one = await Agree(readings, [0, 1, 2], Skilled, ("node", [0.9, 0.3, 0.3]));
        Assert.Single(one.Document.Objects);
        Assert.Equal(0.6, one.Provenance.Elements.Single(e => e.Kind == "object").Confidence!.Value, 12);
        Assert.Empty((await Agree(readings, [0, 1, 2], Skilled, ("node", [0.5, 0.3, 0.3]))).Document.Objects);
        Assert.Empty((await Agree(readings, [0, 1, 2], Skilled)).Document.Objects);
    }

    [Fact]
    public async Task Readers_of_equal_weight_and_rules_that_do_not_weigh_give_what_they_gave_before()
    {
        LabelDocument[] readings = [.. new[] { 0, 1, 2 }.Select(n => Document([Box(n, 0, 8), Span(n, n + 10), Track((1, n), (9, n + 8))]))];
        var plain = await ComparisonBench.Agree(readings, [0, 1, 2]);
        var equal = await Agree(readings, [0, 1, 2], Skilled, ("node", [0.7, 0.7, 0.7]), ("mention", [0.7, 0.7, 0.7]), ("phase", [0.7, 0.7, 0.7]));
        var unweighed = await Agree(readings, [0, 1, 2], ConsensusRules.Default, ("node", [1, 0.1, 0.1]));
        foreach (var made in new[] { equal, unweighed })
        {
            Assert.Equal(plain.Document.Objects.Select(Told), made.Document.Objects.Select(Told));
            Assert.Equal(plain.Provenance.Elements.Select(e => Math.Round(e.Confidence!.Value, 9)), made.Provenance.Elements.Select(e => Math.Round(e.Confidence!.Value, 9)));
        }
    }

    [Fact]
    public void Few_readings_leave_a_reader_near_the_projects_mean_and_nobody_weighs_nothing()
    {
        Assert.Equal(0.8, ReaderSkills.Weight(0, 0, 0.8), 12);
        Assert.Equal((2 + 4.0) / 7, ReaderSkills.Weight(2, 2, 0.8), 12);
        Assert.Equal((90 + 4.0) / 105, ReaderSkills.Weight(90, 100, 0.8), 12);
        Assert.Equal(0.05, ReaderSkills.Weight(0, 1_000, 0.1), 12);
    }

    private static string Told(DocumentObject one) => string.Join(' ', [one.Type,
        .. (one.Track?.SelectMany(k => k.Points) ?? one.Points).SelectMany(p => p).Select(v => Math.Round(v, 9).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        .. (one.Spans ?? []).Select(s => $"{s.Start}-{s.End}")]);

    private static async Task<BuildConsensus.Result> Agree(LabelDocument[] readings, int[] agreeing, ConsensusRules rules, params (string Class, double[] Weights)[] skills) =>
        await new BuildConsensus(Schema, rules, Order, null, skills.ToDictionary(s => s.Class, IReadOnlyList<SourceSkill> (s) =>
            [.. s.Weights.Select((w, source) => new SourceSkill(ComparisonDetail.Letter(source), s.Class, w, 30))]))
            .OfAgreement((await Compare(readings, rules)).Detail, [.. readings.Select(Open)], agreeing, default);
}
