using Pirogov.Platform.Access;

namespace Pirogov.Lifecycle;

public static class LifecycleRights
{
    internal static readonly Right[] Table = [];
}
