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
    /// <summary>Rows of a step, which are then forgotten: what is held does not grow with the project.</summary>
    public const int Step = 100;

    /// <summary>Begins the reading of cases that are not saved as being read yet, and saves it in the caller's transaction.</summary>
    /// <param name="cases">Not tracked, in the order in which they are shared out.</param>
    /// <param name="areNew">They have no rows yet.</param>
    /// <returns>Readings that were offered.</returns>
    public async Task<Outcome<int>> Begin(LabellingProject project, IReadOnlyList<ProjectCase> cases, bool areNew, StepsDone told, CancellationToken cancellation)
    {
        IReadOnlyList<Guid[]> readers = [];
        if (project.Distribution == Distribution.Assigned && (await Choose(project, cases, cancellation)).IsRefused(out var nobody, out readers!))
            return nobody;
        var (now, offered) = (time.Now(), 0);
        foreach (var some in cases.Index().Chunk(Step))
        {
            if (areNew)
                db.AddRange(some.Select(c => c.Item));
            else
                db.AttachRange(some.Select(c => c.Item));
            foreach (var (place, one) in some)
            {
                if (one.BeginReading(now) is { } elsewhere)
                    return elsewhere;
                var chosen = readers.Count > 0 ? readers[place] : [];
                db.AddRange(chosen.Select((reader, i) => new Reading(one, reader, ReadingMode.Read, i + 1, now)));
                offered += chosen.Length;
            }

            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
            await told(some[^1].Index + 1, cases.Count);
        }

        return offered;
    }

    private async Task<Outcome<IReadOnlyList<Guid[]>>> Choose(LabellingProject project, IReadOnlyList<ProjectCase> cases, CancellationToken cancellation)
    {
        var readers = await rules.Of(project, project.Of(ReadingMode.Read), cancellation);
        var chosen = ReaderAssignment.Balance([.. cases.Select(c => c.ReadersWanted)], [.. readers.Qualified], (place, reader) => readers.MayRead(reader, cases[place]));
        foreach (var (one, people) in cases.Zip(chosen))
        {
            if (people.Length < one.ReadersWanted)
                return new NobodyMayRead(one.Label);
        }

        return Outcome<IReadOnlyList<Guid[]>>.Of(chosen);
    }
}
