using System.Numerics;
using Pirogov.Imaging;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// Holds the masks of one class against one another in one pass over the frames. What anybody drew falls into pieces that hang together, in the
/// frame and from frame to frame; each piece is agreed about or disputed as a whole, so that an adjudicator decides about things and not pixels.
/// Memory is that of one frame and of the outlines of what is drawn.
/// </summary>
internal sealed class MaskComparison(int sources, MaskSurfaces? surfaces)
{
    /// <summary>Beyond so many disputed pieces of a class, the smallest are decided together.</summary>
    public const int MostPieces = 100;

    /// <summary>Masks as noise: whatever begins after so many parts is taken to the first.</summary>
    private const int MostParts = 200_000;

    private readonly List<int> parents = [];
    private readonly List<Dictionary<ushort, long>> votesOf = [];
    private readonly List<(MaskFrame Frame, List<Run> Runs)> frames = [];
    private readonly List<FrameDisagreement> found = [];

    private readonly record struct Run(int Start, int Length, int Piece);

    private struct FrameSums
    {
        public long Drawn;
        public long Disputed;
        public double Entropy;
    }

    public IReadOnlyList<FrameDisagreement> Frames => found;

    /// <param name="surfaces">Takes what is drawn, where borders are to be measured.</param>
    public static async Task<MaskComparison> Of(
        string @class, IReadOnlyList<MaskFrame> frames, IReadOnlyList<ComparedDocument> readings, MaskSurfaces? surfaces, CancellationToken cancellation)
    {
        var (comparison, votes) = (new MaskComparison(readings.Count, surfaces), new FrameVotes());
        foreach (var frame in frames)
        {
            cancellation.ThrowIfCancellationRequested();
            await votes.Read(frame, readings, cancellation);
            comparison.Add(@class, frame, votes.Pixels);
        }

        return comparison;
    }

    /// <summary>Dice of two sources over every frame of the case, compared once: a frame where both are empty adds nothing.</summary>
    public double Dice(int first, int second)
    {
        var total = new Dictionary<ushort, long>();
        foreach (var (combination, pixels) in votesOf.SelectMany(v => v))
            total[combination] = total.GetValueOrDefault(combination) + pixels;
        return Dice(total, first, second);
    }

    /// <summary>The pieces whose worst pair lies below the threshold, the largest dispute first; the smallest of too many as one.</summary>
    public IReadOnlyList<MaskPiece> Disputed(double threshold)
    {
        var votes = new Dictionary<int, Dictionary<ushort, long>>();
        for (var piece = 0; piece < parents.Count; piece++)
        {
            if (!votes.TryGetValue(Root(piece), out var sum))
                votes[Root(piece)] = sum = [];
            foreach (var (combination, pixels) in votesOf[piece])
                sum[combination] = sum.GetValueOrDefault(combination) + pixels;
        }

        var disputed = votes.Where(v => Worst(v.Value) < threshold).OrderByDescending(v => Contested(v.Value)).ThenBy(v => v.Key).Select(v => v.Key).ToArray();
        var places = disputed.Index().ToDictionary(d => d.Item, d => Math.Min(d.Index, MostPieces));
        var pieces = Enumerable.Range(0, Math.Min(disputed.Length, MostPieces + 1)).Select(_ => new MaskPiece(sources)).ToArray();
        foreach (var root in disputed)
            pieces[places[root]].Add(votes[root]);
        foreach (var (frame, runs) in frames)
        {
            foreach (var piece in runs.Where(r => places.ContainsKey(Root(r.Piece))).GroupBy(r => places[Root(r.Piece)]))
                pieces[piece.Key].Add(frame, piece.Select(r => (r.Start, r.Length)));
        }

        foreach (var piece in pieces)
            piece.Figure = Worst(piece.Votes);
        return pieces;
    }

    private void Add(string @class, MaskFrame frame, ReadOnlySpan<ushort> votes)
    {
        var before = frame.Follows && frames.Count > 0 ? frames[^1].Runs : [];
        var (runs, above, behind) = (new List<Run>(), 0, 0);
        var strokes = surfaces is null ? null : new List<MaskSurfaces.Stroke>();
        var sums = new FrameSums();
        for (var row = 0; row < frame.Rows; row++)
        {
            var end = (row + 1) * frame.Columns;
            for (var at = row * frame.Columns; at < end; at++)
            {
                if (votes[at] == 0)
                    continue;
                var start = at;
                while (at < end && votes[at] != 0)
                    at++;
                var piece = Join(before, start, at - start, Join(runs, start - frame.Columns, at - start, null, ref above), ref behind) ?? NewPiece();
                Count(votes[start..at], votesOf[piece], ref sums, start, strokes);
                runs.Add(new(start, at - start, piece));
            }
        }

        frames.Add((frame, runs));
        if (strokes is not null)
            surfaces!.Add(frame, strokes);
        found.Add(new(@class, frame.SopInstanceUid, frame.Frame, sums.Drawn, sums.Disputed, Math.Round(sums.Entropy, 6)));
    }

    private void Count(ReadOnlySpan<ushort> run, Dictionary<ushort, long> into, ref FrameSums sums, int start, List<MaskSurfaces.Stroke>? strokes)
    {
        for (var at = 0; at < run.Length;)
        {
            var (combination, from) = (run[at], at);
            while (at < run.Length && run[at] == combination)
                at++;
            into[combination] = into.GetValueOrDefault(combination) + at - from;
            strokes?.Add(new(start + from, at - from, combination));
            sums.Drawn += at - from;
            sums.Disputed += combination == (1 << sources) - 1 ? 0 : at - from;
            sums.Entropy += (at - from) * VoteEntropy(BitOperations.PopCount(combination), sources);
        }
    }

    /// <summary>Makes what touches the run one piece with it. Runs come in order, so that a cursor passes each other run once.</summary>
    /// <returns>The piece that the run belongs to; null when it touches none.</returns>
    private int? Join(List<Run> others, int start, int length, int? piece, ref int cursor)
    {
        while (cursor < others.Count && others[cursor].Start + others[cursor].Length <= start)
            cursor++;
        for (var i = cursor; i < others.Count && others[i].Start < start + length; i++)
        {
            if (piece is { } known)
                Unite(others[i].Piece, known);
            piece ??= others[i].Piece;
        }

        return piece;
    }

    private int NewPiece()
    {
        if (parents.Count >= MostParts)
            return 0;
        parents.Add(parents.Count);
        votesOf.Add([]);
        return parents.Count - 1;
    }

    private int Root(int piece)
    {
        while (parents[piece] != piece)
            piece = parents[piece] = parents[parents[piece]];
        return piece;
    }

    private void Unite(int a, int b)
    {
        var (first, second) = (Root(a), Root(b));
        parents[Math.Max(first, second)] = Math.Min(first, second);
    }

    private double Worst(Dictionary<ushort, long> votes)
    {
        var worst = 1.0;
        for (var a = 0; a < sources; a++)
        {
            for (var b = a + 1; b < sources; b++)
                worst = Math.Min(worst, Dice(votes, a, b));
        }

        return worst;
    }

    private long Contested(Dictionary<ushort, long> votes) => votes.Where(v => v.Key != (1 << sources) - 1).Sum(v => v.Value);

    private static double Dice(Dictionary<ushort, long> votes, int first, int second)
    {
        long both = 0, one = 0, other = 0;
        foreach (var (combination, pixels) in votes)
        {
            var (a, b) = ((combination >> first & 1) * pixels, (combination >> second & 1) * pixels);
            (one, other, both) = (one + a, other + b, both + Math.Min(a, b));
        }

        return Overlap.Dice(both, one, other);
    }

    /// <summary>Of "belongs to the class", bits.</summary>
    public static double VoteEntropy(int votes, int sources)
    {
        var share = (double)votes / sources;
        return share is 0 or 1 ? 0 : -share * Math.Log2(share) - (1 - share) * Math.Log2(1 - share);
    }
}

/// <summary>What hangs together of what anybody drew.</summary>
internal sealed class MaskPiece(int sources)
{
    private readonly Dictionary<ushort, long> votes = [];
    private readonly List<(MaskFrame Frame, RunLengthMask Region)> regions = [];

    internal Dictionary<ushort, long> Votes => votes;

    public double Figure { get; internal set; }
    public IReadOnlyList<(MaskFrame Frame, RunLengthMask Region)> Regions => regions;

    public long PixelsOf(int source) => votes.Where(v => (v.Key >> source & 1) != 0).Sum(v => v.Value);

    public int Readers => Enumerable.Range(0, sources).Count(s => PixelsOf(s) > 0);

    /// <summary>The frame with the most of it, and the box around its region there: left, top, right, bottom.</summary>
    public (MaskFrame Frame, double[] Box) Widest()
    {
        var (frame, region) = regions.MaxBy(r => r.Region.PixelCount);
        var (left, top, right, bottom) = (frame.Columns, frame.Rows, 0, 0);
        foreach (var (start, length) in region.Stretches())
        {
            var (row, last) = (start / frame.Columns, (start + length - 1) / frame.Columns);
            // A stretch that runs into the next row covers both edges.
            (left, right) = last > row ? (0, frame.Columns) : (Math.Min(left, start % frame.Columns), Math.Max(right, start % frame.Columns + length));
            (top, bottom) = (Math.Min(top, row), Math.Max(bottom, last + 1));
        }

        return (frame, [left, top, right, bottom]);
    }

    internal void Add(Dictionary<ushort, long> more)
    {
        foreach (var (combination, pixels) in more)
            votes[combination] = votes.GetValueOrDefault(combination) + pixels;
    }

    internal void Add(MaskFrame frame, IEnumerable<(int, int)> stretches) => regions.Add((frame, RunLengthMask.FromStretches(stretches, frame.Rows, frame.Columns)));
}
