namespace Pirogov.Statistics;

/// <summary>
/// All unitary alignments (at most one span of each annotator) that a best alignment may hold, with their disorders: the
/// mean dissimilarity over all pairs of annotators, where a pair without two spans counts 1 (Mathet et al. 2015, section 4.3).
/// </summary>
internal sealed class UnitaryAlignments
{
    private readonly LabelledSpan[] spans;
    private readonly int[][] ofAnnotator;
    private readonly GammaDissimilarity dissimilarity;
    private readonly double pairs;
    private readonly int[] chosen;
    private readonly double[] sums;
    private readonly List<int[]> members = [];
    private readonly List<double> disorders = [];
    private long visited;

    private UnitaryAlignments(LabelledSpan[] spans, int[][] ofAnnotator, GammaDissimilarity dissimilarity)
    {
        this.spans = spans;
        this.ofAnnotator = ofAnnotator;
        this.dissimilarity = dissimilarity;
        pairs = ofAnnotator.Length * (ofAnnotator.Length - 1) / 2.0;
        chosen = new int[ofAnnotator.Length];
        sums = new double[(ofAnnotator.Length + 1) * ofAnnotator.Length];
    }

    public int Spans => spans.Length;

    /// <summary>The spans of each, numbered from the left over all annotators, rising.</summary>
    public IReadOnlyList<int[]> Members => members;

    public IReadOnlyList<double> Disorders => disorders;

    /// <exception cref="GammaLimitException">There are more than <see cref="GammaAgreement.MostUnitaryAlignments"/>, or finding them takes too long.</exception>
    public static UnitaryAlignments Of(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators, GammaDissimilarity dissimilarity)
    {
        var ordered = annotators.SelectMany((own, annotator) => own.Select(span => (Span: span, Annotator: annotator)))
            .OrderBy(s => s.Span.Start).ThenBy(s => s.Span.End).ThenBy(s => s.Annotator).ToArray();
        int[][] ofAnnotator = [.. Enumerable.Range(0, annotators.Count).Select(a => Enumerable.Range(0, ordered.Length).Where(i => ordered[i].Annotator == a).ToArray())];
        var result = new UnitaryAlignments([.. ordered.Select(s => s.Span)], ofAnnotator, dissimilarity);
        result.Extend(0, 0);
        return result;
    }

    // Chosen are spans of the annotators before this one; sums holds for each the distances to the others chosen.
    private void Extend(int annotator, int count)
    {
        if (annotator == ofAnnotator.Length)
        {
            if (count > 0) Add(count);
            return;
        }

        Extend(annotator + 1, count);
        var most = Most(count + ofAnnotator.Length - annotator);
        var before = sums.AsSpan(count * ofAnnotator.Length, count);
        var after = sums.AsSpan((count + 1) * ofAnnotator.Length, count + 1);
        foreach (var span in ofAnnotator[annotator])
        {
            if (++visited > GammaAgreement.MostVisited)
                throw new GammaLimitException($"More than {GammaAgreement.MostVisited} combinations of spans lie near each other; split the continuum.");
            after[count] = 0;
            var near = true;
            for (var i = 0; i < count && near; i++)
            {
                var distance = dissimilarity.Of(spans[span], spans[chosen[i]]);
                after[i] = before[i] + distance;
                after[count] += distance;
                near = after[i] < most && after[count] < most;
            }

            if (!near) continue;
            chosen[count] = span;
            Extend(annotator + 1, count + 1);
        }
    }

    // From a span whose distances to count − 1 others reach this, leaving it alone is no worse.
    private double Most(int count) => pairs + count - 1;

    private void Add(int count)
    {
        var distance = 0.0;
        foreach (var sum in sums.AsSpan(count * ofAnnotator.Length, count))
        {
            if (sum >= Most(count)) return;
            distance += sum / 2;
        }

        if (members.Count == GammaAgreement.MostUnitaryAlignments)
            throw new GammaLimitException($"More than {GammaAgreement.MostUnitaryAlignments} unitary alignments are possible; split the continuum.");
        var own = chosen[..count];
        Array.Sort(own);
        members.Add(own);
        disorders.Add((pairs - count * (count - 1) / 2.0 + distance) / pairs);
    }
}
