using System.Text.RegularExpressions;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

/// <summary>A schema cannot be used as it stands.</summary>
/// <param name="Reason">What is wrong, stable.</param>
/// <param name="Where">The id (or the number) of the class, question, relation or change; of an attribute behind its class's and a slash.</param>
internal sealed record SchemaIsUnfit(string Reason, string Where) : Refusal("labelling/schema-is-unfit", 422)
{
    public override string WordsKey => $"reason.labelling.schema.{Reason}";

    /// <summary>"class", "attribute", "question", "relation" or "change"; empty when the fault is the whole schema's.</summary>
    internal string Part { get; init; } = "";

    /// <summary>From one, among those of its part; for an attribute, that of its class.</summary>
    internal int Place { get; init; }

    /// <summary>Of an attribute in its class, from one.</summary>
    internal int Inner { get; init; }
}

/// <summary>Everything that keeps a schema from being published.</summary>
/// <param name="kind">What is labelled: it decides how a class may be marked.</param>
/// <param name="before">The published version whose labels are to become labels of this one.</param>
internal sealed partial class SchemaFaults(SchemaContent schema, DataKind kind, SchemaContent? before = null, SchemaMigration? migration = null)
{
    private readonly IReadOnlyList<string> geometries = Geometry.Of(kind);
    private readonly HashSet<string> parents = [.. schema.Classes.Select(c => c.Parent).OfType<string>()];

    /// <returns>In the order of the schema's parts.</returns>
    public IEnumerable<SchemaIsUnfit> All() =>
        Whole().Concat(schema.Classes.Index().SelectMany(c => OfClass(c.Item, c.Index + 1)))
            .Concat(schema.Questions.Index().SelectMany(q => QuestionFaults(q.Item, schema.Questions.Take(q.Index), ofCase: true).Select(
                reason => new SchemaIsUnfit(reason, Named(q.Item.Id, q.Index + 1)) { Part = "question", Place = q.Index + 1 })))
            .Concat((schema.Relations ?? []).Index().SelectMany(r => RelationFaults(r.Item).Select(
                reason => new SchemaIsUnfit(reason, Named(r.Item.Id, r.Index + 1)) { Part = "relation", Place = r.Index + 1 })))
            .Concat(before is null ? [] : new MigrationFaults(before, schema, migration ?? SchemaMigration.None).All());

    private IEnumerable<SchemaIsUnfit> Whole()
    {
        if (schema.Classes.Count == 0 && schema.Questions.Count == 0)
            yield return new("asks-nothing", "");
        if (schema.Classes.Count > SchemaContent.MostClasses || schema.Questions.Count > SchemaContent.MostQuestions || schema.Relations?.Count > SchemaContent.MostRelations)
            yield return new("too-much", $"{SchemaContent.MostClasses}/{SchemaContent.MostQuestions}/{SchemaContent.MostRelations}");
        foreach (var twice in Repeated(schema.Classes.Select(c => c.Id).Concat(schema.Questions.Select(q => q.Id))).Concat(Repeated((schema.Relations ?? []).Select(r => r.Id))))
            yield return new("id-twice", twice);
        if (schema.Classes.SelectMany(c => c.Pictures ?? []).Sum(InstructionPictures.Bytes) > InstructionPictures.MostBytes)
            yield return new("pictures-too-large", $"{InstructionPictures.MostBytes >> 20}");
        if (schema.Relations is not null && kind != DataKind.ClinicalText)
            yield return new("relations-need-text", "");
    }

    private IEnumerable<SchemaIsUnfit> OfClass(LabelClass one, int place)
    {
        foreach (var reason in ClassFaults(one).Concat(CodeFaults(one.Codes ?? [])).Concat(InstructionFaults(one)))
            yield return new(reason, Named(one.Id, place)) { Part = "class", Place = place };
        foreach (var (inner, attribute) in (one.Attributes ?? []).Index())
        {
            foreach (var reason in QuestionFaults(attribute, one.Attributes!.Take(inner), ofCase: false))
            {
                yield return new(reason, $"{Named(one.Id, place)}/{Named(attribute.Id, inner + 1)}") { Part = "attribute", Place = place, Inner = inner + 1 };
            }
        }
    }

    private IEnumerable<string> ClassFaults(LabelClass one)
    {
        if (!IsId(one.Id))
            yield return "id-unfit";
        if (!IsNamed(one.Name, SchemaContent.NameLimit))
            yield return "name-missing";
        if (!ColorPattern().IsMatch(one.Color))
            yield return "color-unfit";
        if (one.Geometries.Count == 0 && !parents.Contains(one.Id))
            yield return "geometry-missing";
        if (one.Geometries.Any(g => !Geometry.All.Contains(g)) || one.Geometries.Distinct().Count() != one.Geometries.Count)
            yield return "geometry-unknown";
        else if (one.Geometries.Any(g => !geometries.Contains(g)))
            yield return "geometry-of-other-data";
        if (one.Parent is not null && ParentFault(one) is { } fault)
            yield return fault;
        if (one.Attributes is { } attributes)
        {
            if (attributes.Count > SchemaContent.MostAttributes)
                yield return "attributes-too-many";
            if (Repeated(attributes.Select(a => a.Id)).Any())
                yield return "attribute-twice";
            if (one.Geometries.All(g => g == Geometry.Mask))
                yield return "attributes-need-objects";
        }
    }

    private string? ParentFault(LabelClass one)
    {
        var passed = new HashSet<string> { one.Id };
        for (var at = one.Parent; at is not null; at = schema.Class(at)!.Parent)
        {
            if (schema.Class(at) is null)
                return "parent-unknown";
            if (!passed.Add(at))
                return "parent-cycle";
        }

        return passed.Count > SchemaContent.MostLevels ? "parent-too-deep" : null;
    }

    private static IEnumerable<string> CodeFaults(IReadOnlyList<LabelCode> codes)
    {
        if (codes.Any(c => !CodingScheme.Fits(c)))
            yield return "code-unfit";
        if (codes.Count > SchemaContent.MostCodes || codes.DistinctBy(c => (c.Scheme, c.Value)).Count() != codes.Count)
            yield return "code-twice";
    }

    private static IEnumerable<string> InstructionFaults(LabelClass one)
    {
        if (one.Description is { } text && !IsNamed(text, SchemaContent.InstructionLimit))
            yield return "instruction-unfit";
        if (one.Pictures is { } pictures && (pictures.Count > InstructionPictures.MostOfClass || pictures.Any(p => !InstructionPictures.Fits(p) || !IsNamed(p.Caption, SchemaContent.NameLimit))))
            yield return "picture-unfit";
    }

    private IEnumerable<string> QuestionFaults(Question one, IEnumerable<Question> earlier, bool ofCase)
    {
        if (!IsId(one.Id))
            yield return "id-unfit";
        if (!IsNamed(one.Text, SchemaContent.NameLimit))
            yield return "name-missing";
        if (!Question.Types.Contains(one.Type))
            yield return "type-unknown";
        if (one.HasOptions && one.Options.Count is < 2 or > SchemaContent.MostOptions)
            yield return "options-too-few";
        if (one.Options.Any(o => !IsId(o.Id)) || one.Options.Select(o => o.Id).Distinct().Count() != one.Options.Count)
            yield return "option-id-unfit";
        if (one.Options.Any(o => !IsNamed(o.Text, SchemaContent.NameLimit)))
            yield return "option-name-missing";
        if (one.Ordinal && one.Type != Question.Choice)
            yield return "ordinal-needs-choice";
        if (one.Min is { } min && !double.IsFinite(min) || one.Max is { } max && !double.IsFinite(max) || one.Min > one.Max)
            yield return "range-unfit";
        if (one.Unit is { } unit && (string.IsNullOrWhiteSpace(unit) || unit.Length > 20))
            yield return "unit-unfit";
        if (one.OnlyIf is { } condition && new ConditionFaults(schema, [.. earlier], ofCase).First(condition) is { } fault)
            yield return fault;
    }

    private IEnumerable<string> RelationFaults(RelationType one)
    {
        if (!IsId(one.Id))
            yield return "id-unfit";
        if (!IsNamed(one.Name, SchemaContent.NameLimit))
            yield return "name-missing";
        if (one.From.Count == 0 || one.To.Count == 0 || one.From.Concat(one.To).Any(c => schema.Class(c) is null))
            yield return "relation-ends-unfit";
    }

    private static IEnumerable<string> Repeated(IEnumerable<string> ids) =>
        ids.GroupBy(id => id, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1).Select(g => g.Key);

    private static string Named(string id, int place) => id.Length > 0 ? id : $"{place}";

    internal static bool IsNamed(Bilingual? text, int limit) => text is not null && IsFilled(text.Ru, limit) && IsFilled(text.En, limit);

    private static bool IsFilled(string? text, int limit) => !string.IsNullOrWhiteSpace(text) && text.Length <= limit;

    internal static bool IsId(string id) => IdPattern().IsMatch(id);

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,63}\z")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"^#[0-9a-fA-F]{6}\z")]
    private static partial Regex ColorPattern();
}

/// <param name="earlier">What the condition may look at.</param>
/// <param name="ofCase">A question of the case; an attribute knows only its own object.</param>
internal sealed class ConditionFaults(SchemaContent schema, IReadOnlyList<Question> earlier, bool ofCase)
{
    private int parts;

    public string? First(Condition? condition, int level = 1)
    {
        if (condition is null || ++parts > Condition.MostParts || level > Condition.MostLevels || KindsOf(condition) != 1)
            return "condition-unfit";
        if (condition.Question is { } id)
            return earlier.FirstOrDefault(q => q.Id == id) is { } asked ? ValueFault(condition, asked) : "condition-looks-ahead";
        if (condition.Is is not null || condition.AtLeast is not null || condition.AtMost is not null)
            return "condition-unfit";
        if (condition.Class is { } marked)
            return ofCase && schema.Class(marked) is not null ? null : "condition-class-unknown";
        return condition.Parts.Any() ? condition.Parts.Select(p => First(p, level + 1)).FirstOrDefault(f => f is not null) : "condition-unfit";
    }

    private static int KindsOf(Condition one) => new object?[] { one.All, one.Any, one.Not, one.Question, one.Class }.Count(k => k is not null);

    private static string? ValueFault(Condition condition, Question asked)
    {
        var isNumber = asked.Type == Question.Number;
        var bounded = condition.AtLeast is not null || condition.AtMost is not null;
        if (bounded && (!isNumber || !double.IsFinite(condition.AtLeast ?? 0) || !double.IsFinite(condition.AtMost ?? 0) || condition.AtLeast > condition.AtMost))
            return "condition-value-unfit";
        if (condition.Is is not { } some)
            return null;
        var fits = asked.Type == Question.YesNo ? some.All(v => v is "true" or "false") : asked.HasOptions && some.All(asked.HasOption);
        return fits && some.Count > 0 ? null : "condition-value-unfit";
    }
}
