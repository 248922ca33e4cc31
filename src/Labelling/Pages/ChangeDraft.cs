using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

/// <summary>What the form says of one class, question or type of relations of the version before.</summary>
internal sealed class ChangeDraft
{
    public const string Keep = "same";
    public const string Rename = "rename";
    public const string Split = "split";
    public const string Drop = "drop";

    public string From { get; init; } = "";
    public bool IsQuestion { get; init; }
    public bool IsRelation { get; init; }
    public bool IsClass => !IsQuestion && !IsRelation;
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

    public static ChangeDraft Of(string from, QuestionFate? change) =>
        new() { From = from, IsQuestion = true, Kind = change is null ? "" : change.To is not null ? Rename : Drop, To = change?.To ?? "", Reason = change?.Drop ?? "" };

    public static ChangeDraft Of(string from, RelationFate? change) =>
        new() { From = from, IsRelation = true, Kind = change is null ? "" : change.To is not null ? Rename : Drop, To = change?.To ?? "", Reason = change?.Drop ?? "" };

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
}
