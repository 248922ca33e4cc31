using Microsoft.EntityFrameworkCore;
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
}
