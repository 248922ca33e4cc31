using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Agreement;

/// <summary>Cases whose readings are all there, and whose comparison was cancelled or failed for good: nothing goes on with them by itself.</summary>
internal sealed class StoppedComparisons(PirogovDb db)
{
    /// <param name="project">None: of all projects that are not cancelled.</param>
    public async Task<IReadOnlyList<ProjectCase>> Of(ProjectId? project, CancellationToken cancellation)
    {
        var comparing = await db.Set<ProjectCase>().AsNoTracking().Where(c => c.State == ProjectCaseState.Comparing && (project == null || c.ProjectId == project)
            && db.Set<LabellingProject>().Any(p => p.Id == c.ProjectId && p.State != ProjectState.Cancelled)).ToArrayAsync(cancellation);
        if (comparing.Length == 0)
            return comparing;
        var running = (await db.Set<JobRecord>().Where(j => j.Kind == nameof(CompareReadings) && (j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying))
            .Select(j => j.SubjectId).ToArrayAsync(cancellation)).ToHashSet();
        // A comparison that ended between the two looks has moved its case on.
        var left = comparing.Where(c => !running.Contains(c.Id.ToString())).ToArray();
        var ids = left.Select(c => c.Id).ToArray();
        var still = (await db.Set<ProjectCase>().Where(c => ids.Contains(c.Id) && c.State == ProjectCaseState.Comparing).Select(c => c.Id).ToArrayAsync(cancellation)).ToHashSet();
        return [.. left.Where(c => still.Contains(c.Id))];
    }
}

/// <summary>Compares them again.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class ResumeComparisons(PirogovDb db, StoppedComparisons stopped, JobQueue jobs, AuditTrail audit)
{
    public sealed record Response(int Cases);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects/{id}/compare-again",
            (ResumeComparisons use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(ResumeComparisons)).WithName("resumeComparisons").WithSummary("Compares the cases again whose comparison was cancelled or failed for good.");

    public async Task<Outcome<Response>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == id, cancellation))
            return new NotFound("labelling-project");
        var cases = await stopped.Of(id, cancellation);
        foreach (var one in cases)
            jobs.Enqueue<CompareReadings, CompareReadings.Payload>(await Asked(one, cancellation), "labelling-case", one.Id);
        if (cases.Count > 0)
            audit.Note("labelling.comparisons-resumed", "labelling-project", id, new { Cases = cases.Count });
        await db.SaveChangesAsync(cancellation);
        return new Response(cases.Count);
    }

    /// <summary>What the stopped comparison was asked for: a manager's wish for an adjudicator outlives it.</summary>
    private async Task<CompareReadings.Payload> Asked(ProjectCase one, CancellationToken cancellation)
    {
        var subject = one.Id.ToString();
        var last = await db.Set<JobRecord>().Where(j => j.Kind == nameof(CompareReadings) && j.SubjectId == subject).OrderByDescending(j => j.Id).Select(j => j.Payload).FirstOrDefaultAsync(cancellation);
        return last is null ? new(one.Id) : JsonSerializer.Deserialize<CompareReadings.Payload>(last, PlatformJson.Options)!;
    }
}
