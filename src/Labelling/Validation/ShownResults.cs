using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

internal sealed class ShownReading
{
    public required Reading Reading { get; init; }
    public required ProjectCase Case { get; init; }

    /// <summary>When the result became final; of a control case that of the case with which it comes to light.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The cases whose results their projects show to readers by now: a case that is reopened is hidden again until it is through.</summary>
internal static class ShownResults
{
    public static IQueryable<ProjectCase> Of(PirogovDb db) =>
        from c in db.Set<ProjectCase>().AsNoTracking()
        from rules in db.Set<ValidationRules>().Where(r => r.ProjectId == c.ProjectId).DefaultIfEmpty()
        where c.State == ProjectCaseState.Released && (rules == null || rules.ResultsShown != ResultsShown.Never)
            || c.State == ProjectCaseState.Validated && (rules == null || rules.ResultsShown == ResultsShown.AfterValidation)
        select c;

    /// <summary>
    /// A person's handed-in readings whose results they may see. A control case has no course of its own to wait for, and yet has to come to light
    /// like any other: with the case that its reader handed in next, or, behind their last one, when the whole project is through.
    /// </summary>
    public static IQueryable<ShownReading> Readings(PirogovDb db, Guid person)
    {
        var shown = Of(db);
        var own = db.Set<Reading>().AsNoTracking().Where(r => r.AccountId == person && r.Mode != ReadingMode.Validate && r.State == ReadingState.Locked);
        var others = db.Set<Reading>().AsNoTracking().Where(r => r.AccountId == person && r.Mode == ReadingMode.Read && r.Purpose == ReadingPurpose.Work && r.FinishedAt != null);
        return from r in own
               join c in db.Set<ProjectCase>().AsNoTracking() on r.ProjectCaseId equals c.Id
               let next = others.Where(o => o.ProjectId == r.ProjectId && o.FinishedAt >= r.FinishedAt).OrderBy(o => o.FinishedAt).ThenBy(o => o.Id)
                   .Select(o => (ProjectCaseId?)o.ProjectCaseId).FirstOrDefault()
               where shown.Any(s => s.Id == c.Id) || r.Purpose == ReadingPurpose.Control
                   && (shown.Any(s => s.Id == next) || next == null && shown.Any(s => s.ProjectId == r.ProjectId)
                       && !db.Set<ProjectCase>().Any(o => o.ProjectId == r.ProjectId && !o.IsGold && o.AsideAt == null && !shown.Any(s => s.Id == o.Id)))
               select new ShownReading
               {
                   Reading = r,
                   Case = c,
                   At = r.Purpose != ReadingPurpose.Control ? c.ChangedAt
                       : db.Set<ProjectCase>().Where(o => o.ProjectId == r.ProjectId && !o.IsGold && (next == null || o.Id == next)).Max(o => (DateTimeOffset?)o.ChangedAt) ?? c.ChangedAt,
               };
    }
}
