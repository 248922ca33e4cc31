namespace Pirogov.Statistics;

/// <summary>Spans of one category, or of all, found among those of a reference.</summary>
/// <param name="Category">Null: all categories together (micro-average).</param>
/// <param name="Reference">Spans of the reference.</param>
/// <param name="Found">Spans held against it.</param>
/// <param name="Exact">Pairs with both ends and the category equal.</param>
/// <param name="Relaxed">The most pairs of one category that overlap, none twice.</param>
/// <param name="Credit">1 for an exact pair, ½ for each that overlaps among the rest (SemEval 2013, task 9: (COR + ½ PAR)).</param>
public sealed record SpanScore(int? Category, int Reference, int Found, int Exact, int Relaxed, double Credit)
{
    /// <summary>2·exact / (reference + found); 1 where neither has any.</summary>
    public double ExactF1 => F1(Exact);

    /// <summary>2·relaxed / (reference + found); 1 where neither has any.</summary>
    public double RelaxedF1 => F1(Relaxed);

    /// <summary>2·credit / (reference + found); 1 where neither has any.</summary>
    public double PartialF1 => F1(Credit);

    /// <summary>NaN without found spans.</summary>
    public double ExactPrecision => Ratio(Exact, Found);

    /// <summary>NaN without reference spans.</summary>
    public double ExactRecall => Ratio(Exact, Reference);

    /// <summary>NaN without found spans.</summary>
    public double RelaxedPrecision => Ratio(Relaxed, Found);

    /// <summary>NaN without reference spans.</summary>
    public double RelaxedRecall => Ratio(Relaxed, Reference);

    private double F1(double right) => Reference + Found == 0 ? 1 : 2 * right / (Reference + Found);

    private static double Ratio(double part, int whole) => whole == 0 ? double.NaN : part / whole;
}

/// <param name="Categories">Of each that occurs on either side, ascending.</param>
/// <param name="All">Counts of all categories added.</param>
public sealed record SpanScores(IReadOnlyList<SpanScore> Categories, SpanScore All)
{
    /// <summary>Mean over the categories that occur; 1 where none does.</summary>
    public double MacroExactF1 => Categories.Count == 0 ? 1 : Categories.Average(c => c.ExactF1);

    /// <summary>Mean over the categories that occur; 1 where none does.</summary>
    public double MacroRelaxedF1 => Categories.Count == 0 ? 1 : Categories.Average(c => c.RelaxedF1);

    /// <summary>
    /// Exact, partial and relaxed agreement of two annotations of one text (Segura-Bedmar, Martínez &amp; Herrero-Zazo 2013, SemEval task 9; F1 of
    /// Hripcsak &amp; Rothschild 2005). The numbers of pairs, and so every F1, are
    /// symmetric. Spans that touch do not overlap. Equal spans drawn twice are two spans.
    /// </summary>
    /// <param name="reference">In any order, nested and crossing ones too.</param>
    /// <param name="found">On the same continuum.</param>
    /// <exception cref="ArgumentException">A span that is empty, not finite or of a negative category.</exception>
    public static SpanScores Of(IReadOnlyList<LabelledSpan> reference, IReadOnlyList<LabelledSpan> found)
    {
        LabelledSpan.Check([reference, found]);
        var (own, others) = (reference.ToLookup(s => s.Category), found.ToLookup(s => s.Category));
        SpanScore[] scores = [.. own.Select(g => g.Key).Union(others.Select(g => g.Key)).Order().Select(c => Score(c, [.. own[c]], [.. others[c]]))];
        return new(scores, new(
            null, scores.Sum(s => s.Reference), scores.Sum(s => s.Found), scores.Sum(s => s.Exact), scores.Sum(s => s.Relaxed), scores.Sum(s => s.Credit)));
    }

    private static SpanScore Score(int category, LabelledSpan[] reference, LabelledSpan[] found)
    {
        var (open, left) = (reference.CountBy(s => s).ToDictionary(), new List<LabelledSpan>());
        foreach (var span in found)
        {
            if (open.GetValueOrDefault(span) > 0) open[span]--;
            else left.Add(span);
        }

        var exact = found.Length - left.Count;
        LabelledSpan[] rest = [.. open.SelectMany(s => Enumerable.Repeat(s.Key, s.Value))];
        return new(category, reference.Length, found.Length, exact, SpanMatching.Of(reference, found).Count, exact + 0.5 * SpanMatching.Of(rest, left).Count);
    }
}
