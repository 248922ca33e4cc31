using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pirogov.Archive.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Competitions;

/// <summary>The real host with a dataset version of eight cases in memory and a clock that can be put forward.</summary>
public abstract class CompetitionWorld(Engine engine) : PirogovApp(engine)
{
    private static readonly VolumeGrid Grid = new(10, 10, 5, 1, 1, 2);
    private static readonly VoxelAffine Affine = new([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0]);
    private readonly SemaphoreSlim gate = new(1, 1);
    private bool isReady;

    internal MovableClock Clock { get; } = new();

    internal StandInDatasets Datasets { get; } = new();

    protected override void ConfigureServices(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        services.Replace(ServiceDescriptor.Singleton<IDatasets>(Datasets));
        // The stand-in's version has no rows in the real room, whose own source would rightly miss it.
        foreach (var source in services.Where(s => s.ServiceType == typeof(IEvidenceSource) && s.ImplementationType?.Namespace?.StartsWith("Pirogov.Datasets", StringComparison.Ordinal) == true).ToArray())
            services.Remove(source);
    }

    /// <summary>Puts the truth into the store and records the dataset version's link, once.</summary>
    public async Task Prepare()
    {
        await gate.WaitAsync();
        try
        {
            if (isReady)
                return;
            isReady = true;
            await InScope(async services =>
            {
                var store = services.GetRequiredService<ObjectStore>();
                var files = new List<EvidenceFile>();
                foreach (var (name, split) in StandInDatasets.Cases)
                {
                    var stored = await store.Put(Nifti(TruthOf(name)), default);
                    files.Add(new(stored.Md5, stored.Sha256, stored.Size));
                    Datasets.Known.Add(new(EntityId.New<CaseId>(), name, "patient-" + name[^1], split, stored.Md5,
                        new Dictionary<string, string?> { ["finding"] = name[^1] % 2 == 0 ? "yes" : "no" }));
                }

                services.GetRequiredService<EvidenceChain>().Record(
                    new(DatasetEvidence.Version, Datasets.Version.Id.Value, new JsonObject { ["name"] = "phantom" }, [], files));
                return await services.GetRequiredService<PirogovDb>().SaveChangesAsync();
            });
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<string> Opened(bool masks = true, int limit = 5)
    {
        await Prepare();
        var office = await As(Role.AiOffice);
        var now = Clock.GetUtcNow();
        var made = await office.PostAsJsonAsync("/api/v1/competitions", new
        {
            title = new { ru = "Фантом", en = "Phantom" },
            description = new { ru = "Найти орган", en = "Find the organ" },
            datasetVersionId = Datasets.Version.Id.Value,
            kind = masks ? "masks" : "probabilities",
            questionId = masks ? null : "finding",
            positiveOption = masks ? null : "yes",
            primary = masks ? "dice" : "auc",
            secondary = masks ? new[] { "hausdorffDistance95" } : ["brier"],
            startsAt = now.AddMinutes(-1),
            endsAt = now.AddHours(2),
            dailyLimit = limit,
        });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        var id = (string)(await made.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        var opened = await office.PostAsync($"/api/v1/competitions/{id}/open", null);
        Assert.True(opened.IsSuccessStatusCode, await opened.Content.ReadAsStringAsync());
        return id;
    }

    public async Task<HttpClient> LeadOf(string competition, string name)
    {
        var lead = await As(Role.TeamLead, name);
        var made = await lead.PostAsJsonAsync($"/api/v1/competitions/{competition}/teams", new { name = "Команда " + name });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        return lead;
    }

    public static Task<HttpResponseMessage> Submit(HttpClient client, string competition, byte[] bytes, string name = "predictions.zip") =>
        client.PostAsync($"/api/v1/competitions/{competition}/submissions?name={name}", new ByteArrayContent(bytes));

    /// <param name="missed">In each test case of the hidden part, so many of the organ's 16 voxels are missed.</param>
    public static byte[] Predictions(int missed = 0, int missedInPublic = 0) => Zip([.. StandInDatasets.Cases.Where(c => c.Split != Split.Train)
        .Select(c => ($"{c.Name}.nii.gz", Nifti(TruthOf(c.Name, c.Split == Split.HiddenTest ? missed : missedInPublic))))]);

    public static byte[] Zip((string Name, byte[] Bytes)[] entries)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return zip.ToArray();
    }

    public static byte[] Nifti(MaskVolume mask)
    {
        using var bytes = new MemoryStream();
        NiftiWriter.Write(bytes, NiftiImage.FromMask(mask, Affine), gzip: true);
        return bytes.ToArray();
    }

    /// <summary>An organ of 16 voxels in a place of its own in each case.</summary>
    public static MaskVolume TruthOf(string name, int missed = 0)
    {
        var mask = new MaskVolume(Grid);
        for (var i = missed; i < 16; i++)
            mask[(name[^1] - '0') % 4 + i % 4, 2 + i / 4, 2] = 1;
        return mask;
    }
}

public sealed class SqliteCompetitions() : CompetitionWorld(Engine.Sqlite);

public sealed class PostgreSqlCompetitions() : CompetitionWorld(Engine.PostgreSql);

internal sealed class MovableClock : TimeProvider
{
    private DateTimeOffset? stopped;

    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => (stopped ?? System.GetUtcNow()) + Ahead;

    /// <summary>It moves by <see cref="Ahead"/> alone until it is let go.</summary>
    public void Stop() => stopped = System.GetUtcNow();

    public void LetGo() => stopped = null;
}

internal sealed class StandInDatasets : IDatasets
{
    public static readonly (string Name, Split Split)[] Cases =
    [
        ("case-1", Split.Train), ("case-2", Split.PublicTest), ("case-3", Split.PublicTest), ("case-4", Split.PublicTest),
        ("case-5", Split.HiddenTest), ("case-6", Split.HiddenTest), ("case-7", Split.HiddenTest), ("case-8", Split.HiddenTest),
    ];

    public List<CaseTruth> Known { get; } = [];

    public ConcurrentDictionary<Guid, bool> Admitted { get; } = new();

    public DatasetVersionSummary Version { get; } = new(EntityId.New<DatasetVersionId>(), "phantom", "Фантом", 1, DateTimeOffset.UnixEpoch, null, new string('a', 64),
        Cases.GroupBy(c => c.Split).ToDictionary(g => g.Key, g => g.Count()), ["organ"], [new("finding", "choice", ["yes", "no"])]);

    public Task<IReadOnlyList<DatasetVersionSummary>> Published(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DatasetVersionSummary>>([Version]);

    public Task<DatasetVersionSummary?> Find(DatasetVersionId id, CancellationToken cancellation) => Task.FromResult(id == Version.Id ? Version : null);

    public Task<IReadOnlyList<CaseTruth>> Truth(DatasetVersionId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseTruth>>(Known);

    public Task Admit(DatasetVersionId id, Guid accountId, CancellationToken cancellation)
    {
        Admitted[accountId] = true;
        return Task.CompletedTask;
    }
}
