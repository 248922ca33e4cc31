using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Dashboards;

/// <param name="Level">0 outside validation.</param>
internal sealed record StateCount(ProjectCaseState State, int Level, int Cases);

/// <param name="Compared">Cases whose readings were compared in the week.</param>
/// <param name="Through">Cases that passed their last level for the first time.</param>
internal sealed record WeekProgress(DateOnly Week, int Compared, int Through);

/// <summary>When the rest will be through if it goes on as in the last weeks.</summary>
/// <param name="PerWeek">Cases through in a week, over the days that are looked at.</param>
/// <param name="Lower">Of the exact 95 % Poisson interval (Garwood 1936), cases a week.</param>
/// <param name="Latest">None when the lower end is so slow that no date can be named.</param>
internal sealed record Forecast(int Remaining, double PerWeek, double Lower, double Upper, int Days, DateOnly? Expected, DateOnly? Earliest, DateOnly? Latest);

/// <summary>What a level's validators said.</summary>
/// <param name="ErrorShare">Of the verdicts, those that returned or corrected; null before the first.</param>
/// <param name="Lower">Of the 95 % Wilson interval.</param>
internal sealed record LevelProgress(
    int Level, int Waiting, int Accepted, int Corrected, int Returned, double? ErrorShare, double? Lower, double? Upper, IReadOnlyDictionary<string, int> Reasons);

internal sealed record ProgressView(
    IReadOnlyList<StateCount> States, IReadOnlyList<WeekProgress> Weeks, Forecast? Forecast, IReadOnlyList<LevelProgress> Levels, IReadOnlyList<ReturnReason> Reasons);

/// <summary>How far a project is, by state and level, and when it will be through.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeProgress(PirogovDb db, FiguresCache cache, TimeProvider time)
{
    /// <summary>Long enough for weekends and holidays to even out, short enough to follow a change of pace.</summary>
    private const int ForecastDays = 28;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/progress", (SeeProgress use, ProjectId id, CancellationToken cancellation) =>
            use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(SeeProgress)).WithName("getProjectProgress").WithSummary("Cases by state and level, by week, verdicts by level, and a forecast with its interval.");

    public async Task<Outcome<ProgressView>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var today = Weeks.Day(time.Now());
        // Reasons are renamed while no case moves, and nothing else tells the figures that they are old.
        var rules = await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == id, cancellation) ?? new(id);
        return await cache.Of(db, id, $"progress {today}", () => Make(project, today, cancellation), cancellation) with { Reasons = rules.Reasons };
    }

    private async Task<ProgressView> Make(LabellingProject project, int today, CancellationToken cancellation)
    {
        var states = await db.Set<ProjectCase>().Where(c => c.ProjectId == project.Id && !c.IsGold).GroupBy(c => new { c.State, Level = c.State == ProjectCaseState.Validation ? c.Level : 0 })
            .Select(g => new StateCount(g.Key.State, g.Key.Level, g.Count())).ToArrayAsync(cancellation);
        var compared = await db.Set<CaseDigest>().Where(d => d.ProjectId == project.Id).GroupBy(d => d.ComparedDay).Select(g => new { g.Key, Count = g.Count() }).ToArrayAsync(cancellation);
        var through = await db.Set<CaseDigest>().Where(d => d.ProjectId == project.Id && d.ThroughDay != null).GroupBy(d => d.ThroughDay!.Value)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var byWeek = compared.Select(c => (Week: Weeks.Of(c.Key), Compared: c.Count, Through: 0)).Concat(through.Select(t => (Week: Weeks.Of(t.Key), Compared: 0, Through: t.Value)))
            .GroupBy(w => w.Week).OrderBy(g => g.Key).Select(g => new WeekProgress(Weeks.Monday(g.Key), g.Sum(w => w.Compared), g.Sum(w => w.Through)));
        var aside = await db.Set<ProjectCase>().CountAsync(c => c.ProjectId == project.Id && !c.IsGold && c.AsideAt != null
            && c.State != ProjectCaseState.Validated && c.State != ProjectCaseState.Released, cancellation);
        var remaining = states.Where(s => s.State is not (ProjectCaseState.Validated or ProjectCaseState.Released)).Sum(s => s.Cases) - aside;
        var begun = project.StartedAt is { } at ? Weeks.Day(at) : today;
        return new([.. states.OrderBy(s => s.State).ThenBy(s => s.Level)], [.. byWeek], Foresee(remaining, through, begun, today), await Levels(project, states, cancellation), []);
    }

    internal static Forecast? Foresee(int remaining, IReadOnlyDictionary<int, int> throughByDay, int begun, int today)
    {
        var days = Math.Clamp(today - begun + 1, 1, ForecastDays);
        var done = throughByDay.Where(d => d.Key > today - days).Sum(d => d.Value);
        if (remaining == 0 || done == 0)
            return null;
        var (lower, upper) = (ChiSquareDistribution.Quantile(0.025, 2 * done) / 2 / days, ChiSquareDistribution.Quantile(0.975, 2 * (done + 1)) / 2 / days);
        return new(remaining, 7.0 * done / days, 7 * lower, 7 * upper, days, When((double)done / days), When(upper), When(lower));

        DateOnly? When(double perDay) => Pace.Day(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(today), Pace.Days(remaining, perDay));
    }

    private async Task<IReadOnlyList<LevelProgress>> Levels(LabellingProject project, StateCount[] states, CancellationToken cancellation)
    {
        var verdicts = await (from v in db.Set<Verdict>()
                              join c in db.Set<ProjectCase>() on v.ProjectCaseId equals c.Id
                              where c.ProjectId == project.Id
                              group v by new { v.Level, v.Kind } into g
                              select new { g.Key.Level, g.Key.Kind, Count = g.Count() }).ToArrayAsync(cancellation);
        var reasons = await (from r in db.Set<CaseComment>()
                             join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
                             where c.ProjectId == project.Id && r.Level > 0
                             group r by new { r.Level, r.Reason } into g
                             select new { g.Key.Level, g.Key.Reason, Count = g.Count() }).ToArrayAsync(cancellation);
        return [.. project.Levels.Select((_, place) =>
        {
            int Of(VerdictKind kind) => verdicts.Where(v => v.Level == place + 1 && v.Kind == kind).Sum(v => v.Count);
            var (accepted, corrected, returned) = (Of(VerdictKind.Accepted), Of(VerdictKind.Corrected), Of(VerdictKind.Returned));
            var all = accepted + corrected + returned;
            var interval = all == 0 ? (ConfidenceInterval?)null : WilsonInterval.Of(corrected + returned, all);
            return new LevelProgress(place + 1, states.Where(s => s.Level == place + 1).Sum(s => s.Cases), accepted, corrected, returned,
                all == 0 ? null : (double)(corrected + returned) / all, interval?.Lower, interval?.Upper,
                reasons.Where(r => r.Level == place + 1).OrderByDescending(r => r.Count).ToDictionary(r => r.Reason, r => r.Count));
        })];
    }
}
