using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Projects;

/// <summary>What the next version does to an attribute, a way of drawing or an option.</summary>
/// <param name="Class">Null for an option of a question of the case.</param>
/// <param name="Question">Of an option: its question, or its attribute where there is a class.</param>
/// <param name="Change">"rename", "drop", "split" where the class is parted by it, "same" where single values do not fit any more.</param>
/// <param name="Dropped">Of labels that go over; what ends with its label is counted there.</param>
internal sealed record PartRow(string Kind, string? Class, string? Question, string From, string Change, string? To, int Moved, int Dropped);

internal static class MigratedParts
{
    /// <returns>In the schema's order, without those of which nothing changes.</returns>
    public static IEnumerable<PartRow> Rows(SchemaContent before, SchemaMigration changes, IEnumerable<KeyValuePair<SchemaPart, (int Moved, int Dropped)>> counts)
    {
        var sums = counts.ToLookup(c => c.Key, c => c.Value);
        return Parts(before).Select(p => Row(p, changes, sums[p])).Where(r => r.Change != "same" || r.Dropped > 0);
    }

    private static IEnumerable<SchemaPart> Parts(SchemaContent schema) =>
        schema.Classes.SelectMany(c => c.Geometries.Select(g => new SchemaPart(SchemaPart.Geometry, c.Id, null, g))
                .Concat((c.Attributes ?? []).Select(a => new SchemaPart(SchemaPart.Attribute, c.Id, null, a.Id)))
                .Concat((c.Attributes ?? []).SelectMany(a => a.Options.Select(o => new SchemaPart(SchemaPart.Option, c.Id, a.Id, o.Id)))))
            .Concat(schema.Questions.SelectMany(q => q.Options.Select(o => new SchemaPart(SchemaPart.Option, null, q.Id, o.Id))));

    private static PartRow Row(SchemaPart part, SchemaMigration changes, IEnumerable<(int Moved, int Dropped)> counts)
    {
        var (change, to) = Change(part, changes);
        var (moved, dropped) = counts.Aggregate((Moved: 0, Dropped: 0), (sum, one) => (sum.Moved + one.Moved, sum.Dropped + one.Dropped));
        return new(part.Kind, part.Class, part.Question, part.Id, change, to, moved, dropped);
    }

    private static (string Change, string? To) Change(SchemaPart part, SchemaMigration changes)
    {
        string?[] fates = part.Kind switch
        {
            SchemaPart.Attribute => [.. (changes.Attributes ?? []).Where(a => SchemaPart.Of(a) with { In = null } == part).Select(a => a.To)],
            SchemaPart.Geometry => [.. (changes.Geometries ?? []).Where(g => SchemaPart.Of(g) with { In = null } == part).Select(_ => (string?)null)],
            _ => [.. (changes.Options ?? []).Where(o => SchemaPart.Of(o) with { In = null } == part).Select(o => o.To)],
        };
        if (fates.Length == 0)
        {
            var split = part.Kind == SchemaPart.Attribute ? changes.Classes.FirstOrDefault(c => c.From == part.Class)?.Split : null;
            return split?.Attribute == part.Id && split is not null ? ("split", string.Join(", ", split.Options.Select(o => o.To).Distinct())) : ("same", part.Id);
        }

        return fates.Any(t => t is not null) ? ("rename", string.Join(", ", fates.OfType<string>().Distinct())) : ("drop", null);
    }
}
