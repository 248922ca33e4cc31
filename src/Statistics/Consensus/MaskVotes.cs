namespace Pirogov.Statistics;

/// <summary>
/// Which sources have which voxel, in the box around all masks: voxels with the same votes are one pattern, so that whatever
/// treats voxels alike need not look at them again. Four bytes for each voxel of the box.
/// </summary>
internal sealed class MaskVotes
{
    private const int MostSources = 31;
    private const double Rounding = 1e-9;

    private readonly MaskGrid whole;
    private readonly int sources;
    private readonly VoxelBox box;
    private readonly int[] patterns;

    private MaskVotes(MaskGrid whole, int sources, VoxelBox box, int[] patterns, int[] keys, long[] times)
    {
        this.whole = whole;
        this.sources = sources;
        this.box = box;
        this.patterns = patterns;
        Keys = keys;
        Times = times;
    }

    /// <summary>Of each pattern; bit s is set where source s has the voxel.</summary>
    public int[] Keys { get; }

    /// <summary>Voxels of each pattern within the box.</summary>
    public long[] Times { get; }

    public int Sources => sources;

    /// <param name="margin">Voxels that the box is wider on every side, as far as the grid goes.</param>
    public static MaskVotes Of(IReadOnlyList<bool[]> masks, MaskGrid grid, int margin)
    {
        Check(masks, grid);
        if (masks.Count > MostSources) throw new ArgumentException($"{masks.Count} masks; at most {MostSources} are fused.", nameof(masks));
        if (VoxelBox.Around(masks, grid) is not { } tight) return new(grid, masks.Count, default, [], [], []);
        var box = tight.Widened(margin, grid);
        var votes = new int[box.Length];
        box.EachRow(grid, (from, to) =>
        {
            for (var source = 0; source < masks.Count; source++)
                for (var i = 0; i < box.Columns; i++)
                    if (masks[source][from + i]) votes[to + i] |= 1 << source;
        });
        return Count(grid, masks.Count, box, votes);
    }

    public static void Check(IReadOnlyList<bool[]> masks, MaskGrid grid)
    {
        if (masks.Count == 0) throw new ArgumentException("Without masks there is no consensus.", nameof(masks));
        foreach (var mask in masks) grid.Check(mask.Length, nameof(masks));
    }

    /// <summary>The share of the weight that each pattern has.</summary>
    public double[] Shares(ReadOnlySpan<double> weights)
    {
        if (weights.Length != sources) throw new ArgumentException($"{weights.Length} weights given for {sources} masks.", nameof(weights));
        var total = 0.0;
        foreach (var weight in weights)
        {
            if (!(weight >= 0 && double.IsFinite(weight))) throw new ArgumentException($"{weight} is no weight of a vote.", nameof(weights));
            total += weight;
        }

        if (total == 0) throw new ArgumentException("All weights are 0.", nameof(weights));
        var shares = new double[Keys.Length];
        for (var pattern = 0; pattern < shares.Length; pattern++)
            for (var source = 0; source < sources; source++)
                if ((Keys[pattern] >> source & 1) != 0) shares[pattern] += weights[source] / total;
        return shares;
    }

    /// <summary>More probable than not; what is a half but for rounding is not.</summary>
    public static bool Stands(double foreground) => foreground > 0.5 + Rounding;

    /// <param name="source">Which one.</param>
    /// <param name="foreground">Of each pattern.</param>
    public double Dice(int source, ReadOnlySpan<double> foreground)
    {
        long both = 0, own = 0, standing = 0;
        for (var pattern = 0; pattern < Keys.Length; pattern++)
        {
            var (has, stands) = ((Keys[pattern] >> source & 1) != 0, Stands(foreground[pattern]));
            own += has ? Times[pattern] : 0;
            standing += stands ? Times[pattern] : 0;
            both += has && stands ? Times[pattern] : 0;
        }

        return Overlap.Dice(both, own, standing);
    }

    /// <summary>The expected numbers of voxels by side and by whether the source has them.</summary>
    /// <param name="source">Which one.</param>
    /// <param name="foreground">Of each pattern.</param>
    /// <param name="background">What the foreground leaves to 1, not rounded away where that is small.</param>
    public MaskRates Rates(int source, ReadOnlySpan<double> foreground, ReadOnlySpan<double> background)
    {
        double hit = 0, missed = 0, left = 0, added = 0;
        for (var pattern = 0; pattern < Keys.Length; pattern++)
        {
            var (inside, outside) = (foreground[pattern] * Times[pattern], background[pattern] * Times[pattern]);
            if ((Keys[pattern] >> source & 1) != 0)
            {
                hit += inside;
                added += outside;
            }
            else
            {
                missed += inside;
                left += outside;
            }
        }

        return new(hit, missed, left, added);
    }

    /// <param name="foreground">Of each pattern.</param>
    /// <param name="rates">Of each source; null: those of its decisions against the consensus mask.</param>
    /// <param name="used">Of each source; null: all.</param>
    public MaskConsensus Consensus(double[] foreground, MaskRates[]? rates = null, bool[]? used = null)
    {
        var (mask, probability) = (new bool[whole.Length], new float[whole.Length]);
        var (decided, rest) = (Array.ConvertAll(foreground, p => Stands(p) ? 1.0 : 0), Array.ConvertAll(foreground, p => Stands(p) ? 0.0 : 1));
        if (box.Length > 0)
            box.EachRow(whole, (to, from) =>
            {
                for (var i = 0; i < box.Columns; i++)
                {
                    var pattern = patterns[from + i];
                    mask[to + i] = decided[pattern] > 0;
                    probability[to + i] = (float)foreground[pattern];
                }
            });

        var reliability = new MaskReliability[sources];
        for (var source = 0; source < sources; source++)
        {
            var own = rates?[source] ?? Rates(source, decided, rest);
            reliability[source] = new(Dice(source, foreground), own.Sensitivity, own.Specificity, used?[source] ?? true);
        }

        return new(mask, probability, reliability);
    }

    private static MaskVotes Count(MaskGrid grid, int sources, VoxelBox box, int[] votes)
    {
        var (known, keys, times) = (new Dictionary<int, int>(), new List<int>(), new List<long>());
        int last = -1, pattern = -1;
        for (var at = 0; at < votes.Length; at++)
        {
            // Neighbours mostly have the same votes.
            if (votes[at] != last && !known.TryGetValue(last = votes[at], out pattern))
            {
                known.Add(last, pattern = keys.Count);
                keys.Add(last);
                times.Add(0);
            }

            votes[at] = pattern;
            times[pattern]++;
        }

        return new(grid, sources, box, votes, [.. keys], [.. times]);
    }
}

/// <summary>Expected voxels of a source: foreground that it has or misses, background that it leaves or adds.</summary>
internal readonly record struct MaskRates(double Hit, double Missed, double Left, double Added)
{
    public double? Sensitivity => Hit + Missed > 0 ? Hit / (Hit + Missed) : null;

    public double? Specificity => Left + Added > 0 ? Left / (Left + Added) : null;
}
