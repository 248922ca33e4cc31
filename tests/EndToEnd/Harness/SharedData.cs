namespace Pirogov.EndToEnd.Harness;

/// <summary>Real files beside the repository, where they are present.</summary>
internal static class SharedData
{
    public static string? Folder(params string[] parts)
    {
        var path = Path.Combine([Path.GetDirectoryName(Browser.RepositoryRoot())!, "shared", .. parts]);
        return Directory.Exists(path) ? path : null;
    }
}
