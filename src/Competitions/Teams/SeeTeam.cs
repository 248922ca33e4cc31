using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Submissions;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Teams;

public sealed record MemberView(Guid AccountId, string Name, TeamRole Role, DateTimeOffset JoinedAt);

public sealed record InvitationView(
    InvitationId Id, CompetitionId CompetitionId, string CompetitionTitleRu, string CompetitionTitleEn, string Team, string Invitee, string InvitedBy,
    TeamRole Role, InvitationState State, DateTimeOffset InvitedAt);

/// <param name="LeftToday">Submissions that may still be accepted today, by the competition's own calendar.</param>
public sealed record TeamView(
    TeamId Id, CompetitionId CompetitionId, string Name, TeamRole MyRole, IReadOnlyList<MemberView> Members, IReadOnlyList<InvitationView> Invitations,
    SubmissionId? FinalSubmissionId, int DailyLimit, int LeftToday);

/// <summary>One's own team in a competition.</summary>
[Needs(CompetitionsRights.JoinTeam)]
internal sealed class SeeTeam(PirogovDb db, CurrentActor actor, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/competitions/{id}/team",
        (SeeTeam use, CompetitionId id, CancellationToken cancellation) => use.Mine(id, cancellation).ToHttp())
        .Needs(typeof(SeeTeam)).WithName("getMyTeam").WithSummary("My team: members, invitations, submissions left today");

    public async Task<Outcome<TeamView>> Mine(CompetitionId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        var competition = await db.Set<Competition>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellation);
        var team = await db.OwnTeam(id, me).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (competition is null || team?.RoleOf(me) is not { } role)
            return new NotFound("team");
        var names = await db.NamesOf([.. team.Members.Select(m => m.AccountId), .. team.Invitations.SelectMany(i => new[] { i.AccountId, i.InvitedBy })], cancellation);
        var today = competition.DayOf(time.Now());
        var used = await db.Set<Submission>().CountAsync(s => s.TeamId == team.Id && s.Day == today && s.Ordinal != null, cancellation);
        return new TeamView(team.Id, id, team.Name, role,
            [.. team.Members.OrderBy(m => m.Role).ThenBy(m => names[m.AccountId], StringComparer.CurrentCulture).Select(m => new MemberView(m.AccountId, names[m.AccountId], m.Role, m.JoinedAt))],
            [.. team.Invitations.OrderByDescending(i => i.InvitedAt).Select(i => View(i, competition, team.Name, names))],
            team.FinalSubmissionId, competition.DailyLimit, Math.Max(0, competition.DailyLimit - used));
    }

    internal static InvitationView View(Invitation i, Competition competition, string team, IReadOnlyDictionary<Guid, string> names) => new(
        i.Id, i.CompetitionId, competition.TitleRu, competition.TitleEn, team, names.GetValueOrDefault(i.AccountId, ""), names.GetValueOrDefault(i.InvitedBy, ""),
        i.Role, i.State, i.InvitedAt);
}

internal static class TeamQueries
{
    public static IQueryable<Team> OwnTeam(this PirogovDb db, CompetitionId competition, Guid account) => db.Set<Team>()
        .Include(t => t.Members).Include(t => t.Invitations).AsSplitQuery()
        .Where(t => t.CompetitionId == competition && t.Members.Any(m => m.AccountId == account));

    public static Task<Dictionary<Guid, string>> NamesOf(this PirogovDb db, IReadOnlyCollection<Guid> accounts, CancellationToken cancellation) =>
        db.Users.AsNoTracking().Where(a => accounts.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
}
