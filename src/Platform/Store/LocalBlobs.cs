using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pirogov.Platform.Store;

/// <summary>A folder on this machine.</summary>
internal sealed partial class LocalBlobs(string root) : IBlobs
{
    public Task<bool> Keep(IncomingBytes incoming, string key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (new FileInfo(path) is { Exists: true } kept)
            return kept.Length == incoming.Size ? Task.FromResult(false) : throw new AddressCollisionException();

        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            Flush(Path.GetDirectoryName(folder)!);
        }

        File.Move(incoming.TemporaryPath, path, overwrite: false);
        // The name itself must survive a power cut, not only the bytes behind it.
        Flush(folder);
        return Task.FromResult(true);
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

    private static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw new IOException($"The folder of a stored object could not be opened (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Synchronise(descriptor) != 0)
                throw new IOException($"The folder of a stored object could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
