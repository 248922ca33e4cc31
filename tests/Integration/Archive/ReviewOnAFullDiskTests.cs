using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Jobs;

namespace Pirogov.Integration.Archive;

/// <summary>A file too large to be held is masked on the disk: one without room lets the reviewer look, and takes no decision that needs it.</summary>
public abstract class ReviewOnAFullDiskTests(PirogovApp app) : OnBothEngines(app)
{
    private const int Side = 4100, Frames = 2;

    [SkippableFact]
    public async Task A_large_file_is_not_masked_on_a_full_disk_waits_as_before_and_is_masked_when_there_is_room()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("REVD"));
        Assert.Equal("quarantined", (string?)(await client.SendFile(batch, "x", Large()))["outcome"]);
        var review = $"/api/v1/batches/{batch}/review";
        var item = (long)(await Item(client, batch))["id"]!;
        var stored = Stored();
        App.Services.GetRequiredService<LargeFiles>().LeastFree = long.MaxValue;

        Assert.Equal("image/jpeg", (await client.GetAsync($"{review}/{item}/image?frame=1&last={Frames}")).Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{review}/{item}/image?frame=2&regions=0,0,16,10")).StatusCode);
        var mask = new { decision = "masked", regions = new[] { new { x = 0, y = 0, width = 16, height = 10 } } };
        var refused = await client.PostAsJsonAsync($"{review}/{item}", mask);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        var problem = (await refused.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal("/problems/archive.not-stored", (string?)problem["type"]);
        Assert.Contains("Решение не записано", (string?)problem["detail"], StringComparison.Ordinal);
        var waiting = await Item(client, batch);
        Assert.Equal(("waiting", 0, 0), ((string?)waiting["decision"], (int)waiting["version"]!, waiting["regions"]!.AsArray().Count));
        Assert.Equal(stored, Stored());
        Assert.Equal(0, await App.InDatabase(db => db.Set<AuditEntry>().CountAsync(e => e.Action == "archive.review-decided" && e.ObjectId == batch)));

        App.Services.GetRequiredService<LargeFiles>().LeastFree = 0;
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsJsonAsync($"{review}/{item}", mask)).StatusCode);

        // The disk fills again before the batch is complete: the job says what is missing, and goes on when there is room.
        App.Services.GetRequiredService<LargeFiles>().LeastFree = long.MaxValue;
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/batches/{batch}/close", null)).StatusCode);
        await App.Settle(failedJobsAreFine: true);
        var failed = await App.InDatabase(db => db.Set<JobRecord>().AsNoTracking().SingleAsync(j => j.Failure != null));
        Assert.Equal(JobState.Failed, failed.State);
        Assert.StartsWith("platform.job-failure.disk-full", failed.Failure, StringComparison.Ordinal);
        App.Services.GetRequiredService<LargeFiles>().LeastFree = 0;
        (await (await App.As(Role.Administrator)).PostAsync($"/api/v1/jobs/{failed.Id.Value}/retry", null)).EnsureSuccessStatusCode();
        await App.Settle();
        Assert.Equal(1, (int)(await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}"))!["counts"]!["accepted"]!);
    }

    /// <summary>Files of the store and of what is under way to it.</summary>
    private string[] Stored() => [.. Directory.EnumerateFiles(App.DataFolder, "*", SearchOption.AllDirectories)
        .Where(f => f.Contains("/store/", StringComparison.Ordinal) || f.Contains("/originals/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static byte[] Large() => SyntheticCt.File(SyntheticCt.Slice(320, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES").Set(DicomTags.NumberOfFrames, Frames)
        .Set(DicomTags.Rows, Side).Set(DicomTags.Columns, Side).Set(DicomTags.PixelData, DicomVr.OW, new byte[Frames * Side * Side * 2]));

    private static async Task<JsonNode> Item(HttpClient client, string batch) =>
        Assert.Single((await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/review"))!["items"]!.AsArray())!;
}

public sealed class ReviewOnAFullDiskOnSqlite(SqliteApp app) : ReviewOnAFullDiskTests(app), IClassFixture<SqliteApp>;

public sealed class ReviewOnAFullDiskOnPostgreSql(PostgreSqlApp app) : ReviewOnAFullDiskTests(app), IClassFixture<PostgreSqlApp>;
