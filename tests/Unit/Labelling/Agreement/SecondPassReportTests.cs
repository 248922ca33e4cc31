using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class SecondPassReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Changes_are_counted_both_ways_and_the_interval_is_over_cases()
    {
        var scores = new List<SourceScore>();
        Add(scores, before: 0.5, after: 0.9, changed: true);
        Add(scores, before: 0.9, after: 0.9, changed: false);
        Add(scores, before: 0.95, after: 0.6, changed: true);
        Add(scores, before: 0.4, after: 0.85, changed: true);
        var report = SecondPassReport.Of(Schema, _ => 0.8, scores, c => c.ToString());
        Assert.Equal((4, 3), (report.Readings, report.Changed));
        var effect = Assert.Single(report.Effects);
        Assert.Equal(("organ", 2, 1, 4), (effect.Part, effect.WrongToRight, effect.RightToWrong, effect.Cases));
        Assert.Equal(((0.4 + 0 - 0.35 + 0.45) / 4, true), (Math.Round(effect.Change, 12), effect.Lower < effect.Change && effect.Change < effect.Upper));
    }

    [Fact]
    public void One_case_has_no_interval_and_readings_of_one_pass_no_effect()
    {
        var scores = new List<SourceScore>();
        Add(scores, before: 0.5, after: 0.9, changed: true);
        Assert.Null(SecondPassReport.Of(Schema, _ => 0.8, scores, c => c.ToString()).Effects[0].Lower);
        Assert.Empty(SecondPassReport.Of(Schema, _ => 0.8, [.. scores.Where(s => s.Pass == 1)], c => c.ToString()).Effects);
    }

    private static void Add(List<SourceScore> scores, double before, double after, bool changed)
    {
        var one = new ProjectCase(EntityId.New<ProjectId>(), new CaseSummary(EntityId.New<CaseId>(), "T-1", DataKind.Radiology, EntityId.New<ReferenceCentreId>(),
            EntityId.New<BatchId>(), "P", "c", null, null, "", Now, []), Now);
        var file = new EvidenceFile("a", "b", 1);
        var comparison = new Comparison(one, 1, [Guid.CreateVersion7()], new Figures(1, []), true, new(file, file, file), Now);
        var consensus = new Consensus(one, 1, comparison, null, file, file, ComparisonBench.Version, Now);
        var reading = new Reading(one, Guid.CreateVersion7(), ReadingMode.Read, 1, Now);
        scores.Add(new(consensus, reading, 1, false, Figures(before)));
        scores.Add(new(consensus, reading, 2, changed, Figures(after)));
    }

    private static SourceFigures Figures(double organ) => new(new Dictionary<string, double> { ["organ"] = organ }, new Dictionary<string, bool>());
}
