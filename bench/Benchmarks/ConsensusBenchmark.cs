using System.Diagnostics;
using System.Globalization;
using Pirogov.Statistics;

namespace Pirogov.Benchmarks;

/// <summary>Dawid–Skene on simulated ratings; the same ratings that bench/consensus/peer.py makes.</summary>
internal static class ConsensusBenchmark
{
    private const int WarmUp = 20;

    public static int Run(int items, int raters, int classes, int rounds, double tolerance)
    {
        var said = Ratings(items, raters, classes);
        var seconds = new double[rounds];
        DawidSkene fit = null!;
        long memory = 0;
        // The first rounds, while the runtime compiles, do not count.
        for (var round = -WarmUp; round < rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(true);
            var watch = Stopwatch.StartNew();
            fit = DawidSkene.Fit(CategoryRatings.Of(said, raters, classes), tolerance: tolerance);
            if (round >= 0) seconds[round] = watch.Elapsed.TotalSeconds;
            memory = Math.Max(memory, GC.GetTotalAllocatedBytes(true) - before);
        }

        Array.Sort(seconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{seconds[rounds / 2]:F4} {fit.LogLikelihood:F6} {fit.Iterations} {memory / 1e6:F1}"));
        return 0;
    }

    // Raters are right nine, eight, seven, six or five times of ten; a tenth is missing.
    private static int[] Ratings(int items, int raters, int classes)
    {
        var said = new int[items * raters];
        for (var i = 0; i < said.Length; i++)
        {
            var drawn = Mix((ulong)i + 1);
            var truth = Mix((ulong)(i / raters) + (1UL << 40)) % (ulong)classes;
            var skill = 90 - 10 * (ulong)(i % raters % 5);
            said[i] = (drawn >> 16) % 100 >= 90 ? -1 : (int)(drawn % 100 < skill ? truth : (drawn >> 32) % (ulong)classes);
        }

        return said;
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong x)
    {
        var z = x * 0x9E37_79B9_7F4A_7C15;
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }
}
