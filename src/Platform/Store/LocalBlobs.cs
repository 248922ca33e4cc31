using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Pirogov.Platform.Store;

/// <summary>A folder on this machine.</summary>
internal sealed class LocalBlobs(string root) : IBlobs
{
    /// <summary>
    /// Folders whose own name is known to be flushed. One that is merely there may have been made a moment ago by somebody who has not flushed
    /// it yet, or never will.
    /// </summary>
    private readonly ConcurrentDictionary<string, bool> lasting = new(StringComparer.Ordinal);

    public bool IsHere => true;

    public Task Keep(IReadOnlyList<PlacedBytes> placed, CancellationToken cancellation)
    {
        var (files, folders) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var (incoming, key, isNew) in placed)
        {
            var path = PathOf(key);
            if (!isNew && new FileInfo(path) is { Exists: true } kept)
            {
                if (kept.Length != incoming.Size)
                    throw new AddressCollisionException();
                continue;
            }

            var folder = Path.GetDirectoryName(path)!;
            if (!lasting.ContainsKey(folder) || !Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                for (var named = folder; named.Length >= root.Length; named = Path.GetDirectoryName(named)!)
                    folders.Add(Path.GetDirectoryName(named)!);
            }

            if (!incoming.IsPlaced || !File.Exists(path))
                File.Move(incoming.TemporaryPath, path, overwrite: true);
            incoming.IsPlaced = true;
            files.Add(path);
            // The name itself must survive a power cut, not only the bytes behind it.
            folders.Add(folder);
        }

        Flush.All(files, folders);
        foreach (var folder in folders)
            lasting.TryAdd(folder, true);
        return Task.CompletedTask;
    }

    public Task<Stream?> OpenRead(string key, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.Asynchronous | FileOptions.SequentialScan));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<bool> Exists(string key, CancellationToken cancellation) => Task.FromResult(File.Exists(PathOf(key)));

    public async IAsyncEnumerable<StoredKey> Keys([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var folder = new DirectoryInfo(PathOf(BlobKeys.Root));
        if (!folder.Exists)
            yield break;
        foreach (var file in folder.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new(Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), file.Length, file.LastWriteTimeUtc);
        }
    }

    public Task Remove(string key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (File.Exists(path))
            File.Delete(path);
        return Task.CompletedTask;
    }

    /// <summary>Unfinished writes lie in <see cref="StoreFolders.Incoming"/>, for every kind of store.</summary>
    public Task<int> RemoveUnfinished(DateTimeOffset begunBefore, CancellationToken cancellation) => Task.FromResult(0);

    public Task Answer(CancellationToken cancellation) =>
        Directory.Exists(root) ? Task.CompletedTask : throw new StoreUnavailableException($"The store's folder {root} is not there.");

    public async Task Rehearse(CancellationToken cancellation)
    {
        var path = Path.Combine(root, $"rehearsal-{Guid.CreateVersion7():N}");
        try
        {
            await File.WriteAllBytesAsync(path, Rehearsal.Bytes, cancellation);
            Rehearsal.Hold(await File.ReadAllBytesAsync(path, cancellation), root);
            File.Delete(path);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException and not StoreUnavailableException)
        {
            throw new StoreUnavailableException($"The store's folder {root} cannot be written: {refused.Message}", refused);
        }
    }

    private string PathOf(string key) => Path.Combine(root, key);
}
