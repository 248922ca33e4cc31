using System.Diagnostics;
using System.Globalization;
using Pirogov.Statistics;

namespace Pirogov.Benchmarks;

/// <summary>Krippendorff's α of simulated ratings; the same ratings that bench/agreement/peer.py makes.</summary>
internal static class AgreementBenchmark
{
    private const int WarmUp = 40;

    public static int Run(int items, int raters, int values, int rounds, string scaleName)
    {
        var scale = Enum.Parse<MeasurementScale>(scaleName, ignoreCase: true);
        var ratings = Ratings(items, raters, values);
        var seconds = new double[rounds];
        AlphaEstimate alpha = null!;
        long memory = 0;
        // The first rounds, while the runtime compiles, do not count.
        for (var round = -WarmUp; round < rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            alpha = KrippendorffAlpha.Of(ratings, raters, scale);
            if (round >= 0) seconds[round] = watch.Elapsed.TotalSeconds;
            memory = Math.Max(memory, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Array.Sort(seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds[rounds / 2]:F4} {memory / 1e6:F1} {alpha.Alpha:F12}"));
        return 0;
    }

    // Seven of ten ratings are the item's true value, the others any; a tenth is missing.
    private static double?[] Ratings(int items, int raters, int values)
    {
        var ratings = new double?[items * raters];
        for (var i = 0; i < ratings.Length; i++)
        {
            var drawn = Mix((ulong)i + 1);
            if (drawn % 100 >= 90) continue;
            var truth = Mix((ulong)(i / raters) + (1UL << 40)) % (ulong)values;
            ratings[i] = drawn % 10 < 7 ? truth : (drawn >> 32) % (ulong)values;
        }

        return ratings;
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
