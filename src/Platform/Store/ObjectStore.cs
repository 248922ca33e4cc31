using System.Buffers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Store;

/// <summary>What is known of stored bytes: MD5 is the address (DVC's choice), SHA-256 the proof.</summary>
public sealed record StoredObject(string Md5, string Sha256, long Size, DateTimeOffset StoredAt);

/// <summary>Two different contents under one MD5: an attack or a miracle; neither is stored.</summary>
public sealed class AddressCollisionException() : IOException("Different bytes with the same MD5 are stored already.");

/// <summary>The content-addressed store: bytes in <see cref="IBlobs"/>, their row in the database.</summary>
public sealed class ObjectStore(PirogovDb db, IBlobs blobs, StoreFolders folders, TimeProvider time)
{
    /// <summary>
    /// Stores the bytes once. They are flushed and in place when this returns; the row joins the caller's transaction if
    /// there is one. Bytes without a row (a crash in between) are an orphan, which the sweep reports.
    /// </summary>
    /// <param name="directoryListing">A DVC directory listing, whose address ends in ".dir".</param>
    /// <exception cref="AddressCollisionException">The MD5 is taken by other bytes.</exception>
    public async Task<StoredObject> Put(Stream bytes, CancellationToken cancellation, bool directoryListing = false)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var incoming = await Receive(bytes, cancellation);
        try
        {
            var address = directoryListing ? incoming.Md5 + ".dir" : incoming.Md5;
            await blobs.Keep(incoming, BlobKeys.Of(address), cancellation);
            var now = time.Now();
            await db.Database.ExecuteSqlAsync(
                $"""INSERT INTO stored_object ("Md5", "Sha256", "Size", "StoredAt") VALUES ({address}, {incoming.Sha256}, {incoming.Size}, {Column(now)}) ON CONFLICT ("Md5") DO NOTHING""",
                cancellation);
            var row = await db.Set<StoredObject>().AsNoTracking().SingleAsync(o => o.Md5 == address, cancellation);
            return row.Sha256 == incoming.Sha256 ? row : throw new AddressCollisionException();
        }
        finally
        {
            File.Delete(incoming.TemporaryPath);
        }
    }

    public async Task<StoredObject> Put(ReadOnlyMemory<byte> bytes, CancellationToken cancellation, bool directoryListing = false)
    {
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        return await Put(stream, cancellation, directoryListing);
    }

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

    private object Column(DateTimeOffset now) => db is SqliteDb ? now.UtcTicks : now;

    private async Task<IncomingBytes> Receive(Stream bytes, CancellationToken cancellation)
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

            file.Flush(flushToDisk: true);
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

        return new(path, Convert.ToHexStringLower(md5.GetHashAndReset()), Convert.ToHexStringLower(sha256.GetHashAndReset()), size);
    }
}

/// <summary>Where bytes lie on this machine. Only what has lost the patient is ever written below it.</summary>
public sealed class StoreFolders
{
    public StoreFolders(string dataFolder)
    {
        Root = Path.Combine(dataFolder, "store");
        Incoming = Path.Combine(Root, "incoming");
        Directory.CreateDirectory(Incoming);
        foreach (var leftover in Directory.EnumerateFiles(Incoming))
            File.Delete(leftover);
    }

    public string Root { get; }
    public string Incoming { get; }
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
