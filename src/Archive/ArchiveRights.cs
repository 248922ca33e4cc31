using Pirogov.Platform.Access;

namespace Pirogov.Archive;

public static class ArchiveRights
{
    public const string Send = "archive.send";
    public const string SeeBatches = "archive.see-batches";
    public const string BrowseCases = "archive.browse-cases";
    public const string OpenCase = "archive.open-case";

    /// <summary>Looks at pixels that may name a patient and decides on them.</summary>
    public const string Review = "archive.review";

    /// <summary>Chooses what de-identification keeps for a centre.</summary>
    public const string ChooseProfile = "archive.choose-profile";

    /// <summary>Reads the worklist of the centres that one may see, and is told of it.</summary>
    public const string SeeWork = "archive.see-work";

    /// <summary>Plans, takes, ends and cancels work items.</summary>
    public const string DoWork = "archive.do-work";

    internal static readonly Right[] Table =
    [
        new(Send, Role.CentreRepresentative, Role.DataEngineer, Role.Administrator),
        new(SeeBatches, Role.CentreRepresentative, Role.DataEngineer, Role.LabellingManager, Role.AiOffice, Role.Administrator),
        new(BrowseCases, Role.CentreRepresentative, Role.DataEngineer, Role.LabellingManager, Role.AiOffice, Role.Administrator),
        new(SeeWork, Role.CentreRepresentative, Role.DataEngineer, Role.LabellingManager, Role.AiOffice, Role.Administrator),
        new(DoWork, Role.CentreRepresentative, Role.DataEngineer, Role.Administrator),
        new(Review, Role.DataEngineer, Role.Administrator),
        new(ChooseProfile, Role.DataEngineer, Role.Administrator),
        // Which case may be opened is decided beside the case.
        new(OpenCase, Right.Everyone),
    ];
}
