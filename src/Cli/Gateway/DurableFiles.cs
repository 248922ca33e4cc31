using System.Runtime.InteropServices;

namespace Pirogov.Cli;

/// <summary>Files that are whole or not there, also after a power cut.</summary>
internal static partial class DurableFiles
{
    /// <summary>Writes, flushes, renames into place and flushes the name; a file of this name is replaced.</summary>
    /// <param name="temporary">A folder on the same file system.</param>
    public static void Write(string path, string temporary, ReadOnlySpan<byte> bytes)
    {
        var begun = Path.Combine(temporary, Guid.CreateVersion7().ToString("N"));
        try
        {
            using (var file = new FileStream(begun, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            Place(begun, path);
        }
        catch
        {
            File.Delete(begun);
            throw;
        }
    }

    /// <summary>The first half of it, for a file whose name is known only when it is written.</summary>
    /// <returns>The path of the flushed file.</returns>
    public static string Begin(string temporary, Action<Stream> write)
    {
        var begun = Path.Combine(temporary, Guid.CreateVersion7().ToString("N"));
        try
        {
            using var file = new FileStream(begun, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            write(file);
            file.Flush(flushToDisk: true);
            return begun;
        }
        catch
        {
            File.Delete(begun);
            throw;
        }
    }

    /// <summary>The second half.</summary>
    public static void Place(string begun, string path)
    {
        File.Move(begun, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(path)!);
    }

    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw new IOException($"A folder could not be opened (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Synchronise(descriptor) != 0)
                throw new IOException($"A folder could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
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
