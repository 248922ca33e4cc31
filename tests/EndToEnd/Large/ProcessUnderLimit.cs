using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pirogov.EndToEnd.Large;

/// <summary>A program whose managed heap is bounded, and what it said.</summary>
internal sealed class ProcessUnderLimit : IDisposable
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly Process process;

    public ProcessUnderLimit(string program, IEnumerable<string> arguments, string heapLimit)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = heapLimit;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool Said(params string[] any) => lines.Any(l => any.Any(a => l.Contains(a, StringComparison.Ordinal)));

    /// <summary>MB that it ever had in memory.</summary>
    public long PeakMemory() => PlatformProcess.PeakMemory(process);

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
