using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Effort;

/// <param name="Days">From today at the pace of the last days; none when nothing was finished in them.</param>
/// <param name="SlowestDays">At the upper end of the pace's interval <paramref name="FastestDays"/>; none where the interval reaches no pace at all.</param>
internal sealed record Backlog(int Readings, double? Days, double? FastestDays, double? SlowestDays, DateOnly? Expected, bool? LateAtThisPace);

/// <param name="PerDay">Blind readings that were finished, a day, over <paramref name="DaysLookedAt"/>.</param>
internal sealed record EffortView(MeanWithInterval? PerDay, int DaysLookedAt, MeanWithInterval? MinutesPerReading, double ActiveHours, Backlog Backlog, ProjectCost Cost);

/// <summary>How fast a project goes, when it will be done, and what it costs.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeEffort(PirogovDb db, Earnings earnings, TimeProvider time)
{
    private const int LookBack = 14;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/effort",
            (SeeEffort use, ProjectId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
        .Needs(typeof(SeeEffort)).WithName("getEffort").WithSummary("Throughput, backlog forecast and cost of a project, with intervals.");

    public async Task<Outcome<EffortView>> One(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var now = time.Now();
        var paid = await earnings.Of(db.Set<Reading>().Where(r => r.ProjectId == id), cancellation);
        var cases = await Cases(id, cancellation);
        var (perDay, days) = Pace(project, paid, now);
        var remaining = cases.Sum(c => c.ToCome);
        double[] minutes = [.. paid.Where(p => p is { Mode: ReadingMode.Read, ActiveMinutes: > 0 }).Select(p => p.ActiveMinutes)];
        return new EffortView(perDay, days, MeanWithInterval.Mean(minutes), paid.Sum(p => p.ActiveMinutes) / 60, Forecast(project, remaining, perDay, now),
            await CostOf(project, paid, cases, cancellation));
    }

    private async Task<CostedCase[]> Cases(ProjectId id, CancellationToken cancellation)
    {
        var done = db.Set<Reading>().Where(r => r.ProjectId == id && r.FinishedAt != null);
        var verdicts = (await done.Where(r => r.Mode == ReadingMode.Validate).Select(r => new { r.ProjectCaseId, r.Slot }).ToArrayAsync(cancellation)).ToLookup(r => r.ProjectCaseId, r => r.Slot);
        var rows = await db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == id && !c.IsGold && c.AsideAt == null)
            .Select(c => new
            {
                c.Id,
                c.State,
                c.Level,
                c.ReadersWanted,
                c.MostReaders,
                Read = done.Count(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read),
                IsAdjudicated = done.Any(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Adjudicate),
            }).ToArrayAsync(cancellation);
        return [.. rows.Select(c => new CostedCase(c.State, c.Level, c.ReadersWanted, c.MostReaders, c.Read, c.IsAdjudicated, verdicts[c.Id].ToHashSet()))];
    }

    /// <summary>Whole days, today left out: it is not over.</summary>
    private static (MeanWithInterval? PerDay, int Days) Pace(LabellingProject project, IReadOnlyList<PaidReading> paid, DateTimeOffset now)
    {
        if (project.StartedAt is not { } started)
            return (null, 0);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var days = Math.Clamp(today.DayNumber - DateOnly.FromDateTime(started.UtcDateTime).DayNumber, 0, LookBack);
        var counts = paid.Where(p => p is { Mode: ReadingMode.Read, Purpose: ReadingPurpose.Work }).CountBy(p => DateOnly.FromDateTime(p.FinishedAt.UtcDateTime)).ToDictionary();
        return (MeanWithInterval.Mean([.. Enumerable.Range(1, days).Select(back => (double)counts.GetValueOrDefault(today.AddDays(-back)))]), days);
    }

    private static Backlog Forecast(LabellingProject project, int remaining, MeanWithInterval? perDay, DateTimeOffset now)
    {
        double? At(double? pace) => Dashboards.Pace.Days(remaining, pace);
        var days = At(perDay?.Value);
        var expected = Dashboards.Pace.Day(DateOnly.FromDateTime(now.UtcDateTime), days);
        return new(remaining, days, At(perDay?.Upper), At(perDay?.Lower), expected,
            project.DueAt is { } due && expected is { } on ? on > DateOnly.FromDateTime(due.UtcDateTime) : null);
    }

    private async Task<ProjectCost> CostOf(LabellingProject project, IReadOnlyList<PaidReading> paid, CostedCase[] cases, CancellationToken cancellation)
    {
        var people = project.Members.Select(m => m.AccountId).ToArray();
        var levels = await db.Set<ExpertProfile>().Where(p => people.Contains(p.AccountId)).Select(p => new { p.AccountId, p.Level }).ToDictionaryAsync(p => p.AccountId, p => p.Level, cancellation);
        return new CostForecast(project, levels, paid, cases).Make();
    }
}
