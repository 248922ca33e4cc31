using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Competitions.Teams;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Database;

namespace Pirogov.Competitions;

/// <summary>Known from the end of the competition on.</summary>
internal sealed class WinnerOf(PirogovDb db) : ICompetitions
{
    Task<Winner?> ICompetitions.WinnerOf(CompetitionId id, CancellationToken cancellation) => Find(id, cancellation);

    public async Task<Winner?> Find(CompetitionId id, CancellationToken cancellation)
    {
        var competition = await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellation);
        if (competition is not { State: CompetitionState.Ended, WinnerId: { } winner })
            return null;
        var team = await db.Set<Submission>().Where(s => s.Id == winner).Join(db.Set<Team>(), s => s.TeamId, t => t.Id, (_, t) => t.Name)
            .SingleAsync(cancellation);
        var score = await db.Set<MetricScore>().AsNoTracking()
            .SingleAsync(m => m.SubmissionId == winner && m.Split == Split.HiddenTest && m.Metric == competition.Primary, cancellation);
        return new(id, competition.TitleRu, competition.TitleEn, winner, team, competition.ClinicalTaskId, competition.DatasetVersionId,
            competition.Primary.ToString(), score.Value ?? 0, score.Low ?? 0, score.High ?? 0);
    }

    public async Task<bool> IsOwn(SubmissionId id, Guid accountId, CancellationToken cancellation) =>
        await db.Set<Submission>().Where(s => s.Id == id).Join(db.Set<TeamMember>(), s => s.TeamId, m => m.TeamId, (_, m) => m.AccountId)
            .AnyAsync(a => a == accountId, cancellation);
}
