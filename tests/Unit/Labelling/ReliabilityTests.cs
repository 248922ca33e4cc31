using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Labelling;

public sealed class ReliabilityTests
{
    [Fact]
    public void Cases_of_one_patient_are_drawn_together_and_leave_a_wider_interval()
    {
        var rows = Enumerable.Range(0, 40).Select(n => (Case: EntityId.New<ProjectCaseId>(), Patient: n / 4, Quality: n / 4 % 2 == 0 ? 0.9 : 0.5)).ToArray();
        var (alone, together) = (Width(rows.Select((r, n) => (r.Case, $"P{n}", r.Quality))), Width(rows.Select(r => (r.Case, $"P{r.Patient}", r.Quality))));
        // Four equal values a patient say no more than one: the interval is about twice as wide.
        Assert.InRange(together / alone, 1.6, 2.4);
    }

    [Fact]
    public void One_patient_gives_a_mean_and_no_interval()
    {
        var only = Assert.Single(Of([(EntityId.New<ProjectCaseId>(), "P1", 0.9), (EntityId.New<ProjectCaseId>(), "P1", 0.7)]));
        Assert.Equal((0.8, null, null, 2), (Math.Round(only.Mean, 12), only.Lower, only.Upper, only.Cases));
    }

    private static double Width(IEnumerable<(ProjectCaseId, string, double)> rows) => Of(rows) is [var one] ? one.Upper!.Value - one.Lower!.Value : double.NaN;

    private static IReadOnlyList<ItemReliability> Of(IEnumerable<(ProjectCaseId Case, string Patient, double Quality)> rows) =>
        Reliability.Of(rows.Select(r => (ItemKind.Class, "liver", r.Case, r.Patient, r.Quality)));
}
