using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Dashboards;

internal enum CaseOrder
{
    /// <summary>Low agreement, uncertain answers, many rounds, returns and corrections.</summary>
    Doubtful,

    /// <summary>Longest on its way, those that are through left out.</summary>
    Slow,
}

/// <param name="Doubt">Points, see <see cref="CaseDigest.DoubtOf"/>; 0 before the first comparison, and for a manager who may still read the case.</param>
/// <param name="Days">Since its first reading was offered, until it was through or today.</param>
internal sealed record DoubtfulCase(
    ProjectCaseId Id, CaseId CaseId, string Label, ProjectCaseState State, int Level, double Doubt, double? LowestAgreement, int Uncertain, int Rounds, int Returns, int Corrections, int Days);

/// <summary>Cases that deserve a manager's look.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeDoubtfulCases(PirogovDb db, OwnPart own, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/doubtful-cases",
            (SeeDoubtfulCases use, ProjectId id, EnumWord<CaseOrder>? order, int? page, int? size, CancellationToken cancellation) =>
                use.Handle(id, order?.Value ?? CaseOrder.Doubtful, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(SeeDoubtfulCases)).WithName("listDoubtfulCases").WithSummary("A project's doubtful or slow cases, the worst first.");

    public async Task<Outcome<Page<DoubtfulCase>>> Handle(ProjectId id, CaseOrder order, int page, int size, CancellationToken cancellation)
    {
        if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == id, cancellation))
            return new NotFound("labelling-project");
        var (now, slow) = (time.Now(), order == CaseOrder.Slow);
        var blind = own.Blind(id);
        var digests = db.Set<CaseDigest>().Where(d => d.ProjectId == id && !blind.Contains(d.ProjectCaseId));
        var query = from c in db.Set<ProjectCase>().AsNoTracking()
                    from d in digests.Where(d => d.ProjectCaseId == c.Id).DefaultIfEmpty()
                    where c.ProjectId == id && !c.IsGold && c.AsideAt == null && (slow ? c.State != ProjectCaseState.Planned && c.State != ProjectCaseState.Validated && c.State != ProjectCaseState.Released : d != null && d.Doubt > 0)
                    select new { Case = c, Digest = d, Begun = db.Set<Reading>().Where(r => r.ProjectCaseId == c.Id).Min(r => (DateTimeOffset?)r.OfferedAt) };
        // Engines differ in where what never began would stand.
        var sorted = slow ? query.OrderBy(q => q.Begun == null).ThenBy(q => q.Begun).ThenBy(q => q.Case.Id) : query.OrderByDescending(q => q.Digest.Doubt).ThenBy(q => q.Case.Id);
        var found = await sorted.ToPage(page, size, cancellation);
        return new Page<DoubtfulCase>([.. found.Items.Select(f => new DoubtfulCase(f.Case.Id, f.Case.CaseId, f.Case.Label, f.Case.State, f.Case.Level,
            f.Digest?.Doubt ?? 0, f.Digest?.LowestAgreement, f.Digest?.Uncertain ?? 0, f.Digest?.Rounds ?? 0, f.Digest?.Returns ?? 0, f.Digest?.Corrections ?? 0,
            f.Begun is { } begun ? (f.Digest?.ThroughDay ?? Weeks.Day(now)) - Weeks.Day(begun) : 0))], found.Number, found.Size, found.Total);
    }
}
