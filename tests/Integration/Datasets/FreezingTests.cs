using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Datasets;

public sealed class FreezingTests(DatasetsOnSqliteApp app) : IClassFixture<DatasetsOnSqliteApp>
{
    [Fact]
    public async Task A_frozen_version_lists_every_public_file_and_no_hidden_one()
    {
        var release = await app.Made.Make(app, 8, twoCasesAPatient: true);
        var frozen = await app.Freeze("liver-listed", release);
        await app.Settle();

        var manifest = await app.Manifest("liver-listed", frozen.Number);
        var paths = manifest.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").GetString()!).ToArray();
        Assert.Contains("train/answers.csv", paths);
        Assert.DoesNotContain(paths, p => p.StartsWith("test/", StringComparison.Ordinal) && !p.EndsWith(".dcm", StringComparison.Ordinal) && !p.EndsWith("image.nii.gz", StringComparison.Ordinal));
        Assert.DoesNotContain(paths, p => p.Contains("hidden", StringComparison.Ordinal) || p.Contains("SECRET", StringComparison.Ordinal));
        Assert.DoesNotContain("pseudonym", manifest.ToString(), StringComparison.Ordinal);
        Assert.Equal(8, paths.Count(p => p.EndsWith("image.nii.gz", StringComparison.Ordinal)));

        var truth = await Truth("liver-listed");
        Assert.Equal(8, truth.Count);
        Assert.All(truth, t => Assert.NotNull(t.LabelNiftiMd5));
        Assert.Equal([1, 1, 2], truth.GroupBy(t => t.Split).Select(g => g.Select(t => t.PatientPseudonym).Distinct().Count()).Order());
        Assert.All(truth.GroupBy(t => t.PatientPseudonym), patient => Assert.Single(patient.Select(t => t.Split).Distinct()));
    }

    [Fact]
    public async Task Labels_and_images_lie_where_the_slices_are()
    {
        var release = await app.Made.Make(app, 4);
        await app.Freeze("liver-placed", release);
        await app.Settle();
        var truth = await Truth("liver-placed");
        var one = truth.First(t => t.Split is Split.Train);
        var client = await app.As(Role.DataEngineer);
        var folder = Directory.CreateTempSubdirectory("pirogov-nifti-").FullName;
        foreach (var name in new[] { "image.nii.gz", "labels.nii.gz" })
            await File.WriteAllBytesAsync(Path.Combine(folder, name), await client.GetByteArrayAsync($"/api/v1/datasets/liver-placed/versions/1/files/train/{one.Name}/{name}"));

        var (image, labels) = (NiftiReader.Read(Path.Combine(folder, "image.nii.gz")), NiftiReader.Read(Path.Combine(folder, "labels.nii.gz")).ToMask());
        Assert.Equal([MadeRelease.Columns, MadeRelease.Rows, MadeRelease.Slices], image.Dimensions);
        // Slice k lies at LPS y = -30 + 0.6 × 2.5 k, so in RAS its sign turns.
        var (x, y, z) = image.Affine.Apply(3, 2, 1);
        Assert.Equal((20 - 3 * 0.6, 30 - 0.8 * 0.8 * 2 - 1.5, 100 - 0.6 * 0.8 * 2 + 2), (x, y, z), new Near());
        Assert.Equal(0, labels[3, 2, 0]);
        Assert.Equal(1, labels[3, 2, 1]);
        Assert.Equal(1, labels[3, 2, 2]);
        Assert.Equal(0, labels[2, 2, 1]);
        var number = app.Made.LabelsOf(one.CaseId).Masks.Count;
        var values = image.Values();
        Assert.Equal(21, values[1 + MadeRelease.Columns * 1] - values[0]);
        Assert.Equal(300, values[MadeRelease.Columns * MadeRelease.Rows] - values[0]);
        Assert.InRange(values[0], 1000 - 1024, 1010 - 1024);
        Assert.InRange(number, 2, 3);
        await NibabelAgrees(folder);
    }

    private static async Task NibabelAgrees(string folder)
    {
        if (!File.Exists("/usr/bin/python3"))
            return;
        const string script = """
            import sys, nibabel as nib, numpy as np
            f = sys.argv[1]
            image, labels = nib.load(f + '/image.nii.gz'), nib.load(f + '/labels.nii.gz')
            assert image.get_data_dtype() == np.int16 and labels.get_data_dtype() == np.uint8
            assert np.allclose(image.affine, labels.affine)
            assert np.allclose(nib.affines.apply_affine(labels.affine, [3, 2, 1]), [18.2, 27.22, 101.04], atol=1e-4), labels.affine
            inside = np.argwhere(np.asarray(labels.dataobj) == 1)
            assert inside.min(axis=0).tolist() == [3, 2, 1] and inside[:, 1].max() == 5 and inside[:, 2].max() == 2, inside
            """;
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, folder]) { RedirectStandardError = true })!;
        var errors = await python.StandardError.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0 || errors.Contains("No module named", StringComparison.Ordinal), errors);
    }

    [Fact]
    public async Task Overlapping_classes_lie_in_their_order_and_are_also_kept_whole()
    {
        var release = await app.Made.Make(app, 6, overlap: true);
        await app.Freeze("liver-overlap", release);
        await app.Settle();
        var names = await app.InDatabase(db => db.Set<DatasetFile>().Where(f => f.Path.Contains("labels-class-")).Select(f => new { f.Path, f.Audience }).ToArrayAsync());
        Assert.NotEmpty(names);
        Assert.All(names, n => Assert.Equal(n.Path.StartsWith("train/", StringComparison.Ordinal) ? Audience.Data : Audience.Hidden, n.Audience));
        var overlapping = (await Truth("liver-overlap")).First(t => app.Made.LabelsOf(t.CaseId).Masks.Any(m => m.Class == "tumour"));
        await using var stream = await app.InScope(s => s.GetRequiredService<ObjectStore>().OpenRead(overlapping.LabelNiftiMd5!, default));
        Assert.Equal(2, NiftiReader.Read(stream).ToMask()[4, 5, 2]);
    }

    [Fact]
    public async Task Freezing_again_after_a_crash_at_any_line_converges_to_the_same_commit()
    {
        var release = await app.Made.Make(app, 5);
        var frozen = await app.Freeze("liver-crash", release);
        await app.Settle();
        var (id, commit, manifest) = await app.InDatabase(async db =>
        {
            var version = await db.Set<DatasetVersion>().SingleAsync(v => v.JobId == frozen.JobId);
            return (version.Id, version.Commit, version.ManifestSha256);
        });

        // The state that a kill between two cases leaves: one case lost its files, nothing was published, no repository.
        await app.InDatabase(async db =>
        {
            await db.Set<DatasetVersion>().Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.State, VersionState.Freezing).SetProperty(v => v.Commit, ""));
            await db.Set<DatasetCase>().Where(c => c.VersionId == id && c.Name == "case-0002").ExecuteUpdateAsync(s => s.SetProperty(c => c.IsBuilt, false).SetProperty(c => c.LabelMd5, (string?)null));
            return await db.Set<DatasetFile>().Where(f => f.VersionId == id
                && (f.Path.Contains("case-0002/") || f.Audience == Audience.Document || f.Path.EndsWith("answers.csv"))).ExecuteDeleteAsync();
        });
        Directory.Delete(Path.Combine(app.DataFolder, "git", "liver-crash.git"), recursive: true);
        await app.InScope(async s =>
        {
            s.GetRequiredService<JobQueue>().Enqueue<FreezeDatasetVersion, FreezeDatasetVersion.Payload>(new(id), "dataset-version", id);
            return await s.GetRequiredService<Pirogov.Platform.Database.PirogovDb>().SaveChangesAsync();
        });
        await app.Settle();

        var again = await app.InDatabase(db => db.Set<DatasetVersion>().SingleAsync(v => v.Id == id));
        Assert.Equal((commit, manifest, VersionState.Published), (again.Commit, again.ManifestSha256, again.State));
        Assert.True(File.Exists(Path.Combine(app.DataFolder, "git", "liver-crash.git", "refs", "tags", "v1")));
    }

    [Fact]
    public async Task The_evidence_of_a_version_is_whole_and_breaks_when_a_row_changes()
    {
        var release = await app.Made.Make(app, 4);
        var frozen = await app.Freeze("liver-proof", release);
        await app.Settle();
        var id = await app.InDatabase(db => db.Set<DatasetVersion>().Where(v => v.JobId == frozen.JobId).Select(v => v.Id).SingleAsync());
        async Task<Verification> Walk() => await app.InScope(async s =>
        {
            var link = await s.GetRequiredService<EvidenceChain>().Find(DatasetEvidence.Version, id.Value, default);
            return await s.GetRequiredService<EvidenceVerifier>().Walk(link!, null, default);
        });
        var whole = await Walk();
        Assert.True(whole.IsWhole, JsonSerializer.Serialize(whole));
        await app.InDatabase(db => db.Set<DatasetCase>().Where(c => c.VersionId == id && c.Split == Split.HiddenTest)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Split, Split.PublicTest)));
        Assert.Equal(LinkFault.RowsChanged, (await Walk()).Links[0].Fault);
    }

    [Fact]
    public async Task The_next_version_keeps_every_patient_in_its_split()
    {
        var release = await app.Made.Make(app, 8);
        await app.Freeze("liver-kept", release, seed: 1);
        await app.Settle();
        var first = (await Truth("liver-kept")).ToDictionary(t => t.CaseId, t => t.Split);
        var second = await app.Freeze("liver-kept", release, seed: 2, isNew: false);
        Assert.Equal(2, second.Number);
        await app.Settle();
        Assert.All(await Truth("liver-kept", 2), t => Assert.Equal(first[t.CaseId], t.Split));
        Assert.True(File.Exists(Path.Combine(app.DataFolder, "git", "liver-kept.git", "refs", "tags", "v2")));
    }

    [Fact]
    public async Task What_cannot_be_split_or_named_is_refused_with_the_reason()
    {
        var release = await app.Made.Make(app, 2);
        var client = await app.As(Role.DataEngineer);
        async Task<(HttpStatusCode, string?)> Try(string slug, double train, double open, double hidden)
        {
            var response = await client.PostAsJsonAsync($"/api/v1/datasets/{slug}/versions", new
            {
                releaseId = release.Value,
                split = new { train, publicTest = open, hiddenTest = hidden, seed = 1 },
                dataset = new { name = new { ru = "Н", en = "N" }, description = new { ru = "О", en = "D" }, licence = "L", terms = new { ru = "", en = "" } },
            });
            return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString());
        }

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/problems/datasets.too-few-patients"), await Try("few", 0.5, 0.25, 0.25));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/problems/datasets.fractions-are-invalid"), await Try("few", 0.5, 0.5, 0));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/problems/datasets.slug-is-invalid"), await Try("liver.git", 0.5, 0.25, 0.25));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/problems/datasets.slug-is-invalid"), await Try("Upper", 0.5, 0.25, 0.25));
    }

    private async Task<IReadOnlyList<CaseTruth>> Truth(string slug, int number = 1) => await app.InScope(async s =>
    {
        var datasets = s.GetRequiredService<IDatasets>();
        var version = (await datasets.Published(default)).Single(v => v.Slug == slug && v.Number == number);
        return await datasets.Truth(version.Id, default);
    });

    private sealed class Near : IEqualityComparer<(double X, double Y, double Z)>
    {
        public bool Equals((double X, double Y, double Z) a, (double X, double Y, double Z) b) =>
            Math.Abs(a.X - b.X) < 1e-4 && Math.Abs(a.Y - b.Y) < 1e-4 && Math.Abs(a.Z - b.Z) < 1e-4;

        public int GetHashCode((double X, double Y, double Z) point) => 0;
    }
}
