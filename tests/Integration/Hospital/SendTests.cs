using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Hospital;

/// <summary>`pirogov send` before the real platform.</summary>
public sealed class SendTests(HospitalApp app) : IClassFixture<HospitalApp>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task A_second_patients_disk_with_the_same_names_and_sizes_is_sent()
    {
        var (_, token) = await app.Person("Disks", [Role.DataEngineer]);
        var centre = await app.Centre("GW11");
        foreach (var (disk, study) in new[] { ("first", 941), ("second", 942) })
        {
            for (var k = 0; k < 3; k++)
                scratch.Write($"{disk}/DICOM/IM{k}", SyntheticCt.File(SyntheticCt.Slice(study, k, 3 * k).Set(DicomTags.BurnedInAnnotation, "YES")));
        }

        Assert.Equal(scratch.Files("first").Select(f => (f.Key, f.Value.Length)), scratch.Files("second").Select(f => (f.Key, f.Value.Length)));
        // Images that wait for a person keep the batch open: all four sendings go into one.
        foreach (var disk in new[] { "first", "second", "first", "second" })
        {
            await CommandLine.Run(new Dictionary<string, string> { ["PIROGOV_URL"] = app.Nobody().BaseAddress!.ToString(), ["PIROGOV_TOKEN"] = token },
                "send", scratch[disk], "--centre", centre, "--batch", "Диски");
        }

        var files = await app.InDatabase(db => db.Set<IncomingFile>().AsNoTracking().Where(f => db.Set<Batch>().Any(b => b.Id == f.BatchId && b.CentreCode == "GW11")).ToArrayAsync());
        Assert.Equal(6, files.Length);
        // What is known is not sent again.
        Assert.All(files, f => Assert.Equal(0, f.Repeats));
    }

    [Fact]
    public async Task A_platform_that_is_away_for_a_moment_and_a_file_that_cannot_be_read_end_no_sending()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var platform = builder.Build();
        var (taken, answers) = (0, 0);
        platform.MapPost("/api/v1/batches", () => Results.Json(new { id = "b" }));
        // A proxy's page while the platform starts anew.
        platform.MapPost("/api/v1/batches/b/known", () => Interlocked.Increment(ref answers) == 1 ? Results.StatusCode(502) : Results.Json(new { judged = 0, known = Array.Empty<string>() }));
        platform.MapPost("/api/v1/batches/b/files", () => Interlocked.Increment(ref answers) == 3 ? Results.StatusCode(503) : Results.Json(new { outcome = "accepted", number = Interlocked.Increment(ref taken) }));
        platform.MapPost("/api/v1/batches/b/close", () => Results.Json(new { jobId = "j" }));
        platform.MapGet("/api/v1/jobs/j", () => Results.Json(new { percent = 100, state = "succeeded" }));
        await platform.StartAsync();
        for (var k = 0; k < 3; k++)
            scratch.Write($"disk/{k}.dcm", [(byte)k]);
        // It leads nowhere; the other one in a circle.
        File.CreateSymbolicLink(scratch["disk/scratched.dcm"], scratch["gone"]);
        Directory.CreateSymbolicLink(scratch["disk/again"], scratch["disk"]);
        var sent = await CommandLine.Run(new Dictionary<string, string> { ["PIROGOV_URL"] = platform.Urls.Single(), ["PIROGOV_TOKEN"] = "t" },
            "send", scratch["disk"], "--centre", "C", "--batch", "Диск");
        Assert.Equal((1, 3), (sent.Code, taken));
        Assert.Equal("scratched.dcm: файл не читается.", sent.Errors.Trim());
        Assert.DoesNotContain(scratch["disk"], sent.Told + sent.Errors, StringComparison.Ordinal);
    }
}
