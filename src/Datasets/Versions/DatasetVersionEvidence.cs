using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Documents;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Versions;

/// <summary>The link "dataset version" of the chain: it stands on the release and vouches for every file, the hidden ones too.</summary>
internal sealed class DatasetVersionEvidence(PirogovDb db, ObjectStore store) : IEvidenceSource
{
    public string Kind => DatasetEvidence.Version;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation)
    {
        var id = new DatasetVersionId(subject);
        if (await db.Set<DatasetVersion>().AsNoTracking().SingleOrDefaultAsync(v => v.Id == id && v.State == VersionState.Published, cancellation) is not { } version)
            return null;
        var dataset = await db.Set<Dataset>().AsNoTracking().SingleAsync(d => d.Id == version.DatasetId, cancellation);
        var cases = await db.Set<DatasetCase>().AsNoTracking().Where(c => c.VersionId == id).ToArrayAsync(cancellation);
        var files = await db.Set<DatasetFile>().AsNoTracking().Where(f => f.VersionId == id).ToArrayAsync(cancellation);
        var listings = new List<EvidenceFile>();
        foreach (var directory in new[] { version.Train, version.Test })
        {
            if (await store.Find(directory.Md5, cancellation) is { } listing)
                listings.Add(new(listing.Md5, listing.Sha256, listing.Size));
        }

        return Of(dataset, version, cases, files, listings);
    }

    public static EvidenceStatement Of(
        Dataset dataset, DatasetVersion version, IReadOnlyCollection<DatasetCase> cases, IEnumerable<DatasetFile> files, IEnumerable<EvidenceFile> listings)
    {
        var facts = new JsonObject
        {
            ["dataset"] = dataset.Slug,
            ["version"] = version.Number,
            ["frozenAt"] = Manifest.Time(version.FrozenAt),
            ["publishedAt"] = Manifest.Time(version.PublishedAt!.Value),
            ["release"] = version.ReleaseId.ToString(),
            ["manifestSha256"] = version.ManifestSha256,
            ["hiddenCommitment"] = version.HiddenCommitment,
            ["commit"] = version.Commit,
            ["train"] = version.Train.Md5,
            ["test"] = version.Test.Md5,
            ["cases"] = new JsonObject(Enum.GetValues<Split>().Select(s => KeyValuePair.Create(s.ToString(), (JsonNode?)cases.Count(c => c.Split == s)))),
            ["splitSha256"] = SplitHash(version, cases),
        };
        EvidenceReference[] below = version.ReleaseEvidence.Length == 0
            ? [] : [new(LabellingEvidence.Release, version.ReleaseId.Value, version.ReleaseEvidence)];
        var vouched = files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => new EvidenceFile(f.Md5, f.Sha256, f.Size)).Concat(listings).DistinctBy(f => f.Md5);
        return new(DatasetEvidence.Version, version.Id.Value, facts, below, [.. vouched]);
    }

    /// <summary>Salted, because whoever may read evidence need not know which test a case is in.</summary>
    private static string SplitHash(DatasetVersion version, IEnumerable<DatasetCase> cases)
    {
        var lines = cases.OrderBy(c => c.Name, StringComparer.Ordinal)
            .Select(c => $"{c.Name} {c.CaseId} {c.Patient} {c.Split} {c.LabelMd5 ?? "-"} {c.Answers}\n").Prepend(version.HiddenSalt + "\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }
}
