using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class ProjectTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly Guid[] People = [.. Enumerable.Range(0, 6).Select(_ => Guid.CreateVersion7())];

    [Fact]
    public void Readers_adjudicator_and_validator_are_different_people()
    {
        Assert.Null(Create([People[0], People[1]], People[2], People[3]));
        Assert.Equal(new SamePersonTwice(), Create([People[0], People[0]], People[2], People[3]));
        Assert.Equal(new SamePersonTwice(), Create([People[0], People[1]], People[1], People[3]));
        Assert.Equal(new SamePersonTwice(), Create([People[0], People[1]], People[2], People[0]));
        Assert.Equal(new SamePersonTwice(), Create([People[0], People[1]], People[2], People[2]));
    }

    [Fact]
    public void A_project_needs_a_name_two_readers_and_a_threshold_between_0_and_1()
    {
        Assert.Equal(new Missing("name"), Create([People[0], People[1]], People[2], People[3], name: " "));
        Assert.Equal(new ReadersTooFew(2), Create([People[0]], People[2], People[3]));
        Assert.Equal(new ThresholdUnfit(), Create([People[0], People[1]], People[2], People[3], threshold: 1.1));
        Assert.Equal(new ThresholdUnfit(), Create([People[0], People[1]], People[2], People[3], threshold: double.NaN));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 3)]
    [InlineData(100, 5)]
    public void Cases_are_shared_out_so_that_loads_differ_by_at_most_one(int cases, int readers)
    {
        var assigned = ReaderAssignment.Balance(cases, People[..readers], 2);
        Assert.Equal(cases, assigned.Count);
        Assert.All(assigned, pair => Assert.Equal(2, pair.Distinct().Count()));
        var loads = People[..readers].Select(r => assigned.Count(pair => pair.Contains(r))).ToArray();
        Assert.True(loads.Max() - loads.Min() <= 1, string.Join(", ", loads));
    }

    [Fact]
    public void Every_pair_of_readers_meets()
    {
        var assigned = ReaderAssignment.Balance(30, People[..4], 2);
        Assert.Equal(6, assigned.Select(p => string.Join(' ', p.Order())).Distinct().Count());
    }

    [Fact]
    public void A_level_samples_its_share_of_the_cases_and_the_same_ones_each_time()
    {
        var summary = new CaseSummary(EntityId.New<CaseId>(), "C-1", DataKind.Radiology, default, default, "P", "", null, null, "", Now, []);
        var cases = Enumerable.Range(0, 2_000).Select(_ => new ProjectCase(EntityId.New<ProjectId>(), summary, Now)).ToArray();
        var sampled = cases.Where(c => AskValidators.IsSampled(c, 1, 0.3)).ToArray();
        // Six standard deviations of a binomial draw.
        Assert.InRange(sampled.Length, 600 - 123, 600 + 123);
        Assert.Equal(sampled, cases.Where(c => AskValidators.IsSampled(c, 1, 0.3)));
        Assert.All(cases, c => Assert.True(AskValidators.IsSampled(c, 1, 1)));
        Assert.NotEqual(sampled, cases.Where(c => AskValidators.IsSampled(c, 2, 0.3)));
    }

    private static Refusal? Create(Guid[] readers, Guid adjudicator, Guid validator, string name = "Почки", double threshold = 0.8) =>
        LabellingProject.Create(new(name, null, EntityId.New<SchemaVersionId>(), null, 2, 2, threshold, new Dictionary<string, double>(), AdjudicationRule.Always, readers,
            [adjudicator], [(new(), [validator])], null), Now).Refusal;
}
