using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pirogov.Platform.Store;

/// <summary>Makes files and their names last through a power cut.</summary>
internal static partial class Flush
{
    /// <summary>SYNC_FILE_RANGE_WRITE.</summary>
    private const uint BeginWriting = 2;

    /// <summary>So many are flushed one by one, but side by side: the filesystem's journal is committed once for all of them.</summary>
    private const int MostByThemselves = 8;

    /// <summary>
    /// A few files are flushed by themselves, with the folders that name them. Many at once are flushed with their filesystem (<c>syncfs</c>):
    /// their blocks travel together and the journal is committed once; the price is that what others have just written to it is flushed too.
    /// </summary>
    public static void All(IReadOnlyCollection<string> files, IReadOnlyCollection<string> folders)
    {
        if (files.Count > MostByThemselves && OperatingSystem.IsLinux())
        {
            Synchronise(folders.First(), wholeFilesystem: true);
            return;
        }

        Action[] flushes = [.. files.Select(file => (Action)(() => Alone(file))),
            .. OperatingSystem.IsWindows() ? [] : folders.Select(folder => (Action)(() => Synchronise(folder, wholeFilesystem: false)))];
        try
        {
            Parallel.Invoke(new ParallelOptions { MaxDegreeOfParallelism = MostByThemselves }, flushes);
        }
        catch (AggregateException failed)
        {
            throw new IOException("A stored object could not be flushed.", failed.InnerException);
        }
    }

    private static void Alone(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>The blocks begin to travel; nothing is promised of them.</summary>
    public static void Begin(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
            _ = SyncFileRange(file, 0, 0, BeginWriting);
    }

    private static void Synchronise(string folder, bool wholeFilesystem)
    {
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw new IOException($"The folder of a stored object could not be opened (errno {Marshal.GetLastPInvokeError()}).");
        try
        {
            if ((wholeFilesystem ? SyncFs(descriptor) : FSync(descriptor)) != 0)
                throw new IOException($"The folder of a stored object could not be flushed (errno {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long count, uint flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
