namespace Pirogov.Statistics;

/// <param name="Box">As drawn or predicted.</param>
/// <param name="Category">Only boxes of one category are fused.</param>
/// <param name="Score">Above 0, at most 1; 1 for a person's box.</param>
public readonly record struct ScoredBox(Box Box, int Category, double Score = 1);

/// <param name="Box">Mean of its members' sides, weighted by their scores.</param>
/// <param name="Category">Of all members.</param>
/// <param name="Confidence">Mean score of the members times the share of the sources that they are, 0 to 1; the same for weights of any common scale.</param>
/// <param name="Sources">Which have a member, ascending.</param>
/// <param name="Agreement">Mean IoU of the members with the fused box.</param>
/// <param name="Stands">More than half of the weight of the sources has a member.</param>
public sealed record FusedBox(Box Box, int Category, double Confidence, IReadOnlyList<int> Sources, double Agreement, bool Stands);

/// <summary>One source against the objects that stand.</summary>
/// <param name="Own">Objects it has.</param>
/// <param name="Standing">Objects that stand.</param>
/// <param name="Common">Objects it has that stand.</param>
/// <param name="Overlap">Mean overlap of those with the consensus; null without any.</param>
public sealed record ObjectReliability(int Own, int Standing, int Common, double? Overlap)
{
    /// <summary>2·common / (own + standing); 1 where neither has any.</summary>
    public double F1 => Own + Standing == 0 ? 1 : 2.0 * Common / (Own + Standing);

    /// <summary>Share of its objects that stand; null without objects.</summary>
    public double? Precision => Own == 0 ? null : (double)Common / Own;

    /// <summary>Share of the standing objects that it has; null where none stands.</summary>
    public double? Recall => Standing == 0 ? null : (double)Common / Standing;
}

/// <param name="Boxes">All fused boxes, the surest first.</param>
/// <param name="Sources">Of each source, in order.</param>
public sealed record BoxFusion(IReadOnlyList<FusedBox> Boxes, IReadOnlyList<ObjectReliability> Sources)
{
    /// <summary>
    /// Weighted boxes fusion (Solovyev, Wang &amp; Gabruseva 2021, section 3, eq. 1 to 5): boxes by falling score, each to
    /// the fused box of its category that it overlaps most, if more than the threshold, else founding one; sides are the
    /// means weighted by score, confidence is the mean score times min(T, N)/N. Boxes of equal score come in the order of
    /// their sides, so that the order of the sources does not matter.
    /// </summary>
    /// <param name="sources">Each source's boxes, in one unit; none is an opinion too. Boxes without volume are refused.</param>
    /// <param name="threshold">IoU above which boxes are one object, 0 to 1; the paper's 0.55.</param>
    /// <param name="weights">Of each source, positive; scores are multiplied by them, and what is divided by is their sum, as the authors' program does. Null: 1 each.</param>
    /// <param name="onePerSource">True: two boxes of one source are never one object, as with people; the paper allows it.</param>
    /// <exception cref="ArgumentException">A threshold outside [0, 1), a source without a positive weight, or a box without volume or with a score outside (0, 1].</exception>
    public static BoxFusion Of(
        IReadOnlyList<IReadOnlyList<ScoredBox>> sources, double threshold = 0.55, IReadOnlyList<double>? weights = null, bool onePerSource = false)
    {
        if (!(threshold is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "An IoU from 0 to below 1.");
        weights ??= [.. Enumerable.Repeat(1.0, sources.Count)];
        if (weights.Count != sources.Count || weights.Any(w => !(w > 0 && double.IsFinite(w))))
            throw new ArgumentException("Every source needs a positive weight.", nameof(weights));

        var clusters = new List<BoxCluster>();
        foreach (var member in Ordered(sources, weights))
        {
            BoxCluster? best = null;
            var most = threshold;
            foreach (var cluster in clusters)
                if (cluster.Category == member.Category && !(onePerSource && cluster.Has(member.Source))
                    && BoxOverlap.Iou(cluster.Fused, member.Box) is var iou && iou > most)
                    (best, most) = (cluster, iou);
            if (best is null) clusters.Add(new(member));
            else best.Add(member);
        }

        var total = weights.Sum();
        (BoxCluster Cluster, FusedBox Box)[] fused = [.. clusters.Select(c => (c, c.Result(total, weights))).OrderByDescending(c => c.Item2.Confidence)];
        return new([.. fused.Select(f => f.Box)], [.. Enumerable.Range(0, sources.Count).Select(source => Reliability(source, sources[source].Count, fused))]);
    }

    private static IEnumerable<BoxCluster.Member> Ordered(IReadOnlyList<IReadOnlyList<ScoredBox>> sources, IReadOnlyList<double> weights)
    {
        var members = new List<BoxCluster.Member>();
        for (var source = 0; source < sources.Count; source++)
            foreach (var box in sources[source])
            {
                box.Box.Check(nameof(sources));
                if (!(box.Score is > 0 and <= 1) || box.Box.Volume == 0)
                    throw new ArgumentException($"{box} of source {source} has no volume, or no score above 0 and up to 1.", nameof(sources));
                members.Add(new(box.Box, box.Category, box.Score * weights[source], source));
            }

        return members.OrderByDescending(m => m.Score).ThenBy(m => m.Category).ThenBy(m => m.Box.Front).ThenBy(m => m.Box.Top)
            .ThenBy(m => m.Box.Left).ThenBy(m => m.Box.Back).ThenBy(m => m.Box.Bottom).ThenBy(m => m.Box.Right);
    }

    // Of a source's own boxes in one object, only one can stand.
    private static ObjectReliability Reliability(int source, int own, (BoxCluster Cluster, FusedBox Box)[] fused)
    {
        var standing = fused.Where(f => f.Box.Stands).ToArray();
        var common = standing.Where(f => f.Cluster.Has(source)).ToArray();
        return new(own, standing.Length, common.Length, common.Length == 0 ? null : common.Average(f => f.Cluster.OverlapOf(source)));
    }
}
