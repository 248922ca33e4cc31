using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Assignment;

/// <param name="HasDraft">Something was saved before.</param>
internal sealed record LeftRow(
    ReadingId Id, ProjectCaseId CaseId, string Label, Guid AccountId, string Name, ReadingMode Mode, ReasonLeft Reason, SkipReason? SkipReason, string? Text, bool HasDraft,
    DateTimeOffset LeftAt);

internal sealed record OpenRow(
    ReadingId Id, ProjectCaseId CaseId, string Label, Guid AccountId, string Name, ReadingMode Mode, ReadingState State, DateTimeOffset OfferedAt, DateTimeOffset ChangedAt,
    DateTimeOffset? DueAt, DateTimeOffset? ReservedUntil, bool Late);

/// <summary>Readings that were given up, and those that are open: the manager sees why, and what is late.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeOpenWork(PirogovDb db, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/left-readings", (SeeOpenWork use, ProjectId id, EnumWord<ReasonLeft>? reason, int? page, int? size, CancellationToken cancellation) =>
            use.Left(id, reason?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeOpenWork)).WithName("listLeftReadings").WithSummary("Readings that were skipped, expired or withdrawn, with the reason; the newest first.");
        api.MapGet("/labelling-projects/{id}/open-readings", (SeeOpenWork use, ProjectId id, bool? late, int? page, int? size, CancellationToken cancellation) =>
            use.Open(id, late == true, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeOpenWork)).WithName("listOpenReadings").WithSummary("Readings that are not handed in yet; the earliest due first.");
    }

    public async Task<Page<LeftRow>> Left(ProjectId id, ReasonLeft? reason, int page, int size, CancellationToken cancellation) => await (
        from r in db.Set<Reading>().IgnoreQueryFilters().AsNoTracking()
        join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
        join a in db.Set<Account>() on r.AccountId equals a.Id
        where r.ProjectId == id && r.LeftAt != null && (reason == null || r.ReasonLeft == reason)
        orderby r.LeftAt descending, r.Id
        select new LeftRow(r.Id, c.Id, c.Label, a.Id, a.FullName, r.Mode, r.ReasonLeft!.Value, r.SkipReason, r.SkipText, r.Revision > 0, r.LeftAt!.Value)).ToPage(page, size, cancellation);

    public async Task<Page<OpenRow>> Open(ProjectId id, bool late, int page, int size, CancellationToken cancellation)
    {
        var now = time.Now();
        return await (
            from r in db.Set<Reading>().AsNoTracking()
            join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
            join a in db.Set<Account>() on r.AccountId equals a.Id
            join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
            let due = r.DueAt ?? p.DueAt
            where r.ProjectId == id && r.State != ReadingState.Submitted && r.State != ReadingState.Locked && c.AsideAt == null && (!late || due < now)
            orderby due == null, due, r.Id
            select new OpenRow(r.Id, c.Id, c.Label, a.Id, a.FullName, r.Mode, r.State, r.OfferedAt, r.ChangedAt, due, r.ReservedUntil, due != null && due < now)).ToPage(page, size, cancellation);
    }
}
