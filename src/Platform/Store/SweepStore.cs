using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Platform.Store;

/// <summary>
/// Removes objects that nobody has named for the whole grace period, bytes that have no row (a crash or a rolled back
/// transaction left them) and writes that never ended. Each portion is one transaction that holds the rows while their
/// bytes go: whoever puts the same bytes meanwhile waits, and then stores them anew.
/// </summary>
internal sealed class SweepStore(
    PirogovDb db, IBlobs blobs, StoreFolders folders, UnnamedObjects unnamed, SweepOptions options, AuditTrail audit, TimeProvider time)
    : DurableJob<SweepStore.Payload>
{
    internal sealed record Payload;

    private const int Portion = 200;
    private const int RemovedAtOnce = 8;

    /// <summary>No write takes so long.</summary>
    private static readonly TimeSpan LongestWrite = TimeSpan.FromDays(1);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var (now, due) = (time.Now(), time.Now() - options.Grace);
        await progress.Tell(5, "platform.sweep.looking", cancellation);
        await unnamed.Mark(now, cancellation);
        await progress.Tell(40, "platform.sweep.removing", cancellation);
        var removed = await RemoveUnnamed(due, cancellation);
        var (strays, waitingStrays) = await RemoveStrays(due, cancellation);
        removed += strays;
        // Files and uploads carry the time of the machine that keeps them.
        var begunBefore = TimeProvider.System.GetUtcNow() - LongestWrite;
        var unfinished = RemoveTemporary(begunBefore) + await blobs.RemoveUnfinished(begunBefore, cancellation);
        var waiting = waitingStrays + await Waiting(cancellation);
        audit.Note("platform.store-swept", "job", progress.Id, new { removed, waiting, unfinished });
        await db.SaveChangesAsync(cancellation);
        await progress.Conclude("platform.sweep.result", new Dictionary<string, double>
        {
            ["removed"] = removed.Objects,
            ["removedMegabytes"] = removed.Megabytes,
            ["waiting"] = waiting.Objects,
            ["waitingMegabytes"] = waiting.Megabytes,
            ["unfinished"] = unfinished,
        }, cancellation);
    }

    private async Task<Bulk> RemoveUnnamed(DateTimeOffset due, CancellationToken cancellation)
    {
        var (removed, last) = (new Bulk(0, 0), "");
        while (true)
        {
            var some = await db.Set<StoredObject>().AsNoTracking().Where(o => o.UnnamedSince <= due && o.Md5.CompareTo(last) > 0)
                .OrderBy(o => o.Md5).Take(Portion).ToArrayAsync(cancellation);
            if (some.Length == 0)
                return removed;
            last = some[^1].Md5;
            removed += await RemoveTogether(some, due, cancellation);
        }
    }

    private async Task<Bulk> RemoveTogether(StoredObject[] some, DateTimeOffset due, CancellationToken cancellation)
    {
        var addresses = some.Select(o => o.Md5).ToArray();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Set<StoredObject>().Where(o => addresses.Contains(o.Md5) && o.UnnamedSince <= due).ExecuteDeleteAsync(cancellation);
        var putAgain = await db.Set<StoredObject>().Where(o => addresses.Contains(o.Md5)).Select(o => o.Md5).ToArrayAsync(cancellation);
        var named = await unnamed.NamedAmong(addresses, cancellation);
        if (putAgain.Length + named.Count > 0)
        {
            // Somebody was quicker than this portion: it begins again without what is wanted now.
            await transaction.RollbackAsync(cancellation);
            some = [.. some.Where(o => !named.Contains(o.Md5) && !putAgain.Contains(o.Md5))];
            return some.Length == 0 ? new(0, 0) : await RemoveTogether(some, due, cancellation);
        }

        await RemoveBytes(addresses, cancellation);
        return await Commit(transaction, addresses, new(some.Length, some.Sum(o => o.Size)), cancellation);
    }

    /// <returns>What was removed, and what is too young.</returns>
    private async Task<(Bulk Removed, Bulk Waiting)> RemoveStrays(DateTimeOffset due, CancellationToken cancellation)
    {
        var (removed, waiting, portion) = (new Bulk(0, 0), new Bulk(0, 0), new List<(string Address, StoredKey Key)>());
        async Task Judge()
        {
            var addresses = portion.Select(p => p.Address).ToArray();
            var known = await db.Set<StoredObject>().Where(o => addresses.Contains(o.Md5)).Select(o => o.Md5).ToHashSetAsync(cancellation);
            var strays = portion.Where(p => !known.Contains(p.Address)).ToArray();
            portion.Clear();
            var old = strays.Where(p => p.Key.WrittenAt <= due).ToArray();
            waiting += new Bulk(strays.Length - old.Length, strays.Except(old).Sum(p => p.Key.Size));
            removed += old.Length == 0 ? new(0, 0) : await RemoveWithoutRow(old, cancellation);
        }

        await foreach (var key in blobs.Keys(cancellation))
        {
            // What is no key of this platform's making is not its to remove.
            if (BlobKeys.AddressOf(key.Key) is not { } address)
                continue;
            portion.Add((address, key));
            if (portion.Count == Portion)
                await Judge();
        }

        await Judge();
        return (removed, waiting);
    }

    private async Task<Bulk> RemoveWithoutRow((string Address, StoredKey Key)[] strays, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var held = new List<(string Address, StoredKey Key)>();
        // A row for the moment: whoever is about to write one waits behind it, and this waits behind whoever was first.
        foreach (var stray in strays.OrderBy(s => s.Address, StringComparer.Ordinal))
        {
            if (await ObjectStore.Insert(db, new(stray.Address, "", stray.Key.Size, time.Now()), cancellation))
                held.Add(stray);
        }

        var addresses = held.Select(s => s.Address).ToArray();
        await RemoveBytes(addresses, cancellation);
        await db.Set<StoredObject>().Where(o => addresses.Contains(o.Md5)).ExecuteDeleteAsync(cancellation);
        return await Commit(transaction, addresses, new(held.Count, held.Sum(s => s.Key.Size)), cancellation);
    }

    private Task RemoveBytes(string[] addresses, CancellationToken cancellation) =>
        Parallel.ForEachAsync(addresses, new ParallelOptions { MaxDegreeOfParallelism = RemovedAtOnce, CancellationToken = cancellation },
            async (address, stop) => await blobs.Remove(BlobKeys.Of(address), stop));

    private async Task<Bulk> Commit(
        Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, string[] addresses, Bulk gone, CancellationToken cancellation)
    {
        if (gone.Objects > 0)
            audit.Note("platform.store-objects-removed", "store", "objects", new { gone.Objects, gone.Bytes, addresses });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return gone;
    }

    private int RemoveTemporary(DateTimeOffset begunBefore)
    {
        var old = new DirectoryInfo(folders.Incoming).EnumerateFiles().Where(f => f.LastWriteTimeUtc < begunBefore.UtcDateTime).ToArray();
        foreach (var file in old)
            file.Delete();
        return old.Length;
    }

    private async Task<Bulk> Waiting(CancellationToken cancellation)
    {
        var rows = db.Set<StoredObject>().Where(o => o.UnnamedSince != null);
        return new(await rows.CountAsync(cancellation), await rows.SumAsync(o => o.Size, cancellation));
    }

    private readonly record struct Bulk(int Objects, long Bytes)
    {
        /// <summary>Of 10⁶ bytes, with one decimal.</summary>
        public double Megabytes => Math.Round(Bytes / 1e6, 1);

        public static Bulk operator +(Bulk one, Bulk other) => new(one.Objects + other.Objects, one.Bytes + other.Bytes);
    }
}
