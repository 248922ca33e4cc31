using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Corrects what a project was planned with: everything before it starts, what touches no work that is done or begun afterwards.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class CorrectPlan(PirogovDb db, JobQueue jobs, AuditTrail audit, TimeProvider time)
{
    /// <param name="IsFixed">The project has started: rounds' first size, distribution, strata and pre-labels stand.</param>
    public sealed record View(ProjectId Id, string Name, ProjectState State, bool IsFixed, SchemaVersionId SchemaVersionId, LabellingProject.Correction Plan);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/plan", (CorrectPlan use, ProjectId id, CancellationToken cancellation) => use.See(id, cancellation).ToHttp())
            .Needs(typeof(CorrectPlan)).WithName("getLabellingPlan").WithSummary("What a project was planned with.");
        api.MapPut("/labelling-projects/{id}/plan", (CorrectPlan use, ProjectId id, LabellingProject.Correction request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
            .Needs(typeof(CorrectPlan)).WithName("correctLabellingPlan").WithSummary("Corrects the plan: all of it before the start; afterwards prices, thresholds, Kmax and the terms of what is still to be handed out.");
    }

    public async Task<Outcome<View>> See(ProjectId id, CancellationToken cancellation) =>
        await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is { } project
            ? new View(id, project.Name, project.State, project.StartedAt is not null, project.SchemaVersionId, project.Planned)
            : new NotFound("labelling-project");

    public async Task<Outcome<View>> Handle(ProjectId id, LabellingProject.Correction request, CancellationToken cancellation)
    {
        // Whoever starts the project or adds cases at this moment is through, and these follow too, or goes by the new plan.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var content = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        if (request.Thresholds?.Keys.FirstOrDefault(c => content.Class(c) is null) is { } stranger)
            return new NotFound($"label-class {stranger}");
        var keptOwn = !project.Terms.OwnCentre;
        if (project.Correct(request, time.Now()) is { } refusal)
            return refusal;
        audit.Note("labelling.plan-corrected", "labelling-project", id, new { project.Threshold, project.ReadersPerCase, project.MostReaders, project.Rule });
        await Follow(project, cancellation);
        // What nobody could decide for its centre's sake goes to them now.
        if (keptOwn && project.Terms.OwnCentre)
            jobs.Enqueue<OfferWork, OfferWork.Payload>(new(id), "labelling-project", id);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        await transaction.CommitAsync(cancellation);
        return await See(id, cancellation);
    }

    /// <summary>Cases outside all strata are read as the project says: before the start from their first round, afterwards in the rounds that may still come.</summary>
    private async Task Follow(LabellingProject project, CancellationToken cancellation)
    {
        var (wanted, most) = (project.ReadersPerCase, project.MostReaders);
        var free = db.Set<ProjectCase>().Where(c => c.ProjectId == project.Id && c.Stratum == null && !c.IsGold);
        if (project.StartedAt is null)
            await free.ExecuteUpdateAsync(s => s.SetProperty(c => c.ReadersWanted, wanted).SetProperty(c => c.MostReaders, most), cancellation);
        else
            await free.Where(c => c.State == ProjectCaseState.Reading || c.State == ProjectCaseState.Comparing)
                .ExecuteUpdateAsync(s => s.SetProperty(c => c.MostReaders, c => c.ReadersWanted > most ? c.ReadersWanted : most), cancellation);
    }
}
