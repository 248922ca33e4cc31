using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Labelling.Assignment;

/// <summary>
/// Somebody came to a project, or may do more in it than before: what waited for just them goes to them. Asked for in the commit that brought them, so
/// that neither a case that moves at this moment nor the end of the process leaves the rest waiting.
/// </summary>
internal sealed class OfferWork(PirogovDb db, WaitingDecisions decisions, Replacement replacement, Validation.LeastLoaded leastLoaded) : DurableJob<OfferWork.Payload>
{
    internal sealed record Payload(ProjectId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var lost = await decisions.OfferAll(payload.Id, cancellation);
        lost = await FillPlaces(payload.Id, cancellation) ?? lost;
        // All others have theirs; what somebody else moved at the same moment is looked at again.
        if (lost is not null)
            ExceptionDispatchInfo.Throw(lost);
    }

    /// <summary>Where everything is assigned, places that nobody could take so far are offered to who has come.</summary>
    private async Task<DbUpdateException?> FillPlaces(ProjectId id, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == id, cancellation);
        if (project.Distribution == Distribution.Queue || project.State != ProjectState.Running)
            return null;
        var places = await (
            from r in db.Set<Reading>().IgnoreQueryFilters().AsNoTracking()
            join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
            where r.ProjectId == id && r.LeftAt != null && r.Mode == ReadingMode.Read && c.State == ProjectCaseState.Reading && r.Slot <= c.ReadersWanted
                && !db.Set<Reading>().Any(o => o.ProjectCaseId == c.Id && o.Mode == ReadingMode.Read && o.Slot == r.Slot && o.LeftAt == null)
            orderby r.Id
            select r).ToArrayAsync(cancellation);
        DbUpdateException? lost = null;
        foreach (var place in places.DistinctBy(p => (p.ProjectCaseId, p.Slot)))
        {
            if (await leastLoaded.Of(project, await replacement.Able(project, place, cancellation), cancellation) is { } next)
                lost = await replacement.Fill(place, next, cancellation) ?? lost;
        }

        return lost;
    }
}
