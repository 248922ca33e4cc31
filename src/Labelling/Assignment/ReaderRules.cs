using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Assignment;

/// <summary>Who of a pool may read at all, and which cases: by qualification and by interest.</summary>
/// <param name="Lacking">Person → what the project asks and they have not; those without an entry are qualified.</param>
internal sealed record QualifiedReaders(
    IReadOnlyList<Guid> Qualified, IReadOnlyDictionary<Guid, NotQualified> Lacking, IReadOnlyDictionary<Guid, IReadOnlySet<ReferenceCentreId>> Own)
{
    private static readonly HashSet<ReferenceCentreId> Nowhere = [];

    /// <summary>Centres whose cases are kept from the person.</summary>
    public IReadOnlySet<ReferenceCentreId> Closed(Guid person) => Own.GetValueOrDefault(person, Nowhere);

    public bool MayRead(Guid person, ProjectCase one) => !Closed(person).Contains(one.CentreId);
}

internal sealed class ReaderRules(PirogovDb db, OwnCentres centres, ActiveExperts active, TimeProvider time)
{
    /// <summary>Without those who have read as much of the project as they may: a case that waits for them alone would wait for ever.</summary>
    public async Task<QualifiedReaders> WithRoom(LabellingProject project, IReadOnlyList<Guid> pool, CancellationToken cancellation)
    {
        if (project.Terms.MostReadings is not { } most)
            return await Of(project, pool, cancellation);
        var full = await db.Set<Reading>().Where(r => r.ProjectId == project.Id && r.Mode == ReadingMode.Read).GroupBy(r => r.AccountId)
            .Where(g => g.Count() >= most).Select(g => g.Key).ToArrayAsync(cancellation);
        return await Of(project, [.. pool.Except(full)], cancellation);
    }

    public async Task<QualifiedReaders> Of(LabellingProject project, IReadOnlyList<Guid> pool, CancellationToken cancellation)
    {
        var (terms, now) = (project.Terms, time.Now());
        var lacking = new Dictionary<Guid, NotQualified>();
        if (terms.Required is { } required)
        {
            var profiles = await db.Set<ExpertProfile>().AsNoTracking().Where(p => pool.Contains(p.AccountId)).ToDictionaryAsync(p => p.AccountId, cancellation);
            var exams = await db.Set<Exam>().Where(e => pool.Contains(e.AccountId)).GroupBy(e => e.AccountId).Select(g => new { g.Key, Best = g.Max(e => e.Score) })
                .ToDictionaryAsync(g => g.Key, g => g.Best, cancellation);
            foreach (var person in pool)
            {
                if (required.Lacks(profiles.GetValueOrDefault(person), exams.TryGetValue(person, out var best) ? best : null, now) is { } lack)
                    lacking[person] = lack;
            }
        }

        var own = terms.OwnCentre ? new Dictionary<Guid, IReadOnlySet<ReferenceCentreId>>() : await centres.Of(pool, cancellation);
        return new([.. (await active.Of(pool, cancellation)).Where(p => !lacking.ContainsKey(p))], lacking, own);
    }
}
