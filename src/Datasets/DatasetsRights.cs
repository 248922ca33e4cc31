using Pirogov.Platform.Access;

namespace Pirogov.Datasets;

public static class DatasetsRights
{
    /// <summary>The catalogue and the passports.</summary>
    public const string See = "datasets.see";

    /// <summary>The files: for staff, and for accounts that a competition admitted.</summary>
    public const string Pull = "datasets.pull";

    public const string Freeze = "datasets.freeze";

    internal static readonly Role[] Staff = [Role.Administrator, Role.AiOffice, Role.DataEngineer, Role.LabellingManager];

    internal static readonly Right[] Table =
    [
        new(See, Right.Everyone),
        new(Pull, [.. Staff, Role.TeamLead, Role.Developer, Role.Observer]),
        new(Freeze, Role.AiOffice, Role.DataEngineer, Role.LabellingManager),
    ];
}
