using Pirogov.Platform.Access;

namespace Pirogov.Competitions;

public static class CompetitionsRights
{
    internal static readonly Right[] Table = [];
}
