using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

/// <summary>A part of a condition while it is being put together.</summary>
internal sealed class ConditionDraft
{
    public const string All = "all";
    public const string Any = "any";
    public const string Not = "not";
    public const string Answer = "answer";
    public const string Marked = "marked";

    public static readonly string[] Kinds = [Answer, Marked, All, Any, Not];

    public string Kind { get; set; } = Answer;
    public List<ConditionDraft> Parts { get; init; } = [];
    public string Question { get; set; } = "";
    public IReadOnlyCollection<string> Is { get; set; } = [];
    public double? AtLeast { get; set; }
    public double? AtMost { get; set; }
    public string Class { get; set; } = "";

    public bool HasParts => Kind is All or Any or Not;

    public static ConditionDraft Of(Condition one) => new()
    {
        Kind = one switch { { All: not null } => All, { Any: not null } => Any, { Not: not null } => Not, { Class: not null } => Marked, _ => Answer },
        Parts = [.. one.Parts.OfType<Condition>().Select(Of)],
        Question = one.Question ?? "",
        Is = one.Is ?? [],
        AtLeast = one.AtLeast,
        AtMost = one.AtMost,
        Class = one.Class ?? "",
    };

    public Condition ToCondition() => Kind switch
    {
        All => new(All: [.. Parts.Select(p => p.ToCondition())]),
        Any => new(Any: [.. Parts.Select(p => p.ToCondition())]),
        Not => Parts is [var only, ..] ? new(Not: only.ToCondition()) : new(),
        Marked => new(Class: Class),
        _ => new(Question: Question, Is: Is.Count > 0 ? [.. Is] : null, AtLeast: AtLeast, AtMost: AtMost),
    };
}
