using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>A coefficient of agreement over some items.</summary>
/// <param name="Name">Stable: "cohen-kappa", "krippendorff-alpha", "cohen-kappa-quadratic", "krippendorff-alpha-ordinal", "icc-1-1" or "icc-2-1"; null when there was nothing to compare.</param>
/// <param name="Value">At most 1; null when undefined.</param>
/// <param name="Interval">95 %; null for fewer than two items, and where the standard error vanishes.</param>
/// <param name="Items">On which it stands.</param>
internal readonly record struct Coefficient(string? Name, double? Value, ConfidenceInterval? Interval, int Items)
{
    public const double Level = 0.95;

    public static Coefficient None { get; } = new(null, null, null, 0);

    /// <summary>Where the standard error vanishes (one answer is all that a reader gave), a few cases would seem to leave no doubt.</summary>
    public static ConfidenceInterval? Shown(ConfidenceInterval? interval) => interval is { } given && given.Upper > given.Lower ? given : null;
}

/// <summary>Answers of an item's readers, and how many items have just these.</summary>
internal readonly record struct AnswerRow(string[] Answers, int Times);

/// <summary>
/// Chance-corrected agreement of answers that are categories. κ is of the first and the second source of each item: the readers are exchangeable, for
/// pairs change from case to case and their order is drawn by a hash. With more readers anywhere, Krippendorff's α.
/// </summary>
internal static class CategoryAgreement
{
    private const int Replicates = 1_000;

    /// <summary>Fixed, so that the same answers give the same interval.</summary>
    private const ulong Seed = 20_260_311;

    /// <param name="question">A choice or a yes-or-no; of others there is none.</param>
    public static Coefficient Of(Question question, IReadOnlyList<AnswerRow> rows) =>
        ProjectAgreement.Categories(question) is not { } categories ? Coefficient.None
        : question.Ordinal ? Ordinal([.. question.Options.Select(o => o.Id)], rows) : Nominal(categories, [.. rows.Where(r => r.Answers.All(categories.Contains))]);

    private static Coefficient Nominal(string[] categories, AnswerRow[] rows)
    {
        if (rows.Length == 0)
            return Coefficient.None;
        var isOfTwo = rows.All(r => r.Answers.Length == 2);
        var estimate = isOfTwo ? CohenKappa.OfTable(Table(rows, categories), KappaWeights.None, Coefficient.Level) : KrippendorffAlpha.Of(Counts(rows, categories), level: Coefficient.Level);
        return new(isOfTwo ? "cohen-kappa" : "krippendorff-alpha", estimate.Coefficient, Coefficient.Shown(estimate.Interval), estimate.Items);
    }

    /// <summary>Only ranks are compared: what is not on the scale (no answer, "cannot be assessed") is a missing rating, and an item with fewer than two others is left out.</summary>
    private static Coefficient Ordinal(string[] scale, IReadOnlyList<AnswerRow> rows)
    {
        var isOfTwo = rows.All(r => r.Answers.Length == 2);
        AnswerRow[] rated = [.. rows.Select(r => r with { Answers = [.. r.Answers.Where(scale.Contains)] }).Where(r => r.Answers.Length > 1)];
        if (rated.Length == 0)
            return Coefficient.None;
        if (!isOfTwo)
            return Alpha(scale, rated);
        var estimate = CohenKappa.OfTable(Table(rated, scale), KappaWeights.Quadratic, Coefficient.Level);
        return new("cohen-kappa-quadratic", estimate.Coefficient, Coefficient.Shown(estimate.Interval), estimate.Items);
    }

    /// <summary>Its interval is the percentile bootstrap over items: no standard error of the ordinal α is published.</summary>
    private static Coefficient Alpha(string[] scale, AnswerRow[] rows)
    {
        // In one order, whatever that of the rows: the seed then gives the same interval each time.
        var items = rows.OrderBy(r => string.Join(CaseItem.Between, r.Answers), StringComparer.Ordinal).SelectMany(r => Enumerable.Repeat(r.Answers, r.Times)).ToArray();
        var raters = items.Max(i => i.Length);
        var ratings = new double?[items.Length * raters];
        foreach (var (item, answers) in items.Index())
        {
            foreach (var (place, answer) in answers.Index())
                ratings[item * raters + place] = Array.IndexOf(scale, answer);
        }

        var estimate = KrippendorffAlpha.Of(ratings, raters, MeasurementScale.Ordinal);
        var interval = items.Length < 2 || estimate.Alpha is null ? (ConfidenceInterval?)null
            : Bootstrap.Run(new ClusterSampler([.. items.Select((_, i) => $"{i}")]), KrippendorffAlpha.Statistic(ratings, raters, MeasurementScale.Ordinal), Seed, Replicates).Percentile(Coefficient.Level);
        return new("krippendorff-alpha-ordinal", estimate.Alpha, Coefficient.Shown(interval), estimate.Items);
    }

    private static int[,] Table(IEnumerable<AnswerRow> rows, string[] categories)
    {
        var table = new int[categories.Length, categories.Length];
        foreach (var one in rows)
            table[Array.IndexOf(categories, one.Answers[0]), Array.IndexOf(categories, one.Answers[1])] += one.Times;
        return table;
    }

    private static RatingCounts Counts(AnswerRow[] rows, string[] categories)
    {
        var (counts, row) = (new int[rows.Sum(r => r.Times), categories.Length], 0);
        foreach (var one in rows)
        {
            for (var n = 0; n < one.Times; n++, row++)
            {
                foreach (var answer in one.Answers)
                    counts[row, Array.IndexOf(categories, answer)]++;
            }
        }

        return RatingCounts.OfCounts(counts);
    }
}
