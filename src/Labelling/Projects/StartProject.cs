using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Offers every case to its blind readers.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class StartProject(PirogovDb db, AuditTrail audit, TimeProvider time)
{
    public sealed record Response(ProjectId Id, int Readings);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/start",
            (StartProject use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(StartProject)).WithName("startLabellingProject").WithSummary("Starts the project: its readers get their cases.");

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var now = time.Now();
        if (project.Start(now) is { } refusal)
            return refusal;
        var cases = await db.Set<ProjectCase>().Where(c => c.ProjectId == id).ToArrayAsync(cancellation);
        var readers = ReaderAssignment.Balance(cases.Length, project.Of(ReadingMode.Read), project.ReadersPerCase);
        foreach (var (one, chosen) in cases.OrderBy(c => c.Label, StringComparer.Ordinal).Zip(readers))
        {
            if (one.BeginReading(now) is { } elsewhere)
                return elsewhere;
            db.AddRange(chosen.Select((reader, i) => new Reading(one, reader, ReadingMode.Read, i + 1, now)));
        }

        audit.Note("labelling.project-started", "labelling-project", id, new { Cases = cases.Length });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return new Conflict();
        }

        return new Response(id, cases.Length * project.ReadersPerCase);
    }
}
