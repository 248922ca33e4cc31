using System.Text;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Documents;
using Pirogov.Datasets.Dvc;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Versions;

/// <param name="Files">What joins the version beside the files of its cases.</param>
/// <param name="Listings">The two DVC directories.</param>
internal sealed record WrittenDocuments(
    IReadOnlyList<DatasetFile> Files, string ManifestMd5, string ManifestSha256, string HiddenCommitment, DirectoryOut Train, DirectoryOut Test,
    IReadOnlyList<EvidenceFile> Listings);

/// <summary>Writes everything around the cases: answers, DVC's files, manifest, passport, Croissant.</summary>
internal sealed class VersionDocuments(ObjectStore store, Readme readme, DatasetsOptions options)
{
    public async Task<WrittenDocuments> Write(
        Dataset dataset, DatasetVersion version, string? clinicalTask, int? readers, IReadOnlyList<DatasetCase> cases, IReadOnlyList<DatasetFile> caseFiles,
        CancellationToken cancellation)
    {
        var (targets, added) = (VersionTargets.Of(version), new List<DatasetFile>());
        async Task<StoredObject> Put(string path, byte[] bytes, Audience audience)
        {
            var stored = await store.Put(bytes, cancellation);
            added.Add(new(version.Id, path, stored.Md5, stored.Sha256, stored.Size, audience));
            return stored;
        }

        foreach (var split in Enum.GetValues<Split>())
        {
            var folder = split is Split.Train ? "train" : Building.CaseFolder.HiddenFolder(split);
            await Put($"{folder}/answers.csv", AnswersTable.Write(targets.Questions, cases.Where(c => c.Split == split)),
                split is Split.Train ? Audience.Data : Audience.Hidden);
        }

        var hidden = caseFiles.Concat(added).Where(f => f.Audience is Audience.Hidden).Select(f => f.Sha256).ToArray();
        var commitment = Manifest.Commitment(version.HiddenSalt, hidden);
        var data = caseFiles.Concat(added).Where(f => f.Audience is Audience.Data).ToArray();
        var (train, trainListing) = await PutDirectory("train/", data, cancellation);
        var (test, testListing) = await PutDirectory("test/", data, cancellation);
        await Put("labels.json", Bytes(LabelsDocument.Write(targets)), Audience.Document);

        var manifest = await Put("manifest.json",
            Bytes(Manifest.Write(dataset.Slug, version.Number, version.FrozenAt, commitment, hidden.Length, data.Append(added[^1]))), Audience.Document);
        var passport = PassportCounts.Of(dataset, version, targets, clinicalTask, cases, readers, commitment, manifest.Sha256);
        await Put("passport.json", Bytes(passport.ToJson()), Audience.Document);
        await Put("README.md", Bytes(readme.Write(passport, options.PublicUrl)), Audience.Document);
        await Put("croissant.json", Bytes(Croissant.Write(dataset, version, targets, passport, options.PublicUrl, data, train, test,
            md5 => md5 == trainListing.Md5 ? trainListing.Sha256 : testListing.Sha256)), Audience.Document);
        await Put("train.dvc", Bytes(DvcFiles.Tracked(train, "train")), Audience.Document);
        await Put("test.dvc", Bytes(DvcFiles.Tracked(test, "test")), Audience.Document);
        await Put(".dvc/config", Bytes(DvcFiles.Config($"{options.PublicUrl}/dvc/{dataset.Slug}")), Audience.Document);
        await Put(".dvc/.gitignore", Bytes(DvcFiles.FolderGitIgnore), Audience.Document);
        await Put(".dvcignore", Bytes(DvcFiles.Ignore), Audience.Document);
        await Put(".gitignore", Bytes("/train\n/test\n"), Audience.Document);
        return new(added, manifest.Md5, manifest.Sha256, commitment, train, test,
            [Vouch(trainListing), Vouch(testListing)]);
    }

    private async Task<(DirectoryOut, StoredObject)> PutDirectory(string prefix, IEnumerable<DatasetFile> data, CancellationToken cancellation)
    {
        var inside = data.Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        var listing = await store.Put(DirectoryListing.Write(inside.Select(f => (f.Path[prefix.Length..], f.Md5))), cancellation, directoryListing: true);
        return (new(listing.Md5, inside.Sum(f => f.Size), inside.Length), listing);
    }

    private static EvidenceFile Vouch(StoredObject stored) => new(stored.Md5, stored.Sha256, stored.Size);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
