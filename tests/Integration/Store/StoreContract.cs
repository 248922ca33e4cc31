using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Store;

/// <summary>What the store promises, wherever its bytes lie.</summary>
public abstract class StoreContract
{
    /// <summary>Two blocks of 128 bytes with one MD5 (X. Wang and H. Yu, How to Break MD5 and Other Hash Functions, EUROCRYPT 2005).</summary>
    private static readonly (byte[] One, byte[] Other) Collision = (
        Convert.FromHexString("d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
            + "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"),
        Convert.FromHexString("d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f1415a085125e8f7cdc99fd91dbd7280373c5b"
            + "d8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70"));

    private readonly PirogovApp app;

    protected StoreContract(PirogovApp app)
    {
        this.app = app;
        Skip.If(app is PostgreSqlApp or S3AppOnPostgreSql && !PirogovApp.HasPostgreSql, "No PostgreSQL cluster is configured (PIROGOV_TEST_POSTGRESQL).");
        Skip.If(app is S3App && !S3Server.IsPresent, S3Server.Absent);
    }

    private IBlobs Blobs => app.Services.GetRequiredService<IBlobs>();

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(1 << 20)]
    [InlineData((5 << 20) + 1)]
    [InlineData(12_000_000)]
    public async Task What_is_put_is_read_back(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var stored = await Put(bytes);
        Assert.Equal((Md5(bytes), Sha256(bytes), (long)size), (stored.Md5, stored.Sha256, stored.Size));
        Assert.Equal(bytes, await InStore(s => s.Read(stored.Md5, default)));
        Assert.Equal(stored.Sha256, await InStore(s => s.Rehash(stored.Md5, default)));
        Assert.Equal(stored, await InStore(s => s.Find(stored.Md5, default)));
        Assert.Contains(await Keys(), k => k.Key == $"files/md5/{stored.Md5[..2]}/{stored.Md5[2..]}" && k.Size == size);
        Assert.Empty(Temporary());
    }

    [SkippableFact]
    public async Task Bytes_whose_transaction_came_to_nothing_are_kept_when_it_is_tried_again()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        await using var scope = app.Services.CreateAsyncScope();
        var (db, store) = (scope.ServiceProvider.GetRequiredService<PirogovDb>(), scope.ServiceProvider.GetRequiredService<ObjectStore>());
        using var written = store.Write([bytes]);
        var addressed = await ObjectStore.Address([written]);
        foreach (var isLast in new[] { false, true })
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await store.Place(await store.Claim(addressed, default), default);
            if (isLast)
                await transaction.CommitAsync();
        }

        Assert.Equal(bytes, await InStore(s => s.Read(Md5(bytes), default)));
    }

    [SkippableFact]
    public async Task A_listing_lies_under_its_address_with_dir()
    {
        var bytes = RandomNumberGenerator.GetBytes(50);
        var stored = await InStore(s => s.Put(bytes, default, directoryListing: true));
        Assert.Equal(Md5(bytes) + ".dir", stored.Md5);
        Assert.Equal(bytes, await InStore(s => s.Read(stored.Md5, default)));
    }

    [SkippableFact]
    public async Task A_stream_seeks_and_reads_any_range()
    {
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var stored = await Put(bytes);
        await using var stream = await InStore(s => s.OpenRead(stored.Md5, default));
        Assert.Equal(bytes.Length, stream.Length);
        foreach (var (from, count) in new[] { (2_999_990, 10), (0, 10), ((1 << 20) - 5, 10), (1 << 20, 100_000), ((1 << 20) + 100_000, 7), (5, 2_999_995) })
        {
            stream.Position = from;
            var read = new byte[count];
            await stream.ReadExactlyAsync(read);
            Assert.True(bytes.AsSpan(from, count).SequenceEqual(read), $"{from}+{count}");
        }

        stream.Seek(-1, SeekOrigin.End);
        Assert.Equal(bytes[^1], stream.ReadByte());
        Assert.Equal(-1, stream.ReadByte());
        Assert.Equal(0, await stream.ReadAsync(new byte[10]));
    }

    [SkippableFact]
    public async Task What_is_not_there_is_absent()
    {
        var key = BlobKeys.Of(Md5(RandomNumberGenerator.GetBytes(9)));
        Assert.False(await Blobs.Exists(key, default));
        Assert.Null(await Blobs.OpenRead(key, default));
        await Blobs.Remove(key, default);
    }

    [SkippableFact]
    public async Task The_same_bytes_twice_are_one_object()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        var (first, second) = (await Put(bytes), await Put(bytes));
        Assert.Equal(first, second);
        Assert.Single(await Keys(), k => k.Key == BlobKeys.Of(first.Md5));
    }

    [SkippableFact]
    public async Task Bytes_that_are_lost_come_back_when_they_are_put_again()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        var stored = await Put(bytes);
        await Blobs.Remove(BlobKeys.Of(stored.Md5), default);
        Assert.Null(await InStore(s => s.Rehash(stored.Md5, default)));
        Assert.Equal(stored, await Put(bytes));
        Assert.Equal(bytes, await InStore(s => s.Read(stored.Md5, default)));
    }

    [SkippableFact]
    public async Task Other_bytes_with_the_same_md5_are_refused_and_the_first_stay()
    {
        Assert.Equal(Md5(Collision.One), Md5(Collision.Other));
        var stored = await Put(Collision.One);
        await Assert.ThrowsAsync<AddressCollisionException>(() => Put(Collision.Other));
        Assert.Equal(Collision.One, await InStore(s => s.Read(stored.Md5, default)));

        // The same without a row: what a crash has left there is believed by nobody, and replaced.
        await app.InDatabase(db => db.Set<StoredObject>().Where(o => o.Md5 == stored.Md5).ExecuteDeleteAsync());
        Assert.NotEqual(stored.Sha256, (await Put(Collision.Other)).Sha256);
        Assert.Equal(Collision.Other, await InStore(s => s.Read(stored.Md5, default)));
    }

    [SkippableFact]
    public async Task Another_number_of_bytes_under_a_key_is_refused()
    {
        var stored = await Put(RandomNumberGenerator.GetBytes(1000));
        var path = Path.Combine(app.DataFolder, "store", "incoming", "other");
        await File.WriteAllBytesAsync(path, new byte[999]);
        await Assert.ThrowsAsync<AddressCollisionException>(() => Blobs.Keep([new(new(path, stored.Md5, stored.Sha256, 999), BlobKeys.Of(stored.Md5), false)], default));
        File.Delete(path);
    }

    [SkippableFact]
    public async Task A_put_that_is_cut_off_leaves_nothing()
    {
        var before = (await Keys()).Count;
        await Assert.ThrowsAsync<IOException>(() => InStore(s => s.Put(new CutOff(new MemoryStream(new byte[8 << 20]), after: 6 << 20), default)));
        Assert.Equal(before, (await Keys()).Count);
        Assert.Empty(Temporary());
    }

    [SkippableFact]
    public async Task A_put_whose_transaction_is_rolled_back_has_no_row_and_may_be_repeated()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        await app.InScope(async s =>
        {
            await using var transaction = await s.GetRequiredService<Pirogov.Platform.Database.PirogovDb>().Database.BeginTransactionAsync();
            return await s.GetRequiredService<ObjectStore>().Put(bytes, default);
        });
        Assert.Null(await InStore(s => s.Find(Md5(bytes), default)));
        Assert.Equal(Sha256(bytes), (await Put(bytes)).Sha256);
        Assert.Equal(bytes, await InStore(s => s.Read(Md5(bytes), default)));
    }

    [SkippableFact]
    public async Task Many_who_put_the_same_bytes_at_once_get_the_same_object()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Put(bytes))));
        Assert.Single(stored.Select(s => (s.Md5, s.Sha256, s.Size)).Distinct());
        Assert.Equal(bytes, await InStore(s => s.Read(stored[0].Md5, default)));
        Assert.Single(await Keys(), k => k.Key == BlobKeys.Of(stored[0].Md5));
        Assert.Empty(Temporary());
    }

    private Task<StoredObject> Put(byte[] bytes) => InStore(s => s.Put(bytes, default));

    private Task<T> InStore<T>(Func<ObjectStore, Task<T>> act) => app.InScope(s => act(s.GetRequiredService<ObjectStore>()));

    private async Task<List<StoredKey>> Keys()
    {
        var keys = new List<StoredKey>();
        await foreach (var key in Blobs.Keys(default))
            keys.Add(key);
        return keys;
    }

    private string[] Temporary() => Directory.GetFiles(Path.Combine(app.DataFolder, "store", "incoming"));

    private static string Md5(byte[] bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A sender whose line breaks.</summary>
    private sealed class CutOff(MemoryStream inner, int after) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) =>
            inner.Position < after ? inner.Read(buffer, offset, count) : throw new IOException("The line broke.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

public sealed class StoreInAFolder(SqliteApp app) : StoreContract(app), IClassFixture<SqliteApp>;

public sealed class StoreInAFolderWithPostgreSql(PostgreSqlApp app) : StoreContract(app), IClassFixture<PostgreSqlApp>;

public sealed class StoreInABucket(S3App app) : StoreContract(app), IClassFixture<S3App>;

public sealed class StoreInABucketWithPostgreSql(S3AppOnPostgreSql app) : StoreContract(app), IClassFixture<S3AppOnPostgreSql>;
