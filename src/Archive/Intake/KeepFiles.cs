using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Review;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Files of any batches into store and database in one transaction: all of them are there, with their bytes flushed, or none. Questions
/// to the database are asked once for all; what repeats within the group is found in memory, in the order in which it came. Serves one
/// group after the other, until one fails.
/// </summary>
internal sealed class KeepFiles(PirogovDb db, ObjectStore store, TimeProvider time)
{
    private readonly Dictionary<(BatchId, string), IncomingFile> byContent = [];
    private readonly Dictionary<(BatchId, string), string> waiting = [];
    /// <summary>SHA-256 of what lies in the archive, and of what came where a review has changed it.</summary>
    private readonly Dictionary<(BatchId?, string), (string Kept, string? Sent)> known = [];

    /// <param name="addressing">Addresses of all bytes, which may still be on their way.</param>
    /// <returns>An outcome a file, in their order; null when somebody else wrote the same at once and nothing was kept.</returns>
    public async Task<IReadOnlyList<Outcome<IncomingVerdict>>?> Handle(
        IReadOnlyList<JudgedFile> files, Task<Dictionary<WrittenBytes, IncomingBytes>> addressing, CancellationToken cancellation)
    {
        byContent.Clear();
        waiting.Clear();
        known.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var open = await Join(files, cancellation);
        await Recall([.. files.Where(f => open.Contains(f.Batch))], cancellation);
        var rows = new List<(JudgedFile File, IncomingFile? Row, bool IsRepeat)>(files.Count);
        var kept = new List<JudgedFile>();
        foreach (var file in files)
        {
            if (!open.Contains(file.Batch))
                rows.Add((file, null, false));
            else if (byContent.TryGetValue((file.Batch, file.Mark.ContentHmac), out var earlier))
                rows.Add((file, earlier, true));
            else
            {
                var row = IncomingFile.Of(file.Batch, file.Mark, time.Now());
                if (Decide(file, row))
                    kept.Add(file);
                byContent[(file.Batch, file.Mark.ContentHmac)] = row;
                rows.Add((file, row, false));
            }
        }

        try
        {
            var addresses = await addressing;
            var claimed = await store.Claim([.. kept.Select(k => addresses[k.Bytes!])], cancellation);
            // The disk works while the rows are written. Nothing is rolled back or tried again while it does.
            var placing = Task.Run(() => store.Place(claimed, cancellation), CancellationToken.None);
            var verdicts = new List<Outcome<IncomingVerdict>>(rows.Count);
            try
            {
                await Write([.. rows.Where(r => r is { Row: not null, IsRepeat: false }).Select(r => r.Row!)], cancellation);
                await Write([.. kept.Zip(claimed, (f, c) => (f, c.Row))], cancellation);
                foreach (var (file, row, isRepeat) in rows)
                    verdicts.Add(row is null ? new BatchIsClosed(file.BatchName) : isRepeat ? await Again(row, cancellation) : await First(row, cancellation));
            }
            finally
            {
                await placing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await placing;
            await transaction.CommitAsync(cancellation);
            return verdicts;
        }
        catch (Exception taken) when (taken is DbUpdateException or DbException)
        {
            // The same bytes, or the same instance, came over another host at once: the unique index kept one of them.
            await transaction.RollbackAsync(cancellation);
            return null;
        }
    }

    /// <summary>Numbers of refused files are counted by the rows' ids, which follow the order in which the files came.</summary>
    private async Task Write(IReadOnlyList<IncomingFile> rows, CancellationToken cancellation)
    {
        if (rows.All(r => r.Verdict != FileVerdict.Refused))
        {
            await db.Insert(rows, cancellation);
            return;
        }

        db.AddRange(rows);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }

    private async Task Write(IReadOnlyList<(JudgedFile File, StoredObject Row)> kept, CancellationToken cancellation)
    {
        await db.Insert([.. kept.Where(k => k.File.Admitted.Value.Review is null).Select(k => Instance.Of(k.File.Batch, k.File.Admitted.Value.File, k.Row))], cancellation);
        await db.Insert([.. kept.Where(k => k.File.Admitted.Value.Review is not null)
            .Select(k => QuarantinedFile.Of(k.File.Batch, k.File.Admitted.Value, k.Row.Md5, k.File.Sha256!))], cancellation);
    }

    /// <summary>Touches the batches while they are open: a closing that runs at this moment waits, one that was first wins.</summary>
    private async Task<HashSet<BatchId>> Join(IReadOnlyList<JudgedFile> files, CancellationToken cancellation)
    {
        var open = new HashSet<BatchId>();
        // In one order everywhere, so that two who hold several batches never wait for each other.
        foreach (var batch in files.Select(f => f.Batch).Distinct().OrderBy(b => b.Value))
        {
            await using var touch = db.Command("");
            touch.CommandText = $"""UPDATE archive_batch SET "State" = "State" WHERE "Id" = {touch.Bind<Batch>(db, nameof(Batch.Id), [batch])} AND "State" = {touch.Bind<Batch>(db, nameof(Batch.State), [BatchState.Open])}""";
            if (await touch.ExecuteNonQueryAsync(cancellation) > 0)
                open.Add(batch);
        }

        return open;
    }

    private async Task Recall(IReadOnlyList<JudgedFile> files, CancellationToken cancellation)
    {
        BatchId[] batches = [.. files.Select(f => f.Batch).Distinct()];
        string[] contents = [.. files.Select(f => f.Mark.ContentHmac)];
        string[] uids = [.. files.Where(f => f.Bytes is not null).Select(f => f.Admitted.Value.File.SopInstanceUid!)];
        if (!await IsAnyKnown(batches, contents, uids, cancellation))
            return;
        foreach (var row in await db.Set<IncomingFile>().AsNoTracking().Where(f => batches.Contains(f.BatchId) && contents.Contains(f.ContentHmac)).ToArrayAsync(cancellation))
            byContent[(row.BatchId, row.ContentHmac)] = row;
        if (uids.Length == 0)
            return;
        foreach (var i in await db.Set<Instance>().AsNoTracking()
            .Where(i => uids.Contains(i.ArchivedUid) || (batches.Contains(i.BatchId) && uids.Contains(i.SopInstanceUid)))
            .Select(i => new { i.BatchId, i.ArchivedUid, i.SopInstanceUid, i.Sha256, i.SentSha256 }).ToArrayAsync(cancellation))
        {
            known[(i.BatchId, i.SopInstanceUid)] = (i.Sha256, i.SentSha256);
            if (i.ArchivedUid is not null)
                known[(null, i.ArchivedUid)] = (i.Sha256, i.SentSha256);
        }

        foreach (var f in await db.Set<QuarantinedFile>().AsNoTracking().Where(f => batches.Contains(f.BatchId) && uids.Contains(f.SopInstanceUid))
            .Select(f => new { f.BatchId, f.SopInstanceUid, f.Sha256 }).ToArrayAsync(cancellation))
            waiting[(f.BatchId, f.SopInstanceUid)] = f.Sha256;
    }

    /// <summary>Nearly always the answer is no; then one question was enough.</summary>
    private async Task<bool> IsAnyKnown(BatchId[] batches, string[] contents, string[] uids, CancellationToken cancellation)
    {
        await using var ask = db.Command("");
        var ofBatches = $"\"BatchId\" IN ({ask.Bind<IncomingFile>(db, nameof(IncomingFile.BatchId), batches.Cast<object>())})";
        var ofUids = $"({ask.Bind<Instance>(db, nameof(Instance.SopInstanceUid), uids)})";
        ask.CommandText = $"""
            SELECT 1 WHERE EXISTS (SELECT 1 FROM archive_incoming_file WHERE {ofBatches} AND "ContentHmac" IN ({ask.Bind<IncomingFile>(db, nameof(IncomingFile.ContentHmac), contents)}))
            OR EXISTS (SELECT 1 FROM archive_instance WHERE "ArchivedUid" IN {ofUids}) OR EXISTS (SELECT 1 FROM archive_instance WHERE {ofBatches} AND "SopInstanceUid" IN {ofUids})
            OR EXISTS (SELECT 1 FROM archive_quarantined_file WHERE {ofBatches} AND "SopInstanceUid" IN {ofUids})
            """;
        return await ask.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <returns>Whether its bytes are to be kept.</returns>
    private bool Decide(JudgedFile file, IncomingFile row)
    {
        if (file.Admitted.IsRefused(out var refused, out var admitted))
        {
            row.Refuse((FileRefused)refused);
            return false;
        }

        var uid = admitted!.File.SopInstanceUid!;
        var isKnown = known.TryGetValue((null, uid), out var before) || known.TryGetValue((file.Batch, uid), out before);
        var aside = waiting.GetValueOrDefault((file.Batch, uid));
        // A sender forgets what is called a duplicate: another image under the same UID is none, whether or not it would have been reviewed.
        if (isKnown && (before.Kept == file.Sha256 || before.Sent == file.Sha256))
            row.Repeat(uid);
        else if (isKnown)
            row.Refuse(new(FileRefused.SameUidOtherContent));
        // Another one that needs no review too: after the review there would be two instances of one UID.
        else if (aside is not null)
            _ = aside == file.Sha256 ? row.Repeat(uid) : row.Refuse(new(FileRefused.SameUidOtherContent));
        else
        {
            var actions = ActionTally.Write(admitted.Counts);
            _ = admitted.Review is null ? row.Accept(uid, actions, admitted.Warnings) : row.Quarantine(uid, actions, admitted.Warnings);
            if (admitted.Review is null)
                known[(file.Batch, uid)] = (file.Sha256!, null);
            else
                waiting[(file.Batch, uid)] = file.Sha256!;
            return true;
        }

        return false;
    }

    private async Task<IncomingVerdict> First(IncomingFile row, CancellationToken cancellation) =>
        new(row.Verdict, row.SopInstanceUid, row.Refusal, row.Warnings.Split(',', StringSplitOptions.RemoveEmptyEntries), await NumberOf(row, cancellation));

    /// <summary>The same bytes in the same batch: a refusal is repeated, anything else is a duplicate.</summary>
    private async Task<IncomingVerdict> Again(IncomingFile row, CancellationToken cancellation)
    {
        await db.Set<IncomingFile>().Where(f => f.BatchId == row.BatchId && f.ContentHmac == row.ContentHmac).ExecuteUpdateAsync(s => s.SetProperty(f => f.Repeats, f => f.Repeats + 1), cancellation);
        return row.Refusal is { } refused
            ? new(FileVerdict.Refused, null, refused, [], await NumberOf(row, cancellation))
            : new(FileVerdict.Duplicate, row.SopInstanceUid, null, [], null);
    }

    /// <summary>Files of a batch are numbered one after another, because each holds the batch's row; so a number never changes.</summary>
    private async Task<int?> NumberOf(IncomingFile row, CancellationToken cancellation) => row.Verdict == FileVerdict.Refused
        ? await db.Set<IncomingFile>().CountAsync(f => f.BatchId == row.BatchId && f.Id <= row.Id, cancellation)
        : null;
}
