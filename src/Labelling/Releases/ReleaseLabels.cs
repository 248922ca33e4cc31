using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Releases;

internal sealed record ReleaseIsUnderWay() : Refusal("labelling.release-is-under-way", 409);

/// <summary>
/// Asks for a release of validated cases, those of earlier releases that still stand included. What can be said at once is said at once; the release
/// itself is frozen by a job, and is there when the job has ended.
/// </summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ReleaseLabels(PirogovDb db, ReleasableCases releasable, JobQueue jobs, AuditTrail audit)
{
    /// <param name="Cases">None: every case that is through.</param>
    /// <param name="Classes">None: all of the schema.</param>
    /// <param name="Questions">None: all of the schema.</param>
    /// <param name="WithOpenLots">Also cases whose lot is not decided yet, which may still turn out to need a look.</param>
    public sealed record Request(
        IReadOnlyList<ProjectCaseId>? Cases = null, IReadOnlyList<string>? Classes = null, IReadOnlyList<string>? Questions = null, bool WithOpenLots = false);

    /// <param name="Cases">That it will hold.</param>
    /// <param name="InOpenLots">That are through and wait for their lot.</param>
    /// <param name="ForPeople">That are through and have to be reopened first.</param>
    public sealed record Response(ReleaseId Id, JobId JobId, int Cases, int InOpenLots, int ForPeople);

    /// <param name="Cases">That a release of everything would hold now.</param>
    public sealed record Outlook(int Cases, int InOpenLots, int ForPeople);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/release", (ReleaseLabels use, ProjectId id, bool? withOpenLots, CancellationToken cancellation) =>
                use.Look(id, withOpenLots ?? false, cancellation).ToHttp())
            .Needs(typeof(ReleaseLabels)).WithName("previewRelease").WithSummary("How many cases a release would hold now, and how many wait and for what.");
        api.MapPost("/labelling-projects/{id}/release", (ReleaseLabels use, ProjectId id, Request? request, CancellationToken cancellation) =>
                use.Handle(id, request ?? new(), cancellation).ToCreated(r => $"/api/v1/labelling-releases/{r.Id}"))
            .Needs(typeof(ReleaseLabels)).WithSummary("Releases validated labels of a project: all, or chosen cases, classes and questions. The release is there when its job has ended.");
    }

    public async Task<Outcome<Outlook>> Look(ProjectId id, bool withOpenLots, CancellationToken cancellation)
    {
        if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == id, cancellation))
            return new NotFound("labelling-project");
        var choice = (await releasable.Choose(id, null, withOpenLots, cancellation)).Value;
        return new Outlook(choice.Cases.Count, choice.InOpenLots, choice.ForPeople);
    }

    public async Task<Outcome<Response>> Handle(ProjectId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        if (ReleaseScope.Of(schema, request.Classes, request.Questions).IsRefused(out var unfit, out var scope))
            return unfit;
        if ((await releasable.Choose(id, request.Cases, request.WithOpenLots, cancellation)).IsRefused(out var early, out var choice))
            return early;
        if (choice!.Cases.Count == 0 || await IsSame(id, project.SchemaVersionId, scope!, choice.Cases, cancellation))
            return new NothingToRelease();
        // Two who press the button at one moment see each other's job.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, id, cancellation);
        if (await IsUnderWay(id, cancellation))
            return new ReleaseIsUnderWay();
        var release = EntityId.New<ReleaseId>();
        var job = jobs.Enqueue<FreezeRelease, FreezeRelease.Payload>(new(release, id, request), "labelling-project", id);
        audit.Note("labelling.release-asked-for", "labelling-project", id, new { Release = release, Cases = choice.Cases.Count });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new Response(release, job, choice.Cases.Count, choice.InOpenLots, choice.ForPeople);
    }

    private Task<bool> IsUnderWay(ProjectId id, CancellationToken cancellation)
    {
        var subject = id.ToString();
        return db.Set<JobRecord>().AnyAsync(j => j.SubjectKind == "labelling-project" && j.SubjectId == subject && j.Kind == nameof(FreezeRelease)
            && (j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying), cancellation);
    }

    /// <summary>The newest release stands on the same consensus of the same cases. A new consensus that says the same is found out by the job.</summary>
    private async Task<bool> IsSame(ProjectId id, SchemaVersionId version, ReleaseScope scope, IReadOnlyList<ProjectCase> cases, CancellationToken cancellation)
    {
        if (await db.Set<Release>().AsNoTracking().Where(r => r.ProjectId == id).OrderByDescending(r => r.Number).FirstOrDefaultAsync(cancellation) is not { } newest)
            return false;
        return newest.SchemaVersionId == version && newest.Holds(scope) && cases.All(c => c.State == ProjectCaseState.Released)
            && newest.Cases.Select(c => c.ProjectCaseId).ToHashSet().SetEquals(cases.Select(c => c.Id));
    }
}
