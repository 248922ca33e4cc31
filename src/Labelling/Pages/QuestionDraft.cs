using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

internal sealed class OptionDraft
{
    public string Id { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";

    /// <summary>In the reader's language, or whatever is there yet.</summary>
    public string Label => Wording.Drafted(Ru, En, Id);
}

internal sealed class QuestionDraft
{
    public bool IsBlank => Id.Length + Ru.Length + En.Length == 0;

    public string Id { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";
    public string Type { get; set; } = Question.Choice;
    public List<OptionDraft> Options { get; init; } = [new(), new()];
    public bool Required { get; set; } = true;
    public string Unit { get; set; } = "";
    public double? Min { get; set; }
    public double? Max { get; set; }
    public bool AllowUncertain { get; set; }
    public bool AllowCannotAssess { get; set; }
    public ConditionDraft? OnlyIf { get; set; }

    /// <summary>Kept while another type is tried out.</summary>
    public bool Ordinal { get; set; }

    public bool HasOptions => Type is Question.Choice or Question.Multichoice;

    /// <summary>In the reader's language, or whatever is there yet.</summary>
    public string Label => Wording.Drafted(Ru, En, Id);

    public static QuestionDraft Of(Question q) => new()
    {
        Id = q.Id,
        Ru = q.Text?.Ru ?? "",
        En = q.Text?.En ?? "",
        Type = q.Type,
        Required = q.Required,
        Unit = q.Unit ?? "",
        Min = q.Min,
        Max = q.Max,
        AllowUncertain = q.AllowUncertain,
        AllowCannotAssess = q.AllowCannotAssess,
        Options = [.. q.Options.Select(o => new OptionDraft { Id = o.Id, Ru = o.Text?.Ru ?? "", En = o.Text?.En ?? "" })],
        OnlyIf = q.OnlyIf is { } condition ? ConditionDraft.Of(condition) : null,
        Ordinal = q.Ordinal,
    };

    public Question ToQuestion() => new(Id, new(Ru, En), Type, HasOptions ? [.. Options.Select(o => new QuestionOption(o.Id, new(o.Ru, o.En)))] : [],
        Required, Type == Question.Number && Unit.Length > 0 ? Unit : null, Type == Question.Number ? Min : null, Type == Question.Number ? Max : null,
        AllowUncertain, AllowCannotAssess, OnlyIf?.ToCondition(), Type == Question.Choice && Ordinal);
}
