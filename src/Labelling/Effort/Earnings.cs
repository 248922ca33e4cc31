using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Effort;

/// <param name="Level">Held when it was finished.</param>
/// <param name="Amount">In roubles; none where the project names no price for it.</param>
internal sealed record PaidReading(
    ReadingId ReadingId, Guid AccountId, ProjectId ProjectId, string ProjectName, string CaseLabel, ReadingMode Mode, ReadingPurpose Purpose, QualificationLevel? Level, DateTimeOffset FinishedAt,
    double ActiveMinutes, decimal? Amount);

/// <summary>
/// What finished work is worth. Nothing is stored: the price that the plan named at the finish, the level held at the finish and the first moment of the lock
/// do not change afterwards, so that a statement made again is the same statement. Training is not paid; control cases are, like any other.
/// </summary>
internal sealed class Earnings(PirogovDb db)
{
    public async Task<IReadOnlyList<PaidReading>> Of(IQueryable<Reading> readings, CancellationToken cancellation)
    {
        // Also of who is gone: what was finished is paid, whoever goes on with the case.
        var finished = readings.IgnoreQueryFilters().AsNoTracking().Where(r => r.FinishedAt != null && r.Purpose != ReadingPurpose.Training);
        var rows = await (
            from r in finished
            join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
            join c in db.Set<ProjectCase>() on r.ProjectCaseId equals c.Id
            select new { r.Id, r.AccountId, r.ProjectId, p.Name, c.Label, r.Mode, r.Purpose, FinishedAt = r.FinishedAt!.Value }).ToArrayAsync(cancellation);
        var people = rows.Select(r => r.AccountId).Distinct().ToArray();
        var levels = (await db.Set<QualificationPeriod>().AsNoTracking().Where(p => people.Contains(p.AccountId)).ToArrayAsync(cancellation)).ToLookup(p => p.AccountId);
        var spent = await ActiveTime.PerReading(db.Set<ActivityInterval>().Where(i => finished.Any(r => r.Id == i.ReadingId)), cancellation);
        // Of each project once: with every reading they would come tens of thousands of times.
        var projects = rows.Select(r => r.ProjectId).Distinct().ToArray();
        var terms = (await db.Set<LabellingProject>().Where(p => projects.Contains(p.Id)).Select(p => new { p.Id, p.TermsJson }).ToArrayAsync(cancellation))
            .ToDictionary(p => p.Id, p => LabellingProject.ReadTerms(p.TermsJson));
        return [.. rows.Select(r =>
        {
            var level = QualificationPeriod.At(levels[r.AccountId], r.FinishedAt);
            return new PaidReading(r.Id, r.AccountId, r.ProjectId, r.Name, r.Label, r.Mode, r.Purpose, level, r.FinishedAt,
                spent.TryGetValue(r.Id, out var time) ? time.TotalMinutes : 0, terms[r.ProjectId].PriceOf(r.Mode, level, r.FinishedAt));
        }).OrderBy(r => r.FinishedAt).ThenBy(r => r.ReadingId.Value)];
    }
}
