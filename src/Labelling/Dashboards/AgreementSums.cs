using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Dashboards;

/// <summary>Agreement over cases, summed up by the database.</summary>
internal sealed class AgreementSums(PirogovDb db, OwnPart own, FiguresCache cache)
{
    /// <summary>Of the cases that the person who asks may know about.</summary>
    public Task<ProjectAgreement> Of(ProjectId project, SchemaContent schema, CancellationToken cancellation) =>
        Kept(project, "agreement", () => Of(schema, Items(project), cancellation), cancellation);

    public IQueryable<CaseItem> Items(ProjectId project)
    {
        var blind = own.Blind(project);
        return db.Set<CaseItem>().Where(i => i.ProjectId == project && !blind.Contains(i.ProjectCaseId));
    }

    public IQueryable<ClassConfusion> Confusions(ProjectId project)
    {
        var blind = own.Blind(project);
        return db.Set<ClassConfusion>().Where(c => c.ProjectId == project && !blind.Contains(c.ProjectCaseId));
    }

    /// <summary>Who reads in the project gets other figures than who only manages it.</summary>
    public async Task<T> Kept<T>(ProjectId project, string what, Func<Task<T>> make, CancellationToken cancellation) where T : class =>
        await cache.Of(db, project, await own.Reads(project, cancellation) ? $"{what} for a reader" : what, make, cancellation);

    /// <param name="items">Of the cases that are meant.</param>
    public static async Task<ProjectAgreement> Of(SchemaContent schema, IQueryable<CaseItem> items, CancellationToken cancellation)
    {
        var sums = await items.Where(i => i.Agreement != null).GroupBy(i => new { i.Kind, i.Item })
            .Select(g => new { g.Key.Kind, g.Key.Item, Cases = g.Count(), Mean = g.Average(i => i.Agreement!.Value), Squares = g.Average(i => i.Agreement!.Value * i.Agreement!.Value), Lowest = g.Min(i => i.Agreement!.Value) })
            .ToArrayAsync(cancellation);
        var patterns = await items.Where(i => i.Pattern != null).GroupBy(i => new { i.Item, i.Pattern }).Select(g => new { g.Key.Item, g.Key.Pattern, Cases = g.Count() }).ToArrayAsync(cancellation);
        return ProjectAgreement.Of(schema, [.. sums.Select(s => new ItemSum(s.Kind, s.Item, s.Cases, s.Mean, s.Squares, s.Lowest))],
            [.. patterns.Select(p => new PatternCount(p.Item, p.Pattern!, p.Cases))], await Measured(items, cancellation));
    }

    /// <returns>By case, in one order: whatever is drawn by a seed is then the same each time.</returns>
    public static async Task<IReadOnlyList<MeasuredItem>> Measured(IQueryable<CaseItem> items, CancellationToken cancellation) =>
        [.. (await items.Where(i => i.MeasuredJson != null).Select(i => new { i.ProjectCaseId, i.Kind, i.Item, i.MeasuredJson }).ToArrayAsync(cancellation))
            .OrderBy(i => i.ProjectCaseId.Value).ThenBy(i => i.Item, StringComparer.Ordinal).Select(i => new MeasuredItem(i.ProjectCaseId, i.Kind, i.Item, CaseItem.Read(i.MeasuredJson!)))];
}
