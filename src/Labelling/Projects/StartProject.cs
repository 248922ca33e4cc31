using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Offers every case to its blind readers, or opens the queue to them.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class StartProject(PirogovDb db, OfferCases offers, AuditTrail audit, TimeProvider time)
{
    public sealed record Response(ProjectId Id, int Readings);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/start",
            (StartProject use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(StartProject)).WithName("startLabellingProject").WithSummary("Starts the project: its readers get their cases.");

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        // Whoever adds cases at this moment is through, or sees the project started.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var now = time.Now();
        if (project.Start(now) is { } refusal)
            return refusal;
        var cases = await db.Set<ProjectCase>().Where(c => c.ProjectId == id && c.State == ProjectCaseState.Planned).OrderBy(c => c.Label).ToArrayAsync(cancellation);
        foreach (var one in cases)
        {
            if (one.BeginReading(now) is { } elsewhere)
                return elsewhere;
        }

        if (project.Distribution == Distribution.Assigned && (await offers.To(project, cases, cancellation)).IsRefused(out var nobody))
            return nobody;
        audit.Note("labelling.project-started", "labelling-project", id, new { Cases = cases.Length });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;
        await transaction.CommitAsync(cancellation);

        return new Response(id, cases.Sum(c => c.ReadersWanted));
    }
}
