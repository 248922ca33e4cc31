using System.Text.Json.Serialization;

namespace Pirogov.Labelling.Schemas;

/// <summary>What becomes of an attribute of a class whose labels go over: another attribute, or an end with its reason.</summary>
/// <param name="Class">Of the version before.</param>
/// <param name="In">Only of labels that become this class of the new version: the classes of a split may differ. All of them where it is left out.</param>
internal sealed record AttributeFate(
    string Class, string From,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Drop = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? In = null);

/// <summary>Why what was drawn in a way that the class no longer allows ends; one kind of shape never becomes another by itself.</summary>
/// <param name="Class">Of the version before.</param>
/// <param name="In">As of an attribute.</param>
internal sealed record GeometryFate(
    string Class, string From, string Drop,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? In = null);

/// <summary>What becomes of an option of a question, or of a class's attribute, that goes over: another option, or an end with its reason.</summary>
/// <param name="Question">Of the version before; an attribute where <paramref name="Class"/> is given.</param>
/// <param name="In">As of an attribute.</param>
internal sealed record OptionFate(
    string Question, string From,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? To = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Drop = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Class = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? In = null);

/// <summary>A part of a class or a question of the version before.</summary>
/// <param name="Kind"><see cref="Attribute"/>, <see cref="Geometry"/> or <see cref="Option"/>.</param>
/// <param name="Class">Null for an option of a question of the case.</param>
/// <param name="Question">Of an option; an attribute where there is a class.</param>
/// <param name="In">The class of the new version, where labels of the old one may become several.</param>
internal readonly record struct SchemaPart(string Kind, string? Class, string? Question, string Id, string? In = null)
{
    public const string Attribute = "attribute";
    public const string Geometry = "geometry";
    public const string Option = "option";

    public string Where => string.Join('/', new[] { Class, Question, Id }.OfType<string>()) + (In is null ? "" : $" → {In}");

    public static SchemaPart Of(AttributeFate one) => new(Attribute, one.Class, null, one.From, one.In);

    public static SchemaPart Of(GeometryFate one) => new(Geometry, one.Class, null, one.From, one.In);

    public static SchemaPart Of(OptionFate one) => new(Option, one.Class, one.Question, one.From, one.In);
}

/// <param name="Target">The class that its labels become; null for a question of the case.</param>
internal readonly record struct LeftOutPart(SchemaPart Part, string? Target);

/// <summary>What a new version leaves out of classes and questions whose labels and answers go over. A type that is another is no longer the same attribute.</summary>
internal sealed class LeftOutParts(SchemaContent before, SchemaContent after, SchemaMigration migration)
{
    /// <returns>Declared or not; options only of what goes over, under whatever name.</returns>
    public IEnumerable<LeftOutPart> All() => before.Classes.SelectMany(OfClass).Concat(before.Questions.SelectMany(OfQuestion));

    /// <returns>Whether the version says what becomes of it, in that class or in every one.</returns>
    public bool IsDeclared(LeftOutPart lost) => lost.Part switch
    {
        { Kind: SchemaPart.Attribute } part => migration.Attribute(part.Class!, part.Id, lost.Target) is not null,
        { Kind: SchemaPart.Geometry } part => migration.Geometry(part.Class!, part.Id, lost.Target) is not null,
        var part => migration.Option(part.Class, part.Question!, part.Id, lost.Target) is not null,
    };

    private IEnumerable<LeftOutPart> OfClass(LabelClass old)
    {
        var targets = migration.Targets(old.Id).Select(after.Class).OfType<LabelClass>().ToArray();
        foreach (var target in targets)
        {
            var place = targets.Length > 1 ? target.Id : null;
            foreach (var lost in old.Geometries.Where(g => !target.Geometries.Contains(g)))
                yield return new(new(SchemaPart.Geometry, old.Id, null, lost, place), target.Id);
            foreach (var attribute in old.Attributes ?? [])
            {
                var split = migration.Classes.FirstOrDefault(c => c.From == old.Id)?.Split is { } s && s.Attribute == attribute.Id ? s : null;
                // What a split goes by is spoken for: the class says it from now on.
                if (split is null && !Holds(target, attribute.Id, attribute.Type))
                    yield return new(new(SchemaPart.Attribute, old.Id, null, attribute.Id, place), target.Id);
                var becomes = target.Attribute(migration.AttributeIn(old.Id, attribute.Id, target.Id));
                foreach (var lost in LostOptions(attribute, becomes).Where(o => split is null || split.Options.Any(x => x.Id == o && x.To == target.Id)))
                    yield return new(new(SchemaPart.Option, old.Id, attribute.Id, lost, place), target.Id);
            }
        }
    }

    private IEnumerable<LeftOutPart> OfQuestion(Question old) =>
        LostOptions(old, after.Question(migration.Question(old.Id))).Select(o => new LeftOutPart(new(SchemaPart.Option, null, old.Id, o), null));

    private static bool Holds(LabelClass target, string id, string type) => target.Attribute(id)?.Type == type;

    private static IEnumerable<string> LostOptions(Question old, Question? becomes) =>
        old.HasOptions && becomes?.Type == old.Type ? old.Options.Select(o => o.Id).Where(o => !becomes.HasOption(o)) : [];
}

/// <summary>What keeps a version from taking over attributes, shapes and options of the one before.</summary>
internal sealed class PartFaults(SchemaContent before, SchemaContent after, SchemaMigration migration)
{
    /// <param name="place">How many changes stand before these, for the order in the form.</param>
    public IEnumerable<SchemaIsUnfit> All(int place)
    {
        var seen = new HashSet<SchemaPart>();
        var changes = (migration.Attributes ?? []).Select(a => (SchemaPart.Of(a), a.To, a.Drop))
            .Concat((migration.Geometries ?? []).Select(g => (SchemaPart.Of(g), (string?)null, (string?)g.Drop)))
            .Concat((migration.Options ?? []).Select(o => (SchemaPart.Of(o), o.To, o.Drop)));
        foreach (var (part, to, drop) in changes)
        {
            place++;
            if (Fault(part, to, drop, seen) is { } reason)
                yield return new(reason, part.Where) { Part = "change", Place = place };
        }

        var parts = new LeftOutParts(before, after, migration);
        foreach (var lost in parts.All().Where(p => !parts.IsDeclared(p)))
            yield return new($"{lost.Part.Kind}-change-undeclared", lost.Part.Where);
    }

    private string? Fault(SchemaPart part, string? to, string? drop, HashSet<SchemaPart> seen)
    {
        if (!Exists(part, out var old))
            return "change-of-unknown";
        if (!seen.Add(part))
            return "change-twice";
        if (to is null == drop is null)
            return "change-unfit";
        var targets = part.Class is { } @class ? migration.Targets(@class).ToArray() : [];
        if (part.In is not null && !targets.Contains(part.In))
            return "change-target-unknown";
        if (to is null)
            return MigrationFaults.ReasonFault(drop!);
        Question?[] becomes = part.Class is null
            ? [after.Question(migration.Question(part.Question!))]
            : [.. targets.Where(t => part.In is null || part.In == t).Select(after.Class)
                .Select(t => t?.Attribute(part.Kind == SchemaPart.Attribute ? to : migration.AttributeIn(part.Class, part.Question!, t.Id)))];
        if (becomes.Length == 0 || becomes.Any(b => b is null || part.Kind == SchemaPart.Option && !b.HasOption(to)))
            return "change-target-unknown";
        return becomes.All(b => b!.Type == old!.Type) ? null : "change-of-other-type";
    }

    /// <param name="old">The attribute or question that changes, or whose option does; none for a geometry.</param>
    private bool Exists(SchemaPart part, out Question? old)
    {
        var @class = before.Class(part.Class);
        old = part.Kind == SchemaPart.Attribute ? @class?.Attribute(part.Id)
            : part.Kind == SchemaPart.Option ? part.Class is null ? before.Question(part.Question) : @class?.Attribute(part.Question) : null;
        return part.Kind switch
        {
            SchemaPart.Attribute => old is not null,
            SchemaPart.Geometry => @class?.Geometries.Contains(part.Id) is true,
            _ => old is { HasOptions: true } && old.HasOption(part.Id),
        };
    }
}
