using System.Globalization;
using System.Text;

namespace Pirogov.Datasets.Git;

/// <param name="Files">Path and bytes of every file of the commit.</param>
internal sealed record RepositoryVersion(int Number, DateTimeOffset FrozenAt, string Message, IReadOnlyList<(string Path, byte[] Bytes)> Files)
{
    public string Tag => $"v{Number}";
}

/// <summary>
/// The bare repository of a dataset: one commit and one tag a version. Author, dates and contents come from the rows,
/// so writing it again gives the same hashes. Objects are written first and no ref shows them until the version is
/// published; refs move last, in one transaction of git.
/// </summary>
internal sealed class DatasetRepository(DatasetsOptions options) : IDisposable
{
    private const string Author = "Pirogov <pirogov@invalid>";
    private readonly SemaphoreSlim gate = new(1, 1);

    public string Folder(string slug) => Path.Combine(options.GitFolder, slug + ".git");

    public bool Shows(string slug, string tag) => File.Exists(Path.Combine(Folder(slug), "refs", "tags", tag));

    /// <summary>Writes the commits without showing them.</summary>
    /// <returns>The hash of each version's commit, in order.</returns>
    public async Task<IReadOnlyList<string>> Write(string slug, IReadOnlyList<RepositoryVersion> versions, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            await Ensure(slug, cancellation);
            var output = await GitProcess.Run(Folder(slug), Stream(versions), cancellation, "fast-import", "--quiet", "--force", "--done");
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Makes exactly these tags visible, the last of them as the main branch.</summary>
    public async Task Show(string slug, IReadOnlyList<(string Tag, string Commit)> published, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var refs = published.Select(p => $"update refs/tags/{p.Tag} {p.Commit}\n").Append($"update refs/heads/main {published[^1].Commit}\n");
            await GitProcess.Run(Folder(slug), string.Concat(refs), cancellation, "update-ref", "--stdin");
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task Ensure(string slug, CancellationToken cancellation)
    {
        if (Directory.Exists(Folder(slug)))
            return;
        Directory.CreateDirectory(options.GitFolder);
        foreach (var leftover in Directory.EnumerateDirectories(options.GitFolder, $".{slug}.*"))
            Directory.Delete(leftover, recursive: true);
        var making = Path.Combine(options.GitFolder, $".{slug}.{Guid.CreateVersion7():N}");
        await GitProcess.Run(options.GitFolder, "", cancellation, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", making);
        foreach (var (key, value) in new[]
                 {
                     // Tags stay single files, so that a look at the folder says whether a version is shown.
                     ("gc.auto", "0"), ("http.receivepack", "false"), ("transfer.hideRefs", "refs/unpublished"), ("core.fsync", "all"),
                 })
            await GitProcess.Run(making, "", cancellation, "config", key, value);
        Directory.Move(making, Folder(slug));
    }

    private static byte[] Stream(IReadOnlyList<RepositoryVersion> versions)
    {
        using var stream = new MemoryStream();
        void Text(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
        void Data(ReadOnlySpan<byte> bytes)
        {
            Text($"data {bytes.Length}\n");
            stream.Write(bytes);
            Text("\n");
        }

        for (var i = 0; i < versions.Count; i++)
        {
            var version = versions[i];
            var when = version.FrozenAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            Text($"commit refs/unpublished/{version.Tag}\nmark :{i + 1}\nauthor {Author} {when} +0000\ncommitter {Author} {when} +0000\n");
            Data(Encoding.UTF8.GetBytes(version.Message));
            if (i > 0)
                Text($"from :{i}\n");
            Text("deleteall\n");
            foreach (var (path, bytes) in version.Files.OrderBy(f => f.Path, StringComparer.Ordinal))
            {
                Text($"M 100644 inline {path}\n");
                Data(bytes);
            }

            Text($"\nget-mark :{i + 1}\n");
        }

        Text("done\n");
        return stream.ToArray();
    }
}
