using Pirogov.Deidentification;
using Pirogov.Platform.Store;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Originals that are too large for memory on their way through the doors: tomosynthesis, multi-frame CT and MR, cine, slides. They lie sealed
/// on the disk (<see cref="OriginalSpool"/>) for as long as they are judged.
/// </summary>
internal sealed class LargeFiles
{
    /// <summary>Most bytes of a DICOM file, or of an archive.</summary>
    public const long LargestFile = 2L << 30;

    /// <summary>From here on a file whose length was not announced goes to the disk: a buffer that grows takes twice as much for a while.</summary>
    public const int LargestGrown = 32 << 20;

    /// <summary>The original and its twin lie side by side for a while.</summary>
    private const long LeastFree = 2 * LargestFile;

    private const int Chunk = 128 * 1024;

    private readonly string folder;

    public LargeFiles(StoreFolders folders)
    {
        folder = Path.Combine(Path.GetDirectoryName(folders.Root)!, "originals");
        OriginalSpool.Sweep(folder);
    }

    /// <summary>How much of a file is held in memory.</summary>
    /// <param name="length">As announced.</param>
    public static int HeldOf(long? length) => length is null ? LargestGrown : Admission.LargestFile;

    /// <exception cref="NoRoomForOriginalsException">The disk is nearly full.</exception>
    public OriginalSpool Begin()
    {
        if (new DriveInfo(folder).AvailableFreeSpace < LeastFree)
            throw new NoRoomForOriginalsException();
        return new OriginalSpool(folder);
    }

    /// <summary>Takes a file to its end; of one that breaks off nothing is left.</summary>
    /// <param name="begun">What has been read of it already.</param>
    /// <returns>Null when it is larger than <see cref="LargestFile"/>.</returns>
    /// <exception cref="NoRoomForOriginalsException">The disk is nearly full.</exception>
    public async Task<OriginalSpool?> Take(ReadOnlyMemory<byte> begun, Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken cancellation)
    {
        var spool = Begin();
        var isWhole = false;
        try
        {
            spool.Writer.Write(begun.Span);
            var chunk = new byte[Chunk];
            while (await read(chunk, cancellation) is var taken and > 0)
            {
                spool.Writer.Write(chunk.AsSpan(0, taken));
                if (spool.Length > LargestFile)
                    return null;
            }

            isWhole = true;
            return spool;
        }
        finally
        {
            if (!isWhole)
                spool.Dispose();
        }
    }
}

/// <summary>For whoever runs the platform; the sender tries again later.</summary>
internal sealed class NoRoomForOriginalsException() : Exception("The disk has no room for a large file.");
