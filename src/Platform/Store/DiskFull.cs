namespace Pirogov.Platform.Store;

/// <summary>Which failures of input and output mean that the disk is full: it passes when somebody has made room.</summary>
public static class DiskFull
{
    private const int Unix = 28;
    private const int Windows = unchecked((int)0x80070070);

    /// <summary>What the system says of a disk without room, for an exception that tells of one by itself.</summary>
    public static int Code => OperatingSystem.IsWindows() ? Windows : Unix;

    /// <summary>It, or what it was thrown for.</summary>
    public static bool IsDiskFull(this Exception? failure) => failure is IOException { HResult: Unix or Windows } || (failure is not null && failure.InnerException.IsDiskFull());
}
