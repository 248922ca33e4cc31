using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Assignment;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Offers every case to its blind readers, or opens the queue to them; of a project of many cases a job does it.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class StartProject(PirogovDb db, Starting starting, ProjectWork work)
{
    /// <param name="Readings">That the cases want.</param>
    public sealed record Response(ProjectId Id, int Readings, JobId? JobId = null) : IDoneOrQueued;

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/start",
            (StartProject use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToDoneOrQueued())
        .Needs(typeof(StartProject)).WithName("startLabellingProject")
        .WithSummary("Starts the project: its readers get their cases, at once, or, when there are many, by a job that the answer names.");

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        if (project.State != ProjectState.Planned)
            return new ProjectHasStarted();
        var planned = Starting.Planned(db, id);
        var (cases, readings) = (await planned.CountAsync(cancellation), await planned.SumAsync(c => c.ReadersWanted, cancellation));
        if (!work.IsLarge(cases))
            return await AtOnce(id, cancellation);
        if ((await work.Queue<StartLabelling, StartLabelling.Payload>(id, new(id), "labelling.start-asked-for", new { Cases = cases }, cancellation)).IsRefused(out var refusal, out var job))
            return refusal;
        return new Response(id, readings, job);
    }

    private async Task<Outcome<Response>> AtOnce(ProjectId id, CancellationToken cancellation)
    {
        // Whoever adds cases at this moment is through, or sees the project started.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await work.UnderWay(id, cancellation) is { } other)
            return other;
        try
        {
            if ((await starting.Of(id, (_, _) => Task.CompletedTask, cancellation)).IsRefused(out var refusal, out var readings))
                return refusal;
            await transaction.CommitAsync(cancellation);
            return new Response(id, readings);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new Conflict();
        }
    }
}

/// <summary>The start itself, in the caller's transaction and the project's turn.</summary>
internal sealed class Starting(PirogovDb db, OfferCases offers, AuditTrail audit, TimeProvider time)
{
    public static IQueryable<ProjectCase> Planned(PirogovDb db, ProjectId id) => db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == id && c.State == ProjectCaseState.Planned);

    /// <returns>Readings that the cases want.</returns>
    public async Task<Outcome<int>> Of(ProjectId id, StepsDone told, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().SingleAsync(p => p.Id == id, cancellation);
        if (project.Start(time.Now()) is { } refusal)
            return refusal;
        var cases = await Planned(db, id).OrderBy(c => c.Label).ToArrayAsync(cancellation);
        audit.Note("labelling.project-started", "labelling-project", id, new { Cases = cases.Length });
        await db.SaveChangesAsync(cancellation);
        return (await offers.Begin(project, cases, areNew: false, told, cancellation)).IsRefused(out refusal) ? refusal : cases.Sum(c => c.ReadersWanted);
    }
}

/// <summary>The start of a project of many cases: until its one transaction is through, the project is planned as before, and its plan may be corrected.</summary>
internal sealed class StartLabelling(PirogovDb db, Starting starting) : DurableJob<StartLabelling.Payload>
{
    internal sealed record Payload(ProjectId ProjectId);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        if (await progress.HasConcluded(db, cancellation))
            return;
        await progress.Tell(0, "labelling.job.starting", cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, payload.ProjectId, cancellation);
        var started = await starting.Of(payload.ProjectId, Show, cancellation);
        if (started.IsRefused(out var refusal))
            throw new JobRefusedException(refusal);
        await progress.Conclude(db, "labelling.job.started", new Dictionary<string, double> { ["readings"] = started.Value }, cancellation);
        // From here on it is done: who stops it now is too late.
        await transaction.CommitAsync(CancellationToken.None);

        Task Show(int done, int of)
        {
            progress.Show(99 * done / of, "labelling.job.starting");
            return Task.CompletedTask;
        }
    }
}
