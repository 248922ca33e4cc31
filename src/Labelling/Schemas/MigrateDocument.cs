using System.Text.Json;
using Pirogov.Labelling.PreLabels;

namespace Pirogov.Labelling.Schemas;

/// <summary>A label that waits for a person to say which of several classes it is.</summary>
/// <param name="Mask">With its runs.</param>
/// <param name="Relations">Those that lead to the object or from it.</param>
internal sealed record PendingPart(string Class, DocumentObject? Object, DocumentMask? Mask, IReadOnlyList<DocumentRelation> Relations);

/// <param name="Document">Under the new version, masks with their runs.</param>
/// <param name="Moved">Old class or question → how many of its labels and answers went over.</param>
/// <param name="Dropped">Old class or question → how many ended, by declaration or because the new version has no place for them.</param>
/// <param name="Relations">Old type → how many went over, and how many ended: by declaration, with an end of theirs, or because two became one.</param>
/// <param name="Parts">What was given by attributes, drawn in a way, or chosen: how much of it went over, and how much ended.</param>
/// <param name="Unheld">Answers to attributes that ended: by declaration, or because the new class holds them otherwise.</param>
internal sealed record MigratedDocument(
    LabelDocument Document, IReadOnlyList<PendingPart> Pending, IReadOnlyDictionary<string, int> Moved, IReadOnlyDictionary<string, int> Dropped,
    IReadOnlyDictionary<string, (int Moved, int Dropped)> Relations, IReadOnlyDictionary<SchemaPart, (int Moved, int Dropped)> Parts, int Unheld);

/// <summary>Brings a document to the next version of its schema, as that version declares.</summary>
/// <param name="isLocked">Nobody can be asked: what a split leaves open goes where it says otherwise.</param>
/// <param name="said">Somebody was asked: the class that every label of a split one becomes.</param>
internal sealed class MigrateDocument(SchemaVersionId to, SchemaContent after, SchemaMigration migration, bool isLocked, string? said = null)
{
    private readonly Dictionary<string, ClassFate> classes = migration.Classes.ToDictionary(c => c.From);
    private readonly Dictionary<string, int> moved = [];
    private readonly Dictionary<string, int> dropped = [];
    private readonly Dictionary<string, (int Moved, int Dropped)> related = [];
    private readonly Dictionary<SchemaPart, (int Moved, int Dropped)> parts = [];
    private readonly List<PendingPart> pending = [];
    private int unheld;

    /// <param name="document">With the runs of its masks.</param>
    public MigratedDocument Apply(LabelDocument document)
    {
        var objects = new List<DocumentObject>();
        foreach (var one in document.Objects)
        {
            if (Target(one.Class, one.Attributes) is { } target)
                Take(one, target, objects);
            else if (IsOpen(one.Class))
                pending.Add(new(one.Class, one, null, Waiting(document, one.Id)));
            else
                Count(dropped, one.Class);
        }

        var relations = Relations(document.Relations ?? [], objects);
        var made = document with
        {
            SchemaVersion = to.ToString(),
            Masks = Masks(document.Masks),
            Objects = objects,
            Answers = Answers(document.Answers),
            Relations = relations.Count > 0 ? relations : null,
        };
        return new(made, pending, moved, dropped, related, parts, unheld);
    }

    /// <summary>They come back with the object when its person has spoken, under the type that they have then.</summary>
    private DocumentRelation[] Waiting(LabelDocument document, string id) =>
        [.. (document.Relations ?? []).Where(r => Same(r.From, id) || Same(r.To, id)).Select(Renamed).OfType<DocumentRelation>()];

    private DocumentRelation? Renamed(DocumentRelation one) => migration.Relation(one.Type) is { } type && after.Relation(type) is not null ? one with { Type = type } : null;

    private List<DocumentRelation> Relations(IEnumerable<DocumentRelation> relations, IEnumerable<DocumentObject> objects)
    {
        var ids = objects.Select(o => o.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var open = pending.Select(p => p.Object?.Id).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (kept, joined) = (new List<DocumentRelation>(), new HashSet<(string, string, string)>());
        foreach (var one in relations)
        {
            var made = Renamed(one);
            if (made is not null && (ids.Contains(one.From) || open.Contains(one.From)) && (ids.Contains(one.To) || open.Contains(one.To)) && (!ids.Contains(one.From) || !ids.Contains(one.To)))
                continue;
            var goesOver = made is not null && ids.Contains(made.From) && ids.Contains(made.To) && joined.Add(Place(made));
            if (goesOver)
                kept.Add(made!);
            var (over, ended) = related.GetValueOrDefault(one.Type);
            related[one.Type] = goesOver ? (over + 1, ended) : (over, ended + 1);
        }

        return kept;
    }

    /// <summary>Between two objects there is one relation of a type; where it has no direction, whichever way it was drawn.</summary>
    private (string, string, string) Place(DocumentRelation one)
    {
        var (from, to) = (one.From.ToUpperInvariant(), one.To.ToUpperInvariant());
        return !after.Relation(one.Type)!.Directed && string.CompareOrdinal(from, to) > 0 ? (one.Type, to, from) : (one.Type, from, to);
    }

    private static bool Same(string id, string other) => id.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <returns>Null when the label ends, or waits for a person.</returns>
    private string? Target(string @class, IReadOnlyDictionary<string, DocumentAnswer>? attributes)
    {
        if (!classes.TryGetValue(@class, out var change))
            return after.Class(@class)?.Id;
        if (change.Split is not { } split)
            return change.To;
        if (said is not null)
            return said;
        var told = split.Attribute is { } id && attributes is not null && attributes.TryGetValue(id, out var answer) && answer is { CannotAssess: false, Value: { ValueKind: JsonValueKind.String } value }
            ? value.GetString() : null;
        return split.Options.FirstOrDefault(o => o.Id == told)?.To ?? (isLocked ? split.Otherwise : null);
    }

    private bool IsOpen(string @class) => classes.TryGetValue(@class, out var change) && change.Split is not null;

    private void Take(DocumentObject one, string target, List<DocumentObject> objects)
    {
        var known = after.Class(target)!;
        if (!Allows(known, one.Class, one.Type))
            return;
        var kept = Attributes(one, known);
        objects.Add(one with { Class = target, Attributes = kept.Count > 0 ? kept : null });
    }

    /// <summary>Whether the class is still drawn so, and the version does not say that what was drawn so ends; counts the label either way.</summary>
    private bool Allows(LabelClass known, string from, string geometry)
    {
        var goesOver = known.Geometries.Contains(geometry) && migration.Geometry(from, geometry, known.Id) is null;
        Count(goesOver ? moved : dropped, from);
        Count(new(SchemaPart.Geometry, from, null, geometry), goesOver);
        return goesOver;
    }

    private Dictionary<string, DocumentAnswer> Attributes(DocumentObject one, LabelClass known)
    {
        var (kept, sources) = (new Dictionary<string, DocumentAnswer>(), new Dictionary<string, string>());
        foreach (var (id, answer) in one.Attributes ?? new Dictionary<string, DocumentAnswer>())
        {
            if (migration.AttributeIn(one.Class, id, known.Id) is { } target && Chosen(one.Class, id, known.Id, answer) is { } made && kept.TryAdd(target, made))
                sources[target] = id;
        }

        while (AnswerCheck.First(known.Attributes ?? [], kept, _ => false, "attribute-unknown") is var (_, id))
            kept.Remove(id);
        var over = sources.Where(s => kept.ContainsKey(s.Key)).Select(s => s.Value).ToHashSet();
        foreach (var (id, answer) in one.Attributes ?? new Dictionary<string, DocumentAnswer>())
        {
            unheld += over.Contains(id) ? 0 : 1;
            Count(new(SchemaPart.Attribute, one.Class, null, id), over.Contains(id));
            CountOptions(one.Class, id, known.Id, answer, over.Contains(id));
        }

        return kept;
    }

    /// <summary>The answer with the options that its own became. Of several chosen ones those that end are left out.</summary>
    /// <returns>Null when nothing of it is left.</returns>
    private DocumentAnswer? Chosen(string? @class, string question, string? target, DocumentAnswer answer)
    {
        string? Becomes(string option) => migration.Option(@class, question, option, target) is { } change ? change.To : option;
        if (migration.Options?.Any(o => o.Class == @class && o.Question == question) is not true || answer.Value is not { ValueKind: JsonValueKind.String or JsonValueKind.Array } value)
            return answer;
        if (value.ValueKind == JsonValueKind.String)
            return Becomes(value.GetString()!) is { } option ? answer with { Value = JsonSerializer.SerializeToElement(option) } : null;
        var left = Options(value).Select(Becomes).OfType<string>().Distinct().ToArray();
        return left.Length > 0 || value.GetArrayLength() == 0 ? answer with { Value = JsonSerializer.SerializeToElement(left) } : null;
    }

    private void CountOptions(string? @class, string question, string? target, DocumentAnswer answer, bool goesOver)
    {
        foreach (var option in answer.Value is { } value ? Options(value) : [])
        {
            if (migration.Option(@class, question, option, target) is { } change)
                Count(new(SchemaPart.Option, @class, question, option), goesOver && change.To is not null);
        }
    }

    private static IEnumerable<string> Options(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!),
        _ => [],
    };

    /// <summary>Masks of classes that are merged are united, frame by frame.</summary>
    private List<DocumentMask> Masks(IReadOnlyList<DocumentMask> masks)
    {
        var made = new Dictionary<(string, string, int), DocumentMask>();
        foreach (var mask in masks)
        {
            if (Target(mask.Class, null) is not { } target)
            {
                if (IsOpen(mask.Class))
                    pending.Add(new(mask.Class, null, mask, []));
                else
                    Count(dropped, mask.Class);
                continue;
            }

            if (!Allows(after.Class(target)!, mask.Class, Geometry.Mask))
                continue;
            var place = (target, mask.SopInstanceUid, mask.Frame);
            made[place] = made.TryGetValue(place, out var there) ? PreLabelled.Union(there, mask) : mask with { Class = target };
        }

        return [.. made.Values];
    }

    private Dictionary<string, DocumentAnswer> Answers(IReadOnlyDictionary<string, DocumentAnswer> given)
    {
        var kept = new Dictionary<string, DocumentAnswer>();
        foreach (var (id, answer) in given)
        {
            var goesOver = after.Question(migration.Question(id)) is { } question && Chosen(null, id, null, answer) is { } made
                && AnswerCheck.Fault(question, made) is null && kept.TryAdd(question.Id, made);
            Count(goesOver ? moved : dropped, id);
            CountOptions(null, id, null, answer, goesOver);
        }

        return kept;
    }

    private void Count(SchemaPart part, bool goesOver)
    {
        var (over, ended) = parts.GetValueOrDefault(part);
        parts[part] = goesOver ? (over + 1, ended) : (over, ended + 1);
    }

    private static void Count(Dictionary<string, int> counts, string id) => counts[id] = counts.GetValueOrDefault(id) + 1;
}
