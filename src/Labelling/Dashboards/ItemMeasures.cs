using System.Text.Json.Serialization;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Dashboards;

/// <summary>What agreement over a project needs of a case's class or question beside its sums: no sum in the database gives a correlation.</summary>
/// <param name="Readers">In the order of their letters.</param>
/// <param name="Numbers">Of a question: by reader; null where one gave no number.</param>
/// <param name="Attributes">
/// Of a class: attribute → objects that are the same thing in the eyes of two readers or more → what each answered, as <see cref="ProjectAgreement.Categories"/> and numbers are
/// spelled; null where a reader lacks the object.
/// </param>
/// <param name="Surface">Of a class with masks that somebody drew.</param>
/// <param name="Spans">Of a class of texts, and of a case as a whole.</param>
internal sealed record ItemMeasures(
    IReadOnlyList<Guid> Readers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<double?>? Numbers = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<string?>>>? Attributes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SurfaceMeasures? Surface = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SpanMeasures? Spans = null)
{
    /// <summary>Of a class in a case: beyond, the rest is not told.</summary>
    public const int MostObjects = 1_000;

    public static ItemMeasures? OfQuestion(Question question, IReadOnlyList<Guid> readers, IReadOnlyList<LabelDocument> documents) => question.Type == Question.Number
        ? new(readers, [.. documents.Select(d => GivenAnswer.Number(AnswerText.Of(d, question).Value))])
        : null;

    /// <param name="groups">Objects that are the same thing.</param>
    public static ItemMeasures? OfClass(
        LabelClass @class, IReadOnlyList<Guid> readers, IReadOnlyList<LabelDocument> documents, IReadOnlyList<ObjectGroup> groups, Figures figures, CaseSpans? spans)
    {
        var (attributes, surface) = (Attributed(@class, documents, groups), SurfaceMeasures.Of(@class.Id, figures));
        var own = CaseSpans.IsOfText(@class) ? spans?.OfClass(@class) : null;
        return attributes is null && surface is null && own is null ? null : new(readers, Attributes: attributes, Surface: surface, Spans: own);
    }

    private static Dictionary<string, IReadOnlyList<IReadOnlyList<string?>>>? Attributed(LabelClass @class, IReadOnlyList<LabelDocument> documents, IReadOnlyList<ObjectGroup> groups)
    {
        var asked = Rated(@class).ToArray();
        if (asked.Length == 0)
            return null;
        var byId = documents.Select(d => d.Objects.Where(o => o.Class == @class.Id).ToDictionary(o => o.Id, StringComparer.OrdinalIgnoreCase)).ToArray();
        DocumentObject?[][] same = [.. groups.Where(g => g.Class == @class.Id && g.Members.Count == documents.Count)
            .Select(g => g.Members.Select((id, source) => id is null ? null : byId[source].GetValueOrDefault(id)).ToArray()).Where(g => g.Count(o => o is not null) > 1).Take(MostObjects)];
        return same.Length == 0 ? null : asked.ToDictionary(a => a.Id, IReadOnlyList<IReadOnlyList<string?>> (a) =>
            [.. same.Select(g => g.Select(o => o is null ? null : ProjectAgreement.Category(AnswerText.Of(o.Attributes, a.Id))).ToArray())]);
    }

    /// <summary>Numbers, and answers that are one of some categories.</summary>
    public static IEnumerable<Question> Rated(LabelClass @class) => (@class.Attributes ?? []).Where(a => a.Type == Question.Number || ProjectAgreement.Categories(a) is not null);
}

/// <summary>Means over a case's pairs of readers.</summary>
/// <param name="Hd95Mm">Where only one of two drew it, the diagonal of the series counts.</param>
/// <param name="Missing">Pairs of which only one drew it.</param>
internal sealed record SurfaceMeasures(double Hd95Mm, double Nsd, double ToleranceMm, int Missing)
{
    /// <returns>Null where nobody drew it: that is no border that two have in common.</returns>
    public static SurfaceMeasures? Of(string @class, Figures figures)
    {
        var pairs = figures.Pairs.Select(p => p.Surfaces?.GetValueOrDefault(@class)).OfType<SurfaceFigures>().ToArray();
        return pairs.Length == 0 ? null
            : new(pairs.Average(p => p.Hd95Mm ?? p.WorstMm), pairs.Average(p => p.Nsd), pairs[0].ToleranceMm, pairs.Count(p => p.Hd95Mm is null));
    }
}

/// <summary>One case's, with what it is of.</summary>
internal sealed record MeasuredItem(ProjectCaseId Case, ItemKind Kind, string Item, ItemMeasures Measures)
{
    /// <param name="attribute">Null for a question.</param>
    public IEnumerable<NumberRow> Numbers(string? attribute) => attribute is null
        ? Measures.Numbers is { } numbers ? [new(Case, Measures.Readers, numbers)] : []
        : Objects(attribute).Select(o => new NumberRow(Case, Measures.Readers, [.. o.Select(GivenAnswer.Number)]));

    public IEnumerable<IReadOnlyList<string?>> Objects(string attribute) => Measures.Attributes?.GetValueOrDefault(attribute) ?? [];
}
