using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

internal sealed class RelationDraft
{
    public string Id { get; set; } = "";
    public string Ru { get; set; } = "";
    public string En { get; set; } = "";
    public IReadOnlyCollection<string> From { get; set; } = [];
    public IReadOnlyCollection<string> To { get; set; } = [];
    public bool Directed { get; set; } = true;

    public bool IsBlank => Id.Length + Ru.Length + En.Length == 0;

    public static RelationDraft Of(RelationType r) =>
        new() { Id = r.Id, Ru = r.Name?.Ru ?? "", En = r.Name?.En ?? "", From = r.From, To = r.To, Directed = r.Directed };

    public RelationType ToRelation() => new(Id, new(Ru, En), [.. From], [.. To], Directed);
}
