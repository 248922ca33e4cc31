using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

/// <summary>What a manager does with a running project as a whole: hold it, go on, give it up, give it more time.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SteerProject(PirogovDb db, JobQueue jobs, Rounds rounds, AuditTrail audit, TimeProvider time)
{
    /// <param name="DueAt">None takes the due date away.</param>
    public sealed record DueRequest(DateTimeOffset? DueAt);

    public sealed record RankRequest(int Priority = 0, DateTimeOffset? DueAt = null);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/labelling-projects/{id}/pause", (SteerProject use, ProjectId id, CancellationToken cancellation) => use.Pause(id, cancellation).ToHttp())
            .Needs(typeof(SteerProject)).WithName("pauseLabellingProject").WithSummary("Nothing more is handed out; what is begun may be finished.");
        api.MapPost("/labelling-projects/{id}/resume", (SteerProject use, ProjectId id, CancellationToken cancellation) => use.Resume(id, cancellation).ToHttp())
            .Needs(typeof(SteerProject)).WithName("resumeLabellingProject").WithSummary("Goes on after a pause.");
        api.MapPost("/labelling-projects/{id}/cancel", (SteerProject use, ProjectId id, CancellationToken cancellation) => use.Cancel(id, cancellation).ToHttp())
            .Needs(typeof(SteerProject)).WithName("cancelLabellingProject").WithSummary("Gives the project up: open work is taken back, drafts stay.");
        api.MapPut("/labelling-projects/{id}/due", (SteerProject use, ProjectId id, DueRequest request, CancellationToken cancellation) => use.BeDue(id, request.DueAt, cancellation).ToHttp())
            .Needs(typeof(SteerProject)).WithName("setLabellingDue").WithSummary("Moves the due date.");
        api.MapPut("/labelling-projects/{id}/cases/{caseId}/rank", (SteerProject use, ProjectId id, ProjectCaseId caseId, RankRequest request, CancellationToken cancellation) =>
            use.Rank(id, caseId, request, cancellation).ToHttp())
            .Needs(typeof(SteerProject)).WithName("rankProjectCase").WithSummary("Sets the priority and the due date of one case.");
    }

    public Task<Outcome<Done>> Pause(ProjectId id, CancellationToken cancellation) => Change(id, "labelling.project-paused", p => p.Pause(), cancellation);

    /// <summary>What nobody could be given before the pause may have somebody by now.</summary>
    public Task<Outcome<Done>> Resume(ProjectId id, CancellationToken cancellation) => Change(id, "labelling.project-resumed", p =>
    {
        jobs.Enqueue<OfferWork, OfferWork.Payload>(new(id), "labelling-project", id);
        return p.Resume();
    }, cancellation);

    public Task<Outcome<Done>> BeDue(ProjectId id, DateTimeOffset? at, CancellationToken cancellation) =>
        Change(id, "labelling.due-moved", p => p.BeDue(at?.ToUniversalTime()), cancellation);

    public async Task<Outcome<Done>> Cancel(ProjectId id, CancellationToken cancellation)
    {
        // What is handed out at this moment is taken back as well, or not handed out.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        var cancelled = await Change(id, "labelling.project-cancelled", p => TakeBack(p, cancellation), cancellation);
        if (!cancelled.IsRefused(out _))
            await transaction.CommitAsync(cancellation);
        return cancelled;
    }

    private async Task<Refusal?> TakeBack(LabellingProject project, CancellationToken cancellation)
    {
        if (project.Cancel() is { } refusal)
            return refusal;
        var now = time.Now();
        foreach (var reading in await db.Set<Reading>().Where(r => r.ProjectId == project.Id && Reading.OpenStates.Contains(r.State)).ToArrayAsync(cancellation))
        {
            if (!rounds.EndSecondPass(reading))
                reading.Leave(ReasonLeft.Withdrawn, now);
        }

        return null;
    }

    public async Task<Outcome<Done>> Rank(ProjectId id, ProjectCaseId caseId, RankRequest request, CancellationToken cancellation)
    {
        if (await db.Set<ProjectCase>().SingleOrDefaultAsync(c => c.Id == caseId && c.ProjectId == id && !c.IsGold, cancellation) is not { } one)
            return new NotFound("labelling-case");
        if (request.Priority is < -AssignmentTerms.LargestPriority or > AssignmentTerms.LargestPriority)
            return new TermsUnfit("priority");
        var due = request.DueAt?.ToUniversalTime();
        one.Rank(request.Priority, due);
        foreach (var reading in await db.Set<Reading>().Where(r => r.ProjectCaseId == caseId && r.State != ReadingState.Submitted && r.State != ReadingState.Locked).ToArrayAsync(cancellation))
            reading.BeDue(due);
        audit.Note("labelling.case-ranked", "labelling-case", caseId, new { request.Priority });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }

    private Task<Outcome<Done>> Change(ProjectId id, string action, Func<LabellingProject, Refusal?> change, CancellationToken cancellation) =>
        Change(id, action, p => Task.FromResult(change(p)), cancellation);

    private async Task<Outcome<Done>> Change(ProjectId id, string action, Func<LabellingProject, Task<Refusal?>> change, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        if (await change(project) is { } refusal)
            return refusal;
        audit.Note(action, "labelling-project", id);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
