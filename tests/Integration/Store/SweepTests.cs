using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Competitions;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Store;

/// <summary>The sweep on a clock that is put forward; every test looks at objects of its own.</summary>
public abstract class SweepTests
{
    private static readonly TimeSpan PastGrace = TimeSpan.FromDays(8);
    private readonly PirogovApp app;
    private readonly MovableClock clock;

    private protected SweepTests(PirogovApp app, MovableClock clock)
    {
        (this.app, this.clock) = (app, clock);
        Skip.If(app is SweptOnPostgreSql && !PirogovApp.HasPostgreSql, "No PostgreSQL cluster is configured (PIROGOV_TEST_POSTGRESQL).");
        Skip.If(app is S3App && !S3Server.IsPresent, S3Server.Absent);
    }

    private IBlobs Blobs => app.Services.GetRequiredService<IBlobs>();

    [SkippableFact]
    public async Task What_nobody_names_waits_for_the_grace_period_and_goes()
    {
        var stored = await Put(RandomNumberGenerator.GetBytes(2_000_000));
        Assert.True((await SweepAsAdministrator())["waiting"] >= 1);
        Assert.NotNull((await Row(stored.Md5))!.UnnamedSince);
        Assert.True(await Blobs.Exists(BlobKeys.Of(stored.Md5), default));
        clock.Ahead += TimeSpan.FromDays(6);
        await Sweep();
        Assert.True(await Blobs.Exists(BlobKeys.Of(stored.Md5), default));
        clock.Ahead += TimeSpan.FromDays(2);
        var last = await SweepAsAdministrator();
        Assert.True(last["removed"] >= 1 && last["removedMegabytes"] >= 2, string.Join(' ', last));
        Assert.Null(await Row(stored.Md5));
        Assert.False(await Blobs.Exists(BlobKeys.Of(stored.Md5), default));
        var audited = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.Action == "platform.store-objects-removed").ToArrayAsync());
        Assert.Contains(audited, e => e.Details.Contains(stored.Md5, StringComparison.Ordinal) && JsonNode.Parse(e.Details)!["bytes"]!.GetValue<long>() >= 2_000_000);
        Assert.True(await app.InDatabase(db => db.Set<AuditEntry>().AnyAsync(e => e.Action == "platform.store-swept")));
    }

    [SkippableFact]
    public async Task What_a_cancelled_batch_leaves_is_swept_and_a_complete_one_stays()
    {
        var client = await app.As(Role.DataEngineer, $"sender{clock.Ahead.Days}");
        var centre = await app.Centre("SWP");
        var (complete, _) = await app.SendStudy(client, centre, study: 911);
        var cancelled = await client.OpenBatch(centre);
        Assert.Equal("accepted", (string?)(await client.SendFile(cancelled, "IM1", SyntheticCt.File(SyntheticCt.Slice(912, 0, 0))))["outcome"]);
        var id = BatchId.From(Guid.Parse(cancelled));
        var md5 = await app.InDatabase(db => db.Set<Instance>().Where(i => i.BatchId == id).Select(i => i.Md5).SingleAsync());
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync($"/api/v1/batches/{cancelled}/cancel", null)).StatusCode);
        await SweepTwice();
        Assert.Null(await Row(md5));
        await app.InScope(async s =>
        {
            var reference = await s.GetRequiredService<EvidenceChain>().Find(ArchiveEvidence.Batch, Guid.Parse(complete), default);
            Assert.True((await s.GetRequiredService<EvidenceVerifier>().Walk(reference!, null, default)).IsWhole);
            return 0;
        });
    }

    [SkippableFact]
    public async Task What_evidence_vouches_for_stays_though_no_row_names_it()
    {
        var stored = await Put(RandomNumberGenerator.GetBytes(100));
        await app.InScope(async s =>
        {
            s.GetRequiredService<EvidenceChain>().Record(
                new("test", Guid.CreateVersion7(), new JsonObject { ["name"] = "kept" }, [], [new(stored.Md5, stored.Sha256, stored.Size)]));
            return await s.GetRequiredService<PirogovDb>().SaveChangesAsync();
        });
        await SweepTwice();
        Assert.Null((await Row(stored.Md5))!.UnnamedSince);
        Assert.Equal(stored.Sha256, await InStore(s => s.Rehash(stored.Md5, default)));
    }

    [SkippableFact]
    public async Task Bytes_without_a_row_go_when_they_are_old()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        await app.InScope(async s =>
        {
            await using var rolledBack = await s.GetRequiredService<PirogovDb>().Database.BeginTransactionAsync();
            return await s.GetRequiredService<ObjectStore>().Put(bytes, default);
        });
        var key = BlobKeys.Of(Convert.ToHexStringLower(MD5.HashData(bytes)));
        Assert.True(await Blobs.Exists(key, default));
        clock.Ahead += PastGrace;
        await Sweep();
        Assert.False(await Blobs.Exists(key, default));
    }

    [SkippableFact]
    public async Task A_write_that_never_ended_goes_and_one_that_is_under_way_stays()
    {
        _ = app.Services;
        var incoming = Path.Combine(app.DataFolder, "store", "incoming");
        var (old, young) = (Path.Combine(incoming, "old"), Path.Combine(incoming, "young"));
        await File.WriteAllTextAsync(old, "half");
        File.SetLastWriteTimeUtc(old, File.GetLastWriteTimeUtc(old).AddDays(-2));
        await File.WriteAllTextAsync(young, "half");
        await Sweep();
        Assert.Equal((false, true), (File.Exists(old), File.Exists(young)));
        File.Delete(young);
    }

    [SkippableFact]
    public async Task What_is_put_again_before_the_sweep_has_its_whole_grace_period_anew()
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        var stored = await Put(bytes);
        await Sweep();
        clock.Ahead += PastGrace;
        await Put(bytes);
        await Sweep();
        Assert.NotNull(await Row(stored.Md5));
        Assert.True(await Blobs.Exists(BlobKeys.Of(stored.Md5), default));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sweep_waits_for_an_intake_that_is_taking_the_same_bytes(bool hasRow)
    {
        var bytes = RandomNumberGenerator.GetBytes(100);
        var md5 = (await Put(bytes)).Md5;
        if (!hasRow)
            await app.InDatabase(db => db.Set<StoredObject>().Where(o => o.Md5 == md5).ExecuteDeleteAsync());
        else
            await Sweep();
        clock.Ahead += PastGrace;
        var sweep = await app.InScope(async s =>
        {
            await using var intake = await s.GetRequiredService<PirogovDb>().Database.BeginTransactionAsync();
            await s.GetRequiredService<ObjectStore>().Put(bytes, default);
            var started = Task.Run(Sweep);
            await Task.Delay(300);
            await intake.CommitAsync();
            return started;
        });
        await sweep;
        Assert.Equal(bytes, await InStore(s => s.Read(md5, default)));
        Assert.NotNull(await Row(md5));
    }

    [SkippableFact]
    public async Task However_puts_and_sweeps_meet_a_row_has_its_bytes()
    {
        for (var round = 0; round < 5; round++)
        {
            var bodies = Enumerable.Range(0, 6).Select(_ => RandomNumberGenerator.GetBytes(100)).ToArray();
            foreach (var body in bodies)
                await Put(body);
            await Sweep();
            clock.Ahead += PastGrace;
            await Task.WhenAll([Task.Run(Sweep), .. bodies.Take(4).Select(b => Task.Run(() => Put(b)))]);
            foreach (var body in bodies.Take(4))
                Assert.Equal(body, await InStore(s => s.Read(Convert.ToHexStringLower(MD5.HashData(body)), default)));
            var addresses = bodies.Select(b => Convert.ToHexStringLower(MD5.HashData(b))).ToArray();
            Assert.Equal(4, await app.InDatabase(db => db.Set<StoredObject>().CountAsync(o => addresses.Contains(o.Md5))));
        }
    }

    private async Task SweepTwice()
    {
        await Sweep();
        clock.Ahead += PastGrace;
        await Sweep();
    }

    private async Task<IReadOnlyDictionary<string, double>> SweepAsAdministrator()
    {
        var administrator = await app.As(Role.Administrator, $"sweeper{clock.Ahead.Days}");
        var asked = await administrator.PostAsync("/api/v1/store/sweeps", null);
        Assert.Equal(HttpStatusCode.Created, asked.StatusCode);
        await app.Settle();
        var job = (await administrator.GetFromJsonAsync<JsonObject>(asked.Headers.Location!.ToString()))!;
        Assert.Equal(("succeeded", "platform.sweep.result"), ((string?)job["state"], (string?)job["result"]!["words"]));
        return job["result"]!["figures"]!.AsObject().ToDictionary(f => f.Key, f => f.Value!.GetValue<double>());
    }

    private Task<int> Sweep() => app.InScope(async s =>
    {
        await s.GetRequiredService<SweepStore>().Run(
            new(), new JobProgress(EntityId.New<JobId>(), app.Services.GetRequiredService<IServiceScopeFactory>(), clock), default);
        return 0;
    });

    private Task<StoredObject> Put(byte[] bytes) => InStore(s => s.Put(bytes, default));

    private Task<StoredObject?> Row(string md5) => InStore(s => s.Find(md5, default));

    private Task<T> InStore<T>(Func<ObjectStore, Task<T>> act) => app.InScope(s => act(s.GetRequiredService<ObjectStore>()));
}

public sealed class SweptOnSqlite() : PirogovApp(Engine.Sqlite)
{
    internal MovableClock Clock { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
}

public sealed class SweptOnPostgreSql() : PirogovApp(Engine.PostgreSql)
{
    internal MovableClock Clock { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
}

public sealed class SweptBucket : S3App
{
    internal MovableClock Clock { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
}

public sealed class SweepOnSqlite(SweptOnSqlite app) : SweepTests(app, app.Clock), IClassFixture<SweptOnSqlite>;

public sealed class SweepOnPostgreSql(SweptOnPostgreSql app) : SweepTests(app, app.Clock), IClassFixture<SweptOnPostgreSql>;

public sealed class SweepOfABucket(SweptBucket app) : SweepTests(app, app.Clock), IClassFixture<SweptBucket>;
