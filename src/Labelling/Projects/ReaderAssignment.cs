namespace Pirogov.Labelling.Projects;

/// <summary>Who reads which case.</summary>
internal static class ReaderAssignment
{
    /// <summary>
    /// Gives each case its readers so that no two loads differ by more than one. Among equal loads the pair that has
    /// read together least is taken, so that agreement is measured between many pairs and not within fixed ones.
    /// </summary>
    public static IReadOnlyList<Guid[]> Balance(int cases, IReadOnlyList<Guid> readers, int perCase)
    {
        var load = readers.ToDictionary(r => r, _ => 0);
        var together = new Dictionary<(Guid, Guid), int>();
        var order = readers.Index().ToDictionary(r => r.Item, r => r.Index);
        var assigned = new List<Guid[]>(cases);
        for (var i = 0; i < cases; i++)
        {
            var chosen = new List<Guid>(perCase);
            while (chosen.Count < perCase)
            {
                chosen.Add(readers.Where(r => !chosen.Contains(r))
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
