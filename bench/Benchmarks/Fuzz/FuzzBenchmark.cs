using System.Diagnostics;
using System.Globalization;

namespace Pirogov.Benchmarks.Fuzz;

/// <summary>
/// Runs the probe over mutated files. A run that takes longer than the limit is a hang and ends the process. Time is the
/// processor's: on a busy machine the clock says nothing of the work.
/// </summary>
internal static class FuzzBenchmark
{
    private const int LargestSeed = 32 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static int Run(string folder, int runs, int seed, string finds)
    {
        byte[][] seeds = [.. FuzzSeeds.Made(), .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Where(p => new FileInfo(p).Length is > 0 and <= LargestSeed).Select(File.ReadAllBytes)];
        var mutator = new DicomMutator(seeds, (ulong)seed);
        var (signatures, crashes, refused, slowest) = (new Dictionary<string, int>(), 0, 0, TimeSpan.Zero);
        byte[] input = [];
        var (current, started) = (0, Environment.CpuUsage.TotalTime);
        var (watched, since) = (-1, TimeSpan.Zero);
        using var watchdog = new Timer(_ =>
        {
            var (run, now) = (Volatile.Read(ref current), Environment.CpuUsage.TotalTime);
            if (run != watched)
            {
                (watched, since) = (run, now);
            }
            else if (now - since > Limit)
            {
                Save(finds, "hang", input);
                Environment.Exit(3);
            }
        }, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        for (var run = 0; run < runs; run++)
        {
            input = mutator.Next();
            Volatile.Write(ref current, run);
            started = Environment.CpuUsage.TotalTime;
            try
            {
                var signature = DicomProbe.Run(input, models: run % 8 == 0);
                refused += signature.StartsWith("refused", StringComparison.Ordinal) ? 1 : 0;
                if (signatures.TryAdd(signature, run))
                {
                    mutator.Keep(input);
                }
            }
            catch (Exception e)
            {
                crashes++;
                Save(finds, $"{e.GetType().Name}-{run}", input);
                Console.Error.WriteLine($"run {run}: {e}");
            }

            var took = Environment.CpuUsage.TotalTime - started;
            slowest = took > slowest ? took : slowest;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{runs} {seed} {seeds.Length} {mutator.CorpusSize} {runs - refused - crashes} {refused} {crashes} 0 {signatures.Count} {slowest.TotalMilliseconds:F0} {watch.Elapsed.TotalSeconds:F0} {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000}"));
        return crashes == 0 ? 0 : 1;
    }

    private static void Save(string folder, string name, byte[] input)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, name + ".dcm"), input);
    }
}
