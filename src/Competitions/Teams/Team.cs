using Pirogov.Competitions.Contracts;
using Pirogov.Competitions.Submissions;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Competitions.Teams;

public readonly record struct TeamId(Guid Value) : IEntityId<TeamId>
{
    public static TeamId From(Guid value) => new(value);
    public static bool TryParse(string? text, out TeamId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public readonly record struct InvitationId(Guid Value) : IEntityId<InvitationId>
{
    public static InvitationId From(Guid value) => new(value);
    public static bool TryParse(string? text, out InvitationId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>The lead decides, the developer submits too, the observer only looks.</summary>
public enum TeamRole
{
    Lead,
    Developer,
    Observer,
}

public enum InvitationState
{
    Open,
    Accepted,
    Declined,
    Withdrawn,
}

public sealed record TeamNameTaken(string Name) : Refusal("competitions.team-name-taken", 409);

public sealed record AlreadyInTeam() : Refusal("competitions.already-in-team", 409);

public sealed record OnlyTheLead() : Refusal("competitions.only-the-lead", 403);

public sealed record AlreadyInvited() : Refusal("competitions.already-invited", 409);

public sealed record InvitationAnswered() : Refusal("competitions.invitation-answered", 409);

public sealed record LeadIsMade() : Refusal("competitions.lead-is-made", 422);

public sealed record SubmissionNotScored() : Refusal("competitions.submission-not-scored", 409);

internal sealed class TeamMember
{
    public TeamId TeamId { get; init; }
    public CompetitionId CompetitionId { get; init; }
    public Guid AccountId { get; init; }
    public TeamRole Role { get; init; }
    public DateTimeOffset JoinedAt { get; init; }
}

internal sealed class Invitation
{
    public InvitationId Id { get; private set; } = EntityId.New<InvitationId>();
    public TeamId TeamId { get; init; }
    public CompetitionId CompetitionId { get; init; }
    public Guid AccountId { get; init; }
    public TeamRole Role { get; internal set; }
    public Guid InvitedBy { get; internal set; }
    public InvitationState State { get; internal set; }
    public DateTimeOffset InvitedAt { get; internal set; }
    public DateTimeOffset? AnsweredAt { get; internal set; }
}

internal sealed class Team
{
    public const int NameLimit = 80;

    private readonly List<TeamMember> members = [];
    private readonly List<Invitation> invitations = [];

    public TeamId Id { get; private set; } = EntityId.New<TeamId>();
    public CompetitionId CompetitionId { get; private set; }
    public string Name { get; private set; } = "";

    /// <summary>Two names that differ in case alone are one.</summary>
    public string NameKey { get; private set; } = "";

    public DateTimeOffset MadeAt { get; private set; }
    public SubmissionId? FinalSubmissionId { get; private set; }
    public IReadOnlyCollection<TeamMember> Members => members;
    public IReadOnlyCollection<Invitation> Invitations => invitations;

    private Team()
    {
    }

    public static string KeyOf(string name) => name.Trim().ToUpperInvariant();

    public static Outcome<Team> Make(Competition competition, string name, Guid lead, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new Missing("name");
        if (name.Trim().Length > NameLimit)
            return new TooLong("name", NameLimit);
        if (TeamsAreFixed(competition, now) is { } refusal)
            return refusal;
        var team = new Team { CompetitionId = competition.Id, Name = name.Trim(), NameKey = KeyOf(name), MadeAt = now };
        team.members.Add(new() { TeamId = team.Id, CompetitionId = competition.Id, AccountId = lead, Role = TeamRole.Lead, JoinedAt = now });
        return team;
    }

    public TeamRole? RoleOf(Guid accountId) => members.Find(m => m.AccountId == accountId)?.Role;

    public Outcome<Invitation> Invite(Competition competition, Guid by, Guid invitee, TeamRole role, DateTimeOffset now)
    {
        if (TeamsAreFixed(competition, now) is { } refusal)
            return refusal;
        if (RoleOf(by) != TeamRole.Lead)
            return new OnlyTheLead();
        if (role == TeamRole.Lead)
            return new LeadIsMade();
        if (RoleOf(invitee) is not null)
            return new AlreadyInTeam();
        if (invitations.Find(i => i.AccountId == invitee) is not { } invitation)
        {
            invitation = new() { TeamId = Id, CompetitionId = CompetitionId, AccountId = invitee };
            invitations.Add(invitation);
        }
        else if (invitation.State == InvitationState.Open)
        {
            return new AlreadyInvited();
        }

        (invitation.Role, invitation.InvitedBy, invitation.InvitedAt, invitation.State, invitation.AnsweredAt) = (role, by, now, InvitationState.Open, null);
        return invitation;
    }

    public Refusal? Withdraw(Guid by, InvitationId id, DateTimeOffset now)
    {
        if (RoleOf(by) != TeamRole.Lead)
            return new OnlyTheLead();
        if (invitations.Find(i => i.Id == id) is not { State: InvitationState.Open } invitation)
            return new InvitationAnswered();
        (invitation.State, invitation.AnsweredAt) = (InvitationState.Withdrawn, now);
        return null;
    }

    /// <param name="alreadyIn">The invitee is in another team of this competition.</param>
    public Refusal? Answer(Competition competition, Guid invitee, bool accept, bool alreadyIn, DateTimeOffset now)
    {
        if (invitations.Find(i => i.AccountId == invitee) is not { State: InvitationState.Open } invitation)
            return new InvitationAnswered();
        if (accept && TeamsAreFixed(competition, now) is { } refusal)
            return refusal;
        if (accept && alreadyIn)
            return new AlreadyInTeam();
        (invitation.State, invitation.AnsweredAt) = (accept ? InvitationState.Accepted : InvitationState.Declined, now);
        if (accept)
            members.Add(new() { TeamId = Id, CompetitionId = CompetitionId, AccountId = invitee, Role = invitation.Role, JoinedAt = now });
        return null;
    }

    /// <summary>What stands on the private board; without a choice it is the best on the public part.</summary>
    public Refusal? ChooseFinal(Competition competition, Guid by, Submission? submission, DateTimeOffset now)
    {
        if (RoleOf(by) != TeamRole.Lead)
            return new OnlyTheLead();
        if (TeamsAreFixed(competition, now) is { } refusal)
            return refusal;
        if (submission is not null && (submission.TeamId != Id || submission.State != SubmissionState.Scored))
            return new SubmissionNotScored();
        FinalSubmissionId = submission?.Id;
        return null;
    }

    private static Refusal? TeamsAreFixed(Competition competition, DateTimeOffset now) =>
        competition.State != CompetitionState.Open ? new CompetitionNotOpen()
        : now >= competition.EndsAt ? new DeadlinePassed(competition.Words(competition.EndsAt))
        : null;
}
