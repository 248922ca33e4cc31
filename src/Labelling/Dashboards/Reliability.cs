using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;
using Pirogov.Statistics;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;

namespace Pirogov.Labelling.Dashboards;

/// <summary>How near a person's readings come to what stands, over cases that are through.</summary>
/// <param name="Measure">"dice-or-f1" for a class, "accuracy" for a question.</param>
/// <param name="Lower">Of the 95 % percentile interval, patients drawn with replacement; null for fewer than two.</param>
/// <param name="Modelled">Of a question whose answers are categories: the accuracy that Dawid and Skene's model of all readers estimates without looking at the result.</param>
internal sealed record ItemReliability(ItemKind Kind, string Item, string Measure, double Mean, double? Lower, double? Upper, int Cases, double? Modelled = null);

/// <summary>Means with bootstrap intervals of readers' qualities.</summary>
internal static class Reliability
{
    private const int Replicates = 1_000;

    /// <summary>Fixed, so that the same cases give the same interval.</summary>
    private const ulong Seed = 20_260_309;

    public static IQueryable<ReaderItem> Through(PirogovDb db, ProjectId? project) =>
        from i in db.Set<ReaderItem>().AsNoTracking()
        join c in db.Set<ProjectCase>() on i.ProjectCaseId equals c.Id
        where (project == null || i.ProjectId == project) && i.Mode == ReadingMode.Read && (c.State == ProjectCaseState.Validated || c.State == ProjectCaseState.Released)
        select i;

    public static IReadOnlyList<ItemReliability> Of(IEnumerable<(ItemKind Kind, string Item, ProjectCaseId Case, string Patient, double Quality)> measured) =>
        [.. measured.GroupBy(m => (m.Kind, m.Item)).OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.Item, StringComparer.Ordinal).Select(g =>
        {
            // By case, whatever order the rows came in: the seed then gives the same interval each time.
            var rows = g.OrderBy(m => m.Case.Value).ToArray();
            var interval = Interval(rows);
            return new ItemReliability(g.Key.Kind, g.Key.Item, g.Key.Kind == ItemKind.Class ? "dice-or-f1" : "accuracy", rows.Average(m => m.Quality), interval?.Lower, interval?.Upper, rows.Length);
        })];

    private static ConfidenceInterval? Interval((ItemKind Kind, string Item, ProjectCaseId Case, string Patient, double Quality)[] rows)
    {
        if (rows.DistinctBy(r => r.Patient).Count() < 2)
            return null;
        var values = rows.Select(r => r.Quality).ToArray();
        return Bootstrap.Run(new ClusterSampler([.. rows.Select(r => r.Patient)]), Mean, Seed, Replicates).Percentile();

        double Mean(ReadOnlySpan<int> items)
        {
            var sum = 0.0;
            foreach (var item in items)
                sum += values[item];
            return sum / items.Length;
        }
    }
}
