using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <param name="Cases">Picked cases; together with what <paramref name="Query"/> finds.</param>
/// <param name="NotYetLabelled">Leaves out what a project that was not cancelled already holds.</param>
internal sealed record CaseChoice(IReadOnlyList<CaseId>? Cases, CaseQuery? Query, bool NotYetLabelled = false);

/// <summary>Finds the cases of a plan in the archive, and the stratum of each.</summary>
internal sealed class CaseSelection(PirogovDb db, ICases cases)
{
    public async Task<Outcome<IReadOnlyList<CaseSummary>>> Of(CaseChoice choice, DataKind kind, CancellationToken cancellation)
    {
        if (choice.Query?.Fault() is { } unfit)
            return unfit;
        var chosen = await Find(choice, cancellation);
        if (choice.NotYetLabelled)
            await LeaveOutLabelled(chosen, cancellation);
        if (chosen.Count == 0)
            return new CasesMissing();
        if (chosen.Count > LabellingProject.MostCases)
            return new TooManyCases(LabellingProject.MostCases);
        if (chosen.Values.FirstOrDefault(c => c.DataKind != kind) is { } other)
            return new CaseDoesNotFit(other.Label);
        return Outcome<IReadOnlyList<CaseSummary>>.Of([.. chosen.Values.OrderBy(c => c.Label, StringComparer.Ordinal)]);
    }

    /// <returns>How many it may be: some may be picked and found, or be left out.</returns>
    public async Task<long> Most(CaseChoice choice, CancellationToken cancellation) =>
        (choice.Cases?.Count ?? 0) + (choice.Query is { } query ? (await cases.Search(query, 1, 1, cancellation)).Total : 0);

    /// <returns>Case → the first stratum that takes it.</returns>
    public async Task<IReadOnlyDictionary<CaseId, Stratum>> Strata(IReadOnlyList<Stratum> strata, IReadOnlyCollection<CaseSummary> chosen, CancellationToken cancellation)
    {
        var wanted = chosen.Select(c => c.Id).ToHashSet();
        var found = new Dictionary<CaseId, Stratum>();
        foreach (var stratum in strata)
        {
            await foreach (var one in Matching(stratum.Query, cancellation))
            {
                if (wanted.Contains(one.Id))
                    found.TryAdd(one.Id, stratum);
            }
        }

        return found;
    }

    private async Task<Dictionary<CaseId, CaseSummary>> Find(CaseChoice choice, CancellationToken cancellation)
    {
        var chosen = new Dictionary<CaseId, CaseSummary>();
        foreach (var one in choice.Cases is { Count: > 0 } picked ? await cases.Find(picked, cancellation) : [])
            chosen[one.Id] = one;
        if (choice.Query is not { } query)
            return chosen;
        await foreach (var one in Matching(query, cancellation))
        {
            chosen[one.Id] = one;
            // What is labelled already is left out afterwards, and must not crowd out the rest.
            if (!choice.NotYetLabelled && chosen.Count > LabellingProject.MostCases)
                break;
        }

        return chosen;
    }

    private async Task LeaveOutLabelled(Dictionary<CaseId, CaseSummary> chosen, CancellationToken cancellation)
    {
        var held = from c in db.Set<ProjectCase>()
                   join p in db.Set<LabellingProject>() on c.ProjectId equals p.Id
                   where !c.IsGold && p.State != ProjectState.Cancelled
                   select c.CaseId;
        // Engines bound the number of parameters.
        foreach (var some in chosen.Keys.ToArray().Chunk(500))
        {
            foreach (var labelled in await held.Where(id => some.Contains(id)).ToArrayAsync(cancellation))
                chosen.Remove(labelled);
        }
    }

    private async IAsyncEnumerable<CaseSummary> Matching(CaseQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var page = 1; ; page++)
        {
            var found = await cases.Search(query, page, Page.LargestSize, cancellation);
            foreach (var one in found.Items)
                yield return one;
            if (found.Items.Count == 0 || (long)page * found.Size >= found.Total)
                yield break;
        }
    }
}
