namespace Pirogov.Statistics;

/// <summary>Which boxes of two sets of tracks are paired in each frame, for <see cref="Hota"/>.</summary>
internal static class TrackPairing
{
    /// <returns>Indices of the two tracks and the similarity of their boxes, above 0, pair by pair and frame by frame.</returns>
    public static IEnumerable<((int Own, int Other) Tracks, double Similarity)> Of(
        IReadOnlyList<ObjectTrack> reference, IReadOnlyList<ObjectTrack> found, Func<Box, Box, double> similarity)
    {
        var others = ByFrame(found).ToDictionary(frame => frame.Key, frame => frame.ToArray());
        var frames = new List<Frame>();
        foreach (var frame in ByFrame(reference).OrderBy(frame => frame.Key))
            if (others.TryGetValue(frame.Key, out var there)) frames.Add(new([.. frame], there, similarity));

        // Σ over frames of each pair's share of what is similar to either; over the frames of either track it becomes an IoU of tracks.
        var shared = new Dictionary<(int, int), double>();
        foreach (var frame in frames) frame.AddShares(shared);
        double Together(int own, int other) =>
            shared.TryGetValue((own, other), out var sum) ? sum / (reference[own].Boxes.Count + found[other].Boxes.Count - sum) : 0;
        return frames.SelectMany(frame => frame.Pairs(Together));
    }

    private static IEnumerable<IGrouping<int, (int Track, Box Box)>> ByFrame(IReadOnlyList<ObjectTrack> tracks) =>
        tracks.SelectMany((track, index) => track.Boxes.Select(b => (b.Frame, Box: (Track: index, b.Box)))).GroupBy(b => b.Frame, b => b.Box);

    private sealed class Frame
    {
        private readonly int[] own;
        private readonly int[] other;
        private readonly double[] similar;

        public Frame((int Track, Box Box)[] reference, (int Track, Box Box)[] found, Func<Box, Box, double> similarity)
        {
            (own, other) = ([.. reference.Select(b => b.Track)], [.. found.Select(b => b.Track)]);
            similar = new double[own.Length * other.Length];
            for (var i = 0; i < similar.Length; i++)
            {
                var value = similarity(reference[i / other.Length].Box, found[i % other.Length].Box);
                if (!(value is >= 0 and <= 1 + 1e-12)) throw new ArgumentException($"A similarity of {value} does not lie between 0 and 1.", nameof(similarity));
                similar[i] = value;
            }
        }

        public void AddShares(Dictionary<(int, int), double> shared)
        {
            var (rows, columns) = (new double[own.Length], new double[other.Length]);
            for (var i = 0; i < similar.Length; i++)
            {
                rows[i / other.Length] += similar[i];
                columns[i % other.Length] += similar[i];
            }

            for (var i = 0; i < similar.Length; i++)
            {
                if (similar[i] == 0) continue;
                var pair = (own[i / other.Length], other[i % other.Length]);
                shared[pair] = shared.GetValueOrDefault(pair) + similar[i] / (rows[i / other.Length] + columns[i % other.Length] - similar[i]);
            }
        }

        public IEnumerable<((int Own, int Other) Tracks, double Similarity)> Pairs(Func<int, int, double> together)
        {
            var scores = new double[similar.Length];
            for (var i = 0; i < scores.Length; i++)
                scores[i] = similar[i] > 0 ? similar[i] * together(own[i / other.Length], other[i % other.Length]) : double.NaN;
            var assigned = OptimalAssignment.MaximumWeight(scores, own.Length, other.Length).ColumnOfRow;
            for (var row = 0; row < assigned.Length; row++)
                if (assigned[row] is >= 0 and var column) yield return ((own[row], other[column]), similar[row * other.Length + column]);
        }
    }
}
