using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Benchmarks;

/// <summary>Files a second through the full Basic Profile, from one folder into another, against reading and writing the same bytes.</summary>
internal static class DeidBenchmark
{
    /// <summary>A synthetic series repeated under new UIDs until there are enough files.</summary>
    public static int Make(string folder, int files)
    {
        Directory.CreateDirectory(folder);
        var series = PhantomCt.Generate(new PhantomOptions(1, Slices: 20)).Files;
        for (var i = 0; i < files; i++)
        {
            var dataset = series[i % series.Count].Dataset;
            dataset.Set(DicomTags.SopInstanceUid, $"1.2.826.0.1.3680043.2.1.{i + 1}").Set(DicomTags.InstanceNumber, i + 1);
            DicomWriter.WriteFile(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{i:D5}.dcm")), DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
        }

        return 0;
    }

    /// <summary>
    /// Prints seconds and processor seconds of: one thread, all cores; then the name of the cheapest way in which the machine copies the same
    /// files, and what that takes on one thread and on all cores. Each into a fresh folder, after a warm-up.
    /// </summary>
    /// <param name="isProfiled">Ours alone and more of it, for a profile.</param>
    public static int Run(string input, string output, bool isProfiled)
    {
        var deidentifier = new CentreDeidentifier(SHA256.HashData("bench"u8));
        void Deidentify(string from, string to)
        {
            if (deidentifier.ApplyToFile(from, to) is not Deidentified)
                throw new InvalidOperationException($"{from} was not de-identified.");
        }

        var run = new Folder(input, output);
        if (isProfiled)
        {
            for (var round = 0; round < 5; round++)
                run.Work(1, Deidentify);
            return 0;
        }

        Print(run.Work(1, Deidentify), run.Work(Environment.ProcessorCount, Deidentify));
        var copies = new (string Name, Action<string, string> Copy)[]
        {
            ("read and write", KernelCalls.CopyThroughBuffer), ("sendfile", KernelCalls.CopyBySendFile), ("copy_file_range", KernelCalls.CopyByFileRange),
        };
        var cheapest = copies.Where(c => run.IsWhole(c.Copy)).Select(c => (c.Name, c.Copy, One: run.Work(1, c.Copy))).MinBy(c => c.One.Processor);
        Print(cheapest.One, run.Work(Environment.ProcessorCount, cheapest.Copy));
        Console.WriteLine(cheapest.Name);
        return 0;
    }

    private static void Print(params IEnumerable<(double Clock, double Processor)> times)
    {
        foreach (var (clock, processor) in times)
            Console.Write(string.Create(CultureInfo.InvariantCulture, $"{clock:F3} {processor:F3} "));
    }

    private sealed class Folder(string input, string output)
    {
        private const int WarmUpFiles = 100;

        private readonly string[] files = Directory.GetFiles(input);

        public (double Clock, double Processor) Work(int threads, Action<string, string> one)
        {
            var folder = Directory.CreateDirectory(Path.Combine(output, "work")).FullName;
            WarmUp.Until(() =>
            {
                foreach (var file in files.Take(WarmUpFiles))
                    one(file, Path.Combine(folder, "warm"));
                return WarmUpFiles;
            });
            var (watch, before) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
            Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = threads }, f => one(f, Path.Combine(folder, Path.GetFileName(f))));
            var times = (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            Directory.Delete(folder, recursive: true);
            return times;
        }

        /// <summary>Not every file system knows every way.</summary>
        public bool IsWhole(Action<string, string> copy)
        {
            var target = Path.Combine(output, "copied");
            copy(files[0], target);
            var isWhole = new FileInfo(target).Length == new FileInfo(files[0]).Length;
            File.Delete(target);
            return isWhole;
        }
    }
}
