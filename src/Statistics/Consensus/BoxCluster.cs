namespace Pirogov.Statistics;

/// <summary>Boxes taken for one object, and their mean weighted by score.</summary>
internal sealed class BoxCluster
{
    private readonly List<Member> members;

    public BoxCluster(Member first)
    {
        members = [first];
        Fused = first.Box;
    }

    public int Category => members[0].Category;

    public Box Fused { get; private set; }

    public void Add(Member member)
    {
        members.Add(member);
        var total = members.Sum(m => m.Score);
        double Mean(Func<Box, double> side) => members.Sum(m => m.Score * side(m.Box)) / total;
        Fused = new(Mean(b => b.Left), Mean(b => b.Top), Mean(b => b.Right), Mean(b => b.Bottom), Mean(b => b.Front), Mean(b => b.Back));
    }

    public bool Has(int source) => members.Exists(m => m.Source == source);

    public double OverlapOf(int source) => members.Where(m => m.Source == source).Max(m => BoxOverlap.Iou(m.Box, Fused));

    /// <param name="total">The sum of all sources' weights.</param>
    /// <param name="weights">Of each source.</param>
    public FusedBox Result(double total, IReadOnlyList<double> weights)
    {
        int[] sources = [.. members.Select(m => m.Source).Distinct().Order()];
        var confidence = members.Average(m => m.Score) * Math.Min(members.Count, weights.Count) / total;
        return new(
            Fused, Category, Math.Min(1, confidence), sources, members.Average(m => BoxOverlap.Iou(m.Box, Fused)),
            sources.Sum(source => weights[source]) > total / 2 * (1 + 1e-9));
    }

    public readonly record struct Member(Box Box, int Category, double Score, int Source);
}
