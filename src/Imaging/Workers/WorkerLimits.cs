using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>What keeps a worker in bounds on Linux; elsewhere its time limit alone does.</summary>
internal static partial class WorkerLimits
{
    // resource.h and fcntl.h of Linux.
    private const int CoreSize = 4;
    private const int DataSize = 2;
    private const int SetPipeSize = 1031;
    private const int PipeLength = 1 << 20;

    public static void Apply(long memory)
    {
        if (!OperatingSystem.IsLinux()) return;
        // The image of a crashed process would hold pixels of a patient.
        Limit(CoreSize, 0);
        // Private writable memory, the managed heap and what native codecs allocate: beyond it both get a refusal, not the machine's last page.
        Limit(DataSize, (ulong)memory);
        // A frame crosses in a few large steps; where the system grants less, in more.
        _ = fcntl(0, SetPipeSize, PipeLength);
        _ = fcntl(1, SetPipeSize, PipeLength);
    }

    /// <summary>A codec in an endless loop would not see that its streams have closed: the worker looks for its parent itself.</summary>
    public static void EndWith(int parent)
    {
        if (!OperatingSystem.IsLinux()) return;
        new Thread(() =>
        {
            using var never = new ManualResetEventSlim();
            while (getppid() == parent) never.Wait(TimeSpan.FromSeconds(1));
            Environment.Exit(0);
        })
        { IsBackground = true }.Start();
    }

    private static void Limit(int resource, ulong value)
    {
        var limit = new ResourceLimit { Soft = value, Hard = value };
        _ = setrlimit(resource, ref limit);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, ref ResourceLimit limit);

    [LibraryImport("libc")]
    private static partial int getppid();

    [LibraryImport("libc")]
    private static partial int fcntl(int descriptor, int command, int argument);
}
