using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Teams;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Submissions;

/// <summary>The lead says which submission stands on the private board; null gives the choice back to the public score.</summary>
[Needs(CompetitionsRights.LeadTeam)]
internal sealed class ChooseFinalSubmission(PirogovDb db, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(SubmissionId? SubmissionId);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPut("/competitions/{id}/team/final-submission",
        (ChooseFinalSubmission use, CompetitionId id, Request request, CancellationToken cancellation) => use.Handle(id, request, cancellation).ToHttp())
        .Needs(typeof(ChooseFinalSubmission)).WithSummary("Chooses the submission for the private board");

    public async Task<Outcome<Done>> Handle(CompetitionId id, Request request, CancellationToken cancellation)
    {
        var competition = await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellation);
        var team = await db.OwnTeam(id, actor.Actor.AccountId).SingleOrDefaultAsync(cancellation);
        if (competition is null || team is null)
            return new NotFound("team");
        Submission? submission = null;
        if (request.SubmissionId is { } chosen
            && (submission = await db.Set<Submission>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == chosen && s.TeamId == team.Id, cancellation)) is null)
            return new NotFound("submission");
        if (team.ChooseFinal(competition, actor.Actor.AccountId, submission, time.Now()) is { } refusal)
            return refusal;
        audit.Note("competitions.final-chosen", "competition-team", team.Id, new { request.SubmissionId });
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }
}
