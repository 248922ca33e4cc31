using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

/// <summary>What the form says of one class, question or type of relations of the version before, or of a part of one.</summary>
internal sealed class ChangeDraft
{
    public const string Keep = "same";
    public const string Rename = "rename";
    public const string Split = "split";
    public const string Drop = "drop";

    public string From { get; init; } = "";

    /// <summary>As the version before calls it; none of a part.</summary>
    public Bilingual? Name { get; init; }
    public bool IsQuestion { get; init; }
    public bool IsRelation { get; init; }
    public bool IsClass => !IsQuestion && !IsRelation && Part is null;

    /// <summary>Of a class or a question that goes over: what the new version leaves out of it.</summary>
    public SchemaPart? Part { get; init; }

    /// <summary>Of a question.</summary>
    public string? Type { get; init; }
    public string Kind { get; set; } = "";
    public string To { get; set; } = "";
    public string Reason { get; set; } = "";
    public string AskRu { get; set; } = "";
    public string AskEn { get; set; } = "";
    public string Attribute { get; set; } = "";
    public string Otherwise { get; set; } = "";

    /// <summary>Of a split: the classes that it may become.</summary>
    public HashSet<string> Targets { get; init; } = [];

    /// <summary>Of a split by an attribute: its option → the class.</summary>
    public Dictionary<string, string> ByOption { get; init; } = [];

    /// <summary>Choices among the old class's attributes: what a split may go by.</summary>
    public IReadOnlyList<Question> Attributes { get; init; } = [];

    /// <summary>The options of a split by a person that the form did not make.</summary>
    private IReadOnlyList<SplitOption> Given { get; init; } = [];

    public Question? SplitBy => Attributes.FirstOrDefault(a => a.Id == Attribute);

    public static ChangeDraft Of(LabelClass old, ClassFate? change) => new()
    {
        From = old.Id,
        Name = old.Name,
        Attributes = [.. (old.Attributes ?? []).Where(a => a.Type == Question.Choice)],
        ByOption = change?.Split is { Attribute: not null } by ? by.Options.DistinctBy(o => o.Id).ToDictionary(o => o.Id, o => o.To) : [],
        Kind = change is null ? "" : change.Split is not null ? Split : change.To is not null ? Rename : Drop,
        To = change?.To ?? "",
        Reason = change?.Drop ?? "",
        AskRu = change?.Split?.Ask?.Ru ?? "",
        AskEn = change?.Split?.Ask?.En ?? "",
        Attribute = change?.Split?.Attribute ?? "",
        Otherwise = change?.Split?.Otherwise ?? "",
        Targets = [.. change?.Split?.Options.Select(o => o.To) ?? []],
        Given = change?.Split?.Options ?? [],
    };

    public static ChangeDraft Of(Question old, QuestionFate? change) =>
        new() { From = old.Id, Name = old.Text, Type = old.Type, IsQuestion = true, Kind = change is null ? "" : change.To is not null ? Rename : Drop, To = change?.To ?? "", Reason = change?.Drop ?? "" };

    public static ChangeDraft Of(RelationType old, RelationFate? change) =>
        new() { From = old.Id, Name = old.Name, IsRelation = true, Kind = change is null ? "" : change.To is not null ? Rename : Drop, To = change?.To ?? "", Reason = change?.Drop ?? "" };

    public static ChangeDraft Of(SchemaPart part, string? to = null, string? drop = null) =>
        new() { From = part.Where, Part = part, Kind = to is not null ? Rename : drop is not null ? Drop : "", To = to ?? "", Reason = drop ?? "" };

    public ClassFate? ToClassChange(SchemaContent after) => Kind switch
    {
        Rename => new(From, To: To),
        Split when SplitBy is { } attribute => new(From, Split: new(new(AskRu, AskEn),
            [.. attribute.Options.Where(o => ByOption.GetValueOrDefault(o.Id, "").Length > 0).Select(o => new SplitOption(o.Id, o.Text, ByOption[o.Id]))], Attribute, Otherwise.Length > 0 ? Otherwise : null)),
        Split => new(From, Split: new(new(AskRu, AskEn), [.. Given.Where(o => Targets.Contains(o.To)),
            .. Targets.Where(t => Given.All(o => o.To != t)).Order(StringComparer.Ordinal).Select(t => new SplitOption(t, after.Class(t)?.Name ?? new Bilingual(t, t), t))],
            Otherwise: Otherwise.Length > 0 ? Otherwise : null)),
        Drop => new(From, Drop: Reason),
        _ => null,
    };

    public QuestionFate? ToQuestionChange() => Kind switch { Rename => new(From, To: To), Drop => new(From, Drop: Reason), _ => null };

    public RelationFate? ToRelationChange() => Kind switch { Rename => new(From, To: To), Drop => new(From, Drop: Reason), _ => null };

    /// <summary>With what the form says of parts.</summary>
    public static SchemaMigration With(SchemaMigration migration, IEnumerable<ChangeDraft> changes)
    {
        ChangeDraft[] said = [.. changes.Where(c => c.Part is not null && c.Kind is Rename or Drop)];
        return migration with
        {
            Attributes = Of(SchemaPart.Attribute, (p, to, drop) => new AttributeFate(p.Class!, p.Id, to, drop, p.In)),
            Geometries = Of(SchemaPart.Geometry, (p, _, drop) => new GeometryFate(p.Class!, p.Id, drop ?? "", p.In)),
            Options = Of(SchemaPart.Option, (p, to, drop) => new OptionFate(p.Question!, p.Id, to, drop, p.Class, p.In)),
        };

        T[]? Of<T>(string kind, Func<SchemaPart, string?, string?, T> make) =>
            said.Where(c => c.Part!.Value.Kind == kind).Select(c => make(c.Part!.Value, c.Kind == Rename ? c.To : null, c.Kind == Drop ? c.Reason : null)).ToArray() is { Length: > 0 } any ? any : null;
    }
}
