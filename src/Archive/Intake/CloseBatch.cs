using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>No more files; a job makes the cases.</summary>
[Needs(ArchiveRights.Send)]
internal sealed class CloseBatch(PirogovDb db, CentreAccess access, JobQueue jobs, AuditTrail audit)
{
    public sealed record Response(JobId JobId);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/close",
            (CloseBatch use, BatchId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(CloseBatch)).WithSummary("Close a batch: its cases are made by a job");

    public async Task<Outcome<Response>> Handle(BatchId id, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        // Pressed twice: the second press gets the job of the first.
        if (batch.JobId is { } running)
            return new Response(running);
        if (batch.Close(await db.Set<IncomingFile>().AnyAsync(f => f.BatchId == id, cancellation)) is { } refusal)
            return refusal;
        var job = jobs.Enqueue<CompleteBatch, CompleteBatch.Payload>(new(id), "batch", id);
        batch.WorkedOnBy(job);
        audit.Note("archive.batch-closed", "batch", id);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Conflict();
        }

        return new Response(job);
    }
}
