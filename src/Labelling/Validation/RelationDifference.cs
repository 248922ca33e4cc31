using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Validation;

/// <summary>Relations of one type in two documents of one case: the same is what joins the same objects.</summary>
/// <param name="OnlyMine">Ids in the first document; a relation whose end the second does not have is one of them.</param>
/// <param name="OnlyResult">Ids in the second.</param>
internal sealed record RelationDifference(string Type, int Same, IReadOnlyList<string> OnlyMine, IReadOnlyList<string> OnlyResult)
{
    /// <param name="matches">Which objects of the two documents are the same.</param>
    public static IReadOnlyList<RelationDifference> Of(SchemaContent schema, LabelDocument mine, LabelDocument result, IReadOnlyList<Match> matches)
    {
        var counterpart = matches.DistinctBy(m => m.Second.Object.Id.ToUpperInvariant()).ToDictionary(m => m.Second.Object.Id, m => m.First.Object.Id, StringComparer.OrdinalIgnoreCase);
        var (own, standing) = ((mine.Relations ?? []).ToLookup(r => r.Type), (result.Relations ?? []).ToLookup(r => r.Type));
        return [.. (schema.Relations ?? []).Select(type => Of(type, [.. own[type.Id]], [.. standing[type.Id]], counterpart))];
    }

    private static RelationDifference Of(RelationType type, DocumentRelation[] mine, DocumentRelation[] result, Dictionary<string, string> counterpart)
    {
        string Place(string from, string to)
        {
            (from, to) = (from.ToUpperInvariant(), to.ToUpperInvariant());
            return !type.Directed && string.CompareOrdinal(from, to) > 0 ? $"{to} {from}" : $"{from} {to}";
        }

        var drawn = mine.DistinctBy(r => Place(r.From, r.To)).ToDictionary(r => Place(r.From, r.To));
        var missing = result.Where(r => !counterpart.TryGetValue(r.From, out var from) || !counterpart.TryGetValue(r.To, out var to) || !drawn.Remove(Place(from, to))).ToArray();
        return new(type.Id, result.Length - missing.Length, [.. drawn.Values.Select(r => r.Id)], [.. missing.Select(r => r.Id)]);
    }
}
