using Pirogov.Platform.Access;

namespace Pirogov.Labelling;

public static class LabellingRights
{
    public const string DesignSchemas = "labelling.design-schemas";
    public const string ManageProjects = "labelling.manage-projects";
    public const string ManageExperts = "labelling.manage-experts";
    public const string ReadCases = "labelling.read-cases";
    public const string SeeReleases = "labelling.see-releases";

    internal static readonly Right[] Table =
    [
        new(DesignSchemas, Role.LabellingManager),
        new(ManageProjects, Role.LabellingManager),
        new(ManageExperts, Role.LabellingManager, Role.Administrator),
        new(ReadCases, Role.Expert),
        new(SeeReleases, Role.LabellingManager, Role.DataEngineer, Role.AiOffice, Role.Administrator),
    ];
}
