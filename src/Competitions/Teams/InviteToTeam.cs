using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Teams;

public sealed record NoSuchAccount(string Login) : Refusal("competitions.no-such-account", 422);

public sealed record InviteeLacksRole(string Login) : Refusal("competitions.invitee-lacks-role", 422);

/// <summary>The lead invites by login or e-mail; the invitee answers.</summary>
[Needs(CompetitionsRights.LeadTeam)]
internal sealed class InviteToTeam(PirogovDb db, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    public sealed record Request(string Login, TeamRole Role);

    public sealed record Response(InvitationId Id);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/competitions/{id}/team/invitations", (InviteToTeam use, CompetitionId id, Request request, CancellationToken cancellation) =>
            use.Handle(id, request, cancellation).ToCreated(_ => $"/api/v1/competitions/{id}/team"))
            .Needs(typeof(InviteToTeam)).WithName("inviteToTeam").WithSummary("Invites a person to my team");
        api.MapDelete("/competitions/{id}/team/invitations/{invitation}",
            (InviteToTeam use, CompetitionId id, InvitationId invitation, CancellationToken cancellation) =>
                use.Withdraw(id, invitation, cancellation).ToHttp())
                .Needs(typeof(InviteToTeam)).WithName("withdrawInvitation").WithSummary("Withdraws an open invitation");
    }

    public async Task<Outcome<Response>> Handle(CompetitionId id, Request request, CancellationToken cancellation)
    {
        var (competition, team) = await Find(id, cancellation);
        if (competition is null || team is null)
            return new NotFound("team");
        if (string.IsNullOrWhiteSpace(request.Login))
            return new Missing("login");
        var login = request.Login.Trim().ToUpperInvariant();
        var invitee = await db.Users.AsNoTracking()
            .FirstOrDefaultAsync(a => !a.IsDisabled && (a.NormalizedUserName == login || a.NormalizedEmail == login), cancellation);
        if (invitee is null)
            return new NoSuchAccount(request.Login.Trim());
        // An observer's role in the team takes any participant's account; a developer's must be allowed to submit.
        var roles = invitee.Roles.Select(r => r.Role).ToHashSet();
        if (!roles.Overlaps(request.Role == TeamRole.Developer ? [Role.Developer, Role.TeamLead] : [Role.Observer, Role.Developer, Role.TeamLead]))
            return new InviteeLacksRole(request.Login.Trim());
        var invited = team.Invite(competition, actor.Actor.AccountId, invitee.Id, request.Role, time.Now());
        if (invited.IsRefused(out var refusal))
            return refusal;
        audit.Note("competitions.invited", "competition-team", team.Id, new { Invitee = invitee.Id, request.Role });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return new Response(invited.Value.Id);
    }

    public async Task<Outcome<Done>> Withdraw(CompetitionId id, InvitationId invitation, CancellationToken cancellation)
    {
        var (_, team) = await Find(id, cancellation);
        if (team is null)
            return new NotFound("team");
        if (team.Withdraw(actor.Actor.AccountId, invitation, time.Now()) is { } refusal)
            return refusal;
        audit.Note("competitions.invitation-withdrawn", "competition-team", team.Id);
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    private async Task<(Competition?, Team?)> Find(CompetitionId id, CancellationToken cancellation) => (
        await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellation),
        await db.OwnTeam(id, actor.Actor.AccountId).SingleOrDefaultAsync(cancellation));
}
