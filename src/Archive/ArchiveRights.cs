using Pirogov.Platform.Access;

namespace Pirogov.Archive;

public static class ArchiveRights
{
    internal static readonly Right[] Table = [];
}
