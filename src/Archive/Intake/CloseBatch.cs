using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Review;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>No more files; a job makes the cases.</summary>
[Needs(ArchiveRights.Send)]
internal sealed class CloseBatch(PirogovDb db, CentreAccess access, JobQueue jobs, Quarantine quarantine, AuditTrail audit)
{
    public sealed record Response(JobId JobId);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/close",
            (CloseBatch use, BatchId id, bool? withoutUnreviewed, CancellationToken cancellation) => use.Handle(id, cancellation, withoutUnreviewed ?? false).ToHttp())
        .Needs(typeof(CloseBatch)).WithSummary("Close a batch: its cases are made by a job");

    public async Task<Outcome<Response>> Handle(BatchId id, CancellationToken cancellation, bool withoutUnreviewed = false)
    {
        if (await db.Set<Batch>().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        // Pressed twice: the second press gets the job of the first.
        if (batch.JobId is { } running)
            return new Response(running);
        // What nobody has looked at would stay outside for good: that has to be said.
        if (!withoutUnreviewed && batch.CanReceive() is null && await quarantine.Waiting(id, cancellation) is var waiting and > 0)
            return new BatchAwaitsReview(batch.Name, waiting);
        if (batch.Close(await db.Set<IncomingFile>().AnyAsync(f => f.BatchId == id, cancellation)) is { } refusal)
            return refusal;
        var job = jobs.Enqueue<CompleteBatch, CompleteBatch.Payload>(new(id), "batch", id);
        batch.WorkedOnBy(job);
        audit.Note("archive.batch-closed", "batch", id);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return new Response(job);
    }
}
