using Pirogov.Platform.Access;

namespace Pirogov.Competitions;

public static class CompetitionsRights
{
    public const string See = "competitions.see";
    public const string Run = "competitions.run";
    public const string LeadTeam = "competitions.lead-team";
    public const string JoinTeam = "competitions.join-team";
    public const string Submit = "competitions.submit";

    internal static readonly Right[] Table =
    [
        new(See, Right.Everyone),
        new(Run, Role.AiOffice, Role.Administrator),
        new(LeadTeam, Role.TeamLead),
        new(JoinTeam, Role.TeamLead, Role.Developer, Role.Observer),
        new(Submit, Role.TeamLead, Role.Developer),
    ];
}
