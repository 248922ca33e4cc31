namespace Pirogov.Portal.Api;

/// <summary>The rooms as tags, in the order of the work.</summary>
internal static class ApiRooms
{
    public static readonly (string Name, string Description)[] InOrder =
    [
        ("Platform", "Accounts, tokens, organisations, the audit log and background jobs."),
        ("Agenda", "Clinical tasks and reference centres."),
        ("Archive", "Batches, their de-identification and quality reports, and cases."),
        ("Labelling", "Schemas, projects, readings, verdicts and releases."),
        ("Datasets", "Dataset versions, their files and passports."),
        ("Competitions", "Competitions, teams, submissions and boards."),
        ("Lifecycle", "Solutions, their nine stages and the chain of evidence."),
    ];

    public static string Of(Type useCase) => useCase.Assembly.GetName().Name!.Split('.')[1];
}
