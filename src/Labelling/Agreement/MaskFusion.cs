using System.Numerics;
using System.Security.Cryptography;
using Pirogov.Imaging;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>One mask of a class out of several, by the project's algorithm.</summary>
internal static class MaskFusion
{
    public sealed record Result(
        IReadOnlyList<DocumentMask> Masks, IReadOnlyList<NewMask> NewMasks, string Algorithm, double? Confidence, IReadOnlyList<SourceReliability> Reliability);

    /// <param name="counted">The sources that count; those who drew nothing on a frame included.</param>
    public static async Task<Result> Of(
        string @class, FrameOrder order, IReadOnlyList<ComparedDocument> readings, IReadOnlyList<int> counted, ConsensusRules rules, IDisputes disputes,
        CancellationToken cancellation)
    {
        var frames = order.FramesOf(@class, readings);
        var isByFrame = rules.Masks is MaskAlgorithm.Majority or MaskAlgorithm.Intersection;
        var volume = isByFrame ? null : await VolumeFusion.Of(frames, order, readings, counted, rules.Masks, cancellation);
        var rule = Rule(rules.Masks, counted);
        var (votes, masks, added, sums) = (new FrameVotes(), new List<DocumentMask>(), new List<NewMask>(), new FusionSums(readings.Count));
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            await votes.Read(frame, readings, cancellation);
            var taken = volume is null ? votes.Where(frame.Rows, frame.Columns, rule) : volume.Masks[frame];
            if (disputes.Region(@class, frame.SopInstanceUid, frame.Frame) is { } region)
                taken = taken.Difference(region);
            sums.Count(votes.Pixels, taken, counted);
            if (taken.IsEmpty)
                continue;
            var (mask, bytes) = Describe(frame.Like, taken);
            masks.Add(mask);
            added.Add(new(mask.Blob!, bytes));
        }

        return new(masks, added, Name(rules.Masks), volume?.Confidence ?? sums.Confidence(counted.Count), sums.Reliability(@class, volume?.Sources));
    }

    private static string Name(MaskAlgorithm algorithm) => algorithm == MaskAlgorithm.ShapeAverage ? "shape-average" : algorithm.ToString().ToLowerInvariant();

    private static Func<ushort, bool> Rule(MaskAlgorithm algorithm, IReadOnlyList<int> counted)
    {
        var who = counted.Aggregate(0, (bits, source) => bits | 1 << source);
        return algorithm == MaskAlgorithm.Intersection
            ? combination => (combination & who) == who
            : combination => BitOperations.PopCount((uint)(combination & who)) * 2 > counted.Count;
    }

    public static (DocumentMask Mask, byte[] Bytes) Describe(DocumentMask like, RunLengthMask pixels)
    {
        var bytes = pixels.Encode();
        return (like with
        {
            PixelCount = pixels.PixelCount,
            Runs = null,
            Blob = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Origin = null,
            Confirmed = null,
        }, bytes);
    }
}

/// <summary>What the sources have in common with the mask that was taken.</summary>
internal sealed class FusionSums(int sources)
{
    private readonly long[] drawn = new long[sources];
    private readonly long[] shared = new long[sources];
    private long taken;
    private long votesInTaken;

    public void Count(ReadOnlySpan<ushort> votes, RunLengthMask mask, IReadOnlyList<int> counted)
    {
        var who = counted.Aggregate(0, (bits, source) => bits | 1 << source);
        var (all, inside) = (new Dictionary<ushort, long>(), new Dictionary<ushort, long>());
        for (var i = 0; i < votes.Length; i++)
        {
            if (votes[i] != 0)
                all[votes[i]] = all.GetValueOrDefault(votes[i]) + 1;
        }

        foreach (var (start, length) in mask.Stretches())
        {
            foreach (var combination in votes.Slice(start, length))
                inside[combination] = inside.GetValueOrDefault(combination) + 1;
        }

        for (var source = 0; source < sources; source++)
        {
            drawn[source] += all.Where(v => (v.Key >> source & 1) != 0).Sum(v => v.Value);
            shared[source] += inside.Where(v => (v.Key >> source & 1) != 0).Sum(v => v.Value);
        }

        taken += mask.PixelCount;
        votesInTaken += inside.Sum(v => BitOperations.PopCount((uint)(v.Key & who)) * v.Value);
    }

    public double? Confidence(int counted) => taken == 0 ? null : (double)votesInTaken / taken / counted;

    /// <param name="estimated">By source, where the algorithm estimates rates of its own.</param>
    public IReadOnlyList<SourceReliability> Reliability(string @class, IReadOnlyDictionary<int, MaskReliability>? estimated) => taken == 0
        ? []
        : [.. Enumerable.Range(0, sources).Select(s => new SourceReliability(
            ComparisonDetail.Letter(s), @class, estimated?.GetValueOrDefault(s)?.Sensitivity ?? (double)shared[s] / taken,
            drawn[s] == 0 ? null : (double)shared[s] / drawn[s], estimated?.GetValueOrDefault(s)?.Specificity))];
}
