using System.Globalization;
using Pirogov.Dicom;

namespace Pirogov.Benchmarks;

/// <summary>
/// Reads the metadata of every file listed, one after another, down to the last element before the pixels, and beside it what the machine takes
/// to open, read and close the same files. Files a second of the processor's time, garbage collection included.
/// </summary>
internal static class MetadataBenchmark
{
    /// <summary>Less than most headers: no reader of these files asks for less of them.</summary>
    private const int Head = 4096;

    private static readonly DicomReaderOptions Options = new() { StopBeforePixelData = true };

    /// <param name="list">A file of paths, one a line.</param>
    /// <param name="isProfiled">Ours alone, for a profile.</param>
    public static int Run(string list, int rounds, bool isProfiled)
    {
        var paths = File.ReadAllLines(list);
        var (ours, elements) = Rate(paths, rounds, path => Count(DicomReader.ReadFile(path, Options).Dataset));
        if (isProfiled)
            return 0;
        var (bound, _) = Rate(paths, rounds, path =>
        {
            KernelCalls.ReadHead(path, Head);
            return 0;
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ours:F0} {bound:F0} {elements}"));
        return 0;
    }

    private static (double Rate, long Elements) Rate(string[] paths, int rounds, Func<string, long> read)
    {
        WarmUp.Until(() => paths.Sum(read));
        var (started, elements) = (Environment.CpuUsage.TotalTime, 0L);
        for (var round = 0; round < rounds; round++)
        {
            elements += paths.Sum(read);
        }

        return (paths.Length * rounds / (Environment.CpuUsage.TotalTime - started).TotalSeconds, elements / rounds);
    }

    private static long Count(DicomDataset dataset)
    {
        var elements = 0L;
        foreach (var element in dataset)
        {
            elements += 1 + (element is DicomSequence sequence ? sequence.Items.Sum(Count) : 0);
        }

        return elements;
    }
}
