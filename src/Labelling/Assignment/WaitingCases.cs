using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Assignment;

/// <summary>Somebody reads a case, or a project, no more.</summary>
internal sealed record ReaderLeft(ProjectId Project);

/// <summary>
/// Cases of a queue that were compared and wait for one more reader. Whoever could have read them may leave, be paused, skip them or have read as much as they may: when nobody is
/// left, they are compared as they stand, and the disagreement goes to an adjudicator.
/// </summary>
internal sealed class WaitingCases(PirogovDb db, ReaderRules rules, JobQueue jobs, AuditTrail audit, TimeProvider time) : IHandle<ReaderLeft>
{
    /// <summary>After the commit in which they left: whoever moves a case on at this moment cannot take the others with it.</summary>
    public Task Handle(ReaderLeft happened, CancellationToken cancellation) => SendOn(happened.Project, cancellation);

    /// <summary>Joins the caller's next <c>SaveChanges</c>; whoever left or was paused is saved before.</summary>
    public async Task SendOn(ProjectId id, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        if (project is not { Distribution: Distribution.Queue, State: ProjectState.Running or ProjectState.Paused })
            return;
        var waiting = await db.Set<ProjectCase>().Where(c => c.ProjectId == id && c.State == ProjectCaseState.Reading && db.Set<Comparison>().Any(x => x.ProjectCaseId == c.Id)
            && !db.Set<Reading>().Any(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read && r.State != ReadingState.Locked)).ToArrayAsync(cancellation);
        if (waiting.Length == 0)
            return;
        var readers = await rules.WithRoom(project, project.Of(ReadingMode.Read), cancellation);
        var parts = await Parts(id, waiting, cancellation);
        foreach (var one in waiting)
        {
            var own = parts[one.CaseId].ToArray();
            // Whose reservation ran out may still come back to it.
            var known = own.Where(r => r.ReasonLeft != ReasonLeft.Expired).Select(r => r.AccountId).ToHashSet();
            if (readers.Qualified.Any(r => !known.Contains(r) && readers.MayRead(r, one)))
                continue;
            var locked = own.Count(r => r.ProjectCaseId == one.Id && r is { Mode: ReadingMode.Read, LeftAt: null });
            if (one.GiveUpWaiting(locked, time.Now()) is not null)
                continue;
            jobs.Enqueue<CompareReadings, CompareReadings.Payload>(new(one.Id), "labelling-case", one.Id);
            audit.Note("labelling.nobody-is-left-to-read", "labelling-case", one.Id, new { Readings = locked });
        }
    }

    private async Task<ILookup<Archive.Contracts.CaseId, Reading>> Parts(ProjectId id, ProjectCase[] waiting, CancellationToken cancellation)
    {
        var cases = waiting.Select(c => c.CaseId).ToArray();
        return (await db.Set<Reading>().IgnoreQueryFilters().AsNoTracking().Where(r => r.ProjectId == id && cases.Contains(r.CaseId)).ToArrayAsync(cancellation)).ToLookup(r => r.CaseId);
    }
}
