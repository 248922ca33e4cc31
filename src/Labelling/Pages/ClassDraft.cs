using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

internal sealed class CodeDraft
{
    public string Scheme { get; set; } = "";
    public string Value { get; set; } = "";
    public string Meaning { get; set; } = "";

    public bool IsBlank => Scheme.Length + Value.Length + Meaning.Length == 0;
}

internal sealed class PictureDraft
{
    public string Image { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";

    /// <summary>In the reader's language, or whatever is there yet.</summary>
    public string Label => Wording.Drafted(Ru, En, "");
}

internal sealed class ClassDraft
{
    public bool IsBlank => Id.Length + Ru.Length + En.Length == 0;

    public string Id { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";
    public string Color { get; set; } = "";
    public HashSet<string> Geometries { get; init; } = [];
    public bool Required { get; set; }
    public string Parent { get; set; } = "";
    public List<CodeDraft> Codes { get; init; } = [];
    public List<QuestionDraft> Attributes { get; init; } = [];
    public List<PictureDraft> Pictures { get; init; } = [];
    public string HintRu { get; set; } = "";
    public string HintEn { get; set; } = "";

    /// <summary>In the reader's language, or whatever is there yet.</summary>
    public string Label => Wording.Drafted(Ru, En, Id);

    public static ClassDraft Of(LabelClass c) => new()
    {
        Id = c.Id,
        Ru = c.Name?.Ru ?? "",
        En = c.Name?.En ?? "",
        Color = c.Color,
        Geometries = [.. c.Geometries],
        Required = c.Required,
        Parent = c.Parent ?? "",
        Codes = [.. (c.Codes ?? []).Select(code => new CodeDraft { Scheme = code.Scheme ?? "", Value = code.Value ?? "", Meaning = code.Meaning ?? "" })],
        Attributes = [.. (c.Attributes ?? []).Select(QuestionDraft.Of)],
        Pictures = [.. (c.Pictures ?? []).Select(p => new PictureDraft { Image = p.Image ?? "", Ru = p.Caption?.Ru ?? "", En = p.Caption?.En ?? "" })],
        HintRu = c.Description?.Ru ?? "",
        HintEn = c.Description?.En ?? "",
    };

    public LabelClass ToClass() => new(Id, new(Ru, En), Color, [.. Geometry.All.Where(Geometries.Contains)],
        HintRu.Length + HintEn.Length == 0 ? null : new Bilingual(HintRu, HintEn), Required,
        Some(Codes.Where(c => !c.IsBlank).Select(c => new LabelCode(c.Scheme.Trim(), c.Value.Trim(), c.Meaning.Trim()))), Parent.Length > 0 ? Parent : null,
        Some(Attributes.Select(a => a.ToQuestion())), Some(Pictures.Select(p => new InstructionPicture(p.Image, new(p.Ru, p.En)))));

    private static T[]? Some<T>(IEnumerable<T> some) => some.ToArray() is { Length: > 0 } any ? any : null;
}
