using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <param name="Mean">Over the compared cases, of the mean over their pairs of readers; null before the first.</param>
/// <param name="Lower">Of the 95 % interval (Student, over cases); null for fewer than two.</param>
/// <param name="Measure">"dice" of masks, or "objects": the F1 of matching times the similarity of what matches.</param>
internal sealed record ClassAgreement(string Id, double? Mean, double? Lower, double? Upper, double? Lowest, int Cases, string Measure);

/// <param name="Kappa">Chance-corrected agreement by <paramref name="Coefficient"/>; null when undefined or when the answers are not categories.</param>
/// <param name="Lower">Of the 95 % interval.</param>
/// <param name="Observed">The mean over cases of the share of pairs with equal answers; null before the first.</param>
/// <param name="Coefficient">
/// "cohen-kappa" where every case had two readers, "krippendorff-alpha" where one had more; of an ordinal scale "cohen-kappa-quadratic" and
/// "krippendorff-alpha-ordinal".
/// </param>
/// <param name="Rated">The cases on which the coefficient stands: of an ordinal scale, those with two answers on the scale at least.</param>
internal sealed record QuestionAgreement(string Id, double? Kappa, double? Lower, double? Upper, double? Observed, int Cases, string? Coefficient, int Rated = 0);

/// <summary>A class's or question's agreement over some cases.</summary>
internal sealed record ItemSum(ItemKind Kind, string Item, int Cases, double Mean, double MeanOfSquares, double Lowest)
{
    /// <summary>Student's interval of the mean over cases, cut to [0, 1].</summary>
    public ConfidenceInterval? Interval
    {
        get
        {
            if (Cases < 2)
                return null;
            var variance = Math.Max(0, MeanOfSquares - Mean * Mean) * Cases / (Cases - 1);
            var half = StudentDistribution.Quantile(0.975, Cases - 1) * Math.Sqrt(variance / Cases);
            return new(Math.Max(0, Mean - half), Math.Min(1, Mean + half), 0.95);
        }
    }
}

/// <param name="Pattern">The answers of a case's readers, in the order of their letters.</param>
internal sealed record PatternCount(string Item, string Pattern, int Cases)
{
    public string[] Answers => Pattern.Split(CaseItem.Between);
}

/// <summary>How far the readers of a project agree.</summary>
internal sealed record ProjectAgreement(IReadOnlyList<ClassAgreement> Classes, IReadOnlyList<QuestionAgreement> Questions)
{
    public const string CannotAssess = "?";
    public const string NotAnswered = "";

    public static ProjectAgreement Of(SchemaContent schema, IReadOnlyCollection<ItemSum> items, IReadOnlyCollection<PatternCount> patterns)
    {
        var sums = items.ToDictionary(i => (i.Kind, i.Item));
        return new(
            [.. schema.Classes.Where(c => c.Geometries.Count > 0).Select(c => Class(c, sums.GetValueOrDefault((ItemKind.Class, c.Id))))],
            [.. schema.Questions.Where(q => q.Type != Schemas.Question.FreeText).Select(q => Question(q, sums.GetValueOrDefault((ItemKind.Question, q.Id)), [.. patterns.Where(p => p.Item == q.Id)]))]);
    }

    private static ClassAgreement Class(LabelClass one, ItemSum? sum)
    {
        var measure = one.Geometries.Contains(Geometry.Mask) ? "dice" : "objects";
        return sum is null ? new(one.Id, null, null, null, null, 0, measure) : new(one.Id, sum.Mean, sum.Interval?.Lower, sum.Interval?.Upper, sum.Lowest, sum.Cases, measure);
    }

    private static QuestionAgreement Question(Question question, ItemSum? sum, PatternCount[] patterns)
    {
        if (sum is null)
            return new(question.Id, null, null, null, null, 0, null);
        var found = CategoryAgreement.Of(question, [.. patterns.Select(p => new AnswerRow(p.Answers, p.Cases))]);
        return new(question.Id, found.Value, found.Interval?.Lower, found.Interval?.Upper, sum.Mean, sum.Cases, found.Name, found.Items);
    }

    /// <summary>Behind the declared options stand two more categories: cannot be assessed, and not answered.</summary>
    internal static string[]? Categories(Question question) => question.Type switch
    {
        Schemas.Question.Choice => [.. question.Options.Select(o => o.Id), CannotAssess, NotAnswered],
        Schemas.Question.YesNo => ["false", "true", CannotAssess, NotAnswered],
        _ => null,
    };
}
