using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pirogov.Platform.Store;

/// <summary>A folder on this machine.</summary>
internal sealed partial class LocalBlobs(string root) : IBlobs
{
    public Task Keep(IncomingBytes incoming, string key, CancellationToken cancellation)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(incoming.TemporaryPath);
            return Task.CompletedTask;
        }

        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            Flush(Path.GetDirectoryName(folder)!);
        }

        File.Move(incoming.TemporaryPath, path, overwrite: true);
        // The name itself must survive a power cut, not only the bytes behind it.
        Flush(folder);
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

    public async IAsyncEnumerable<string> Keys([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        var folder = Path.Combine(root, "files");
        if (!Directory.Exists(folder))
            yield break;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Path.GetRelativePath(root, path).Replace('\\', '/');
        }
    }

    public Task Remove(string key, CancellationToken cancellation)
    {
        File.Delete(PathOf(key));
        return Task.CompletedTask;
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
