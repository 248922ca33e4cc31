using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Sends a validated (or released) case back to the adjudicator for a correction.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ReopenCase(PirogovDb db, AskAdjudicator askAdjudicator, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(string? Comment);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/cases/{caseId}/reopen",
            (ReopenCase use, ProjectId id, ProjectCaseId caseId, Request request, CancellationToken cancellation) => use.Handle(id, caseId, request, cancellation).ToHttp())
        .Needs(typeof(ReopenCase)).WithSummary("Reopens a validated case; the correction goes into the next release.");

    public async Task<Outcome<Done>> Handle(ProjectId id, ProjectCaseId caseId, Request request, CancellationToken cancellation)
    {
        if (await db.Set<ProjectCase>().SingleOrDefaultAsync(c => c.Id == caseId && c.ProjectId == id, cancellation) is not { } one)
            return new NotFound("labelling-case");
        if (await db.Set<LabellingProject>().AnyAsync(p => p.Id == id && p.State == ProjectState.Cancelled, cancellation))
            return new ProjectIsNotRunning(ProjectState.Cancelled);
        if (CaseComment.Check(request.Comment) is { } unfit)
            return unfit;
        var now = time.Now();
        if (one.Reopen(now) is { } refusal)
            return refusal;
        db.Add(new CaseComment(one.Id, 0, null, new(ReturnReason.Other, request.Comment, null), now));
        await askAdjudicator.About(one, cancellation);
        audit.Note("labelling.case-reopened", "labelling-case", caseId);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
