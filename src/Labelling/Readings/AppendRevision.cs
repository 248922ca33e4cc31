using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

internal sealed record AppendedRevision(int Number, DateTimeOffset SavedAt, LabelDocument Document);

/// <summary>Checks a document and appends it as the next revision, if nobody appended one since its base.</summary>
internal sealed class AppendRevision(PirogovDb db, ICases cases, AuditTrail audit, Documents documents, SentBefore sentBefore, TimeProvider time)
{
    /// <summary>Saves the caller's changes with it, or nothing.</summary>
    /// <param name="reading">Tracked.</param>
    /// <param name="by">Who changed what was there.</param>
    public async Task<Outcome<AppendedRevision>> To(Reading reading, int baseRevision, LabelDocument? document, CancellationToken cancellation, Hand by = Hand.Reader)
    {
        if (reading.MaySave(baseRevision) is { } early)
            return early;
        if (document is null)
            return new DocumentDoesNotFitSchema("incomplete", "");
        // The labels would lie on other pixels than those for which the case was planned, and on others than its other readers see; or on none.
        var planned = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        if (await cases.Find(reading.CaseId, cancellation) is not { } summary || summary.ContentSha256 != planned.ContentSha256)
            return new DocumentDoesNotFitSchema("files-changed", planned.Label);
        var version = await (from p in db.Set<LabellingProject>()
                             join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id
                             where p.Id == reading.ProjectId
                             select v).AsNoTracking().SingleAsync(cancellation);
        var images = (await cases.Files(reading.CaseId, cancellation)).ToDictionary(f => f.SopInstanceUid);
        var (known, shown) = await sentBefore.To(reading, cancellation);
        var checkedDocument = new DocumentCheck(version.Id, version.Content, images, await cases.Texts(reading.CaseId, cancellation), known).Check(document);
        if (checkedDocument.IsRefused(out var unfit))
            return unfit;
        var settled = PreLabelled.Settle(checkedDocument.Value.Document, shown, by);
        await documents.Keep(checkedDocument.Value.NewMasks, cancellation);
        var stored = await documents.Put(settled, cancellation);
        // A project on its way to the next version knows nothing of a first save that is on its way, too: one of them waits for the other.
        await using var transaction = baseRevision == reading.OfferedRevision ? await db.Database.BeginTransactionAsync(cancellation) : null;
        if (transaction is not null)
        {
            await Turn.Take(db, reading.ProjectId, cancellation);
            if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == reading.ProjectId && p.SchemaVersionId == version.Id, cancellation))
                return new DocumentDoesNotFitSchema("other-schema", version.Id.ToString());
        }

        var now = time.Now();
        var saved = reading.Save(baseRevision, stored, version.Id, summary.ContentSha256, now);
        if (saved.IsRefused(out var refusal))
            return refusal;
        db.Add(saved.Value);
        audit.Note("labelling.revision-saved", "reading", reading.Id, new { saved.Value.Number, saved.Value.DocumentSha256 });
        try
        {
            await db.SaveChangesAsync(cancellation);
            if (transaction is not null)
                await transaction.CommitAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            if (transaction is not null)
                await transaction.RollbackAsync(cancellation);
            return await Overtaken(reading.Id, cancellation);
        }

        return new AppendedRevision(saved.Value.Number, now, settled);
    }

    private async Task<Refusal> Overtaken(ReadingId id, CancellationToken cancellation)
    {
        if (await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } now)
            return new ReservationHasExpired();
        return now.IsOpen ? new StaleRevision(now.Revision, now.ChangedAt) : new ReadingIsLocked();
    }
}

/// <summary>What a reader has been sent, and may therefore name by hashes.</summary>
internal sealed class SentBefore(PirogovDb db, Documents documents, VersionedDocuments versioned, ReadingSources sources, ShownPreLabels preLabels)
{
    /// <returns>The masks by hash, and the documents in which pre-labels may stand.</returns>
    public async Task<(IReadOnlyDictionary<string, KnownMask> Known, IReadOnlyList<LabelDocument> Shown)> To(Reading reading, CancellationToken cancellation)
    {
        var shown = new List<LabelDocument>();
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        if (await preLabels.For(reading, project.Passes, cancellation) is { } labels)
            shown.Add(labels);
        var own = await db.Set<ReadingRevision>().AsNoTracking().SingleOrDefaultAsync(r => r.ReadingId == reading.Id && r.Number == reading.Revision, cancellation);
        if (own is not null)
            shown.Add(await versioned.Load(own, project.SchemaVersionId, cancellation));
        var sent = (await sources.For(reading, withRuns: false, cancellation)).Select(s => s.Document).Concat(shown).ToList();
        if (await sources.Draft(reading, cancellation) is { } draft)
            sent.Add(draft);
        if (await sources.Consensus(reading, withRuns: false, cancellation) is { } consensus)
            sent.Add(consensus.Document);
        return (await documents.Known(sent, cancellation), shown);
    }
}
