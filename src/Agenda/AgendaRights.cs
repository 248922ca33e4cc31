using Pirogov.Platform.Access;

namespace Pirogov.Agenda;

public static class AgendaRights
{
    internal static readonly Right[] Table = [];
}
