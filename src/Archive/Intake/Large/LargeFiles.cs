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

    private readonly string folder;

    public LargeFiles(StoreFolders folders)
    {
        folder = Path.Combine(Path.GetDirectoryName(folders.Root)!, "originals");
        OriginalSpool.Sweep(folder);
    }

    /// <summary>Bytes of the disk below which nothing large is begun: the original and its twin lie side by side for a while.</summary>
    public long LeastFree { get; set; } = 2 * LargestFile;

    /// <exception cref="NoRoomForOriginalsException">The disk is nearly full.</exception>
    public OriginalSpool Begin()
    {
        if (new DriveInfo(folder).AvailableFreeSpace < LeastFree)
            throw new NoRoomForOriginalsException();
        return new OriginalSpool(folder);
    }
}

/// <summary>For whoever runs the platform; the sender tries again later.</summary>
internal sealed class NoRoomForOriginalsException : IOException
{
    public NoRoomForOriginalsException(Exception? inner = null)
        : base("The disk has no room for a large file.", inner) => HResult = DiskFull.Code;

    /// <summary>A disk that becomes full meanwhile says so by an exception of its own, which a connection that breaks may throw as well.</summary>
    public static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException full) when (full is not NoRoomForOriginalsException)
        {
            throw new NoRoomForOriginalsException(full);
        }
    }
}
