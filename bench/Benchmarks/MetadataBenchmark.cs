using System.Globalization;
using Pirogov.Dicom;

namespace Pirogov.Benchmarks;

/// <summary>Reads the metadata of every file listed, one after another, down to the last element before the pixels. Files a second of the processor's time, garbage collection included.</summary>
internal static class MetadataBenchmark
{
    /// <param name="list">A file of paths, one a line.</param>
    public static int Run(string list, int rounds)
    {
        var paths = File.ReadAllLines(list);
        var options = new DicomReaderOptions { StopBeforePixelData = true };
        Read(paths, options);
        var started = Environment.CpuUsage.TotalTime;
        var elements = 0L;
        for (var round = 0; round < rounds; round++)
        {
            elements += Read(paths, options);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{paths.Length * rounds / (Environment.CpuUsage.TotalTime - started).TotalSeconds:F0} {elements / rounds}"));
        return 0;
    }

    private static long Read(string[] paths, DicomReaderOptions options)
    {
        var elements = 0L;
        foreach (var path in paths)
        {
            elements += Count(DicomReader.ReadFile(path, options).Dataset);
        }

        return elements;
    }

    private static long Count(DicomDataset dataset) =>
        dataset.Sum(e => 1 + (e is DicomSequence sequence ? sequence.Items.Sum(Count) : 0));
}
