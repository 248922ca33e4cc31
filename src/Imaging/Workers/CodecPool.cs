using System.Collections.Concurrent;

namespace Pirogov.Imaging;

public sealed record CodecPoolOptions
{
    // With less the worker's own runtime is short of memory; more than four times the largest frame is of no use.
    private const int LeastMegabytes = 256;
    private const int MostMegabytes = 4096;

    /// <summary>Processes at once; each is started when it is first needed.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>For a frame of no size; <see cref="SlowestBytesPerSecond"/> adds to it.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Raw samples that the slowest codec of a busy machine gets through.</summary>
    public double SlowestBytesPerSecond { get; init; } = 2 << 20;

    /// <summary>
    /// Private memory a worker may take (Linux): what the largest frames need, and of a small host no more than all workers together may
    /// have of it, the half.
    /// </summary>
    public int MemoryMegabytes { get => field > 0 ? field : ShareOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20, Workers); init; }

    /// <param name="host">Megabytes of the machine, or of the container that the platform is held to.</param>
    internal static int ShareOf(long host, int workers) => (int)Math.Clamp(host / 2 / workers, LeastMegabytes, MostMegabytes);
}

/// <summary>
/// The processes in which native and foreign codecs run. A stream that crashes, hangs or starves its codec costs that one
/// frame an <see cref="ImagingException"/>; the next one gets a new process.
/// </summary>
public sealed class CodecPool(CodecPoolOptions options) : IDisposable
{
    private readonly SemaphoreSlim slots = new(options.Workers);
    private readonly ConcurrentStack<CodecProcess> idle = new();

    /// <summary>Of this process; its workers end with it.</summary>
    public static CodecPool Shared { get; } = new(new CodecPoolOptions());

    internal IReadOnlyList<int> IdleProcesses => [.. idle.Select(process => process.Id)];

    /// <exception cref="ImagingException">The codec refused the bytes, or its process did not survive them.</exception>
    internal CodecAnswer Run(CodecCall call)
    {
        slots.Wait();
        try
        {
            var process = Take();
            var isFit = false;
            try
            {
                var answer = process.Ask(call, LimitOf(call.Description));
                isFit = true;
                return answer;
            }
            catch (ImagingException refused) when (refused.Fault is not (ImagingFault.CodecFailed or ImagingFault.TooLarge))
            {
                isFit = true;
                throw;
            }
            finally
            {
                if (isFit) idle.Push(process);
                else process.Dispose();
            }
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose()
    {
        while (idle.TryPop(out var process)) process.Dispose();
        slots.Dispose();
    }

    private CodecProcess Take()
    {
        while (idle.TryPop(out var process))
        {
            if (!process.HasEnded) return process;
            process.Dispose();
        }

        return CodecProcess.Start(options);
    }

    private TimeSpan LimitOf(PixelDescription description) => options.TimeLimit + TimeSpan.FromSeconds(description.FrameLength / options.SlowestBytesPerSecond);
}
