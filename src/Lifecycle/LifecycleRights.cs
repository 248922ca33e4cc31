using Pirogov.Platform.Access;

namespace Pirogov.Lifecycle;

public static class LifecycleRights
{
    public const string See = "lifecycle.see";
    public const string PassGate = "lifecycle.pass-gate";
    public const string Verify = "lifecycle.verify";

    internal static readonly Right[] Table =
    [
        new(See, Role.AiOffice, Role.Administrator, Role.TeamLead, Role.Developer, Role.Observer),
        new(PassGate, Role.AiOffice),
        new(Verify, Role.AiOffice, Role.Administrator, Role.TeamLead, Role.Developer, Role.Observer),
    ];
}
