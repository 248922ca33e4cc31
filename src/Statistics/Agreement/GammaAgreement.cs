namespace Pirogov.Statistics;

/// <summary>γ would need more work than is declared.</summary>
/// <param name="message">Which limit, and what was met.</param>
public sealed class GammaLimitException(string message) : ArgumentException(message);

/// <param name="Gamma">1 − observed / expected disorder: 1 for equal spans, about 0 for chance, below it worse; null when undefined.</param>
/// <param name="Observed">Disorder of the best alignment; null without spans.</param>
/// <param name="Expected">Mean disorder of the best alignments of the chance samples; null when undefined.</param>
/// <param name="Precision">Half the width of the expected disorder's 95 % interval, relative to it.</param>
/// <param name="Samples">How many chance samples were drawn.</param>
/// <param name="Alignment">Unitary alignments from left to right: for each annotator the index of his span, or null.</param>
/// <param name="Undefined">Why γ is null.</param>
public sealed record GammaEstimate(
    double? Gamma,
    double? Observed,
    double? Expected,
    double? Precision,
    int Samples,
    IReadOnlyList<IReadOnlyList<int?>> Alignment,
    AgreementUndefined Undefined);

/// <summary>
/// Mathet's γ of spans by several annotators on one continuum: position and category together, spans may overlap and nest
/// (Mathet, Widlöcher &amp; Métivier 2015).
/// </summary>
public static class GammaAgreement
{
    /// <summary>More annotators are refused.</summary>
    public const int MostAnnotators = 8;

    /// <summary>More spans, of all annotators together, are refused.</summary>
    public const int MostSpans = 5_000;

    /// <summary>More possible unitary alignments are refused; about 100 bytes each.</summary>
    public const int MostUnitaryAlignments = 1_000_000;

    /// <summary>Combinations of spans that are looked at for one alignment; more are refused. About ten seconds.</summary>
    public const int MostVisited = 200_000_000;

    /// <summary>A search for the best alignment that meets more states is given up; about 100 bytes each.</summary>
    public const int MostStates = 2_000_000;

    /// <summary>No more chance samples are drawn, whatever the precision; <see cref="GammaEstimate.Precision"/> tells what was reached.</summary>
    public const int MostSamples = 1_000;

    private const int FirstSamples = 30;

    /// <summary>1 − the disorder of the best alignment over that expected by chance (sections 4 and 5).</summary>
    /// <param name="annotators">Each one's spans in any order; 2 to <see cref="MostAnnotators"/>, of whom some may have marked nothing.</param>
    /// <param name="start">Of the continuum.</param>
    /// <param name="end">Of the continuum; chance shifts spans within it.</param>
    /// <param name="seed">Of the generator; published with γ.</param>
    /// <param name="dissimilarity">Null: position and category weigh 1 each, and any two categories are 1 apart.</param>
    /// <param name="precision">Wanted of the expected disorder, relative; samples are added to the first 30 until it is reached (section 5.3).</param>
    /// <exception cref="GammaLimitException">One of the declared limits is exceeded.</exception>
    /// <exception cref="ArgumentException">Fewer than 2 annotators, a continuum without length, a span that is empty, not finite, of a negative category or leaves it, or a dissimilarity that is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A precision that is not above 0.</exception>
    public static GammaEstimate Of(
        IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators,
        double start,
        double end,
        ulong seed,
        GammaDissimilarity? dissimilarity = null,
        double precision = 0.02)
    {
        dissimilarity ??= new GammaDissimilarity();
        Check(annotators, start, end, dissimilarity, precision);
        if (annotators.All(spans => spans.Count == 0)) return new(null, null, null, null, 0, [], AgreementUndefined.NoItems);

        var alignments = UnitaryAlignments.Of(annotators, dissimilarity);
        var best = BestAlignment.Of(alignments);
        var observed = Disorder(alignments, best, annotators.Count);

        var random = new Xoshiro256(seed);
        var chance = new List<double>();
        var wanted = FirstSamples;
        while (chance.Count < wanted)
        {
            while (chance.Count < wanted)
            {
                var sample = UnitaryAlignments.Of(ChanceSpans.Draw(annotators, start, end, random), dissimilarity);
                chance.Add(Disorder(sample, BestAlignment.Of(sample), annotators.Count));
            }

            wanted = Math.Max(wanted, (int)Math.Min(MostSamples, Math.Ceiling(Math.Pow(RelativeWidth(chance) / precision, 2) * chance.Count)));
        }

        var expected = chance.Average();
        var aligned = Aligned(alignments, best, annotators);
        return expected == 0
            ? new(null, observed, expected, null, chance.Count, aligned, AgreementUndefined.NoVariation)
            : new(1 - observed / expected, observed, expected, RelativeWidth(chance), chance.Count, aligned, AgreementUndefined.No);
    }

    // Mean over the spans an annotator has on average (eq. 5).
    private static double Disorder(UnitaryAlignments alignments, List<int> chosen, int annotators) =>
        chosen.Sum(c => alignments.Disorders[c]) / alignments.Spans * annotators;

    private static double RelativeWidth(List<double> sample)
    {
        var mean = sample.Average();
        if (mean == 0) return 0;
        var deviation = Math.Sqrt(sample.Sum(x => (x - mean) * (x - mean)) / (sample.Count - 1));
        return NormalDistribution.Quantile(0.975) * deviation / mean / Math.Sqrt(sample.Count);
    }

    private static int?[][] Aligned(UnitaryAlignments alignments, List<int> best, IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators)
    {
        var places = annotators.SelectMany((own, annotator) => own.Select((span, index) => (span, annotator, index)))
            .OrderBy(s => s.span.Start).ThenBy(s => s.span.End).ThenBy(s => s.annotator).ToArray();
        return [.. best.Select(c =>
        {
            var row = new int?[annotators.Count];
            foreach (var span in alignments.Members[c]) row[places[span].annotator] = places[span].index;
            return row;
        })];
    }

    private static void Check(
        IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators, double start, double end, GammaDissimilarity dissimilarity, double precision)
    {
        if (annotators.Count < 2) throw new ArgumentException($"{annotators.Count} annotators cannot be compared.", nameof(annotators));
        if (annotators.Count > MostAnnotators) throw new GammaLimitException($"{annotators.Count} annotators; at most {MostAnnotators}.");
        var spans = annotators.Sum(own => own.Count);
        if (spans > MostSpans) throw new GammaLimitException($"{spans} spans; at most {MostSpans}.");
        if (!(precision > 0)) throw new ArgumentOutOfRangeException(nameof(precision), precision, "A precision is positive.");
        LabelledSpan.Check(annotators);
        if (!double.IsFinite(start) || !double.IsFinite(end) || !(end > start)) throw new ArgumentException($"[{start}, {end}) is no continuum.", nameof(end));
        if (annotators.Any(own => own.Any(span => span.Start < start || span.End > end)))
            throw new ArgumentException($"A span leaves the continuum [{start}, {end}).", nameof(annotators));
        dissimilarity.Check(annotators);
    }
}
