using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Teams;

/// <summary>The invitee sees their open invitations and answers them; who accepts is admitted to the dataset.</summary>
[Needs(CompetitionsRights.JoinTeam)]
internal sealed class AnswerInvitation(PirogovDb db, IDatasets datasets, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/invitations", (AnswerInvitation use, CancellationToken cancellation) => use.Open(cancellation))
            .Needs(typeof(AnswerInvitation)).WithName("listMyInvitations").WithSummary("My open invitations");
        api.MapPost("/invitations/{id}/accept", (AnswerInvitation use, InvitationId id, CancellationToken cancellation) =>
            use.Handle(id, true, cancellation).ToHttp()).Needs(typeof(AnswerInvitation)).WithName("acceptInvitation").WithSummary("Joins the team");
        api.MapPost("/invitations/{id}/decline", (AnswerInvitation use, InvitationId id, CancellationToken cancellation) =>
            use.Handle(id, false, cancellation).ToHttp()).Needs(typeof(AnswerInvitation)).WithName("declineInvitation").WithSummary("Declines the invitation");
    }

    public async Task<IReadOnlyList<InvitationView>> Open(CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var open = await (
            from invitation in db.Set<Invitation>().AsNoTracking()
            join team in db.Set<Team>() on invitation.TeamId equals team.Id
            join competition in db.Set<Competition>() on invitation.CompetitionId equals competition.Id
            where invitation.AccountId == me && invitation.State == InvitationState.Open
            select new { invitation, team.Name, competition }).ToArrayAsync(cancellation);
        var names = await db.NamesOf([.. open.SelectMany(o => new[] { o.invitation.AccountId, o.invitation.InvitedBy })], cancellation);
        return [.. open.OrderByDescending(o => o.invitation.InvitedAt).Select(o => SeeTeam.View(o.invitation, o.competition, o.Name, names))];
    }

    public async Task<Outcome<Done>> Handle(InvitationId id, bool accept, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var team = await db.Set<Team>().Include(t => t.Members).Include(t => t.Invitations).AsSplitQuery()
            .SingleOrDefaultAsync(t => t.Invitations.Any(i => i.Id == id && i.AccountId == me), cancellation);
        if (team is null)
            return new NotFound("invitation");
        var competition = await db.Set<Competition>().AsNoTracking().SingleAsync(c => c.Id == team.CompetitionId, cancellation);
        var alreadyIn = await db.OwnTeam(team.CompetitionId, me).AnyAsync(cancellation);
        if (team.Answer(competition, me, accept, alreadyIn, time.Now()) is { } refusal)
            return refusal;
        audit.Note(accept ? "competitions.joined" : "competitions.declined", "competition-team", team.Id);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new AlreadyInTeam();
        }

        if (accept)
        {
            await datasets.Admit(competition.DatasetVersionId, me, cancellation);
            await db.SaveChangesAsync(cancellation);
        }

        return Done.Value;
    }
}
