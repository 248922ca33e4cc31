using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Dashboards;

internal sealed record WeekQuality(DateOnly Week, double Mean, double? Lower, double? Upper, int Cases);

/// <summary>One's own quality in a project, over cases whose results the project shows.</summary>
/// <param name="Remarks">Reason → how often validators gave it on these cases.</param>
internal sealed record OwnQuality(
    ProjectId ProjectId, string ProjectName, SchemaView Schema, int Cases, IReadOnlyList<ItemReliability> Items, IReadOnlyList<WeekQuality> Weeks,
    IReadOnlyDictionary<string, int> Remarks, IReadOnlyList<ReturnReason> Reasons);

/// <summary>How near one's readings come to what their cases came to; nobody else's.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class MyQuality(PirogovDb db, CurrentActor actor)
{
    /// <summary>Projects shown, the newest first.</summary>
    private const int Most = 20;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/reading-results/quality", (MyQuality use, CancellationToken cancellation) => use.Handle(cancellation))
        .Needs(typeof(MyQuality)).WithName("getMyQuality").WithSummary("The signed-in expert's quality by project, class and question, with intervals.");

    public async Task<IReadOnlyList<OwnQuality>> Handle(CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var rows = (await (from i in db.Set<ReaderItem>().AsNoTracking()
                           join r in ShownResults.Readings(db, me) on i.ReadingId equals r.Reading.Id
                           where i.AccountId == me && i.Mode == ReadingMode.Read
                           select new { i.ProjectId, i.Kind, i.Item, i.ProjectCaseId, i.Patient, i.Quality, i.Week }).ToArrayAsync(cancellation)).ToLookup(r => r.ProjectId);
        var ids = rows.Select(r => r.Key).OrderByDescending(p => p.Value).Take(Most).ToArray();
        var projects = await db.Set<LabellingProject>().AsNoTracking().Where(p => ids.Contains(p.Id)).ToArrayAsync(cancellation);
        var versions = projects.Select(p => p.SchemaVersionId).Distinct().ToArray();
        var schemas = await db.Set<LabellingSchema>().AsNoTracking().Where(s => s.Versions.Any(v => versions.Contains(v.Id))).ToArrayAsync(cancellation);
        var rules = await db.Set<ValidationRules>().AsNoTracking().Where(r => ids.Contains(r.ProjectId)).ToDictionaryAsync(r => r.ProjectId, cancellation);
        var remarks = (await (from m in db.Set<CaseComment>()
                              join c in ShownResults.Of(db) on m.ProjectCaseId equals c.Id
                              where ids.Contains(c.ProjectId) && m.Level > 0 && db.Set<Reading>().Any(r => r.ProjectCaseId == c.Id && r.AccountId == me && r.Mode == ReadingMode.Read)
                              group m by new { c.ProjectId, m.Reason } into g
                              select new { g.Key.ProjectId, g.Key.Reason, Count = g.Count() }).ToArrayAsync(cancellation)).ToLookup(r => r.ProjectId);
        return [.. projects.OrderByDescending(p => p.CreatedAt).Select(p =>
        {
            var (own, schema) = (rows[p.Id].ToArray(), schemas.Single(s => s.Versions.Any(v => v.Id == p.SchemaVersionId)));
            var weeks = own.GroupBy(r => r.Week).OrderBy(g => g.Key).Select(g => Week(g.Key, [.. g.GroupBy(r => r.ProjectCaseId).Select(c => c.Average(r => r.Quality))]));
            return new OwnQuality(p.Id, p.Name, SchemaView.Of(schema, schema.Versions.Single(v => v.Id == p.SchemaVersionId)), own.Select(r => r.ProjectCaseId).Distinct().Count(),
                Reliability.Of(own.Select(r => (r.Kind, r.Item, r.ProjectCaseId, r.Patient, r.Quality))), [.. weeks], remarks[p.Id].ToDictionary(r => r.Reason, r => r.Count),
                (rules.GetValueOrDefault(p.Id) ?? new(p.Id)).Reasons);
        })];
    }

    /// <param name="cases">The mean over its classes and questions, of each case.</param>
    private static WeekQuality Week(int week, double[] cases)
    {
        var mean = cases.Average();
        var interval = new Agreement.ItemSum(ItemKind.Class, "", cases.Length, mean, cases.Average(c => c * c), 0).Interval;
        return new(Weeks.Monday(week), mean, interval?.Lower, interval?.Upper, cases.Length);
    }
}
