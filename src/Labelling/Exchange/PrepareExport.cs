using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Exchange;

internal readonly record struct ExportId(Guid Value) : IEntityId<ExportId>
{
    public static ExportId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ExportId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A zip of a release's labels that a job prepares; it can be fetched for a month.</summary>
internal sealed class LabelExport
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public ExportId Id { get; private set; } = EntityId.New<ExportId>();
    public ReleaseId ReleaseId { get; private set; }
    public Guid AccountId { get; private set; }
    public string Format { get; private set; } = "";

    /// <summary>The chosen cases; all when there is none.</summary>
    public string CasesJson { get; private set; } = "[]";
    public JobId JobId { get; private set; }
    public DateTimeOffset At { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }
    public string? Md5 { get; private set; }
    public long Size { get; private set; }
    public int Losses { get; private set; }

    private LabelExport()
    {
    }

    public LabelExport(ReleaseId release, Guid account, string format, IReadOnlyCollection<CaseId> cases, DateTimeOffset now) =>
        (ReleaseId, AccountId, Format, CasesJson, At) = (release, account, format, JsonSerializer.Serialize(cases, PlatformJson.Options), now);

    public IReadOnlyList<CaseId> Cases => JsonSerializer.Deserialize<CaseId[]>(CasesJson, PlatformJson.Options)!;

    public void Await(JobId job) => JobId = job;

    public void Finish(StoredObject zip, int losses, DateTimeOffset now) => (Md5, Size, Losses, FinishedAt) = (zip.Md5, zip.Size, losses, now);
}

/// <summary>Labels of a release as a zip that a job prepares: of any size, with progress, and it can be cancelled like every job.</summary>
[Needs(LabellingRights.SeeReleases)]
internal sealed class PrepareExport(PirogovDb db, ReleaseFiles files, JobQueue jobs, ObjectStore store, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(string? Format, IReadOnlyList<CaseId>? Cases = null);

    public sealed record Response(ExportId Id, JobId JobId);

    /// <param name="Losses">Objects and parts that the format cannot hold; they are listed in the zip.</param>
    public sealed record View(ExportId Id, ReleaseId ReleaseId, string Format, DateTimeOffset At, DateTimeOffset? FinishedAt, JobId JobId, JobState State, int Percent, long Size, int Losses);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/labelling-releases/{id}/exports", (PrepareExport use, ReleaseId id, Request request, CancellationToken cancellation) =>
            use.Handle(id, request, cancellation).ToCreated(r => $"/api/v1/labelling-exports/{r.Id}"))
            .Needs(typeof(PrepareExport)).WithName("prepareExport").WithSummary("Prepares a zip of a release's labels in a format.");
        api.MapGet("/labelling-releases/{id}/exports", (PrepareExport use, ReleaseId id, int? page, int? size, CancellationToken cancellation) =>
            use.List(id, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(PrepareExport)).WithName("listExports").WithSummary("Prepared zips of a release, the newest first.");
        api.MapGet("/labelling-exports/{id}", (PrepareExport use, ExportId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(PrepareExport)).WithName("getExport").WithSummary("How far a zip is.");
        api.MapGet("/labelling-exports/{id}/file", (PrepareExport use, ExportId id, CancellationToken cancellation) => use.File(id, cancellation))
            .Needs(typeof(PrepareExport)).WithName("downloadExport").WithSummary("A prepared zip; ranges are served.").WithMetadata(new GivesBytes("application/zip"));
    }

    public async Task<Outcome<Response>> Handle(ReleaseId id, Request request, CancellationToken cancellation)
    {
        if ((await files.Plan(id, request.Format ?? "", request.Cases ?? [], cancellation)).IsRefused(out var refusal, out var plan))
            return refusal;
        var expired = time.Now() - LabelExport.Kept;
        await db.Set<LabelExport>().Where(e => e.FinishedAt < expired).ExecuteDeleteAsync(cancellation);
        var export = new LabelExport(id, actor.Actor.AccountId, plan!.Format.Id, request.Cases ?? [], time.Now());
        export.Await(jobs.Enqueue<WriteExport, WriteExport.Payload>(new(export.Id), "labelling-export", export.Id));
        db.Add(export);
        audit.Note("labelling.release-exported", "labelling-release", id, new { Format = plan.Format.Id, Cases = plan.Cases.Count });
        await db.SaveChangesAsync(cancellation);
        return new Response(export.Id, export.JobId);
    }

    public Task<Page<View>> List(ReleaseId id, int page, int size, CancellationToken cancellation) =>
        Views(db.Set<LabelExport>().Where(e => e.ReleaseId == id)).ToPage(page, size, cancellation);

    public async Task<Outcome<View>> One(ExportId id, CancellationToken cancellation) =>
        await Views(db.Set<LabelExport>().Where(e => e.Id == id)).SingleOrDefaultAsync(cancellation) is { } found ? found : new NotFound("labelling-export");

    private async Task<IResult> File(ExportId id, CancellationToken cancellation)
    {
        if (await db.Set<LabelExport>().AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, cancellation) is not { Md5: { } md5 } export)
            return new NotFound("labelling-export").ToHttp();
        return Results.File(await store.OpenRead(md5, cancellation), "application/zip", $"labels-{export.Format}.zip", entityTag: new EntityTagHeaderValue($"\"{md5}\""), enableRangeProcessing: true);
    }

    private IQueryable<View> Views(IQueryable<LabelExport> exports) =>
        from e in exports.AsNoTracking()
        join j in db.Set<JobRecord>() on e.JobId equals j.Id
        orderby e.Id descending
        select new View(e.Id, e.ReleaseId, e.Format, e.At, e.FinishedAt, e.JobId, j.State, j.Percent, e.Size, e.Losses);
}

/// <summary>Writes the zip into a temporary file and puts it into the store.</summary>
internal sealed class WriteExport(PirogovDb db, ReleaseFiles files, ObjectStore store, StoreFolders folders, TimeProvider time) : DurableJob<WriteExport.Payload>
{
    internal sealed record Payload(ExportId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        if (await db.Set<LabelExport>().SingleOrDefaultAsync(e => e.Id == payload.Id, cancellation) is not { FinishedAt: null } export)
            return;
        var plan = (await files.Plan(export.ReleaseId, export.Format, export.Cases, cancellation)).Value;
        await using var zip = new FileStream(Path.Combine(folders.Incoming, $"export-{Guid.CreateVersion7():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
            FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        var losses = await files.Write(plan, zip, (done, token) => progress.Tell(99 * done / plan.Cases.Count, "labelling.job.exporting", token), cancellation);
        zip.Position = 0;
        export.Finish(await store.Put(zip, cancellation), losses, time.Now());
        // From here on it is done: who stops it now is too late.
        await db.SaveChangesAsync(CancellationToken.None);
        await progress.Conclude("labelling.job.exported", new Dictionary<string, double> { ["cases"] = plan.Cases.Count, ["losses"] = losses }, CancellationToken.None);
    }
}
