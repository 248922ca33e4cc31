using System.Runtime.InteropServices;

namespace Pirogov.Cli;

/// <summary>Tells files from what only looks like one: a pipe in a folder would be waited for without end, a device read without end.</summary>
internal static unsafe partial class FileKinds
{
    private const int CurrentFolder = -100;
    private const uint WantsType = 1;

    /// <summary>Of <c>struct statx</c>, which is the same on every processor.</summary>
    private const int StatSize = 256;
    private const int ModeAt = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>True also where it cannot be told: reading then says what is wrong.</summary>
    public static bool IsFile(string path)
    {
        if (!OperatingSystem.IsLinux())
            return true;
        var stat = stackalloc byte[StatSize];
        return Stat(CurrentFolder, path, 0, WantsType, stat) != 0 || (*(ushort*)(stat + ModeAt) & TypeMask) == Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, byte* stat);
}
