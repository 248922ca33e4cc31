using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Assignment;

internal sealed record NobodyMayRead(string Label) : Refusal("labelling.nobody-may-read", 422);

/// <summary>The other way of distribution: every case is offered to its readers at once.</summary>
internal sealed class OfferCases(PirogovDb db, ReaderRules rules, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    /// <param name="cases">In the order in which they are shared out; each is being read.</param>
    public async Task<Outcome<Done>> To(LabellingProject project, IReadOnlyList<ProjectCase> cases, CancellationToken cancellation)
    {
        var now = time.Now();
        var readers = await rules.Of(project, project.Of(ReadingMode.Read), cancellation);
        var assigned = ReaderAssignment.Balance([.. cases.Select(c => c.ReadersWanted)], [.. readers.Qualified], (place, reader) => readers.MayRead(reader, cases[place]));
        foreach (var (one, chosen) in cases.Zip(assigned))
        {
            if (chosen.Length < one.ReadersWanted)
                return new NobodyMayRead(one.Label);
            db.AddRange(chosen.Select((reader, i) => new Reading(one, reader, ReadingMode.Read, i + 1, now)));
        }

        return Done.Value;
    }
}
