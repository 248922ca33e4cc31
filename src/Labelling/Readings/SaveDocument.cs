using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

/// <summary>Appends a revision, if nobody appended one since the client's last. What is refused is kept beside the reading as it was sent.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SaveDocument(PirogovDb db, CurrentActor actor, OwnReading own, AppendRevision append, KeepSideDraft keep)
{
    /// <summary>The largest masks in Base64, and the rest of the document.</summary>
    internal const long LargestRequest = 96L << 20;

    public sealed record Request(int BaseRevision, LabelDocument? Document);

    public sealed record Response(int Revision, DateTimeOffset SavedAt, LabelDocument Document);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/readings/{id}/document",
            (SaveDocument use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(SaveDocument)).WithMetadata(new RequestSizeLimitAttribute(LargestRequest)).WithSummary("Saves the labels as the next revision.");

    public Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation) => Save(id, request, Hand.Reader, cancellation);

    /// <param name="by">Who changed what was there.</param>
    internal async Task<Outcome<Response>> Save(ReadingId id, Request request, Hand by, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var opened = await own.Open(id, me, cancellation);
        if (opened.IsRefused(out var gone))
            return await Late(id, me, request, gone, cancellation);
        var reading = opened.Value;
        var appended = await append.To(reading, request.BaseRevision, request.Document, cancellation, by);
        if (!appended.IsRefused(out var refusal))
            return new Response(appended.Value.Number, appended.Value.SavedAt, appended.Value.Document);
        if (request.Document is null || refusal is ValidatorDoesNotDraw)
            return refusal;
        var kept = await keep.Of(reading, request.BaseRevision, request.Document, refusal, cancellation);
        return refusal switch
        {
            StaleRevision stale => stale with { Draft = kept },
            ReadingIsLocked locked => locked with { Draft = kept },
            ReservationHasExpired expired => expired with { Draft = kept },
            DocumentDoesNotFitSchema unfit => unfit with { Draft = kept },
            // Kept and not told where would be lost to who drew it.
            _ => throw new UnreachableException($"{refusal.Code} does not say where what was sent is kept."),
        };
    }

    /// <summary>The place has gone to another, by time or by the manager, and what was done meanwhile stays with who did it.</summary>
    private async Task<Refusal> Late(ReadingId id, Guid me, Request request, Refusal gone, CancellationToken cancellation)
    {
        if (request.Document is null
            || await db.Set<Reading>().IgnoreQueryFilters().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me && r.LeftAt != null, cancellation) is not { ReasonLeft: not ReasonLeft.Skipped } left)
            return gone;
        return new ReservationHasExpired(await keep.Of(left, request.BaseRevision, request.Document, gone, cancellation));
    }
}
