using Pirogov.Platform.Access;

namespace Pirogov.Platform;

public static class PlatformRights
{
    public const string SeeJobs = "platform.see-jobs";
    public const string OwnAccount = "platform.own-account";
    public const string ManageAccounts = "platform.manage-accounts";
    public const string ReadAudit = "platform.read-audit";
    public const string SweepStore = "platform.sweep-store";

    internal static readonly Right[] Table =
    [
        new(SeeJobs, Right.Everyone),
        new(OwnAccount, Right.Everyone),
        new(ManageAccounts, Role.Administrator),
        new(ReadAudit, Role.Administrator),
        new(SweepStore, Role.Administrator),
    ];
}
