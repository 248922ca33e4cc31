using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

/// <summary>Appends a revision, if nobody appended one since the client's last.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SaveDocument(
    PirogovDb db, CurrentActor actor, ICases cases, AuditTrail audit, Documents documents, ReadingSources sources, TimeProvider time)
{
    /// <summary>The largest masks in Base64, and the rest of the document.</summary>
    private const long LargestRequest = 96L << 20;

    public sealed record Request(int BaseRevision, LabelDocument? Document);

    public sealed record Response(int Revision, DateTimeOffset SavedAt, LabelDocument Document);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/readings/{id}/document",
            (SaveDocument use, ReadingId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(SaveDocument)).WithMetadata(new RequestSizeLimitAttribute(LargestRequest)).WithSummary("Saves the labels as the next revision.");

    public async Task<Outcome<Response>> Handle(ReadingId id, Request request, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading
            || await cases.Find(reading.CaseId, cancellation) is not { } summary)
            return new NotFound("reading");
        if (reading.MaySave(request.BaseRevision) is { } early)
            return early;
        if (request.Document is null)
            return new DocumentDoesNotFitSchema("incomplete", "");
        var version = await (from p in db.Set<LabellingProject>()
                             join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id
                             where p.Id == reading.ProjectId
                             select v).AsNoTracking().SingleAsync(cancellation);
        var images = (await cases.Files(reading.CaseId, cancellation)).ToDictionary(f => f.SopInstanceUid);
        var known = await documents.Known(await Sent(reading, cancellation), cancellation);
        var checkedDocument = new DocumentCheck(version.Id, version.Content, images, await cases.Texts(reading.CaseId, cancellation), known).Check(request.Document);
        if (checkedDocument.IsRefused(out var unfit))
            return unfit;
        await documents.Keep(checkedDocument.Value.NewMasks, cancellation);
        var stored = await documents.Put(checkedDocument.Value.Document, cancellation);
        var now = time.Now();
        var saved = reading.Save(request.BaseRevision, stored, version.Id, summary.ContentSha256, now);
        if (saved.IsRefused(out var refusal))
            return refusal;
        db.Add(saved.Value);
        audit.Note("labelling.revision-saved", "reading", id, new { saved.Value.Number, saved.Value.DocumentSha256 });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return await Overtaken(id, cancellation);
        }

        return new Response(saved.Value.Number, now, checkedDocument.Value.Document);
    }

    private async Task<IReadOnlyList<LabelDocument>> Sent(Reading reading, CancellationToken cancellation)
    {
        var own = await db.Set<ReadingRevision>().Where(r => r.ReadingId == reading.Id && r.Number == reading.Revision)
            .Select(r => r.DocumentMd5).SingleOrDefaultAsync(cancellation);
        var seen = (await sources.For(reading, withRuns: false, cancellation)).Select(s => s.Document).ToList();
        if (await sources.Consensus(reading, withRuns: false, cancellation) is { } consensus)
            seen.Add(consensus.Document);
        return own is null ? [.. seen] : [await documents.Load(own, cancellation), .. seen];
    }

    private async Task<Refusal> Overtaken(ReadingId id, CancellationToken cancellation)
    {
        var now = await db.Set<Reading>().AsNoTracking().SingleAsync(r => r.Id == id, cancellation);
        return now.IsOpen ? new StaleRevision(now.Revision, now.ChangedAt) : new ReadingIsLocked();
    }
}
