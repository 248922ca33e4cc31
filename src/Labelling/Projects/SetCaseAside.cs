using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>
/// Keeps a case out of everybody's queue and of releases, whatever its state, until the manager takes it up again. Nobody loses a place or a draft:
/// who had work on it finds it in the queue again.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SetCaseAside(PirogovDb db, AuditTrail audit, EventOutbox outbox, TimeProvider time)
{
    public sealed record Request(string? Reason);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/labelling-projects/{id}/cases/{caseId}/aside",
            (SetCaseAside use, ProjectId id, ProjectCaseId caseId, Request request, CancellationToken cancellation) => use.Handle(id, caseId, request, cancellation).ToHttp())
            .Needs(typeof(SetCaseAside)).WithName("setCaseAside").WithSummary("Sets a case aside with a reason: it is in no queue and in no release.");
        api.MapDelete("/labelling-projects/{id}/cases/{caseId}/aside",
            (SetCaseAside use, ProjectId id, ProjectCaseId caseId, CancellationToken cancellation) => use.Undo(id, caseId, cancellation).ToHttp())
            .Needs(typeof(SetCaseAside)).WithName("takeCaseUpAgain").WithSummary("Takes a case up again: it goes on where it was.");
    }

    public async Task<Outcome<Done>> Handle(ProjectId id, ProjectCaseId caseId, Request request, CancellationToken cancellation)
    {
        if (CaseComment.Check(request.Reason, "reason") is { } unfit)
            return unfit;
        if (await Find(id, caseId, cancellation) is not { } one)
            return new NotFound("labelling-case");
        var now = time.Now();
        if (one.SetAside(request.Reason!, now) is { } refusal)
            return refusal;
        // The reason outlives the act: it stays among what was said of the case.
        db.Add(new CaseComment(one.Id, 0, null, new(ReturnReason.Other, request.Reason, null), now));
        outbox.Add(new CaseWentAside(one.Id));
        audit.Note("labelling.case-set-aside", "labelling-case", caseId, new { one.State });
        return await Save(cancellation);
    }

    public async Task<Outcome<Done>> Undo(ProjectId id, ProjectCaseId caseId, CancellationToken cancellation)
    {
        if (await Find(id, caseId, cancellation) is not { } one)
            return new NotFound("labelling-case");
        if (one.TakeUpAgain(time.Now()) is { } refusal)
            return refusal;
        audit.Note("labelling.case-taken-up-again", "labelling-case", caseId, new { one.State });
        return await Save(cancellation);
    }

    private Task<ProjectCase?> Find(ProjectId id, ProjectCaseId caseId, CancellationToken cancellation) =>
        db.Set<ProjectCase>().SingleOrDefaultAsync(c => c.Id == caseId && c.ProjectId == id && !c.IsGold, cancellation);

    private async Task<Outcome<Done>> Save(CancellationToken cancellation) => await db.TrySave(cancellation) is { } overtaken ? overtaken : Done.Value;
}
