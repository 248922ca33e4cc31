namespace Pirogov.Statistics;

/// <param name="First">Index on the one side.</param>
/// <param name="Second">Index on the other.</param>
/// <param name="Iou">Common length over the length of both together, above 0.</param>
public readonly record struct SpanPair(int First, int Second, double Iou);

/// <summary>One-to-one pairs of overlapping spans, by optimal assignment (Kuhn 1955).</summary>
public static class SpanMatching
{
    /// <summary>
    /// As many pairs as there can be, and of those matchings that with the greatest sum of IoU. Categories are not looked
    /// at. Stretches of the continuum between which no span reaches are matched on their own.
    /// </summary>
    /// <param name="first">In any order.</param>
    /// <param name="second">On the same continuum.</param>
    /// <param name="threshold">The lowest IoU of a pair; at 0 any overlap will do.</param>
    /// <returns>By the index on the first side.</returns>
    /// <exception cref="ArgumentException">A negative threshold, or a span that is empty, not finite or of a negative category.</exception>
    public static IReadOnlyList<SpanPair> Of(IReadOnlyList<LabelledSpan> first, IReadOnlyList<LabelledSpan> second, double threshold = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threshold);
        LabelledSpan.Check([first, second]);
        var all = first.Select((span, at) => (Span: span, At: at, IsFirst: true)).Concat(second.Select((span, at) => (Span: span, At: at, IsFirst: false)));
        var (rows, columns, pairs, end) = (new List<int>(), new List<int>(), new List<SpanPair>(), double.NegativeInfinity);
        foreach (var (span, at, isFirst) in all.OrderBy(s => s.Span.Start))
        {
            if (span.Start >= end) Match(first, second, threshold, rows, columns, pairs);
            end = Math.Max(end, span.End);
            (isFirst ? rows : columns).Add(at);
        }

        Match(first, second, threshold, rows, columns, pairs);
        pairs.Sort((a, b) => a.First.CompareTo(b.First));
        return pairs;
    }

    /// <summary>Common length over the length of both together, 0 to 1.</summary>
    /// <param name="first">A span.</param>
    /// <param name="second">Another on the same continuum.</param>
    public static double Iou(LabelledSpan first, LabelledSpan second)
    {
        var common = Math.Max(0, Math.Min(first.End, second.End) - Math.Max(first.Start, second.Start));
        return common / (first.Length + second.Length - common);
    }

    private static void Match(
        IReadOnlyList<LabelledSpan> first, IReadOnlyList<LabelledSpan> second, double threshold, List<int> rows, List<int> columns, List<SpanPair> pairs)
    {
        if (rows.Count > 0 && columns.Count > 0)
        {
            var costs = new double[rows.Count * columns.Count];
            for (var i = 0; i < rows.Count; i++)
                for (var j = 0; j < columns.Count; j++)
                {
                    var iou = Iou(first[rows[i]], second[columns[j]]);
                    costs[i * columns.Count + j] = iou > 0 && iou >= threshold ? 1 - iou : double.NaN;
                }

            var assigned = OptimalAssignment.MinimumCost(costs, rows.Count, columns.Count).ColumnOfRow;
            for (var i = 0; i < assigned.Length; i++)
                if (assigned[i] is >= 0 and var j) pairs.Add(new(rows[i], columns[j], Iou(first[rows[i]], second[columns[j]])));
        }

        rows.Clear();
        columns.Clear();
    }
}
