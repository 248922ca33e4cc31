using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Review;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>Gives up an open batch: its instances go, its row stays and says so.</summary>
[Needs(ArchiveRights.Send)]
internal sealed class CancelBatch(PirogovDb db, CentreAccess access, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/cancel",
            (CancelBatch use, BatchId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(CancelBatch)).WithSummary("Give up an open batch and remove what it received");

    /// <param name="onlyIfEmpty">A file that comes at this very moment was answered for: then the batch stays.</param>
    public async Task<Outcome<Done>> Handle(BatchId id, CancellationToken cancellation, bool onlyIfEmpty = false)
    {
        if (await db.Set<Batch>().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        if (batch.Cancel(time.Now()) is { } refusal)
            return refusal;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        audit.Note("archive.batch-cancelled", "batch", id);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        // Whoever keeps a file holds the batch's row, and so do we now: nobody comes in between.
        if (onlyIfEmpty && await db.Set<IncomingFile>().AnyAsync(f => f.BatchId == id, cancellation))
            return new Conflict();
        // The bytes may be shared with another batch: those that nothing names any more are found by the store's sweep.
        await db.Set<Instance>().Where(i => i.BatchId == id).ExecuteDeleteAsync(cancellation);
        await db.Set<QuarantinedFile>().Where(f => f.BatchId == id).ExecuteDeleteAsync(cancellation);
        await db.Set<IncomingFile>().Where(f => f.BatchId == id).ExecuteDeleteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return Done.Value;
    }
}
