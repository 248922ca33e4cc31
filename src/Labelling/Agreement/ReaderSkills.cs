using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Agreement;

/// <summary>What a source of a case weighs in a class.</summary>
/// <param name="Source">Its letter.</param>
/// <param name="Weight">Above 0, at most 1: the estimated share of what stands that the reader has as it stands.</param>
/// <param name="Readings">Of other cases, on which it is estimated.</param>
internal sealed record SourceSkill(string Source, string Class, double Weight, int Readings);

/// <summary>
/// How near the readers of a case came to the results of the project's other cases, class by class (<see cref="ReaderItem.Quality"/>: F1 times similarity). A reading is part of its own
/// consensus, which flatters all alike. Where a project has fewer than <see cref="FewestReadings"/> of a class, everybody weighs the same, as with answers.
/// </summary>
internal sealed class ReaderSkills(PirogovDb db)
{
    public const int FewestReadings = 20;

    /// <summary>So many readings as good as the project's mean are added to a reader's own: few cases make nobody perfect, or worthless.</summary>
    private const int Prior = 5;

    /// <summary>Who never agreed with a result is heard still.</summary>
    private const double Least = 0.05;

    /// <param name="readers">In the order of their letters.</param>
    /// <returns>Class → by source; only of classes that the rules weigh, and that are known well enough.</returns>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<SourceSkill>>> Of(
        ProjectCase one, SchemaContent schema, ConsensusRules rules, IReadOnlyList<Guid> readers, CancellationToken cancellation)
    {
        string[] weighed = [.. schema.Classes.Where(c => c.Geometries.Any(rules.WeighsBySkill)).Select(c => c.Id)];
        if (weighed.Length == 0)
            return new Dictionary<string, IReadOnlyList<SourceSkill>>();
        var measured = await db.Set<ReaderItem>()
            .Where(i => i.ProjectId == one.ProjectId && i.ProjectCaseId != one.Id && i.Kind == ItemKind.Class && i.Mode == ReadingMode.Read && weighed.Contains(i.Item)
                && !db.Set<ProjectCase>().Any(c => c.Id == i.ProjectCaseId && c.IsGold))
            .GroupBy(i => new { i.Item, i.AccountId }).Select(g => new { g.Key.Item, g.Key.AccountId, Readings = g.Count(), Quality = g.Sum(i => i.Quality) }).ToArrayAsync(cancellation);
        return measured.GroupBy(m => m.Item).Where(g => g.Sum(m => m.Readings) >= FewestReadings).ToDictionary(g => g.Key, IReadOnlyList<SourceSkill> (g) =>
        {
            var mean = g.Sum(m => m.Quality) / g.Sum(m => m.Readings);
            var own = g.ToDictionary(m => m.AccountId);
            return [.. readers.Select((reader, source) => own.TryGetValue(reader, out var known)
                ? new SourceSkill(ComparisonDetail.Letter(source), g.Key, Weight(known.Quality, known.Readings, mean), known.Readings)
                : new SourceSkill(ComparisonDetail.Letter(source), g.Key, Weight(0, 0, mean), 0))];
        });
    }

    internal static double Weight(double quality, int readings, double mean) => Math.Clamp((quality + Prior * mean) / (readings + Prior), Least, 1);
}
