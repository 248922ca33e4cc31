using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Versions;

/// <summary>
/// Asks for the next version of a dataset. The split and the names are settled here, in one transaction with the job
/// that builds the files.
/// </summary>
[Needs(DatasetsRights.Freeze)]
internal sealed class FreezeVersion(PirogovDb db, SplitPlanner planner, IAgenda agenda, JobQueue jobs, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    /// <param name="Dataset">Describes a new dataset; null asks for the next version of an existing one.</param>
    public sealed record Request(ReleaseId ReleaseId, SplitChoice Split, DatasetDescription? Dataset);

    public sealed record Response(string Slug, int Number, JobId JobId);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/datasets/{slug}/versions",
        (FreezeVersion use, string slug, Request request, CancellationToken cancellation) =>
            use.Handle(slug, request, cancellation).ToCreated(r => $"/api/v1/datasets/{r.Slug}/versions/{r.Number}"))
        .Needs(typeof(FreezeVersion)).WithSummary("Freezes a labelling release as the next version of a dataset.");

    public async Task<Outcome<Response>> Handle(string slug, Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Split is null)
            return new Missing("split");
        var outcome = await FindOrFound(slug, request.Dataset, cancellation);
        if (outcome.IsRefused(out var refusal))
            return refusal;
        var dataset = outcome.Value;
        var last = await db.Set<DatasetVersion>().AsNoTracking().Where(v => v.DatasetId == dataset.Id)
            .OrderByDescending(v => v.Number).FirstOrDefaultAsync(cancellation);
        if (last is { State: VersionState.Freezing })
            return new VersionIsBeingFrozen(last.Number);
        var planned = await planner.Plan(request.ReleaseId, request.Split, dataset.Id, cancellation);
        if (planned.IsRefused(out refusal))
            return refusal;
        var version = Add(dataset, (last?.Number ?? 0) + 1, planned.Value, request);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return new Response(dataset.Slug, version.Number, version.JobId);
    }

    private async Task<Outcome<Dataset>> FindOrFound(string slug, DatasetDescription? description, CancellationToken cancellation)
    {
        var existing = await db.Set<Dataset>().SingleOrDefaultAsync(d => d.Slug == slug, cancellation);
        if (description is null)
            return existing is null ? new NotFound("dataset") : existing;
        if (existing is not null)
            return new SlugIsTaken(slug);
        if (description.ClinicalTaskId is { } task && await agenda.FindTask(task, cancellation) is null)
            return new NotFound("clinical-task");
        var outcome = Dataset.Found(slug, description, time.Now());
        if (!outcome.IsRefused(out _))
            db.Add(outcome.Value);
        return outcome;
    }

    private DatasetVersion Add(Dataset dataset, int number, SplitPlan plan, Request request)
    {
        var targets = JsonSerializer.Serialize(VersionTargets.Of(plan.Release), PlatformJson.Options);
        var version = DatasetVersion.Ask(dataset.Id, number, request.ReleaseId, request.Split, targets, actor.Actor.AccountId, time.Now());
        var names = PatientSplit.Names("case", plan.Cases.Select(c => c.Case.Id), request.Split.Seed);
        var patients = PatientSplit.Names("patient", plan.Cases.Select(c => c.Patient).Distinct().Order(StringComparer.Ordinal), request.Split.Seed);
        db.Add(version);
        db.AddRange(plan.Cases.Select(c => new DatasetCase(version.Id, c.Case.Id, names[c.Case.Id], patients[c.Patient], c.Case.PatientPseudonym, c.Split)));
        version.BuiltBy(jobs.Enqueue<FreezeDatasetVersion, FreezeDatasetVersion.Payload>(new(version.Id), "dataset-version", version.Id));
        audit.Note("datasets.freeze-requested", "dataset-version", version.Id, new { dataset.Slug, number, Cases = plan.Cases.Count });
        return version;
    }
}

/// <summary>The release's classes and questions as the version pins them.</summary>
internal sealed record VersionTargets(
    string ProjectName, int ReleaseNumber, string ReleaseSha256, string SchemaName, IReadOnlyList<ReleasedClass> Classes,
    IReadOnlyList<ReleasedQuestion> Questions, IReadOnlyDictionary<string, double?> Agreement)
{
    public static VersionTargets Of(ReleaseSummary release) => new(release.ProjectName, release.Number, release.Sha256, release.SchemaName,
        release.Classes, release.Questions, new SortedDictionary<string, double?>(release.Agreement.ToDictionary(), StringComparer.Ordinal));

    public static VersionTargets Of(DatasetVersion version) => JsonSerializer.Deserialize<VersionTargets>(version.Targets, PlatformJson.Options)!;
}
