using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

/// <summary>Which relations the readings share, once it is known which of their objects are the same.</summary>
internal sealed class CompareRelations
{
    private readonly SchemaContent schema;
    private readonly ComparisonIds ids;
    private readonly List<(RelationGroup Group, string?[] Of)> found = [];

    private CompareRelations(SchemaContent schema, ComparisonIds ids) => (this.schema, this.ids) = (schema, ids);

    public IReadOnlyList<RelationGroup> Groups => [.. found.Select(f => f.Group)];

    public static CompareRelations Of(SchemaContent schema, ComparisonIds ids, IReadOnlyList<LabelDocument> documents, IReadOnlyList<ObjectGroup> groups)
    {
        var made = new CompareRelations(schema, ids);
        var groupOf = documents.Select((_, source) => groups.Where(g => g.Members[source] is not null)
            .ToDictionary(g => g.Members[source]!, g => g, StringComparer.OrdinalIgnoreCase)).ToArray();
        var drawn = new Dictionary<(string Type, Guid From, Guid To), string?[]>();
        foreach (var (source, document) in documents.Index())
        {
            foreach (var one in document.Relations ?? [])
            {
                var (from, to) = (groupOf[source][one.From].Id, groupOf[source][one.To].Id);
                var key = schema.Relation(one.Type)?.Directed is false && from.CompareTo(to) > 0 ? (one.Type, to, from) : (one.Type, from, to);
                if (!drawn.TryGetValue(key, out var of))
                    drawn[key] = of = new string?[documents.Count];
                of[source] = one.Id;
            }
        }

        var byId = groups.ToDictionary(g => g.Id);
        foreach (var (key, of) in drawn)
        {
            var ends = (From: byId[key.From], To: byId[key.To]);
            made.found.Add((new(ids.Of("relation", key.Type, key.From.ToString(), key.To.ToString()), key.Type, key.From, key.To,
                [.. of.Select((id, source) => ends.From.Members[source] is null || ends.To.Members[source] is null ? (bool?)null : id is not null)]), of));
        }

        return made;
    }

    /// <summary>Type → F1 of a pair, over the relations whose both ends both have: what hangs on a missing object is that object's fault.</summary>
    public Dictionary<string, double> Pair(int a, int b) => (schema.Relations ?? []).ToDictionary(t => t.Id, t =>
    {
        var asked = found.Select(f => f.Group).Where(g => g.Type == t.Id && g.Has[a] is not null && g.Has[b] is not null).ToArray();
        var (both, drawn) = (asked.Count(g => g.Has[a] is true && g.Has[b] is true), asked.Sum(g => (g.Has[a] is true ? 1 : 0) + (g.Has[b] is true ? 1 : 0)));
        return drawn == 0 ? 1 : 2.0 * both / drawn;
    });

    public IEnumerable<Disagreement> Disagreements()
    {
        foreach (var (group, of) in found.Where(f => f.Group.Has.Contains(false)))
        {
            yield return new(ids.Of("relation-decision", group.Id.ToString()), DisagreementKind.Relation, null, group.Type, group.Id, null,
                [.. of.Index().Select(o => new DisagreementSource(ComparisonDetail.Letter(o.Index), o.Item is not null, o.Item is null ? [] : [o.Item]))], null,
                group.Has.Count(h => h is true) / (double)group.Has.Count(h => h is not null), "votes");
        }
    }
}
