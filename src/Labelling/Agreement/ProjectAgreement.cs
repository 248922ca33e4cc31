using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <param name="Mean">Over the compared cases; null before the first.</param>
/// <param name="Measure">"dice" of masks, or "objects": the F1 of matching times the similarity of what matches.</param>
internal sealed record ClassAgreement(string Id, double? Mean, double? Lowest, int Cases, string Measure);

/// <param name="Kappa">Chance-corrected agreement by <paramref name="Coefficient"/>; null when undefined or when the answers are not categories.</param>
/// <param name="Lower">Of the 95 % interval.</param>
/// <param name="Observed">The share of pairs with equal answers; null before the first.</param>
/// <param name="Coefficient">"cohen-kappa" where every case had two readers, "krippendorff-alpha" (without an interval) where one had more.</param>
internal sealed record QuestionAgreement(string Id, double? Kappa, double? Lower, double? Upper, double? Observed, int Cases, string? Coefficient);

/// <summary>
/// How far the readers of a project agree. κ is of the first and the second source of each case: the readers are
/// exchangeable, for pairs change from case to case and their order is drawn by a hash.
/// </summary>
internal sealed record ProjectAgreement(IReadOnlyList<ClassAgreement> Classes, IReadOnlyList<QuestionAgreement> Questions)
{
    private const double Level = 0.95;

    public static ProjectAgreement Of(SchemaContent schema, IReadOnlyCollection<Figures> compared) => new(
        [.. schema.Classes.Where(c => c.Geometries.Count > 0).Select(c => Class(c, compared))],
        [.. schema.Questions.Where(q => q.Type != Schemas.Question.FreeText).Select(q => Question(q, compared))]);

    private static ClassAgreement Class(LabelClass one, IReadOnlyCollection<Figures> compared)
    {
        var measure = one.Geometries.Contains(Geometry.Mask) ? "dice" : "objects";
        var agreement = compared.Select(f => f.Agreement).Where(d => d.ContainsKey(one.Id)).Select(d => d[one.Id]).ToArray();
        return agreement.Length == 0 ? new(one.Id, null, null, 0, measure) : new(one.Id, agreement.Average(), agreement.Min(), agreement.Length, measure);
    }

    private static QuestionAgreement Question(Question question, IReadOnlyCollection<Figures> compared)
    {
        var cases = compared.Where(f => f.Pairs.Any(p => p.Answers.ContainsKey(question.Id))).ToArray();
        if (cases.Length == 0)
            return new(question.Id, null, null, null, null, 0, null);
        var pairs = cases.SelectMany(f => f.Pairs).Select(p => p.Answers[question.Id]).ToArray();
        var observed = pairs.Count(p => p.First == p.Second) / (double)pairs.Length;
        if (Categories(question) is not { } categories)
            return new(question.Id, null, null, null, observed, cases.Length, null);
        if (cases.Any(f => f.Sources != 2))
            return new(question.Id, Alpha(question, cases, categories), null, null, observed, cases.Length, "krippendorff-alpha");
        var (first, second) = (pairs.Select(p => Category(p.First, categories)).ToArray(), pairs.Select(p => Category(p.Second, categories)).ToArray());
        var kappa = CohenKappa.Of(first, second, categories.Length + 2, KappaWeights.None, Level);
        return new(question.Id, kappa.Coefficient, kappa.Interval?.Lower, kappa.Interval?.Upper, observed, cases.Length, "cohen-kappa");
    }

    /// <summary>Where a case had a third reader or more: a coefficient that bears missing ratings.</summary>
    private static double? Alpha(Question question, Figures[] cases, string[] categories)
    {
        var raters = cases.Max(f => f.Sources);
        var ratings = new double?[cases.Length * raters];
        foreach (var (item, one) in cases.Index())
        {
            foreach (var pair in one.Pairs)
            {
                ratings[item * raters + pair.First] = Category(pair.Answers[question.Id].First, categories);
                ratings[item * raters + pair.Second] = Category(pair.Answers[question.Id].Second, categories);
            }
        }

        return KrippendorffAlpha.Of(ratings, raters, MeasurementScale.Nominal).Alpha;
    }

    private static string[]? Categories(Question question) => question.Type switch
    {
        Schemas.Question.Choice => [.. question.Options.Select(o => o.Id)],
        Schemas.Question.YesNo => ["false", "true"],
        _ => null,
    };

    /// <summary>Behind the declared options stand two more categories: cannot be assessed, and not answered.</summary>
    private static int Category(GivenAnswer answer, string[] categories) =>
        answer.CannotAssess ? categories.Length : answer.Value is null ? categories.Length + 1 : Array.IndexOf(categories, answer.Value);
}
