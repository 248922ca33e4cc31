using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Git;

/// <summary>Writes a dataset's repository from the rows and the store.</summary>
internal sealed class RepositoryContents(PirogovDb db, ObjectStore store, DatasetRepository repository)
{
    /// <summary>Writes the commits up to and with <paramref name="last"/>, whose documents need not be in the rows yet.</summary>
    /// <returns>The commit of <paramref name="last"/>.</returns>
    public async Task<string> Write(Dataset dataset, DatasetVersion last, IReadOnlyList<DatasetFile> documents, CancellationToken cancellation)
    {
        var versions = new List<RepositoryVersion>();
        foreach (var version in await Published(dataset, cancellation))
        {
            if (version.Number < last.Number)
                versions.Add(await Read(dataset, version, await Documents(version, cancellation), cancellation));
        }

        versions.Add(await Read(dataset, last, documents, cancellation));
        return (await repository.Write(dataset.Slug, versions, cancellation))[^1];
    }

    /// <summary>Makes what is published visible; writes the repository again where its folder was lost.</summary>
    public async Task Show(Dataset dataset, CancellationToken cancellation)
    {
        var published = await Published(dataset, cancellation);
        if (published.Count == 0 || published.All(v => repository.Shows(dataset.Slug, v.Tag)))
            return;
        var last = published[^1];
        var commit = await Write(dataset, last, await Documents(last, cancellation), cancellation);
        if (commit != last.Commit)
            throw new InvalidOperationException($"Version {last.Number} of {dataset.Slug} was published as commit {last.Commit}, its rows give {commit}.");
        await repository.Show(dataset.Slug, [.. published.Select(v => (v.Tag, v.Commit))], cancellation);
    }

    private async Task<IReadOnlyList<DatasetVersion>> Published(Dataset dataset, CancellationToken cancellation) =>
        await db.Set<DatasetVersion>().AsNoTracking().Where(v => v.DatasetId == dataset.Id && v.State == VersionState.Published)
            .OrderBy(v => v.Number).ToArrayAsync(cancellation);

    private async Task<IReadOnlyList<DatasetFile>> Documents(DatasetVersion version, CancellationToken cancellation) =>
        await db.Set<DatasetFile>().AsNoTracking().Where(f => f.VersionId == version.Id && f.Audience == Audience.Document).ToArrayAsync(cancellation);

    private async Task<RepositoryVersion> Read(Dataset dataset, DatasetVersion version, IReadOnlyList<DatasetFile> documents, CancellationToken cancellation)
    {
        var files = new List<(string, byte[])>();
        foreach (var document in documents)
            files.Add((document.Path, await store.Read(document.Md5, cancellation)));
        return new(version.Number, version.FrozenAt, $"{version.Tag}: {dataset.NameEn}\n", files);
    }
}
