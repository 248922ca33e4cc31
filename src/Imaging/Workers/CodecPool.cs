using System.Collections.Concurrent;

namespace Pirogov.Imaging;

public sealed record CodecPoolOptions
{
    /// <summary>Processes at once; each is started when it is first needed.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>For a frame of no size; <see cref="SlowestBytesPerSecond"/> adds to it.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Raw samples that the slowest codec of a busy machine gets through.</summary>
    public double SlowestBytesPerSecond { get; init; } = 2 << 20;

    /// <summary>Private memory a worker may take (Linux).</summary>
    public int MemoryMegabytes { get; init; } = 4096;
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
