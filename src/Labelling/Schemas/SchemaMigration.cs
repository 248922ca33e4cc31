using System.Text.Json.Serialization;
using Pirogov.Labelling.Contracts;

namespace Pirogov.Labelling.Schemas;

/// <param name="Id">When the split goes by an attribute, that option's id.</param>
/// <param name="To">The class of the new version.</param>
internal sealed record SplitOption(string Id, Bilingual Text, string To);

/// <summary>One class becomes several: which of them a label is, its attribute says or, where that is silent, the person who opens it.</summary>
/// <param name="Ask">The question to the person.</param>
/// <param name="Attribute">A choice among the old class's attributes; its options decide.</param>
/// <param name="Otherwise">The class for labels of readings that are locked: nobody can be asked about them any more.</param>
internal sealed record ClassSplit(
    Bilingual Ask, IReadOnlyList<SplitOption> Options,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Attribute = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Otherwise = null);

/// <summary>
/// What becomes of a class of the version before. Exactly one of the three: <paramref name="To"/> renames it (several with one target are merged),
/// <paramref name="Split"/> parts it, <paramref name="Drop"/> says why its labels end here. A class that is in both versions needs none.
/// </summary>
internal sealed record ClassFate(
    string From,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ClassSplit? Split = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Drop = null);

/// <summary>What becomes of a question: another id, or an end with its reason.</summary>
internal sealed record QuestionFate(
    string From,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Drop = null);

/// <summary>What becomes of a type of relations: another id, or an end with its reason.</summary>
internal sealed record RelationFate(
    string From,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Drop = null);

internal sealed record SchemaMigration(
    IReadOnlyList<ClassFate> Classes, IReadOnlyList<QuestionFate> Questions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RelationFate>? Relations = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<AttributeFate>? Attributes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<GeometryFate>? Geometries = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<OptionFate>? Options = null)
{
    public const int ReasonLimit = 1_000;

    public static SchemaMigration None { get; } = new([], []);

    /// <summary>The classes that labels of an earlier one become, whichever of them each.</summary>
    public IEnumerable<string> Targets(string @class) => Classes.FirstOrDefault(c => c.From == @class) switch
    {
        null => [@class],
        { Split: { } split } => split.Options.Select(o => o.To).Distinct(),
        { To: { } to } => [to],
        _ => [],
    };

    /// <returns>The type that relations of an earlier one have; null where they end.</returns>
    public string? Relation(string type) => Relations?.FirstOrDefault(r => r.From == type) is { } change ? change.To : type;

    /// <returns>The question that answers to an earlier one become; null where they end.</returns>
    public string? Question(string id) => Questions.FirstOrDefault(q => q.From == id) is { } change ? change.To : id;

    /// <param name="target">The class that the label becomes; what is said of it alone goes before what is said of all.</param>
    public AttributeFate? Attribute(string @class, string attribute, string? target) =>
        Nearest(Attributes, a => a.Class == @class && a.From == attribute, a => a.In, target);

    /// <returns>The attribute of the class that the label becomes; null where the old one ends.</returns>
    public string? AttributeIn(string @class, string attribute, string target) => Attribute(@class, attribute, target) is { } change ? change.To : attribute;

    public GeometryFate? Geometry(string @class, string geometry, string? target) =>
        Nearest(Geometries, g => g.Class == @class && g.From == geometry, g => g.In, target);

    /// <param name="class">None for a question of the case.</param>
    public OptionFate? Option(string? @class, string question, string option, string? target) =>
        Nearest(Options, o => o.Class == @class && o.Question == question && o.From == option, o => o.In, target);

    private static T? Nearest<T>(IReadOnlyList<T>? fates, Func<T, bool> isOf, Func<T, string?> place, string? target) where T : class =>
        fates?.Where(f => isOf(f) && (place(f) is not { } only || only == target)).MaxBy(f => place(f) is not null);

    /// <summary>A member that JSON left out arrives as null whatever its type says.</summary>
    internal static SchemaMigration Of(SchemaMigration given) => Of(given.Classes, given.Questions, given.Relations) with
    {
        Attributes = Some(given.Attributes?.OfType<AttributeFate>().Select(a => a with { Class = a.Class ?? "", From = a.From ?? "" })),
        Geometries = Some(given.Geometries?.OfType<GeometryFate>().Select(g => g with { Class = g.Class ?? "", From = g.From ?? "", Drop = g.Drop ?? "" })),
        Options = Some(given.Options?.OfType<OptionFate>().Select(o => o with { Question = o.Question ?? "", From = o.From ?? "" })),
    };

    private static SchemaMigration Of(IEnumerable<ClassFate?>? classes, IEnumerable<QuestionFate?>? questions, IEnumerable<RelationFate?>? relations) => new(
        [.. (classes ?? []).OfType<ClassFate>().Select(c => c with
        {
            From = c.From ?? "",
            Split = c.Split is null ? null : c.Split with { Options = [.. (c.Split.Options ?? []).OfType<SplitOption>().Select(o => o with { Id = o.Id ?? "", To = o.To ?? "" })] },
        })],
        [.. (questions ?? []).OfType<QuestionFate>().Select(q => q with { From = q.From ?? "" })],
        Some(relations?.OfType<RelationFate>().Select(r => r with { From = r.From ?? "" })));

    private static T[]? Some<T>(IEnumerable<T>? said) => said?.ToArray() is { Length: > 0 } any ? any : null;
}

/// <summary>What keeps a new version from taking over the labels of the one before.</summary>
internal sealed class MigrationFaults(SchemaContent before, SchemaContent after, SchemaMigration migration)
{
    public IEnumerable<SchemaIsUnfit> All()
    {
        foreach (var (place, change) in migration.Classes.Index())
        {
            if (Fault(change, migration.Classes.Take(place)) is { } reason)
                yield return Named(reason, change.From, place);
        }

        foreach (var (place, change) in migration.Questions.Index())
        {
            if (Fault(change, migration.Questions.Take(place)) is { } reason)
                yield return Named(reason, change.From, migration.Classes.Count + place);
        }

        foreach (var (place, change) in Relations.Index())
        {
            if (Fault(change, Relations.Take(place)) is { } reason)
                yield return Named(reason, change.From, migration.Classes.Count + migration.Questions.Count + place);
        }

        foreach (var lost in before.Classes.Where(c => after.Class(c.Id) is null && migration.Classes.All(m => m.From != c.Id)))
            yield return new("change-undeclared", lost.Id);
        foreach (var lost in before.Questions.Where(q => after.Question(q.Id)?.Type != q.Type && migration.Questions.All(m => m.From != q.Id)))
            yield return new("change-undeclared", lost.Id);
        foreach (var lost in (before.Relations ?? []).Where(r => after.Relation(r.Id) is null && Relations.All(m => m.From != r.Id)))
            yield return new("change-undeclared", lost.Id);
        foreach (var fault in new PartFaults(before, after, migration).All(migration.Classes.Count + migration.Questions.Count + Relations.Count))
            yield return fault;
    }

    private IReadOnlyList<RelationFate> Relations => migration.Relations ?? [];

    private static SchemaIsUnfit Named(string reason, string from, int place) => new(reason, from.Length > 0 ? from : $"{place + 1}") { Part = "change", Place = place + 1 };

    private string? Fault(ClassFate change, IEnumerable<ClassFate> earlier)
    {
        if (before.Class(change.From) is not { } old)
            return "change-of-unknown";
        if (earlier.Any(e => e.From == change.From))
            return "change-twice";
        if (new object?[] { change.To, change.Split, change.Drop }.Count(c => c is not null) != 1)
            return "change-unfit";
        if (change.Split is { } split)
            return SplitFault(split, old);
        return change.To is { } to ? after.Class(to) is null ? "change-target-unknown" : null : ReasonFault(change.Drop!);
    }

    private string? SplitFault(ClassSplit split, LabelClass old)
    {
        if (split.Options.Count < 2 || split.Options.Select(o => o.Id).Distinct().Count() != split.Options.Count || !SchemaFaults.IsNamed(split.Ask, SchemaContent.NameLimit)
            || split.Options.Any(o => !SchemaFaults.IsId(o.Id) || !SchemaFaults.IsNamed(o.Text, SchemaContent.NameLimit)))
            return "split-unfit";
        if (split.Options.Any(o => after.Class(o.To) is null) || split.Otherwise is { } otherwise && after.Class(otherwise) is null)
            return "change-target-unknown";
        if (split.Attribute is null)
            return null;
        var attribute = old.Attributes?.FirstOrDefault(a => a.Id == split.Attribute && a.Type == Question.Choice);
        return attribute is not null && split.Options.All(o => attribute.HasOption(o.Id)) ? null : "split-attribute-unfit";
    }

    private string? Fault(QuestionFate change, IEnumerable<QuestionFate> earlier) =>
        Fault((change.From, change.To, change.Drop), earlier.Select(e => e.From), before.Question, after.Question, static (old, target) => target.Type == old.Type);

    private string? Fault(RelationFate change, IEnumerable<RelationFate> earlier) =>
        Fault((change.From, change.To, change.Drop), earlier.Select(e => e.From), before.Relation, after.Relation, static (old, target) => old.Directed || !target.Directed);

    private static string? Fault<T>(
        (string From, string? To, string? Drop) change, IEnumerable<string> earlier, Func<string, T?> before, Func<string, T?> after, Func<T, T, bool> isAlike) where T : class
    {
        if (before(change.From) is not { } old)
            return "change-of-unknown";
        if (earlier.Contains(change.From))
            return "change-twice";
        if (change.To is null == change.Drop is null)
            return "change-unfit";
        if (change.To is null)
            return ReasonFault(change.Drop!);
        return after(change.To) is not { } target ? "change-target-unknown" : isAlike(old, target) ? null : "change-of-other-type";
    }

    internal static string? ReasonFault(string reason) => string.IsNullOrWhiteSpace(reason) || reason.Length > SchemaMigration.ReasonLimit ? "change-reason-unfit" : null;
}
