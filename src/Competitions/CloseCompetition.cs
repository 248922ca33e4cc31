using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pirogov.Competitions.Boards;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Submissions;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions;

/// <summary>Ends a competition before or after its date: the private board is published and the winner is known.</summary>
[Needs(CompetitionsRights.Run)]
internal sealed class CloseCompetition(PirogovDb db, Standings standings, WinnerOf winners, EventOutbox outbox, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/competitions/{id}/close",
        (CloseCompetition use, CompetitionId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(CloseCompetition)).WithSummary("Ends a competition and publishes its private board");

    public async Task<Outcome<Done>> Handle(CompetitionId id, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // The row is taken first: a submission that is being accepted now either stands before this or finds the competition ended.
        await db.Set<Competition>().Where(c => c.Id == id).ExecuteUpdateAsync(s => s.SetProperty(c => c.Received, c => c.Received), cancellation);
        if (await db.Set<Competition>().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } competition)
            return new NotFound("competition");
        var unscored = await Unscored(id, cancellation);
        var board = await standings.Of(competition, Split.HiddenTest, cancellation);
        // Of equal scores the earlier submission wins; the rows are in that order.
        var first = board.Rows is [{ Primary.Value: not null } row, ..] ? row.SubmissionId : (SubmissionId?)null;
        if (competition.End(time.Now(), unscored, first) is { } refusal)
            return refusal;
        await db.SaveChangesAsync(cancellation);
        outbox.Add(new CompetitionClosed(id, await winners.Find(id, cancellation)));
        audit.Note("competitions.closed", "competition", id, new { Teams = board.Rows.Count });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return Done.Value;
    }

    private async Task<int> Unscored(CompetitionId id, CancellationToken cancellation)
    {
        var jobs = await db.Set<Submission>().AsNoTracking().Where(s => s.CompetitionId == id && s.State == SubmissionState.Accepted)
            .Select(s => s.JobId).ToArrayAsync(cancellation);
        return await db.Set<JobRecord>().CountAsync(j => jobs.Contains(j.Id)
            && (j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying), cancellation);
    }
}

/// <summary>Ends what is past its date, once a minute; a competition whose submissions are still being scored waits for the next look.</summary>
internal sealed class CloseDueCompetitions(IServiceScopeFactory scopes, TimeProvider time, ILogger<CloseDueCompetitions> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await CloseDue(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "Competitions past their date could not be ended; the next attempt is in a minute");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task CloseDue(CancellationToken cancellation)
    {
        CompetitionId[] due;
        await using (var scope = scopes.CreateAsyncScope())
        {
            var now = time.Now();
            due = await scope.ServiceProvider.GetRequiredService<PirogovDb>().Set<Competition>().AsNoTracking()
                .Where(c => c.State == CompetitionState.Open && c.EndsAt <= now).Select(c => c.Id).ToArrayAsync(cancellation);
        }

        foreach (var id in due)
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(Actor.System);
            await scope.ServiceProvider.GetRequiredService<CloseCompetition>().Handle(id, cancellation);
        }
    }
}
