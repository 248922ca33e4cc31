using Pirogov.Platform.Access;

namespace Pirogov.Datasets;

public static class DatasetsRights
{
    internal static readonly Right[] Table = [];
}
