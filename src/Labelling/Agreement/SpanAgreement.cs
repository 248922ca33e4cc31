using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>Krippendorff's unitized α (Krippendorff et al. 2016) over the texts of a project, one behind another.</summary>
/// <param name="Class">Its spans against everything else; none for all classes together.</param>
/// <param name="Alpha">At most 1; null when undefined.</param>
/// <param name="Lower">Of the 95 % percentile interval, patients drawn with replacement; null for fewer than two.</param>
internal sealed record UnitizedAgreement(string? Class, double? Alpha, double? Lower, double? Upper, int Cases);

/// <summary>γ (Mathet et al. 2015): position and class together; spans may lie over one another.</summary>
/// <param name="Mean">Over cases; null before the first.</param>
/// <param name="Lower">Of the 95 % interval (Student, over cases); null for fewer than two.</param>
/// <param name="Cases">A sample of at most <paramref name="MostCases"/>, drawn by a hash under <paramref name="Seed"/>, of which γ is defined.</param>
internal sealed record GammaFigure(double? Mean, double? Lower, double? Upper, int Cases, int MostCases, int Seed);

/// <summary>How far the readers of a project of texts agree about spans.</summary>
/// <param name="All">Of all classes together: position and class.</param>
/// <param name="Overlapping">Cases left out of it, for a reader's own spans lie over one another in them.</param>
internal sealed record SpanAgreement(UnitizedAgreement All, int Overlapping, IReadOnlyList<UnitizedAgreement> Classes, GammaFigure Gamma)
{
    private const int Replicates = 1_000;

    /// <summary>Beyond so many sums in all the bootstrap draws fewer samples, and at least <see cref="FewestReplicates"/>.</summary>
    private const int MostSums = 20_000_000;
    private const int FewestReplicates = 200;

    /// <param name="measured">By case, in one order.</param>
    /// <returns>Null for a project whose classes are no spans.</returns>
    public static SpanAgreement? Of(SchemaContent schema, IReadOnlyCollection<MeasuredItem> measured)
    {
        if (!schema.Classes.Any(CaseSpans.IsOfText))
            return null;
        var spans = measured.Where(m => m.Kind == ItemKind.Class && m.Measures.Spans is not null).ToLookup(m => m.Item, m => m.Measures.Spans!);
        var whole = spans[CaseItem.WholeCase].ToArray();
        return new(Unitized(null, whole), whole.Count(w => w.Units is null), [.. schema.Classes.Where(CaseSpans.IsOfText).Select(c => Unitized(c.Id, spans[c.Id]))], Drawn(whole));
    }

    private static UnitizedAgreement Unitized(string? @class, IEnumerable<SpanMeasures> cases)
    {
        SpanMeasures[] known = [.. cases.Where(c => c.Units is not null)];
        UnitizedSums[] units = [.. known.Select(c => c.Units!)];
        var alpha = units.Length == 0 ? null : UnitizedAlpha.Of(units).Units.Alpha;
        if (alpha is null || known.DistinctBy(c => c.Patient).Count() < 2)
            return new(@class, alpha, null, null, units.Length);
        var replicates = Math.Clamp(MostSums / units.Sum(u => u.Categories.Count), FewestReplicates, Replicates);
        var interval = Coefficient.Shown(Bootstrap.Run(new ClusterSampler([.. known.Select(c => c.Patient)]), UnitizedAlpha.Statistic(units), CaseSpans.Seed, replicates).Percentile(Coefficient.Level));
        return new(@class, alpha, interval?.Lower, interval?.Upper, units.Length);
    }

    private static GammaFigure Drawn(IEnumerable<SpanMeasures> cases)
    {
        double[] gammas = [.. cases.Select(c => c.Gamma).OfType<SpanGamma>().OrderBy(g => g.Draw).Take(CaseSpans.MostGammas).Select(g => g.Value).OfType<double>()];
        if (gammas.Length == 0)
            return new(null, null, null, 0, CaseSpans.MostGammas, CaseSpans.Seed);
        var mean = gammas.Average();
        if (gammas.Length == 1)
            return new(mean, null, null, 1, CaseSpans.MostGammas, CaseSpans.Seed);
        var half = StudentDistribution.Quantile(0.975, gammas.Length - 1) * Math.Sqrt(gammas.Sum(g => (g - mean) * (g - mean)) / (gammas.Length - 1) / gammas.Length);
        return new(mean, mean - half, Math.Min(1, mean + half), gammas.Length, CaseSpans.MostGammas, CaseSpans.Seed);
    }
}
