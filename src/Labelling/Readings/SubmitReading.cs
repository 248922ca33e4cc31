using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

internal sealed record ReadingSubmitted(ReadingId Id);

/// <summary>Hands a revision in for good: the reading is closed to its reader from this moment.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SubmitReading(
    PirogovDb db, CurrentActor actor, OwnReading own, AuditTrail audit, EventOutbox outbox, Documents documents, VersionedDocuments versioned, NextReading next, Adjudication adjudication, AppendRevision append,
    TimeProvider time)
{
    /// <param name="LeaveUndecided">An adjudicator hands in although disagreements are open, and says so: what is not in the document is not in the consensus.</param>
    /// <param name="ConfirmPreLabels">Everything that is left as a model or a file brought it is the reader's own view; where the project lets a case be confirmed as a whole.</param>
    public sealed record Request(int Revision, bool LeaveUndecided = false, bool ConfirmPreLabels = false);

    public sealed record Response(ReadingState State, ReadingId? Next);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/readings/{id}/submit",
            (SubmitReading use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(SubmitReading)).WithSummary("Submits the newest revision.");

    public async Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var opened = await own.Open(id, me, cancellation);
        if (opened.IsRefused(out var gone))
            return gone;
        var reading = opened.Value;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        if (reading.MaySubmit(request.Revision) is { } early)
            return early;
        if (!request.LeaveUndecided && await adjudication.Undecided(reading, cancellation) is { } undecided)
            return undecided;
        if (await db.Set<PendingLabel>().CountAsync(p => p.ReadingId == id, cancellation) is > 0 and var waiting)
            return new LabelsArePending(waiting);
        var schema = await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation);
        var revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == id && r.Number == reading.Revision, cancellation);
        if (DocumentCheck.CheckComplete(schema.Content, await versioned.Load(revision, schema.Id, cancellation)) is { } incomplete)
            return incomplete;
        // Last, for it makes a revision: what is refused afterwards would leave the reader behind it.
        if (await Confirm(reading, project, request, cancellation) is { } unconfirmed)
            return unconfirmed;
        if (reading.Submit(reading.Revision, time.Now()) is { } refusal)
            return refusal;
        revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == id && r.Number == reading.Revision, cancellation);
        outbox.Add(new ReadingSubmitted(id));
        audit.Note("labelling.reading-submitted", "reading", id, new { revision.Number, revision.DocumentSha256 });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            if (await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } now)
                return new ReservationHasExpired();
            return now.IsOpen ? new StaleRevision(now.Revision, now.ChangedAt) : new ReadingIsLocked();
        }

        return new Response(reading.State, (await next.After(reading, cancellation))?.Id);
    }

    /// <summary>Where the whole case is confirmed at once, that is a revision of its own: what was confirmed, and when, stays readable.</summary>
    private async Task<Refusal?> Confirm(Reading reading, LabellingProject project, Request request, CancellationToken cancellation)
    {
        if (reading.Mode != ReadingMode.Read)
            return null;
        var md5 = await db.Set<ReadingRevision>().Where(r => r.ReadingId == reading.Id && r.Number == reading.Revision).Select(r => r.DocumentMd5).SingleAsync(cancellation);
        var document = await documents.Load(md5, cancellation);
        var (needed, confirmed) = (project.Passes.Confirmation, PreLabelled.Confirm(document));
        if (PreLabelled.MaySubmit(document, needed, request.ConfirmPreLabels) is { } unconfirmed)
            return unconfirmed;
        if (PreLabelled.MaySubmit(document, needed, caseConfirmed: false) is null)
            return null;
        return (await append.To(reading, request.Revision, confirmed, cancellation)).IsRefused(out var stale) ? stale : null;
    }
}
