using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

/// <summary>What a case came to.</summary>
internal sealed record CaseOutcome(int Number, ConsensusOrigin Origin, string DocumentMd5, SchemaVersionId SchemaVersionId);

/// <summary>
/// What cases came to, in the same words for all. A case whose labels were known from the beginning is told as if its reader had agreed with
/// another, or had not and an adjudicator had decided: whoever read it cannot tell afterwards that it measured them.
/// </summary>
internal sealed class Outcomes(PirogovDb db)
{
    public async Task<CaseOutcome> Of(ProjectCase one, ReadingId reading, CancellationToken cancellation)
    {
        if (!one.IsGold)
            return Of(await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstAsync(cancellation));
        var gold = await db.Set<GoldCase>().AsNoTracking().SingleAsync(g => g.ProjectCaseId == one.Id, cancellation);
        return gold.ConsensusId is { } made ? Of(await db.Set<Consensus>().AsNoTracking().SingleAsync(c => c.Id == made, cancellation))
            : new(1, (await OfKnown([reading], cancellation)).GetValueOrDefault(reading, ConsensusOrigin.Adjudicated), gold.DocumentMd5, gold.SchemaVersionId);
    }

    public async Task<IReadOnlyDictionary<ReadingId, ConsensusOrigin>> Origins(IReadOnlyCollection<(ReadingId Reading, ProjectCase Case)> readings, CancellationToken cancellation)
    {
        var cases = readings.Select(r => r.Case.Id).ToArray();
        var made = await db.Set<GoldCase>().Where(g => cases.Contains(g.ProjectCaseId)).ToDictionaryAsync(g => g.ProjectCaseId, g => g.ConsensusId, cancellation);
        var consensuses = made.Values.OfType<Guid>().ToArray();
        var decided = await db.Set<Consensus>().AsNoTracking().Where(c => cases.Contains(c.ProjectCaseId) || consensuses.Contains(c.Id))
            .Select(c => new { c.Id, c.ProjectCaseId, c.Number, c.Origin }).ToArrayAsync(cancellation);
        var known = await OfKnown([.. readings.Where(r => r.Case.IsGold).Select(r => r.Reading)], cancellation);
        return readings.ToDictionary(r => r.Reading, r => !r.Case.IsGold ? decided.Where(c => c.ProjectCaseId == r.Case.Id).MaxBy(c => c.Number)!.Origin
            : made[r.Case.Id] is { } consensus ? decided.Single(c => c.Id == consensus).Origin : known.GetValueOrDefault(r.Reading, ConsensusOrigin.Adjudicated));
    }

    private async Task<Dictionary<ReadingId, ConsensusOrigin>> OfKnown(IReadOnlyCollection<ReadingId> readings, CancellationToken cancellation) =>
        await (from s in db.Set<GoldScore>()
               join p in db.Set<LabellingProject>() on s.ProjectId equals p.Id
               where readings.Contains(s.ReadingId)
               select new { s.ReadingId, Origin = s.Score >= p.Threshold ? ConsensusOrigin.Automatic : ConsensusOrigin.Adjudicated })
            .ToDictionaryAsync(s => s.ReadingId, s => s.Origin, cancellation);

    /// <returns>Reading → the mean over classes and questions of how far the result is the reader's own.</returns>
    public async Task<IReadOnlyDictionary<ReadingId, double>> Quality(IReadOnlyCollection<ReadingId> readings, CancellationToken cancellation)
    {
        var found = await db.Set<ReaderItem>().Where(i => readings.Contains(i.ReadingId)).GroupBy(i => i.ReadingId)
            .Select(g => new { g.Key, Mean = g.Average(i => i.Quality) }).ToDictionaryAsync(g => g.Key, g => g.Mean, cancellation);
        foreach (var score in await db.Set<GoldScore>().AsNoTracking().Where(s => readings.Contains(s.ReadingId)).ToArrayAsync(cancellation))
            found.TryAdd(score.ReadingId, score.Score);
        return found;
    }

    private static CaseOutcome Of(Consensus consensus) => new(consensus.Number, consensus.Origin, consensus.DocumentMd5, consensus.SchemaVersionId);
}
