using System.Buffers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Store;

/// <summary>What is known of stored bytes: MD5 is the address (DVC's choice), SHA-256 the proof.</summary>
public sealed record StoredObject(string Md5, string Sha256, long Size, DateTimeOffset StoredAt)
{
    /// <summary>When the sweep first found that no room names the object; null while one does.</summary>
    public DateTimeOffset? UnnamedSince { get; init; }
}

/// <summary>Bytes on their way into place, whose row the caller's transaction holds.</summary>
public sealed record ClaimedObject(StoredObject Row, IncomingBytes Bytes, bool IsNew);

/// <summary>The content-addressed store: bytes in <see cref="IBlobs"/>, their row in the database.</summary>
public sealed class ObjectStore(PirogovDb db, IBlobs blobs, StoreFolders folders, TimeProvider time)
{
    /// <summary>
    /// Stores the bytes once. They are flushed and in place before their row is committed, with the caller's transaction if
    /// there is one: a crash in between leaves bytes without a row, which the sweep removes. The row is written first, so
    /// that of several who bring or sweep the same bytes at once each waits for the one before.
    /// </summary>
    /// <param name="directoryListing">A DVC directory listing, whose address ends in ".dir".</param>
    /// <exception cref="AddressCollisionException">The MD5 is taken by other bytes.</exception>
    public async Task<StoredObject> Put(Stream bytes, CancellationToken cancellation, bool directoryListing = false)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        using var incoming = await Receive(bytes, directoryListing, cancellation);
        return await Put(incoming, cancellation);
    }

    public async Task<StoredObject> Put(ReadOnlyMemory<byte> bytes, CancellationToken cancellation, bool directoryListing = false)
    {
        using var written = Write([bytes], directoryListing);
        return await Put(written, cancellation);
    }

    /// <summary>What was written before, by itself.</summary>
    /// <inheritdoc cref="Put(Stream, CancellationToken, bool)"/>
    public async Task<StoredObject> Put(WrittenBytes written, CancellationToken cancellation) => await Put((await Address([written]))[0], cancellation);

    /// <summary>The first step of storing an object too large to be held; flushed, so that no transaction waits for it.</summary>
    public WrittenBytes Write(Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var path = Path.Combine(folders.Incoming, Guid.CreateVersion7().ToString("N"));
        try
        {
            using var file = new HashedFile(path);
            write(file);
            file.FlushToDisk();
            return new(path, [], file.Sha256(), file.Length, Md5: Task.FromResult(file.Md5()));
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>The first step of storing, for who stores many at once: written, but neither flushed nor addressed nor named by a row.</summary>
    /// <param name="parts">The object's bytes, one part after the other.</param>
    /// <param name="alone">Nothing else is under way: another processor reckons its MD5 meanwhile, which takes longer than all that is done here.</param>
    public WrittenBytes Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool directoryListing = false, bool alone = false)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var path = Path.Combine(folders.Incoming, Guid.CreateVersion7().ToString("N"));
        var size = parts.Sum(p => (long)p.Length);
        var md5 = alone ? Task.Run(() => Md5Lanes.Hash([parts])[0]) : null;
        try
        {
            WriteFile(path, parts, size);
            return new(path, parts, Sha256(parts), size, directoryListing, md5);
        }
        catch
        {
            // It reads memory that the caller may give back.
            md5?.Wait();
            File.Delete(path);
            throw;
        }
    }

    private void WriteFile(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long size)
    {
        // What goes on to a bucket is read again at once.
        if (blobs.IsHere && DirectFile.TryWrite(path, parts, size))
            return;
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, parts, 0);
        // The disk works while the hash is reckoned.
        Flush.Begin(file);
    }

    private static string Sha256(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
            sha256.AppendData(part.Span);
        return Convert.ToHexStringLower(sha256.GetHashAndReset());
    }

    /// <summary>The second step: MD5 of many at once costs a fraction of what one after the other would.</summary>
    public static async Task<IReadOnlyList<IncomingBytes>> Address(IReadOnlyList<WrittenBytes> written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var together = new Queue<string>(Md5Lanes.Hash([.. written.Where(w => w.Md5 is null).Select(w => w.Parts)]));
        var addressed = new List<IncomingBytes>(written.Count);
        foreach (var bytes in written)
            addressed.Add(new(bytes.TemporaryPath, bytes.Md5 is { } alone ? await alone : together.Dequeue(), bytes.Sha256, bytes.Size, bytes.DirectoryListing));
        return addressed;
    }

    /// <summary>Writes the rows in the caller's transaction, which holds them until it ends; <see cref="Place"/> follows before it commits.</summary>
    /// <exception cref="AddressCollisionException">An MD5 is taken by other bytes.</exception>
    public async Task<IReadOnlyList<ClaimedObject>> Claim(IReadOnlyList<IncomingBytes> incoming, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        if (incoming.Count == 0)
            return [];
        var (now, rows) = (time.Now(), new SortedDictionary<string, StoredObject>(StringComparer.Ordinal));
        // In one order everywhere, so that two who hold several rows never wait for each other.
        foreach (var bytes in incoming)
            rows.TryAdd(bytes.Address, new StoredObject(bytes.Address, bytes.Sha256, bytes.Size, now));
        var written = await db.InsertMissing(rows.Values, nameof(StoredObject.Md5), cancellation);
        var claimed = new List<ClaimedObject>(incoming.Count);
        foreach (var bytes in incoming)
        {
            var (row, isNew) = written.Contains(bytes.Address) ? (rows[bytes.Address], true) : await Claim(bytes, cancellation);
            Hold(row, bytes);
            claimed.Add(new(row, bytes, isNew));
        }

        return claimed;
    }

    /// <summary>Brings bytes whose rows are held into place and flushes them, all together.</summary>
    public Task Place(IReadOnlyList<ClaimedObject> claimed, CancellationToken cancellation) =>
        blobs.Keep([.. claimed.Select(c => new PlacedBytes(c.Bytes, BlobKeys.Of(c.Row.Md5), c.IsNew))], cancellation);

    /// <exception cref="FileNotFoundException">The bytes are gone: a broken store, not an expected case.</exception>
    public async Task<Stream> OpenRead(string md5, CancellationToken cancellation) =>
        await blobs.OpenRead(BlobKeys.Of(md5), cancellation) ?? throw new FileNotFoundException($"Object {md5} is not in the store.");

    public async Task<byte[]> Read(string md5, CancellationToken cancellation)
    {
        await using var stream = await OpenRead(md5, cancellation);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    public Task<StoredObject?> Find(string md5, CancellationToken cancellation) =>
        db.Set<StoredObject>().AsNoTracking().SingleOrDefaultAsync(o => o.Md5 == md5, cancellation);

    /// <returns>The SHA-256 of the bytes as they are now, or null when they are gone.</returns>
    public async Task<string?> Rehash(string md5, CancellationToken cancellation)
    {
        await using var stream = await blobs.OpenRead(BlobKeys.Of(md5), cancellation);
        return stream is null ? null : Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }

    /// <summary>Whoever inserts the row holds it until the transaction ends; so does who takes it back from the sweep.</summary>
    private async Task<(StoredObject Row, bool IsNew)> Claim(IncomingBytes incoming, CancellationToken cancellation)
    {
        var address = incoming.Address;
        var row = new StoredObject(address, incoming.Sha256, incoming.Size, time.Now());
        while (!await Insert(db, row, cancellation))
        {
            await db.Set<StoredObject>().Where(o => o.Md5 == address && o.UnnamedSince != null)
                .ExecuteUpdateAsync(s => s.SetProperty(o => o.UnnamedSince, (DateTimeOffset?)null), cancellation);
            // Null when the sweep has removed it just now.
            if (await Find(address, cancellation) is { } taken)
                return (taken, false);
        }

        return (row, true);
    }

    /// <returns>False when the address has a row already; waits for one that another transaction is writing or deleting.</returns>
    internal static async Task<bool> Insert(PirogovDb db, StoredObject row, CancellationToken cancellation)
    {
        object storedAt = db is SqliteDb ? row.StoredAt.UtcTicks : row.StoredAt;
        return await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO stored_object ("Md5", "Sha256", "Size", "StoredAt") VALUES ({row.Md5}, {row.Sha256}, {row.Size}, {storedAt}) ON CONFLICT ("Md5") DO NOTHING""",
            cancellation) == 1;
    }

    private static void Hold(StoredObject row, IncomingBytes incoming)
    {
        if (row.Sha256 != incoming.Sha256)
            throw new AddressCollisionException();
    }

    private async Task<StoredObject> Put(IncomingBytes incoming, CancellationToken cancellation)
    {
        if (await Find(incoming.Address, cancellation) is { UnnamedSince: null } known)
        {
            Hold(known, incoming);
            await Place([new(known, incoming, false)], cancellation);
            return known;
        }

        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        var claimed = await Claim([incoming], cancellation);
        await Place(claimed, cancellation);
        if (own is not null)
            await own.CommitAsync(cancellation);
        return claimed[0].Row;
    }

    private async Task<IncomingBytes> Receive(Stream bytes, bool directoryListing, CancellationToken cancellation)
    {
        var path = Path.Combine(folders.Incoming, Guid.CreateVersion7().ToString("N"));
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        long size = 0;
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            while (await bytes.ReadAsync(buffer, cancellation) is var read and > 0)
            {
                md5.AppendData(buffer, 0, read);
                sha256.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                size += read;
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return IncomingBytes.Of(path, md5, sha256, size, directoryListing);
    }
}

internal sealed class StoreModel : ModelPart
{
    public override void Configure(ModelBuilder model) => model.Entity<StoredObject>(e =>
    {
        e.ToTable("stored_object");
        e.HasKey(o => o.Md5);
        e.Property(o => o.Md5).HasMaxLength(36);
        e.Property(o => o.Sha256).HasMaxLength(64);
    });
}
