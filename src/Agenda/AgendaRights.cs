using Pirogov.Platform.Access;

namespace Pirogov.Agenda;

public static class AgendaRights
{
    public const string SeeTasks = "agenda.see-tasks";
    public const string EditTasks = "agenda.edit-tasks";
    public const string SeeCentres = "agenda.see-centres";
    public const string EditCentres = "agenda.edit-centres";

    internal static readonly Right[] Table =
    [
        new(SeeTasks, Right.Everyone),
        new(EditTasks, Role.AiOffice),
        new(SeeCentres, Right.Everyone),
        new(EditCentres, Role.AiOffice, Role.Administrator),
    ];
}
