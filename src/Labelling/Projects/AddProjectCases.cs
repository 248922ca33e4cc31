using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>Adds cases to a project that is planned or under way; many are added by a job.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class AddProjectCases(PirogovDb db, CaseSelection selection, Adding adding, ProjectWork work)
{
    /// <param name="Cases">That were added; of a job's, its result tells.</param>
    public sealed record Response(int? Cases, JobId? JobId = null) : IDoneOrQueued;

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/cases",
            (AddProjectCases use, ProjectId id, CaseChoice request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToDoneOrQueued())
        .Needs(typeof(AddProjectCases)).WithName("addProjectCases")
        .WithSummary("Adds cases, at once, or, when there are many, by a job that the answer names; those that are in the project already are left out.");

    public async Task<Outcome<Response>> Handle(ProjectId id, CaseChoice request, CancellationToken cancellation)
    {
        if ((await adding.Project(id, cancellation)).IsRefused(out var refusal))
            return refusal;
        var most = await selection.Most(request, cancellation);
        if (!work.IsLarge(most))
            return await AtOnce(id, request, cancellation);
        if ((await work.Queue<AddToProject, AddToProject.Payload>(id, new(id, request), "labelling.adding-asked-for", new { Most = most }, cancellation)).IsRefused(out refusal, out var job))
            return refusal;
        return new Response(null, job);
    }

    private async Task<Outcome<Response>> AtOnce(ProjectId id, CaseChoice request, CancellationToken cancellation)
    {
        if ((await adding.Choose(id, request, cancellation)).IsRefused(out var refusal, out var chosen))
            return refusal;
        // Choosing takes its time: whether the project has been started meanwhile, and what it holds, is asked in its turn.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await work.UnderWay(id, cancellation) is { } other)
            return other;
        try
        {
            if ((await adding.Of(id, chosen!, (_, _) => Task.CompletedTask, cancellation)).IsRefused(out refusal, out var added))
                return refusal;
            await transaction.CommitAsync(cancellation);
            return new Response(added);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new Conflict();
        }
    }
}

/// <summary>The two parts of adding: what is chosen in the archive, and what goes into the project.</summary>
internal sealed class Adding(PirogovDb db, CaseSelection selection, OfferCases offers, AuditTrail audit, TimeProvider time)
{
    internal sealed record Chosen(IReadOnlyList<CaseSummary> Cases, IReadOnlyDictionary<CaseId, Stratum> Strata);

    /// <returns>One that takes cases.</returns>
    public async Task<Outcome<LabellingProject>> Project(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        return project.State == ProjectState.Cancelled ? new ProjectIsNotRunning(project.State) : project;
    }

    public async Task<Outcome<Chosen>> Choose(ProjectId id, CaseChoice choice, CancellationToken cancellation)
    {
        if ((await Project(id, cancellation)).IsRefused(out var refusal, out var project))
            return refusal;
        var kind = await db.Set<LabellingSchema>().Where(s => s.Versions.Any(v => v.Id == project!.SchemaVersionId)).Select(s => s.DataKind).SingleAsync(cancellation);
        if ((await selection.Of(choice, kind, cancellation)).IsRefused(out refusal, out var cases))
            return refusal;
        return new Chosen(cases!, await selection.Strata(project!.Terms.Strata ?? [], cases!, cancellation));
    }

    /// <summary>In the caller's transaction and the project's turn.</summary>
    /// <returns>How many were not there yet.</returns>
    public async Task<Outcome<int>> Of(ProjectId id, Chosen chosen, StepsDone told, CancellationToken cancellation)
    {
        if ((await Project(id, cancellation)).IsRefused(out var refusal, out var project))
            return refusal;
        var known = await db.Set<ProjectCase>().Where(c => c.ProjectId == id).Select(c => new { c.CaseId, c.IsGold }).ToArrayAsync(cancellation);
        var fresh = chosen.Cases.ExceptBy(known.Where(k => !k.IsGold).Select(k => k.CaseId), c => c.Id).ToArray();
        if (fresh.Length == 0)
            return new CasesMissing();
        if (known.Length + fresh.Length > LabellingProject.MostCases)
            return new TooManyCases(LabellingProject.MostCases);
        var now = time.Now();
        ProjectCase[] added = [.. fresh.Select(c => new ProjectCase(project!, c, chosen.Strata.GetValueOrDefault(c.Id), now))];
        audit.Note("labelling.cases-added", "labelling-project", id, new { Cases = added.Length });
        await db.SaveChangesAsync(cancellation);
        if (project!.State == ProjectState.Planned)
            await Plan(added, told, cancellation);
        else if ((await offers.Begin(project, added, areNew: true, told, cancellation)).IsRefused(out refusal))
            return refusal;
        return added.Length;
    }

    private async Task Plan(ProjectCase[] added, StepsDone told, CancellationToken cancellation)
    {
        var done = 0;
        foreach (var some in added.Chunk(OfferCases.Step))
        {
            db.AddRange(some);
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
            await told(done += some.Length, added.Length);
        }
    }
}

/// <summary>Adds many cases: until its one transaction is through, the project holds what it held.</summary>
internal sealed class AddToProject(PirogovDb db, Adding adding) : DurableJob<AddToProject.Payload>
{
    private const int Found = 40;

    internal sealed record Payload(ProjectId ProjectId, CaseChoice Choice);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        if (await progress.HasConcluded(db, cancellation))
            return;
        await progress.Tell(0, "labelling.job.adding-choosing", cancellation);
        var chosen = Allowed(await adding.Choose(payload.ProjectId, payload.Choice, cancellation));
        await progress.Tell(Found, "labelling.job.adding", cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, payload.ProjectId, cancellation);
        var added = Allowed(await adding.Of(payload.ProjectId, chosen, Show, cancellation));
        await progress.Conclude(db, "labelling.job.added", new Dictionary<string, double> { ["cases"] = added }, cancellation);
        // From here on it is done: who stops it now is too late.
        await transaction.CommitAsync(CancellationToken.None);

        Task Show(int done, int of)
        {
            progress.Show(Found + (99 - Found) * done / of, "labelling.job.adding");
            return Task.CompletedTask;
        }
    }

    private static T Allowed<T>(Outcome<T> outcome) => outcome.IsRefused(out var refusal) ? throw new JobRefusedException(refusal) : outcome.Value;
}
