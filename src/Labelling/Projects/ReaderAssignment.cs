namespace Pirogov.Labelling.Projects;

/// <summary>Who reads which case.</summary>
internal static class ReaderAssignment
{
    public static IReadOnlyList<Guid[]> Balance(int cases, IReadOnlyList<Guid> readers, int perCase) => Balance([.. Enumerable.Repeat(perCase, cases)], readers, (_, _) => true);

    /// <summary>
    /// Gives each case its readers so that no two loads differ by more than one, where everybody may read everything. Among
    /// equal loads the pair that has read together least is taken, so that agreement is measured between many pairs and not
    /// within fixed ones.
    /// </summary>
    /// <param name="wanted">Readers of each case.</param>
    /// <param name="mayRead">Case and reader.</param>
    /// <returns>Fewer than wanted where too few may.</returns>
    public static IReadOnlyList<Guid[]> Balance(IReadOnlyList<int> wanted, IReadOnlyList<Guid> readers, Func<int, Guid, bool> mayRead)
    {
        var load = readers.ToDictionary(r => r, _ => 0);
        var together = new Dictionary<(Guid, Guid), int>();
        var order = readers.Index().ToDictionary(r => r.Item, r => r.Index);
        var assigned = new List<Guid[]>(wanted.Count);
        foreach (var (place, count) in wanted.Index())
        {
            var (able, chosen) = (readers.Where(r => mayRead(place, r)).ToArray(), new List<Guid>(count));
            while (chosen.Count < Math.Min(count, able.Length))
            {
                chosen.Add(able.Where(r => !chosen.Contains(r))
                    .OrderBy(r => load[r]).ThenBy(r => chosen.Sum(c => together.GetValueOrDefault(Pair(c, r)))).ThenBy(r => order[r]).First());
            }

            foreach (var reader in chosen)
            {
                load[reader]++;
                foreach (var other in chosen.Where(c => order[c] > order[reader]))
                    together[Pair(reader, other)] = together.GetValueOrDefault(Pair(reader, other)) + 1;
            }

            assigned.Add([.. chosen]);
        }

        return assigned;

        (Guid, Guid) Pair(Guid a, Guid b) => order[a] < order[b] ? (a, b) : (b, a);
    }
}
