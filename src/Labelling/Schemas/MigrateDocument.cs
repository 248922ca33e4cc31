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
/// <param name="Unheld">Attributes that the new class does not have, or holds otherwise.</param>
internal sealed record MigratedDocument(
    LabelDocument Document, IReadOnlyList<PendingPart> Pending, IReadOnlyDictionary<string, int> Moved, IReadOnlyDictionary<string, int> Dropped,
    IReadOnlyDictionary<string, (int Moved, int Dropped)> Relations, int Unheld);

/// <summary>Brings a document to the next version of its schema, as that version declares.</summary>
/// <param name="isLocked">Nobody can be asked: what a split leaves open goes where it says otherwise.</param>
internal sealed class MigrateDocument(SchemaVersionId to, SchemaContent after, SchemaMigration migration, bool isLocked)
{
    private readonly Dictionary<string, ClassFate> classes = migration.Classes.ToDictionary(c => c.From);
    private readonly Dictionary<string, QuestionFate> questions = migration.Questions.ToDictionary(q => q.From);
    private readonly Dictionary<string, int> moved = [];
    private readonly Dictionary<string, int> dropped = [];
    private readonly Dictionary<string, (int Moved, int Dropped)> related = [];
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
        return new(made, pending, moved, dropped, related, unheld);
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
        var said = split.Attribute is { } id && attributes is not null && attributes.TryGetValue(id, out var answer) && answer is { CannotAssess: false, Value: { ValueKind: JsonValueKind.String } value }
            ? value.GetString() : null;
        return split.Options.FirstOrDefault(o => o.Id == said)?.To ?? (isLocked ? split.Otherwise : null);
    }

    private bool IsOpen(string @class) => classes.TryGetValue(@class, out var change) && change.Split is not null;

    private void Take(DocumentObject one, string target, List<DocumentObject> objects)
    {
        var known = after.Class(target)!;
        if (!known.Geometries.Contains(one.Type))
        {
            Count(dropped, one.Class);
            return;
        }

        var kept = new Dictionary<string, DocumentAnswer>(one.Attributes ?? new Dictionary<string, DocumentAnswer>());
        while (AnswerCheck.First(known.Attributes ?? [], kept, _ => false, "attribute-unknown") is var (_, id))
        {
            kept.Remove(id);
            unheld++;
        }

        Count(moved, one.Class);
        objects.Add(one with { Class = target, Attributes = kept.Count > 0 ? kept : null });
    }

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

            if (!after.Class(target)!.Geometries.Contains(Geometry.Mask))
            {
                Count(dropped, mask.Class);
                continue;
            }

            Count(moved, mask.Class);
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
            var target = questions.TryGetValue(id, out var change) ? change.To : id;
            if (after.Question(target) is { } question && AnswerCheck.Fault(question, answer) is null && kept.TryAdd(question.Id, answer))
                Count(moved, id);
            else
                Count(dropped, id);
        }

        return kept;
    }

    private static void Count(Dictionary<string, int> counts, string id) => counts[id] = counts.GetValueOrDefault(id) + 1;
}
