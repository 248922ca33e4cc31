using Pirogov.Platform.Access;

namespace Pirogov.Labelling;

public static class LabellingRights
{
    internal static readonly Right[] Table = [];
}
