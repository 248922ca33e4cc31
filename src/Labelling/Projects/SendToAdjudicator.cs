using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>
/// A manager has a case decided by an adjudicator: one that waits for further readers with what there is (two readings at least), or one whose
/// consensus is being validated, which then comes back to the same level. What others had open on it is taken back; their drafts stay.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SendToAdjudicator(PirogovDb db, AskAdjudicator askAdjudicator, JobQueue jobs, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(string? Comment);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/cases/{caseId}/adjudicate",
            (SendToAdjudicator use, ProjectId id, ProjectCaseId caseId, Request request, CancellationToken cancellation) => use.Handle(id, caseId, request, cancellation).ToHttp())
        .Needs(typeof(SendToAdjudicator)).WithName("sendToAdjudicator").WithSummary("Has a case decided by an adjudicator, whatever its readings say.");

    public async Task<Outcome<Done>> Handle(ProjectId id, ProjectCaseId caseId, Request request, CancellationToken cancellation)
    {
        if (CaseComment.Check(request.Comment) is { } unfit)
            return unfit;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // A reading that is handed in at this moment is taken into its round before, or finds the round closed.
        await Turn.Take(db, caseId, cancellation);
        if (await db.Set<ProjectCase>().SingleOrDefaultAsync(c => c.Id == caseId && c.ProjectId == id && !c.IsGold, cancellation) is not { } one)
            return new NotFound("labelling-case");
        if (await db.Set<LabellingProject>().AnyAsync(p => p.Id == id && p.State == ProjectState.Cancelled, cancellation))
            return new ProjectIsNotRunning(ProjectState.Cancelled);
        var readings = await db.Set<Reading>().Where(r => r.ProjectCaseId == caseId).ToArrayAsync(cancellation);
        if (readings.Any(r => r.State == ReadingState.Submitted))
            return new Conflict();
        if (await Call(one, readings, cancellation) is { } refusal)
            return refusal;
        db.Add(new CaseComment(one.Id, 0, null, new(ReturnReason.Other, request.Comment, null), time.Now()));
        audit.Note("labelling.adjudicator-called", "labelling-case", caseId);
        try
        {
            await db.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            return Done.Value;
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new Conflict();
        }
    }

    private async Task<Refusal?> Call(ProjectCase one, Reading[] readings, CancellationToken cancellation)
    {
        var handedIn = readings.Count(r => r.IsHandedIn);
        var compared = await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.ProjectCaseId == one.Id && c.IsCurrent, cancellation);
        if (one.CallAdjudicator(handedIn, compared?.SourceIds.Count == handedIn, time.Now()) is { } refusal)
            return refusal;
        foreach (var reading in readings.Where(r => r.IsOpen))
            TakeBack(reading);
        if (one.State == ProjectCaseState.Comparing)
            jobs.Enqueue<CompareReadings, CompareReadings.Payload>(new(one.Id, ForAdjudicator: true), "labelling-case", one.Id);
        else
            await askAdjudicator.About(one, cancellation);
        return null;
    }

    private void TakeBack(Reading reading)
    {
        var now = time.Now();
        if (reading.Mode == ReadingMode.Validate)
            reading.Withdraw(now);
        else if (!reading.EndSecondPass(now))
            reading.Leave(ReasonLeft.Withdrawn, now);
    }
}
