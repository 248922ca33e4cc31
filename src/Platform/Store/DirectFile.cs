using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pirogov.Platform.Store;

/// <summary>
/// Writes large files past the page cache (O_DIRECT): the disk takes the bytes from a buffer that is used again and again. A copy of them in
/// pages that nobody has touched before costs several times what hashing them does, and pushes out what is read.
/// </summary>
internal static partial class DirectFile
{
    /// <summary>Smaller ones gain nothing.</summary>
    private const int Smallest = 64 * 1024;
    private const int Chunk = 1 << 20;

    /// <summary>Of buffer, offset and length: what every disk of today can do.</summary>
    private const int Alignment = 4096;
    private const int MostKept = 16;
    private const int InvalidArgument = 22;

    private static readonly ConcurrentBag<nint> Free = [];

    /// <summary>Set when a file system has said that it cannot.</summary>
    private static volatile bool isRefused;

    /// <returns>False when nothing was written: the file is too small, or the system cannot do it here.</returns>
    /// <exception cref="IOException">The disk is full, or broken.</exception>
    public static bool TryWrite(string path, IReadOnlyList<ReadOnlyMemory<byte>> parts, long size)
    {
        if (size < Smallest || isRefused || !OperatingSystem.IsLinux() || Flag is not { } direct)
            return false;
        const int createNewForWriting = 0x1 | 0x40 | 0x80 | 0x80000;
        using var file = new SafeFileHandle(Open(path, createNewForWriting | direct, 0x1A4), ownsHandle: true);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            // Some file systems make the file before they say that they cannot.
            if (error == InvalidArgument)
                File.Delete(path);
            return Refused(error);
        }

        var buffer = Rent();
        try
        {
            if (Write(file, parts, buffer))
            {
                RandomAccess.SetLength(file, size);
                return true;
            }
        }
        finally
        {
            Return(buffer);
        }

        File.Delete(path);
        return Refused(InvalidArgument);
    }

    private static unsafe bool Write(SafeFileHandle file, IReadOnlyList<ReadOnlyMemory<byte>> parts, nint buffer)
    {
        var block = new Span<byte>((void*)buffer, Chunk);
        var (filled, offset) = (0, 0L);
        foreach (var part in parts)
        {
            for (var rest = part.Span; rest.Length > 0;)
            {
                var taken = Math.Min(rest.Length, Chunk - filled);
                rest[..taken].CopyTo(block[filled..]);
                rest = rest[taken..];
                filled += taken;
                if (filled < Chunk)
                    continue;
                if (!Put(file, block, offset))
                    return false;
                (filled, offset) = (0, offset + Chunk);
            }
        }

        // The last block is filled up; the file is cut to its length afterwards.
        var whole = (filled + Alignment - 1) / Alignment * Alignment;
        block[filled..whole].Clear();
        return whole == 0 || Put(file, block[..whole], offset);
    }

    /// <returns>False when the file system wants another alignment.</returns>
    private static bool Put(SafeFileHandle file, ReadOnlySpan<byte> block, long offset)
    {
        try
        {
            RandomAccess.Write(file, block, offset);
            return true;
        }
        catch (ArgumentException) when (offset == 0)
        {
            return false;
        }
        catch (IOException refused) when (offset == 0 && refused.HResult == InvalidArgument)
        {
            return false;
        }
    }

    private static bool Refused(int error) => error == InvalidArgument ? !(isRefused = true)
        : throw new IOException($"A file of the store could not be made (errno {error}).", error);

    private static unsafe nint Rent() => Free.TryTake(out var buffer) ? buffer : (nint)NativeMemory.AlignedAlloc(Chunk, Alignment);

    private static unsafe void Return(nint buffer)
    {
        if (Free.Count < MostKept)
            Free.Add(buffer);
        else
            NativeMemory.AlignedFree((void*)buffer);
    }

    /// <summary>O_DIRECT has another value on each kind of processor.</summary>
    private static int? Flag => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x4000,
        Architecture.Arm64 => 0x10000,
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
