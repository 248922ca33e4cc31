using Pirogov.Competitions;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Scoring;
using Pirogov.Datasets.Contracts;
using Pirogov.Imaging;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Competitions;

public class ScoringTests
{
    private static readonly VolumeGrid Grid = new(4, 3, 2, 1, 2, 3);
    private static readonly Metric[] All = [Metric.Dice, Metric.NormalizedSurfaceDice, Metric.HausdorffDistance95];

    private static MaskVolume Volume(params (int Column, int Row, int Slice, byte Label)[] voxels)
    {
        var volume = new MaskVolume(Grid);
        foreach (var (column, row, slice, label) in voxels)
            volume[column, row, slice] = label;
        return volume;
    }

    [Fact]
    public void Masks_are_scored_class_by_class()
    {
        var truth = Volume((0, 0, 0, 1), (1, 0, 0, 1), (3, 2, 1, 2));
        var predicted = Volume((0, 0, 0, 1), (3, 2, 1, 2));
        var values = MaskScoring.Score(truth, predicted, 2, All, 0.5);
        Assert.Equal([2.0 / 3, 1], values[Metric.Dice]);
        Assert.Equal([2.0 / 3, 1], values[Metric.NormalizedSurfaceDice]);
        Assert.Equal(0, values[Metric.HausdorffDistance95][1]);
    }

    [Fact]
    public void A_class_absent_from_both_is_perfect_and_from_one_is_the_declared_worst()
    {
        var values = MaskScoring.Score(Volume((0, 0, 0, 1)), Volume(), 2, All, 1);
        Assert.Equal([0, 1], values[Metric.Dice]);
        Assert.Equal([0, 1], values[Metric.NormalizedSurfaceDice]);
        Assert.Equal([Math.Sqrt(9 + 16 + 9), 0], values[Metric.HausdorffDistance95]);
    }

    private static ScoredCase Probable(string name, string patient, double p, bool positive) =>
        new(new(name, Split.HiddenTest, new Dictionary<Metric, double[]>(), p), patient, positive);

    [Fact]
    public void An_estimate_is_the_same_every_time_and_draws_patients()
    {
        ScoredCase[] cases = [Probable("a", "p1", 0.9, true), Probable("b", "p1", 0.8, true), Probable("c", "p2", 0.3, false), Probable("d", "p3", 0.7, false)];
        var seed = MetricEstimate.SeedOf(SubmissionId.From(Guid.Parse("01900000-0000-7000-8000-00000000000a")));
        var first = MetricEstimate.Of(Metric.Brier, cases, seed);
        Assert.Equal(first, MetricEstimate.Of(Metric.Brier, cases, seed));
        Assert.Equal((4, 3), (first.Cases, first.Patients));
        Assert.Equal((0.01 + 0.04 + 0.09 + 0.49) / 4, first.Value!.Value, 12);
        Assert.InRange(first.Value.Value, first.Low!.Value, first.High!.Value);
    }

    [Fact]
    public void An_auc_on_one_class_is_undefined_not_zero()
    {
        ScoredCase[] cases = [Probable("a", "p1", 0.9, true), Probable("b", "p2", 0.8, true)];
        var estimate = MetricEstimate.Of(Metric.Auc, cases, 1);
        Assert.Null(estimate.Value);
        Assert.Equal(MetricEstimate.Replicates, estimate.UndefinedReplicates);
    }

    [Fact]
    public void A_score_states_the_same_link_again_until_a_row_is_changed()
    {
        var competition = Competition.Draft(CompetitionRulesTests.Terms(), DateTimeOffset.UnixEpoch).Value;
        var values = new Dictionary<Metric, double[]> { [Metric.Dice] = [0.1 + 0.2], [Metric.HausdorffDistance95] = [1.0 / 3] };
        CaseResult[] results = [new("case-b", Split.HiddenTest, values, null), new("case-a", Split.PublicTest, values, null)];
        var truth = results.ToDictionary(r => r.Name, r => new CaseTruth(default, r.Name, r.Name, r.Split, "x", new Dictionary<string, string?>()));
        var id = EntityId.New<SubmissionId>();
        var score = Score.Of(competition, id, results, truth, new string('1', 64), DateTimeOffset.UnixEpoch);
        Assert.Equal(score.State().Canonical(), Score.Of(competition, id, [.. results.Reverse()], truth, new string('1', 64), DateTimeOffset.UnixEpoch).State().Canonical());
        Assert.Equal(results[0].Canonical(), CaseResult.Parse(results[0].Canonical()).Canonical());
        values[Metric.Dice][0] = 0.30000000000000001;
        Assert.NotEqual(score.State().Canonical(), Score.Of(competition, id, results, truth, new string('1', 64), DateTimeOffset.UnixEpoch).State().Canonical());
    }
}
