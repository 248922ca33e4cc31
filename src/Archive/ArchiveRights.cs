using Pirogov.Platform.Access;

namespace Pirogov.Archive;

public static class ArchiveRights
{
    public const string Send = "archive.send";
    public const string SeeBatches = "archive.see-batches";
    public const string BrowseCases = "archive.browse-cases";
    public const string OpenCase = "archive.open-case";

    internal static readonly Right[] Table =
    [
        new(Send, Role.CentreRepresentative, Role.DataEngineer, Role.Administrator),
        new(SeeBatches, Role.CentreRepresentative, Role.DataEngineer, Role.LabellingManager, Role.AiOffice, Role.Administrator),
        new(BrowseCases, Role.CentreRepresentative, Role.DataEngineer, Role.LabellingManager, Role.AiOffice, Role.Administrator),
        // Which case may be opened is decided beside the case.
        new(OpenCase, Right.Everyone),
    ];
}
