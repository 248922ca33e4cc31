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

    /// <summary>Prints seconds and processor seconds of: plain copy, one thread, all cores; each into a fresh folder, after a warm-up on the first files.</summary>
    public static int Run(string input, string output)
    {
        var files = Directory.GetFiles(input);
        var deidentifier = new CentreDeidentifier(SHA256.HashData("bench"u8));
        void Work(string name, int threads, Action<string, string> one)
        {
            var folder = Directory.CreateDirectory(Path.Combine(output, name)).FullName;
            foreach (var file in files.Take(50))
                one(file, Path.Combine(folder, "warm"));
            using var process = Process.GetCurrentProcess();
            var (watch, cpu) = (Stopwatch.StartNew(), process.TotalProcessorTime);
            Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = threads }, f => one(f, Path.Combine(folder, Path.GetFileName(f))));
            process.Refresh();
            Console.Write(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds:F3} {(process.TotalProcessorTime - cpu).TotalSeconds:F3} "));
            Directory.Delete(folder, recursive: true);
        }

        void Deidentify(string from, string to)
        {
            if (deidentifier.ApplyToFile(from, to) is not Deidentified)
                throw new InvalidOperationException($"{from} was not de-identified.");
        }

        Work("copy", 1, (from, to) => File.WriteAllBytes(to, File.ReadAllBytes(from)));
        Work("one", 1, Deidentify);
        Work("all", Environment.ProcessorCount, Deidentify);
        Console.WriteLine();
        return 0;
    }
}
