using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Review;

/// <summary>A person has looked: the pixels are clean, are to be masked, or the file stays outside. Until the batch is closed it can be taken back.</summary>
[Needs(ArchiveRights.Review)]
internal sealed class DecideReview(PirogovDb db, Quarantine quarantine, ReviewedFrames reviewed, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    /// <param name="Decision">"waiting" takes a decision back.</param>
    /// <param name="Regions">Where to blacken; for "masked" alone.</param>
    /// <param name="Version">As it was seen; null decides whatever it is.</param>
    public sealed record Request(ReviewDecision Decision, IReadOnlyList<PixelRegion>? Regions, int? Version);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/review/{file:long}",
            (DecideReview use, BatchId id, long file, Request request, CancellationToken cancellation) => use.Handle(id, file, request, cancellation).ToHttp())
        .Needs(typeof(DecideReview)).WithName("decideReview").WithSummary("Accept, mask or reject a file that waits for review, or take that back");

    public async Task<Outcome<Done>> Handle(BatchId id, long file, Request request, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch
            || await db.Set<QuarantinedFile>().SingleOrDefaultAsync(f => f.Id == file && f.BatchId == id, cancellation) is not { } found)
            return new NotFound("file");
        if (batch.CanReceive() is { } closed)
            return closed;
        if (request.Version is { } seen && seen != found.Version)
            return new Conflict();
        if (request.Decision is ReviewDecision.Accepted or ReviewDecision.Masked
            && await reviewed.Count(found, cancellation) is var shown && shown < found.Frames)
            return new FramesNotSeen(shown, found.Frames);
        if (found.Decide(request.Decision, request.Regions ?? [], actor.Actor.AccountId, time.Now()) is { } refusal)
            return refusal;
        // Told now, while somebody looks, and not when the batch is complete: a frame that cannot be decoded cannot be masked.
        if (found.Decision == ReviewDecision.Masked && await quarantine.CanMask(found, cancellation) is { } unmaskable)
            return unmaskable;
        audit.Note("archive.review-decided", "batch", id, new { file, decision = request.Decision.ToString(), regions = found.Decision == ReviewDecision.Masked ? found.Regions.Count : 0 });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }
}
