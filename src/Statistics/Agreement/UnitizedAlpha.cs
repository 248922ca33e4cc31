namespace Pirogov.Statistics;

/// <param name="Alpha">At most 1; null when undefined.</param>
/// <param name="Coverage">The share of the continuum, or of the category's spans, that the coefficient stands on.</param>
/// <param name="Undefined">Why it is null.</param>
public readonly record struct UnitizedCoefficient(double? Alpha, double Coverage, AgreementUndefined Undefined);

/// <summary>What the spans of one category, or the gaps, come to on a continuum: lengths summed over its annotators; the last three over their pairs, divided by their number less 1.</summary>
/// <param name="Alone">What a segment shares with itself: its square, and in a gap, which has no structure, its length.</param>
/// <param name="Same">Where the other annotator gave the same category.</param>
/// <param name="Paired">Where the other annotator gave any category.</param>
/// <param name="PairedAlone">The squares of these, segment by segment.</param>
public readonly record struct UnitizedLengths(double Total, double Alone, double Same, double Paired, double PairedAlone);

/// <summary>One continuum's part of the coefficients.</summary>
/// <param name="Categories">By category; −1 for gaps.</param>
public sealed record UnitizedSums(IReadOnlyDictionary<int, UnitizedLengths> Categories);

/// <summary>
/// Krippendorff's α of spans that annotators mark on one continuum (Krippendorff, Mathet, Bouvry &amp; Widlöcher 2016): no
/// annotator's own spans overlap, and what he leaves between them are gaps.
/// </summary>
/// <param name="Units">uα: spans, categories and gaps together (eq. 5).</param>
/// <param name="Binary">|uα: spans of any category against gaps (eq. 6).</param>
/// <param name="Coding">cuα: categories where the spans of two annotators intersect (eq. 11).</param>
/// <param name="Categories">(k)uα: each category, where spans intersect (eq. 13); by category.</param>
public sealed record UnitizedAlpha(
    UnitizedCoefficient Units, UnitizedCoefficient Binary, UnitizedCoefficient Coding, IReadOnlyDictionary<int, UnitizedCoefficient> Categories)
{
    private const int Gap = -1;

    /// <summary>Costs annotators × spans; memory of the spans and of the categories.</summary>
    /// <param name="annotators">Each one's spans in any order; at least 2 annotators, of whom one may have marked nothing.</param>
    /// <param name="start">Of the continuum.</param>
    /// <param name="end">
    /// Of the continuum. Lengths are counted in units of measurement that stand for themselves within gaps (a character, a
    /// frame): α of the same spans in other units differs slightly.
    /// </param>
    /// <exception cref="ArgumentException">Fewer than 2 annotators, an empty continuum, or a span that is empty, overlaps another of its annotator or leaves the continuum.</exception>
    public static UnitizedAlpha Of(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators, double start, double end) => Of(Measure(annotators, start, end));

    /// <summary>
    /// Of several continua, as of one in which they stand one after another. Where a continuum has more annotators, each of their pairs weighs less, as α
    /// weighs the values of a unit that has more of them.
    /// </summary>
    /// <param name="continua">Of each, what <see cref="Sums"/> gives.</param>
    public static UnitizedAlpha Of(IEnumerable<UnitizedSums> continua)
    {
        var lengths = new Dictionary<int, Lengths>();
        foreach (var (category, one) in continua.SelectMany(c => c.Categories))
            Of(lengths, category).Add(one);
        return Of(lengths);
    }

    /// <summary>uα of the drawn continua, NaN where undefined, for <see cref="Bootstrap"/>.</summary>
    /// <param name="continua">Of each, what <see cref="Sums"/> gives; an item is an index among them.</param>
    public static ItemStatistic Statistic(IReadOnlyList<UnitizedSums> continua) => items =>
    {
        var lengths = new Dictionary<int, Lengths>();
        foreach (var item in items)
        {
            foreach (var (category, one) in continua[item].Categories)
                Of(lengths, category).Add(one);
        }

        return Of(lengths).Units.Alpha ?? double.NaN;
    };

    /// <summary>What a continuum adds to the coefficients of several.</summary>
    /// <param name="annotators">Each one's spans in any order; at least 2 annotators, of whom one may have marked nothing.</param>
    /// <param name="start">Of the continuum.</param>
    /// <param name="end">Of the continuum; lengths are counted in units of measurement that stand for themselves within gaps.</param>
    /// <exception cref="ArgumentException">Fewer than 2 annotators, an empty continuum, or a span that is empty, overlaps another of its annotator or leaves the continuum.</exception>
    public static UnitizedSums Sums(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators, double start, double end) =>
        new(Measure(annotators, start, end).ToDictionary(l => l.Key, l => new UnitizedLengths(l.Value.Total, l.Value.Alone, l.Value.Same, l.Value.Paired, l.Value.PairedAlone)));

    private static Dictionary<int, Lengths> Measure(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators, double start, double end)
    {
        if (annotators.Count < 2) throw new ArgumentException($"{annotators.Count} annotators cannot be compared.", nameof(annotators));
        LabelledSpan.Check(annotators);
        if (!double.IsFinite(start) || !double.IsFinite(end) || !(end > start)) throw new ArgumentException($"[{start}, {end}) is no continuum.", nameof(end));
        var segments = annotators.Select((spans, annotator) => Segments(spans, annotator, start, end)).ToArray();

        var lengths = new Dictionary<int, Lengths>();
        foreach (var segment in segments.SelectMany(own => own))
        {
            ref var sum = ref Of(lengths, segment.Category);
            sum.Total += segment.Length;
            sum.Alone += segment.Category == Gap ? segment.Length : segment.Length * segment.Length;
        }

        var pairs = annotators.Count - 1.0;
        for (var i = 0; i < segments.Length; i++)
            for (var j = 0; j < segments.Length; j++)
                if (i != j) Intersect(segments[i], segments[j], pairs, lengths);
        return lengths;
    }

    private static UnitizedAlpha Of(Dictionary<int, Lengths> lengths)
    {
        var all = lengths.Values.Sum(l => l.Total);
        var spans = lengths.Where(l => l.Key != Gap).Select(l => l.Value).ToArray();
        if (spans.Length == 0) return Nothing();
        lengths.TryGetValue(Gap, out var gaps);

        // Expected coincidences of a value with itself leave out each segment's pairing with itself (eq. 4).
        var scale = all / (all * all - lengths.Values.Sum(l => l.Alone));
        double Expected(Lengths l) => scale * (l.Total * l.Total - l.Alone);
        var units = Alpha(all - lengths.Values.Sum(l => l.Same), all - lengths.Values.Sum(Expected), 1, lengths.Count > 1);
        var binary = Alpha(gaps.Total - gaps.Same, scale * gaps.Total * (all - gaps.Total), 1, gaps.Total > 0);

        var paired = spans.Sum(l => l.Paired);
        var used = lengths.Where(l => l.Key != Gap && l.Value.Paired > 0).ToArray();
        // Expected coincidences within the intersections (eq. 10).
        var own = paired == 0 ? 0 : paired - spans.Sum(l => l.PairedAlone) / paired;
        double ExpectedPaired(Lengths l) => (l.Paired * l.Paired - l.PairedAlone) / own;
        var coding = Alpha(paired - spans.Sum(l => l.Same), paired - used.Sum(l => ExpectedPaired(l.Value)), paired / all, used.Length > 1, paired > 0);
        return new(units, binary, coding, lengths.Where(l => l.Key != Gap).ToDictionary(l => l.Key, l => Of(l.Value)));

        UnitizedCoefficient Of(Lengths l)
        {
            if (l.Paired == 0) return new(null, 0, AgreementUndefined.NoPairs);
            var margin = (l.Paired * paired - l.PairedAlone) / own;
            return Alpha(margin * (l.Paired - l.Same), l.Paired * (margin - ExpectedPaired(l)), l.Paired / l.Total, used.Length > 1);
        }
    }

    private static UnitizedAlpha Nothing()
    {
        var none = new UnitizedCoefficient(null, 0, AgreementUndefined.NoItems);
        return new(none, none, none, new Dictionary<int, UnitizedCoefficient>());
    }

    private static UnitizedCoefficient Alpha(double observed, double expected, double coverage, bool varies, bool compared = true)
    {
        if (!compared) return new(null, 0, AgreementUndefined.NoPairs);
        return varies && expected > 0 ? new(1 - observed / expected, coverage, AgreementUndefined.No) : new(null, coverage, AgreementUndefined.NoVariation);
    }

    private static List<LabelledSpan> Segments(IReadOnlyList<LabelledSpan> spans, int annotator, double start, double end)
    {
        var segments = new List<LabelledSpan>(2 * spans.Count + 1);
        var at = start;
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            if (span.Start < at || span.End > end)
                throw new ArgumentException($"Annotator {annotator}: [{span.Start}, {span.End}) overlaps his own spans or leaves the continuum.", nameof(spans));
            if (span.Start > at) segments.Add(new(at, span.Start, Gap));
            segments.Add(span);
            at = span.End;
        }

        if (at < end) segments.Add(new(at, end, Gap));
        return segments;
    }

    // One sweep along both partitions.
    private static void Intersect(List<LabelledSpan> first, List<LabelledSpan> second, double pairs, Dictionary<int, Lengths> lengths)
    {
        var j = 0;
        foreach (var segment in first)
        {
            double same = 0, spanned = 0;
            for (; ; j++)
            {
                var length = Math.Min(segment.End, second[j].End) - Math.Max(segment.Start, second[j].Start);
                if (second[j].Category == segment.Category) same += length;
                if (second[j].Category != Gap) spanned += length;
                if (second[j].End >= segment.End) break;
            }

            // The other's segment that ends here is done with; one that goes on meets the next of mine.
            if (second[j].End == segment.End) j++;
            ref var sum = ref Of(lengths, segment.Category);
            sum.Same += same / pairs;
            sum.Paired += spanned / pairs;
            sum.PairedAlone += spanned * spanned / pairs;
        }
    }

    private static ref Lengths Of(Dictionary<int, Lengths> lengths, int category) =>
        ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(lengths, category, out _);

    /// <summary><see cref="UnitizedLengths"/> while they are summed.</summary>
    private struct Lengths
    {
        public double Total;
        public double Alone;
        public double Same;
        public double Paired;
        public double PairedAlone;

        public void Add(UnitizedLengths other)
        {
            Total += other.Total;
            Alone += other.Alone;
            Same += other.Same;
            Paired += other.Paired;
            PairedAlone += other.PairedAlone;
        }
    }
}
