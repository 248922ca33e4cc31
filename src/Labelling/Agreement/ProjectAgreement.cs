using System.Text.Json.Serialization;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <param name="Mean">Over the compared cases, of the mean over their pairs of readers; null before the first.</param>
/// <param name="Lower">Of the 95 % interval (Student, over cases); null for fewer than two.</param>
/// <param name="Measure">"dice" of masks, or "objects": the F1 of matching times the similarity of what matches.</param>
/// <param name="Surface">Of masks, where the patient's millimetres are known and somebody drew them.</param>
internal sealed record ClassAgreement(
    string Id, double? Mean, double? Lower, double? Upper, double? Lowest, int Cases, string Measure,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SurfaceAgreement? Surface = null);

/// <summary>How far the borders of a class's masks lie apart, over the cases where somebody drew it; of a case the mean over its pairs of readers.</summary>
/// <param name="Hd95Mm">The median over cases, mm: where only one of two drew it, the diagonal of the series counts, which would carry a mean away.</param>
/// <param name="Hd95Lower">Of the exact 95 % interval of the median; null for cases too few for one.</param>
/// <param name="Nsd">The mean share of borders within the tolerance.</param>
/// <param name="NsdLower">Of the 95 % interval (Student, over cases); null for fewer than two.</param>
/// <param name="Missing">Cases where not every reader drew it.</param>
internal sealed record SurfaceAgreement(
    double Hd95Mm, double? Hd95Lower, double? Hd95Upper, double Nsd, double? NsdLower, double? NsdUpper, double ToleranceMm, int Cases, int Missing)
{
    /// <summary>Of cases compared with one tolerance: where it was changed in between, those of the more frequent one.</summary>
    public static SurfaceAgreement? Of(IEnumerable<SurfaceMeasures> measured)
    {
        if (measured.GroupBy(m => m.ToleranceMm).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault() is not { } cases)
            return null;
        SurfaceMeasures[] all = [.. cases];
        var distance = MeasurementMedian.Of([.. all.Select(IReadOnlyList<double?> (m) => [m.Hd95Mm])], Coefficient.Level).Items[0]!;
        var share = new ItemSum(ItemKind.Class, "", all.Length, all.Average(m => m.Nsd), all.Average(m => m.Nsd * m.Nsd), all.Min(m => m.Nsd));
        var isSure = distance.Interval.Level >= Coefficient.Level;
        return new(distance.Value, isSure ? distance.Interval.Lower : null, isSure ? distance.Interval.Upper : null, share.Mean, share.Interval?.Lower, share.Interval?.Upper,
            cases.Key, all.Length, all.Count(m => m.Missing > 0));
    }
}

/// <param name="Kappa">Chance-corrected agreement by <paramref name="Coefficient"/>; null when undefined or when the answers are not categories.</param>
/// <param name="Lower">Of the 95 % interval.</param>
/// <param name="Observed">The mean over cases of the share of pairs with equal answers; null before the first.</param>
/// <param name="Coefficient">
/// "cohen-kappa" where every case had two readers, "krippendorff-alpha" where one had more; of an ordinal scale "cohen-kappa-quadratic" and
/// "krippendorff-alpha-ordinal".
/// </param>
/// <param name="Rated">The cases on which the coefficient stands: of an ordinal scale, those with two answers on the scale at least.</param>
internal sealed record QuestionAgreement(string Id, double? Kappa, double? Lower, double? Upper, double? Observed, int Cases, string? Coefficient, int Rated = 0);

/// <summary>Agreement of numbers, and of the attributes of objects that are the same thing in the eyes of two readers or more.</summary>
/// <param name="Class">Of an attribute; none for a question.</param>
/// <param name="Coefficient">
/// Of numbers "icc-2-1" where the same people read every case, "icc-1-1" where readers change from case to case; of other attributes as <see cref="QuestionAgreement"/> has it. None before
/// two things were rated.
/// </param>
/// <param name="Value">At most 1, without unit; null when undefined.</param>
/// <param name="Lower">Of the 95 % interval.</param>
/// <param name="Items">On which the coefficient stands: cases, of an attribute objects.</param>
/// <param name="Unit">Of the numbers.</param>
internal sealed record RatingAgreement(string? Class, string Id, string? Coefficient, double? Value, double? Lower, double? Upper, int Items, int Cases, string? Unit);

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
/// <param name="Spans">Of a project of texts.</param>
internal sealed record ProjectAgreement(
    IReadOnlyList<ClassAgreement> Classes, IReadOnlyList<QuestionAgreement> Questions, IReadOnlyList<RatingAgreement> Ratings,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SpanAgreement? Spans = null)
{
    public const string CannotAssess = "?";
    public const string NotAnswered = "";

    /// <param name="measured">By case, in one order.</param>
    public static ProjectAgreement Of(
        SchemaContent schema, IReadOnlyCollection<ItemSum> items, IReadOnlyCollection<PatternCount> patterns, IReadOnlyCollection<MeasuredItem> measured)
    {
        var sums = items.ToDictionary(i => (i.Kind, i.Item));
        return new(
            [.. schema.Classes.Where(c => c.Geometries.Count > 0).Select(c => Class(c, sums.GetValueOrDefault((ItemKind.Class, c.Id)),
                SurfaceAgreement.Of(measured.Where(m => m.Kind == ItemKind.Class && m.Item == c.Id).Select(m => m.Measures.Surface).OfType<SurfaceMeasures>())))],
            [.. schema.Questions.Where(q => q.Type != Schemas.Question.FreeText).Select(q => Question(q, sums.GetValueOrDefault((ItemKind.Question, q.Id)), [.. patterns.Where(p => p.Item == q.Id)]))],
            [.. Rated(schema, measured)], SpanAgreement.Of(schema, measured));
    }

    private static ClassAgreement Class(LabelClass one, ItemSum? sum, SurfaceAgreement? surface)
    {
        var measure = one.Geometries.Contains(Geometry.Mask) ? "dice" : "objects";
        return sum is null ? new(one.Id, null, null, null, null, 0, measure) : new(one.Id, sum.Mean, sum.Interval?.Lower, sum.Interval?.Upper, sum.Lowest, sum.Cases, measure, surface);
    }

    private static QuestionAgreement Question(Question question, ItemSum? sum, PatternCount[] patterns)
    {
        if (sum is null)
            return new(question.Id, null, null, null, null, 0, null);
        var found = CategoryAgreement.Of(question, [.. patterns.Select(p => new AnswerRow(p.Answers, p.Cases))]);
        return new(question.Id, found.Value, found.Interval?.Lower, found.Interval?.Upper, sum.Mean, sum.Cases, found.Name, found.Items);
    }

    /// <summary>Number questions, and attributes of objects: all but free text and several options.</summary>
    private static IEnumerable<RatingAgreement> Rated(SchemaContent schema, IReadOnlyCollection<MeasuredItem> measured)
    {
        var (classes, questions) = (measured.Where(m => m.Kind == ItemKind.Class).ToLookup(m => m.Item), measured.Where(m => m.Kind == ItemKind.Question).ToLookup(m => m.Item));
        foreach (var question in schema.Questions.Where(q => q.Type == Schemas.Question.Number))
            yield return Rated(null, question, [.. questions[question.Id].SelectMany(m => m.Numbers(null))]);
        foreach (var one in schema.Classes)
        {
            foreach (var attribute in ItemMeasures.Rated(one))
            {
                if (attribute.Type == Schemas.Question.Number)
                {
                    yield return Rated(one.Id, attribute, [.. classes[one.Id].SelectMany(m => m.Numbers(attribute.Id))]);
                    continue;
                }

                var objects = classes[one.Id].SelectMany(m => m.Objects(attribute.Id).Select(o => (m.Case, Row: new AnswerRow([.. o.OfType<string>()], 1)))).ToArray();
                var found = CategoryAgreement.Of(attribute, [.. objects.Select(o => o.Row)]);
                yield return new(one.Id, attribute.Id, found.Name, found.Value, found.Interval?.Lower, found.Interval?.Upper, found.Items, objects.Select(o => o.Case).Distinct().Count(), null);
            }
        }
    }

    private static RatingAgreement Rated(string? @class, Question asked, NumberRow[] rows)
    {
        var found = NumberAgreement.Intraclass(rows);
        return new(@class, asked.Id, found.Name, found.Value, found.Interval?.Lower, found.Interval?.Upper, found.Items,
            rows.Where(r => r.Values.Count(v => v is not null) > 1).Select(r => r.Case).Distinct().Count(), asked.Unit);
    }

    internal static string Category(GivenAnswer answer) => answer.CannotAssess ? CannotAssess : answer.Value ?? NotAnswered;

    /// <summary>Behind the declared options stand two more categories: cannot be assessed, and not answered.</summary>
    internal static string[]? Categories(Question question) => question.Type switch
    {
        Schemas.Question.Choice => [.. question.Options.Select(o => o.Id), CannotAssess, NotAnswered],
        Schemas.Question.YesNo => ["false", "true", CannotAssess, NotAnswered],
        _ => null,
    };
}
