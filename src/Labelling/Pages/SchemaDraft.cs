using System.Text;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

/// <summary>What the form of a schema holds while it is being edited.</summary>
internal sealed class SchemaDraft
{
    /// <summary>Told apart by colour-blind readers too: the palette of Okabe and Ito, then lighter relatives.</summary>
    private static readonly string[] Palette =
        ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999", "#ffd37f", "#a6dcff", "#66d1b0", "#ff9a66"];

    public string Name { get; set; } = "";
    public DataKind DataKind { get; set; }
    public List<ClassDraft> Classes { get; } = [];
    public List<QuestionDraft> Questions { get; } = [];

    public static SchemaDraft Of(SchemaPage page)
    {
        var draft = new SchemaDraft { Name = page.Name, DataKind = page.DataKind };
        draft.Classes.AddRange(page.Content.Classes.Select(ClassDraft.Of));
        draft.Questions.AddRange(page.Content.Questions.Select(QuestionDraft.Of));
        return draft;
    }

    public void AddClass() => Classes.Add(new() { Color = Palette[Classes.Count % Palette.Length] });

    public void AddQuestion() => Questions.Add(new());

    public DesignSchema.Request ToRequest() => new(Name, DataKind, [.. Classes.Select(c => c.ToClass())], [.. Questions.Select(q => q.ToQuestion())]);

    /// <summary>What is left to do before publishing; a row nobody has filled yet is one line, not one for every field.</summary>
    public IReadOnlyList<DraftFault> Faults()
    {
        var found = new List<DraftFault>();
        if (string.IsNullOrWhiteSpace(Name))
            found.Add(new("", 0, "title-missing", ""));
        found.AddRange(ToRequest().Content.Faults().Select(f => new DraftFault(f.Part, f.Place, Reason(f), f.Where)));
        return [.. found.Distinct()];
    }

    private string Reason(SchemaIsUnfit fault)
    {
        var (id, blank) = fault.Part switch
        {
            "class" => (Classes[fault.Place - 1].Id, Classes[fault.Place - 1].IsBlank),
            "question" => (Questions[fault.Place - 1].Id, Questions[fault.Place - 1].IsBlank),
            _ => (fault.Where, false),
        };
        return blank ? "blank" : fault.Reason == "id-unfit" && id.Length == 0 ? "id-missing" : fault.Reason;
    }

    public static void Move<T>(List<T> list, T item, int by)
    {
        var (from, to) = (list.IndexOf(item), list.IndexOf(item) + by);
        if (to < 0 || to >= list.Count)
            return;
        (list[from], list[to]) = (list[to], list[from]);
    }

    /// <summary>An identifier out of an English name, offered while none is given.</summary>
    public static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.Trim().ToLowerInvariant())
        {
            if (c is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '_')
                slug.Append('_');
        }

        return slug.ToString().TrimEnd('_');
    }
}

/// <summary>One line of the form's check.</summary>
/// <param name="Part">"class", "question" or, for the whole schema, empty.</param>
/// <param name="Place">From one.</param>
internal sealed record DraftFault(string Part, int Place, string Reason, string Where);

internal sealed class ClassDraft
{
    public bool IsBlank => Id.Length + Ru.Length + En.Length == 0;

    public string Id { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";
    public string Color { get; set; } = "";
    public HashSet<string> Geometries { get; init; } = ["mask"];
    public bool Required { get; set; }
    public string Scheme { get; set; } = "";
    public string Value { get; set; } = "";
    public string Meaning { get; set; } = "";
    public string HintRu { get; set; } = "";
    public string HintEn { get; set; } = "";

    public static ClassDraft Of(LabelClass c) => new()
    {
        Id = c.Id,
        Ru = c.Name.Ru,
        En = c.Name.En,
        Color = c.Color,
        Geometries = [.. c.Geometries],
        Required = c.Required,
        Scheme = c.Code?.Scheme ?? "",
        Value = c.Code?.Value ?? "",
        Meaning = c.Code?.Meaning ?? "",
        HintRu = c.Description?.Ru ?? "",
        HintEn = c.Description?.En ?? "",
    };

    public LabelClass ToClass() => new(Id, new(Ru, En), Color, [.. SchemaContent.Geometries.Where(Geometries.Contains)],
        Scheme.Length + Value.Length + Meaning.Length == 0 ? null : new(Scheme, Value, Meaning),
        HintRu.Length + HintEn.Length == 0 ? null : new Bilingual(HintRu, HintEn), Required);
}

internal sealed class OptionDraft
{
    public string Id { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";
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

    public bool HasOptions => Type is Question.Choice or Question.Multichoice;

    public static QuestionDraft Of(Question q) => new()
    {
        Id = q.Id,
        Ru = q.Text.Ru,
        En = q.Text.En,
        Type = q.Type,
        Required = q.Required,
        Unit = q.Unit ?? "",
        Min = q.Min,
        Max = q.Max,
        AllowUncertain = q.AllowUncertain,
        AllowCannotAssess = q.AllowCannotAssess,
        Options = [.. q.Options.Select(o => new OptionDraft { Id = o.Id, Ru = o.Text.Ru, En = o.Text.En })],
    };

    public Question ToQuestion() => new(Id, new(Ru, En), Type, HasOptions ? [.. Options.Select(o => new QuestionOption(o.Id, new(o.Ru, o.En)))] : [],
        Required, Type == Question.Number && Unit.Length > 0 ? Unit : null, Type == Question.Number ? Min : null, Type == Question.Number ? Max : null,
        AllowUncertain, AllowCannotAssess);
}
