using System.Runtime.InteropServices;

namespace Pirogov.Benchmarks;

/// <summary>
/// What the machine itself takes to read and to copy files: the kernel's calls with nothing around them, no byte looked at. No reader or
/// writer of the same files can be below it.
/// </summary>
internal static unsafe partial class KernelCalls
{
    private const int CloseOnExec = 0x80000;
    private const int CreateForWriting = 0x1 | 0x40 | CloseOnExec;
    private const int Largest = 8 << 20;

    [ThreadStatic]
    private static byte[]? buffer;

    private static byte[] Buffer => buffer ??= GC.AllocateArray<byte>(Largest, pinned: true);

    /// <summary>Opens a file, reads its first bytes and closes it.</summary>
    public static void ReadHead(string path, int bytes)
    {
        var file = Opened(path, CloseOnExec);
        fixed (byte* to = Buffer)
        {
            _ = PRead(file, to, bytes, 0);
        }

        _ = Close(file);
    }

    /// <summary>Through one buffer that is used again for every file; of files that fit it.</summary>
    public static void CopyThroughBuffer(string from, string to) => Copy(from, to, static (source, target) =>
    {
        fixed (byte* bytes = Buffer)
        {
            var length = PRead(source, bytes, Largest, 0);
            if (length >= Largest || PWrite(target, bytes, length, 0) != length)
                throw new IOException("Larger than the buffer, or no room.");
        }
    });

    public static void CopyBySendFile(string from, string to) => Copy(from, to, static (source, target) =>
    {
        while (SendFile(target, source, null, Largest) > 0)
        {
        }
    });

    public static void CopyByFileRange(string from, string to) => Copy(from, to, static (source, target) =>
    {
        while (CopyFileRange(source, null, target, null, Largest, 0) > 0)
        {
        }
    });

    private static void Copy(string from, string to, Action<int, int> bytes)
    {
        var source = Opened(from, CloseOnExec);
        var target = Opened(to, CreateForWriting);
        bytes(source, target);
        _ = Close(source);
        _ = Close(target);
    }

    private static int Opened(string path, int flags) => Open(path, flags, 0x1A4) is >= 0 and var file ? file : throw new IOException(path);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "pread")]
    private static partial nint PRead(int file, byte* to, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite")]
    private static partial nint PWrite(int file, byte* from, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "sendfile")]
    private static partial nint SendFile(int target, int source, long* offset, nint count);

    [LibraryImport("libc", EntryPoint = "copy_file_range")]
    private static partial nint CopyFileRange(int source, long* from, int target, long* to, nint count, uint flags);
}
